"""Corners by name: points to save, saved corners and corner sets, deciding corners simulated again."""
