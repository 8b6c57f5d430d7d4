"""The variables of a sizing: parameter values as the deck has them, and coordinates from 0 to 1."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from simorc.decimals import SCALES
from simorc.units import Number

Place = tuple[float, ...]
"""A point of the search: one coordinate from 0 to 1 per variable."""

_DIGITS = 4
"""Significant digits of a value without a grid: what is written is what was simulated."""


@dataclass(frozen=True)
class Variable:
    """One degree of freedom, in the unit of the parameter `name`.

    `ratios` are the parameters that follow it, each with its factor. `grid` is the step between values that
    are possible, None for any.
    """

    name: str
    low: float
    high: float
    start: float
    log: bool = False
    grid: float | None = None
    ratios: Mapping[str, float] = field(default_factory=dict)
    suffixes: bool = True
    """Whether values are written ``2.5u``; otherwise ``2.5e-06``."""

    def at(self, coordinate: float) -> float:
        """The value at a coordinate, one that is possible."""
        inside = min(1.0, max(0.0, coordinate))
        if self.log:
            value = self.low * (self.high / self.low) ** inside
        else:
            value = self.low + (self.high - self.low) * inside
        return self._possible(value)

    def coordinate(self, value: float) -> float:
        """The coordinate of a value."""
        if self.log:
            return math.log(value / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)

    def _possible(self, value: float) -> float:
        if self.grid is None:
            return min(self.high, max(self.low, float(f"{value:.{_DIGITS}g}")))
        least, most = math.ceil(self.low / self.grid - 1e-9), math.floor(self.high / self.grid + 1e-9)
        return float(f"{min(most, max(least, round(value / self.grid))) * self.grid:.12g}")

    @property
    def smallest_step(self) -> float:
        """The largest coordinate between two neighbouring values; 0 without a grid."""
        if self.grid is None:
            return 0.0
        at = self.low if self.log else self.high - self.grid
        return abs(self.coordinate(min(self.high, at + self.grid)) - self.coordinate(at))

    def texts(self, value: float) -> dict[str, Number]:
        """The values of all parameters of this variable, as they are written."""
        followers = {name: ratio * value for name, ratio in self.ratios.items()}
        return {name: Number(self._text(each)) for name, each in {self.name: value, **followers}.items()}

    def _text(self, value: float) -> str:
        return engineering(value) if self.suffixes else f"{value:.10g}"


@dataclass(frozen=True)
class Space:
    """All variables of a sizing."""

    variables: Sequence[Variable]

    def __len__(self) -> int:
        return len(self.variables)

    @property
    def start(self) -> Place:
        """The place that the sizing starts from."""
        return self.possible([each.coordinate(each.start) for each in self.variables])

    def possible(self, coordinates: Sequence[float]) -> Place:
        """The nearest place whose values can be written."""
        pairs = zip(self.variables, coordinates, strict=True)
        return tuple(each.coordinate(each.at(float(coordinate))) for each, coordinate in pairs)

    def values(self, place: Place) -> dict[str, float]:
        """The value of every variable at a place."""
        return {each.name: each.at(at) for each, at in zip(self.variables, place, strict=True)}

    def parameters(self, place: Place) -> dict[str, Number]:
        """The value of every parameter at a place, as a deck has it."""
        texts: dict[str, Number] = {}
        for variable, value in zip(self.variables, self.values(place).values(), strict=True):
            texts |= variable.texts(value)
        return texts


def engineering(value: float, digits: int = 10) -> str:
    """``2.5u``, ``1.2meg``, ``16``: a number as SPICE writes it."""
    if value == 0 or not math.isfinite(value):
        return f"{value:g}"
    exponent = 3 * math.floor(math.log10(abs(value)) / 3 + 1e-12)
    if exponent not in SCALES:
        return f"{value:.{digits}g}"
    return f"{value / 10.0**exponent:.{digits}g}{SCALES[exponent]}"
