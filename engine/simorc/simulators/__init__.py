"""Simulates one case: ngspice, cold and warm, other simulators, and the verdict."""
