"""What the data means: pathways, costs, outcomes and value, made into the mart's tables."""
