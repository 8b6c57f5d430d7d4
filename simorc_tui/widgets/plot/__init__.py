"""Plots of waveforms and measurements."""
