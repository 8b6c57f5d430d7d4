"""Backends of figures: terminal, SVG, HTML."""
