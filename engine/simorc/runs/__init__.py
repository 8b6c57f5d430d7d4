"""A run: its directory, its store, its runner."""
