"""Built-in measurements against circuits with a closed solution."""

from __future__ import annotations

import numpy as np
import pytest

from simorc.measurements.builtins import ac, dc, noise, spectrum, tran
from simorc.measurements.builtins.registry import builtins_by_name
from simorc.measurements.missing import MeasurementMissing

R, C = 1e3, 1e-9
TAU = R * C
FC = 1 / (2 * np.pi * TAU)
F = np.logspace(0, 9, 91)  # 10 points per decade, as `ac dec 10`
CLOSE = 1e-3  # 0.1 %


def uneven_time(stop: float, count: int = 4001) -> np.ndarray:
    """Time points that crowd towards the start, as a simulator's do after an edge."""
    return stop * np.linspace(0, 1, count) ** 1.7


def first_order(gain: float = 1.0, pole: float = FC) -> np.ndarray:
    return gain / (1 + 1j * F / pole)


def test_rc_bandwidth() -> None:
    assert ac.bandwidth_3db(F, first_order()) == pytest.approx(FC, rel=CLOSE)
    assert ac.dc_gain(F, first_order(100.0)) == pytest.approx(40.0, rel=1e-9)
    assert ac.gain_at(F, first_order(), at=FC) == pytest.approx(-3.0103, rel=CLOSE)


def test_rlc_bandpass_width_around_the_peak() -> None:
    f0, q = 1e5, 5.0
    h = (1j * F / f0 / q) / (1 - (F / f0) ** 2 + 1j * F / f0 / q)
    f = np.logspace(3, 7, 401)
    h = (1j * f / f0 / q) / (1 - (f / f0) ** 2 + 1j * f / f0 / q)
    assert ac.bandwidth_3db(f, h, reference="peak") == pytest.approx(f0 / q, rel=CLOSE)


def test_ideal_integrator_loop() -> None:
    unity = 1.23e6
    for sign in (1, -1):
        h = sign * unity / (1j * F)
        assert ac.unity_gain_frequency(F, h) == pytest.approx(unity, rel=CLOSE)
        assert ac.phase_margin(F, h) == pytest.approx(90.0, rel=CLOSE)


def test_two_pole_phase_margin() -> None:
    a0, p1, p2 = 1e4, 1e3, 3e7
    h = a0 / ((1 + 1j * F / p1) * (1 + 1j * F / p2))
    fine = np.logspace(6, 8, 2_000_001)
    gain = a0 / np.abs((1 + 1j * fine / p1) * (1 + 1j * fine / p2))
    unity = fine[np.argmax(gain < 1)]
    margin = 180 - np.degrees(np.arctan(unity / p1) + np.arctan(unity / p2))
    assert ac.unity_gain_frequency(F, h) == pytest.approx(unity, rel=CLOSE)
    assert ac.phase_margin(F, h) == pytest.approx(margin, rel=CLOSE)
    assert ac.phase_margin(F, -h) == pytest.approx(margin, rel=CLOSE)


def test_three_pole_gain_margin() -> None:
    # Three equal poles reach -180 degrees at sqrt(3) p, where each attenuates by 2.
    h = 4.0 / (1 + 1j * F / 1e5) ** 3
    assert ac.gain_margin(F, h) == pytest.approx(20 * np.log10(2), rel=CLOSE)


def test_psrr() -> None:
    supply, gain = np.full(len(F), 1e-3 + 0j), np.full(len(F), 100 + 0j)
    assert ac.psrr(F, supply) == pytest.approx(60.0)
    assert ac.psrr(F, supply, gain) == pytest.approx(100.0)
    assert ac.psrr(F, supply, at=1234.0) == pytest.approx(60.0)


def test_rc_step() -> None:
    t = uneven_time(14 * TAU)
    y = 1 - np.exp(-t / TAU)
    assert tran.rise_time(t, y) == pytest.approx(TAU * np.log(9), rel=CLOSE)
    assert tran.fall_time(t, -y) == pytest.approx(TAU * np.log(9), rel=CLOSE)
    assert tran.slew_rate(t, y) == pytest.approx(0.8 / (TAU * np.log(9)), rel=CLOSE)
    assert tran.slew_rate(t, -3 * y, edge="fall") == pytest.approx(2.4 / (TAU * np.log(9)), rel=CLOSE)
    assert tran.settling_time(t, y, tolerance=0.01) == pytest.approx(TAU * np.log(100), rel=CLOSE)
    assert tran.overshoot(t, y) == 0.0
    assert tran.crossing(t, y, level=0.5) == pytest.approx(TAU * np.log(2), rel=CLOSE)


def test_rlc_step_overshoot() -> None:
    zeta, wn = 0.3, 2 * np.pi * 1e6
    wd = wn * np.sqrt(1 - zeta**2)
    t = uneven_time(60 / (zeta * wn) / 4, 20001)
    y = 1 - np.exp(-zeta * wn * t) * (np.cos(wd * t) + zeta / np.sqrt(1 - zeta**2) * np.sin(wd * t))
    expected = 100 * np.exp(-np.pi * zeta / np.sqrt(1 - zeta**2))
    assert tran.overshoot(t, y) == pytest.approx(expected, rel=CLOSE)
    assert tran.overshoot(t, 5 - 2 * y) == pytest.approx(expected, rel=CLOSE)


