"""Live tuning: cases of a testbench simulated again while their parameters are moved."""
