"""Glyphs, styles, and the profile of the terminal."""
