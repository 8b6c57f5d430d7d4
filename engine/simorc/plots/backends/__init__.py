"""Figures drawn: in the terminal, as SVG, as HTML."""
