"""Values between the points of a waveform."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simorc.measurements.arrays import Trace
from simorc.measurements.interpolation import (
    crossings,
    integral,
    log_axis,
    nth_crossing,
    refined,
    running_integral,
    smooth_crossing,
    smooth_value,
    value_at,
    window,
)
from simorc.measurements.missing import MeasurementMissing

TIME = np.array([0.0, 1.0, 3.0, 4.0, 8.0])
WAVE = np.array([0.0, 2.0, 0.0, 1.0, 1.0])


def test_crossings_by_straight_lines() -> None:
    assert crossings(TIME, WAVE, 1.0).tolist() == [0.5, 2.0, 4.0]
    assert crossings(TIME, WAVE, 1.0, "rise").tolist() == [0.5, 4.0]
    assert crossings(TIME, WAVE, 1.0, "fall").tolist() == [2.0]
    assert crossings(TIME, WAVE, 5.0).tolist() == []


def test_a_curve_that_starts_on_the_level_has_not_crossed_it() -> None:
    assert crossings(TIME, WAVE, 0.0).tolist() == []


def test_the_nth_crossing_counts_from_both_ends() -> None:
    assert nth_crossing(TIME, WAVE, 1.0, 2) == 2.0
    assert nth_crossing(TIME, WAVE, 1.0, -1) == 4.0
    for number in (0, 4, -4):
        with pytest.raises(MeasurementMissing, match="there are 3"):
            nth_crossing(TIME, WAVE, 1.0, number)
    with pytest.raises(MeasurementMissing, match="edge must be rise, fall or either"):
        crossings(TIME, WAVE, 1.0, "up")


def test_values_outside_of_the_axis_are_missing() -> None:
    assert value_at(TIME, WAVE, 2.0) == 1.0
    assert value_at(TIME[::-1], WAVE[::-1], 2.0) == 1.0
    assert value_at(TIME, WAVE * 1j, 2.0) == 1j
    with pytest.raises(MeasurementMissing, match="9 is outside of 0 … 8"):
        value_at(TIME, WAVE, 9.0)


def test_a_window_has_interpolated_ends() -> None:
    part = window(Trace(TIME, WAVE), 0.5, 3.5)
    assert part.x.tolist() == [0.5, 1.0, 3.0, 3.5]
    assert part.y.tolist() == [1.0, 2.0, 0.0, 0.5]
    with pytest.raises(MeasurementMissing, match="is empty"):
        window(Trace(TIME, WAVE), 3.0, 3.0)


def test_integrals_use_the_actual_spacing() -> None:
    assert integral(TIME, WAVE) == 1.0 + 2.0 + 0.5 + 4.0
    assert running_integral(TIME, WAVE).tolist() == [0.0, 1.0, 3.0, 3.5, 7.5]
    assert integral(TIME, WAVE * 1j) == 7.5j


def test_the_logarithm_needs_positive_frequencies() -> None:
    assert log_axis(np.array([1.0, np.e])).tolist() == [0.0, 1.0]
    assert log_axis(np.array([0.0, 5.0])).tolist() == [0.0, 5.0]


@given(st.lists(st.floats(-3, 3), min_size=4, max_size=4), st.floats(1.0, 4.0))
def test_a_cubic_is_met_exactly_inside(coefficients: list[float], at: float) -> None:
    u = np.arange(6.0)
    y = np.polyval(coefficients, u)
    wanted = float(np.polyval(coefficients, at))
    assert smooth_value(u, y, at) == pytest.approx(wanted, abs=1e-9)
    fine_u, fine_y = refined(u, y, 4)
    assert len(fine_u) == 5 * 4 + 1
    np.testing.assert_allclose(fine_y, np.polyval(coefficients, fine_u), atol=1e-8)


def test_a_smooth_crossing_is_that_of_the_cubic() -> None:
    u = np.arange(6.0)
    assert smooth_crossing(u, u**3, 2, 20.0) == pytest.approx(20 ** (1 / 3))


def test_few_points_stay_as_they_are() -> None:
    u = np.array([0.0, 1.0, 2.0])
    assert refined(u, u, 5) == (u, u)
