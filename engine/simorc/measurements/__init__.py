"""Measurements of one case: ``.meas`` output, built-in measurements, waveform expressions, Python hooks."""
