"""Figures of waveforms and measurements, and the backends that draw them."""
