"""Glyphs, styles and how generous the terminal is."""
