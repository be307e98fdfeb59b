"""The people treated: who they are, how they fare, what matters to them, who fares worse."""
