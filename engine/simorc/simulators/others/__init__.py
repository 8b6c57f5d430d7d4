"""Simulators other than ngspice, one process per case."""
