"""Numbers of one case: ``.meas`` output, built-in measurements, waveform expressions, hooks in Python."""
