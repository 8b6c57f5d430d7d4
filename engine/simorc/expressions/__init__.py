"""Conditions over parameters and measurements: one syntax, evaluated per case or over whole axes."""
