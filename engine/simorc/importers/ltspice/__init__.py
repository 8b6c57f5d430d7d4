"""LTspice netlists."""
