"""The runner of a run: scheduling, retries, reuse, early stop, housekeeping."""
