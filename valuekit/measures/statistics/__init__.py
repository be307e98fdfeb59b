"""Methods that know nothing of services: intervals, rates, models, charts over time."""
