"""Contracts of digital designs: their ports with widths, their rules, their stimulus, resolved and checked.

Imports no pydantic, because the process that computes expected outputs imports it.
"""
