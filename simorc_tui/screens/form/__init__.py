"""The form of a testbench."""
