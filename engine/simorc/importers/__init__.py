"""Imports projects of other tools, with a list of what was not imported."""
