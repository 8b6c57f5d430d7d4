"""The project tree."""
