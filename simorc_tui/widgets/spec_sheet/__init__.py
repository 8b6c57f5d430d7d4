"""Specs, worst cases and failures of a run."""
