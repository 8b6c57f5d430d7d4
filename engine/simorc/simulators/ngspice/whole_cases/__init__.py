"""Whole cases in the process of a session: it prepares, simulates, judges and measures ranges of cases."""
