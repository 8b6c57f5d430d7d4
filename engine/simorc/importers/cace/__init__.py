"""CACE datasheets."""
