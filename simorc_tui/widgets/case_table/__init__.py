"""The table of cases."""
