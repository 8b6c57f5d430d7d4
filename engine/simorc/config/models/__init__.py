"""Frozen models of what the user writes: setup, testbench, sweep, measurement, execution, pipeline."""
