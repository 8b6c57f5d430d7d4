"""Random variables of a deck by name: one per device (mismatch) or per die (process) for each random call."""
