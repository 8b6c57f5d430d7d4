"""Sizing: values of design parameters with which every spec is met at every corner."""
