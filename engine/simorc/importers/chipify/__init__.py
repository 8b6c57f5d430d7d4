"""Chipify datasheets -> projects of simorc."""
