"""Ticks of an axis: round values, one SI prefix, both ends labelled; decades on a logarithmic axis."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from simorc.units import format_si, si_suffix

_STEPS = (1.0, 2.0, 5.0)
# Phases in parts of a turn, gains in 20 dB a decade.
_DEGREES = (1.0, 1.5, 3.0, 4.5, 9.0)
_STEPS_OF = {"°": _DEGREES, "deg": _DEGREES, "dB": (1.0, 2.0, 4.0)}
_ROUNDED_PARTS = 10
_MOST_DECIMALS = 12
_PLAIN = (1e-4, 1e6)
"""Numbers of this size are written without an exponent."""
_HAIR = 1e-6
"""Of a step: what rounding may move a value."""
_MINOR_DECADES = 7
_CLEAR = 0.6
"""Of the room of a label: a round value closer to an end than this gives way to the end's own label."""


@dataclass(frozen=True)
class Tick:
    """A mark at `place`, 0 ... 1 along the axis; without a label where there is no room for one."""

    place: float
    label: str


def ticks(
    low: float, high: float, most: int, *, log: bool = False, unit: str = "", whole: bool = False
) -> list[Tick]:
    """Both ends of the axis and at most about `most` round values between them, in data units.

    On a log axis both ends must be positive. With `whole` only whole numbers are labelled, as of a count.
    """
    if not low < high or most < 1 or (log and math.log10(low) == math.log10(high)):
        return []
    values = _decades(low, high, most) if log else []
    if len(values) < 2:
        values = _round_values(low, high, most, _steps_of(unit), whole)
    inner = [value for value in values if low < value < high]
    values = [value for value in (low, *inner, high) if not whole or value == round(value)]
    places = [fraction(value, low, high, log=log) for value in values]
    far = log and high >= 10 * low
    labels = [format_si(value, unit, 3) for value in values] if far else _labels(values, high - low, unit)
    return _cleared([Tick(*each) for each in zip(places, labels, strict=True)], _CLEAR / most)


def minor_places(low: float, high: float) -> list[float]:
    """Where 2, 3, ... 9 times each power of ten are on a log axis; none where they would be too many."""
    if not 0 < low < high or math.log10(high / low) > _MINOR_DECADES:
        return []
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    values = (factor * 10.0**power for power in powers for factor in range(2, 10))
    return [fraction(value, low, high, log=True) for value in values if low < value < high]


def rounded_range(
    low: float, high: float, *, log: bool = False, unit: str = "", whole: bool = False
) -> tuple[float, float]:
    """The range widened to round values, so that both ends of an axis have a short label."""
    if log:
        return _round_below(low), 1 / _round_below(1 / high)
    for step in _rising_steps((high - low) / _ROUNDED_PARTS, _steps_of(unit), whole):
        first, last = math.floor(low / step + _HAIR), math.ceil(high / step - _HAIR)
        if last - first <= _ROUNDED_PARTS and first < last:
            return min(first * step, low), max(last * step, high)
    return low, high


def fraction(value: float, low: float, high: float, *, log: bool = False) -> float:
    """Where `value` stands between `low` (0) and `high` (1)."""
    if log:
        value, low, high = math.log10(value), math.log10(low), math.log10(high)
    return (value - low) / (high - low)


def value_at(place: float, low: float, high: float, *, log: bool = False) -> float:
    """The value at `place`, 0 ... 1 between `low` and `high`."""
    if log:
        return float(10.0 ** (math.log10(low) + place * (math.log10(high) - math.log10(low))))
    return low + place * (high - low)


def _steps_of(unit: str) -> tuple[float, ...]:
    return _STEPS_OF.get(unit, _STEPS)


def _rising_steps(least: float, factors: tuple[float, ...], whole: bool) -> Iterator[float]:
    """The few round steps that are not less than `least`, rising."""
    least = max(least, 1.0) if whole else least
    if not (least > 0 and math.isfinite(least)):
        return
    power = math.floor(math.log10(least))
    for each in range(power, power + 3):
        for factor in factors:
            step = float(f"{factor}e{each}")
            if step >= least * (1 - 1e-9):
                yield step


def _round_values(low: float, high: float, most: int, factors: tuple[float, ...], whole: bool) -> list[float]:
    """Multiples of the least step that gives few enough; of a somewhat larger one that meets both ends."""
    steps = list(_rising_steps((high - low) / most, factors, whole))
    if not steps:
        return []
    ending = (step for step in steps[: len(factors)] if _divides(step, low) and _divides(step, high))
    step = next(ending, steps[0])
    first, last = math.ceil(low / step - _HAIR), math.floor(high / step + _HAIR)
    return [index * step for index in range(first, min(last, first + most) + 1)]


def _divides(step: float, value: float) -> bool:
    return abs(value / step - round(value / step)) < _HAIR


def _decades(low: float, high: float, most: int) -> list[float]:
    first, last = math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9)
    stride = max(1, math.ceil((last - first) / most))
    decades = [10.0**power for power in range(first, last + 1, stride)]
    if last - first >= 2 or most < 3:
        return decades
    finer = [factor * 10.0**power for power in range(first - 1, last + 1) for factor in (1, 2, 5)]
    within = [value for value in finer if low * (1 - 1e-9) <= value <= high * (1 + 1e-9)]
    return within if len(within) <= most else decades


def _cleared(marks: Sequence[Tick], clear: float) -> list[Tick]:
    """The marks without those on an end, and without the labels that would touch the label of an end."""
    kept = [tick for tick in marks if tick.place in (0.0, 1.0) or _HAIR < tick.place < 1 - _HAIR]
    return [
        tick if tick.place in (0.0, 1.0) or clear < tick.place < 1 - clear else replace(tick, label="")
        for tick in kept
    ]


def _round_below(value: float) -> float:
    """The largest of 1, 2, 5 times a power of ten that is not greater."""
    power = math.floor(math.log10(value) + 1e-9)
    return max(
        (
            step
            for each in (power - 1, power)
            for factor in _STEPS
            if (step := float(f"{factor}e{each}")) <= value * (1 + 1e-9)
        ),
        default=value,
    )


def _labels(values: Sequence[float], width: float, unit: str) -> list[str]:
    """All with the prefix of the largest, and as few digits as show a hundredth of the axis' `width`."""
    largest = max(map(abs, values), default=0.0)
    exponent, suffix = si_suffix(largest, unit)
    scaled = [float(value) / 10.0**exponent for value in values]
    fine = width / 10.0**exponent / 200
    if not _PLAIN[0] <= largest / 10.0**exponent < _PLAIN[1]:
        digits = max(3, min(_MOST_DECIMALS, math.ceil(math.log10(largest / width)) + 3)) if largest else 3
        return [f"{0.0 if abs(each) < fine else each:.{digits}g}{suffix}" for each in scaled]
    decimals = min(_MOST_DECIMALS, max(0, math.ceil(-math.log10(fine))))
    return [f"{_short(each, decimals)}{suffix}" for each in scaled]


def _short(value: float, decimals: int) -> str:
    text = f"{value:.{decimals}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text
