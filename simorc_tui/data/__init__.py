"""Reads projects and runs for the interface, in threads."""
