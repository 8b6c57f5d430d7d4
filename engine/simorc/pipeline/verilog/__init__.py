"""Verilog: modules and ports, findings and fixes, waveforms, verdicts of simulations, safety."""
