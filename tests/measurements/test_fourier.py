"""Spectra of unevenly spaced transients."""

from __future__ import annotations

import numpy as np
import pytest

from simorc.errors import ExpressionError
from simorc.measurements.arrays import Floats, Trace
from simorc.measurements.fourier import TAPERS, resampled, spectrum
from simorc.measurements.missing import MeasurementMissing


def uneven(points: int, length: float) -> Floats:
    """Time points whose spacing varies by more than two, as a simulator's."""
    steps = np.random.default_rng(3).uniform(0.6, 1.4, points)
    time = np.concatenate(([0.0], np.cumsum(steps)))
    return np.asarray(time * length / time[-1], dtype=np.float64)


@pytest.mark.parametrize("taper", list(TAPERS))
def test_a_sine_on_a_line_has_its_amplitude(taper: str) -> None:
    time = uneven(4000, 10e-3)
    found = spectrum(Trace(time, 0.3 + 1.5 * np.sin(2 * np.pi * 5e3 * time)), taper=taper)
    line = int(np.argmax(found.y))
    assert found.x[line] == pytest.approx(5e3) and found.y[line] == pytest.approx(1.5, rel=1e-3)
    assert found.y[0] == pytest.approx(0.3, abs=1e-4)


def test_uneven_points_leave_no_spurs_above_minus_80_db() -> None:
    time = uneven(4000, 1e-3)
    found = spectrum(Trace(time, np.sin(2 * np.pi * 1e5 * time)), taper="blackman")
    away = np.abs(found.x - 1e5) > 8e3
    assert 20 * np.log10(np.max(found.y[away])) < -80


def test_a_window_leaves_the_rest_out() -> None:
    time = uneven(4000, 1e-3)
    signal = np.where(time < 0.5e-3, 0.0, np.sin(2 * np.pi * 1e5 * time))
    assert spectrum(Trace(time, signal), 0.5e-3, 1e-3).y.max() == pytest.approx(1.0, rel=0.02)
    assert spectrum(Trace(time, signal), 0.0, 0.49e-3).y.max() < 1e-6


def test_the_edges_of_a_pulse_do_not_overshoot() -> None:
    time = np.array([0, 1e-6, 2e-6, 3e-6, 3.001e-6, 3.002e-6, 4e-6, 5e-6, 6e-6])
    _, values = resampled(time, np.where(time > 3.0005e-6, 1.0, 0.0))
    assert values.min() >= 0 and values.max() <= 1 + 1e-12


def test_what_has_no_spectrum_says_so() -> None:
    time = np.linspace(0, 1, 20)
    with pytest.raises(MeasurementMissing, match="needs 8"):
        spectrum(Trace(time, time), 0.1, 0.2)
    with pytest.raises(MeasurementMissing, match="gaps"):
        spectrum(Trace(time, np.where(time > 0.5, np.nan, time)))
    with pytest.raises(ExpressionError, match="unknown window round"):
        spectrum(Trace(time, time), taper="round")
