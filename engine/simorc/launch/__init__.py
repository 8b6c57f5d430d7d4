"""Builds runs, starts them, runs the runner process, and runs single cases."""