def test_sine_levels_and_cycles() -> None:
    t = np.sort(np.random.default_rng(1).uniform(0, 10e-6, 20000))
    t[0], t[-1] = 0.0, 10e-6
    y = 0.5 + 2 * np.sin(2 * np.pi * 1e6 * t)
    assert tran.frequency(t, y) == pytest.approx(1e6, rel=CLOSE)
    assert tran.period(t, y) == pytest.approx(1e-6, rel=CLOSE)
    assert tran.average(t, y) == pytest.approx(0.5, rel=CLOSE)
    assert tran.rms(t, y) == pytest.approx(np.sqrt(0.25 + 2), rel=CLOSE)
    assert tran.peak_to_peak(t, y) == pytest.approx(4, rel=CLOSE)


def test_duty_cycle_and_delay_of_pulses() -> None:
    edges = np.array([0, 1, 1.01, 4, 4.01, 11, 11.01, 14, 14.01, 20]) * 1e-6
    y = np.array([0, 0, 1, 1, 0, 0, 1, 1, 0, 0.0])
    assert tran.duty_cycle(edges, y) == pytest.approx(30.0, rel=CLOSE)
    later = edges + 0.25e-6
    t = np.union1d(edges, later)
    a, b = np.interp(t, edges, y), np.interp(t, later, y)
    assert tran.delay(t, a, b) == pytest.approx(0.25e-6, rel=CLOSE)
    assert tran.delay(t, a, b, n=2, trigger_edge="rise", target_edge="fall") == pytest.approx(
        3.25e-6, rel=CLOSE
    )
    assert tran.rise_time(t, a, n=2) == pytest.approx(0.8 * 0.01e-6, rel=CLOSE)


@pytest.mark.parametrize("fundamental", [None, 1e3])
def test_known_thd(fundamental: float | None) -> None:
    t = np.sort(np.random.default_rng(2).uniform(0, 7.4e-3, 5000))
    w = 2 * np.pi * 1e3
    y = 0.1 + np.sin(w * t) + 0.01 * np.sin(2 * w * t + 1) + 0.004 * np.cos(3 * w * t)
    expected = 100 * np.hypot(0.01, 0.004)
    assert spectrum.thd(t, y, fundamental=fundamental) == pytest.approx(expected, rel=CLOSE)


def test_snr_of_known_noise() -> None:
    random = np.random.default_rng(3)
    t = np.linspace(0, 20e-3, 200_001)
    y = np.sin(2 * np.pi * 1e3 * t) + random.normal(0, 1e-3, len(t))
    assert spectrum.snr(t, y, fundamental=1e3) == pytest.approx(10 * np.log10(0.5 / 1e-6), abs=0.05)


def test_ktc_noise() -> None:
    kt = 1.380649e-23 * 300.15
    density = np.sqrt(4 * kt * R) / np.abs(1 + 1j * F / FC)
    band = np.sqrt(kt / C * 2 / np.pi * (np.arctan(F[-1] / FC) - np.arctan(F[0] / FC)))
    assert noise.integrated_noise(F, density) == pytest.approx(band, rel=CLOSE)
    white = np.full(len(F), 1e-9)
    assert noise.integrated_noise(F, white, low=1e3, high=2e3) == pytest.approx(
        1e-9 * np.sqrt(1e3), rel=CLOSE
    )
    flicker = 1e-6 / np.sqrt(F)
    expected = 1e-6 * np.sqrt(np.log(1e6 / 10))
    assert noise.integrated_noise(F, flicker, low=10, high=1e6) == pytest.approx(expected, rel=CLOSE)


def test_dc_offset() -> None:
    vin = np.linspace(-0.1, 0.1, 201)
    assert dc.offset(vin, np.tanh(50 * (vin - 0.0123)), level=0) == pytest.approx(0.0123, rel=CLOSE)


def test_what_is_not_there_is_missing() -> None:
    t, flat = np.linspace(0, 1, 11), np.ones(11)
    cases = [
        lambda: ac.dc_gain(F, np.zeros(len(F), complex)),
        lambda: ac.bandwidth_3db(F, np.ones(len(F), complex)),
        lambda: ac.unity_gain_frequency(F, first_order(0.5)),
        lambda: ac.gain_margin(F, first_order(10)),
        lambda: ac.gain_at(F, first_order(), at=1e12),
        lambda: ac.psrr(F, np.zeros(len(F), complex)),
        lambda: tran.rise_time(t, flat),
        lambda: tran.settling_time(t, flat),
        lambda: tran.overshoot(t, flat),
        lambda: tran.frequency(t, flat),
        lambda: tran.delay(t, t, flat),
        lambda: tran.crossing(t, t, level=2),
        lambda: tran.crossing(t, t, level=0.5, n=2),
        lambda: tran.rms(t, t, start=0.5, stop=3),
        lambda: spectrum.thd(t, flat),
        lambda: dc.offset(t, flat, level=0),
    ]
    for case in cases:
        with pytest.raises(MeasurementMissing):
            case()


def test_every_builtin_of_the_reference_is_there_and_documented() -> None:
    wanted = {
        *(
            "dc_gain",
            "gain_at",
            "bandwidth_3db",
            "unity_gain_frequency",
            "phase_margin",
            "gain_margin",
            "psrr",
        ),
        *("slew_rate", "rise_time", "fall_time", "settling_time", "overshoot", "delay", "crossing"),
        *("period", "frequency", "duty_cycle", "rms", "average", "peak_to_peak", "thd", "snr"),
        *("integrated_noise", "offset"),
    }
    known = builtins_by_name()
    assert wanted == set(known)
    assert all(len(found.description) > 20 for found in known.values())
    assert known["gain_at"].required == {"at"}
    assert known["psrr"].required_signals == ("signal",)
    assert known["crossing"].arguments == {"level": "number", "n": "integer", "edge": "word"}
