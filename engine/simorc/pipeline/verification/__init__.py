"""Verification of RTL against its contract: stimulus, expected outputs, vectors, qualified testbenches."""
