"""Conditions over parameters and measurements: one syntax, evaluated case by case or over whole axes."""
