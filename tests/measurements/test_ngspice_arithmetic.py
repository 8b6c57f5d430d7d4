"""The functions of ngspice's `let`, on arrays with known results."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simorc.errors import ExpressionError
from simorc.measurements.missing import MeasurementMissing
from simorc.measurements.ngspice_functions import (
    deviation_of_points,
    differences,
    group_delay,
    imaginary,
    largest_parts,
    mean_of_points,
    normalised,
    phase_of,
    power,
    remainder,
    running_average,
    slope,
    square_root,
    unwrapped,
)

REAL = np.array([1.0, 3.0, 2.0, 6.0])


def test_means_of_points() -> None:
    assert running_average(REAL).tolist() == [1.0, 2.0, 2.0, 3.0]
    assert mean_of_points(REAL) == 3.0
    assert deviation_of_points(REAL) == pytest.approx(np.std(REAL, ddof=1))
    assert deviation_of_points(REAL * 1j) == pytest.approx(np.std(REAL, ddof=1))
    assert normalised(-2 * REAL).tolist() == [-1 / 6, -0.5, -1 / 3, -1.0]


def test_differences_of_neighbours() -> None:
    assert differences(REAL).tolist() == [2.0, 1.0, 3.0, 4.0]


@pytest.mark.parametrize("function", [deviation_of_points, differences])
def test_one_point_has_no_value(function: object) -> None:
    assert callable(function)
    with pytest.raises(MeasurementMissing, match="needs two points"):
        function(np.array([1.0]))
    with pytest.raises(MeasurementMissing, match="zero everywhere"):
        normalised(np.zeros(3))


@given(st.lists(st.floats(-5, 5), min_size=3, max_size=3))
def test_the_slope_of_a_parabola_is_exact(coefficients: list[float]) -> None:
    x = np.array([0.0, 0.5, 2.0, 3.0])
    wanted = np.polyval(np.polyder(np.array(coefficients)), x)
    np.testing.assert_allclose(slope(x, np.polyval(coefficients, x)), wanted, atol=1e-9)


def test_a_slope_needs_three_points() -> None:
    with pytest.raises(MeasurementMissing, match="three points"):
        slope(np.array([0.0, 1.0]), np.array([0.0, 1.0]))


@given(st.lists(st.floats(-3, 3), min_size=1, max_size=20))
def test_angles_without_jumps(steps: list[float]) -> None:
    angle = np.cumsum(steps)
    wrapped = np.angle(np.exp(1j * angle))
    np.testing.assert_allclose(unwrapped(wrapped) - unwrapped(wrapped)[0], angle - angle[0], atol=1e-9)


def test_the_phase_of_real_values_is_zero() -> None:
    assert phase_of(-REAL).tolist() == [0.0] * 4
    assert phase_of(np.array([1j, -1.0 + 0j])).tolist() == [np.pi / 2, np.pi]


def test_the_delay_of_a_pure_delay() -> None:
    frequency = np.linspace(1.0, 10.0, 30)
    np.testing.assert_allclose(group_delay(frequency, np.exp(-2j * np.pi * frequency * 0.05)), 0.05)
    with pytest.raises(ExpressionError, match="complex waveform"):
        group_delay(frequency, frequency)


def test_roots() -> None:
    assert square_root(np.array([4.0, 9.0])).tolist() == [2.0, 3.0]
    assert square_root(np.array([-4.0])).tolist() == [2j]
    assert np.real(square_root(np.array([1 - 1j])))[0] < 0


@pytest.mark.parametrize(
    ("first", "second", "result"), [(7.9, 3.9, 1.0), (-7.0, 3.0, 1.0), (5.0, 0.5, None), (6.0, -4.0, 2.0)]
)
def test_remainders_of_whole_numbers(first: float, second: float, result: float | None) -> None:
    (found,) = remainder(np.array([first]), np.array([second]))
    assert np.isnan(found) if result is None else found == result


def test_powers() -> None:
    assert power(np.array([2.0, 0.0]), np.array([3.0, 2.0])).tolist() == [8.0, 0.0]
    with np.errstate(invalid="ignore"):
        assert np.isnan(power(np.array([-8.0]), np.array([1 / 3])))[0]
    np.testing.assert_allclose(power(np.array([1j, 0j]), np.array([2.0, 2.0])), [-1.0, 0.0], atol=1e-15)


def test_parts() -> None:
    assert largest_parts(np.array([1 + 5j, 3 - 2j])) == 3 + 5j
    assert imaginary(np.array([1 + 5j])).tolist() == [5.0]
    with pytest.raises(ExpressionError, match="real waveform"):
        imaginary(REAL)
