"""Building a run, starting it, the runner process, and one case by itself."""
