"""What happens while a run is under way: scheduling, retries, reuse, early stop, housekeeping."""
