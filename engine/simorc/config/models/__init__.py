"""Frozen models of the project files: setup, testbench, sweep, measurement, execution, pipeline."""
