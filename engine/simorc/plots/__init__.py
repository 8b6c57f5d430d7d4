"""Figures of waveforms and measurements: what they show, and the backends that draw them."""
