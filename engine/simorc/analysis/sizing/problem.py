"""What a sizing has to reach: the margin of every spec at every corner, and what is minimised."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from simorc.config.definitions import Spec
from simorc.measurements.spec_limits import corner_names, limits_at, meets
from simorc.results.frame import Floats
from simorc.units import Value, takes_prefix

Key = tuple[str, str]
"""A measurement: its testbench and its name."""

MISSING = -6.0
"""The margin of a measurement without a value: worse than any value a search comes across."""
_BACK_OFF = 0.01
"""How far a wish that was reached may be given up again for a later one."""


@dataclass(frozen=True)
class Corner:
    """Where specs must be met: a label for people, parameters, and the name of a bundle if it has one."""

    label: str
    parameters: Mapping[str, Value] = field(default_factory=dict)
    name: str | None = None


@dataclass(frozen=True)
class Readings:
    """The measurements of one place at one corner, in their own units, and why simulations failed."""

    values: Mapping[Key, float]
    failures: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Wish:
    """A measurement to minimise or maximise; a value as good as `until` is good enough."""

    key: Key
    maximize: bool = False
    until: float | None = None
    log: bool = False


@dataclass(frozen=True)
class Row:
    """One side of one spec, or a wish that later ones must not undo."""

    testbench: str
    spec: Spec
    upper: bool
    log: bool
    wish: bool = False

    @property
    def key(self) -> Key:
        return self.testbench, self.spec.measurement


@dataclass(frozen=True)
class Judged:
    """Readings against the specs.

    ``margins`` has one entry per row: positive inside the limit, relative to it (of a quantity with a prefix
    the logarithm of the ratio). ``known`` is false where there is no value. ``goal`` is what is minimised,
    NaN without. ``met``: every spec is met.
    """

    margins: Floats
    known: np.ndarray[tuple[int], np.dtype[np.bool_]]
    goal: float
    met: bool

    @property
    def violation(self) -> float:
        """The sum of what is missing to the limits; 0 if all are met."""
        return float(-np.minimum(self.margins, 0.0).sum())

    @property
    def worst(self) -> int:
        """The row with the smallest margin."""
        return int(np.argmin(self.margins))


class Problem:
    """Specs at corners, and one wish at a time.

    `specs` are of each testbench; `units` of measurements tell which margins are ratios.
    """

    def __init__(
        self,
        specs: Mapping[str, Sequence[Spec]],
        corners: Sequence[Corner],
        units: Mapping[Key, str],
        wish: Wish | None = None,
    ) -> None:
        self.corners = corners
        self.wish = wish
        self.rows = [
            Row(testbench, spec, upper, is_ratio(units.get((testbench, spec.measurement), "")))
            for testbench, each in specs.items()
            for spec in each
            for upper in (False, True)
            if any(math.isfinite(self._limit(spec, upper, corner)) for corner in corners)
        ]
        self._limits = np.array(
            [[self._limit(row.spec, row.upper, each) for row in self.rows] for each in corners]
        )

    def judged(self, readings: Readings, corner: int) -> Judged:
        """The readings of a corner (its place among all) against the specs."""
        found = [readings.values.get(row.key) for row in self.rows]
        known = np.array([value is not None and math.isfinite(value) for value in found], dtype=np.bool_)
        limits = self._limits[corner]
        margins = np.array(
            [_margin(row, value, limit) for row, value, limit in zip(self.rows, found, limits, strict=True)]
        )
        met = not readings.failures and all(
            self.meets(number, readings, corner) for number in range(len(self.rows))
        )
        return Judged(margins, known, self._goal(readings), met)

    def meets(self, row: int, readings: Readings, corner: int) -> bool:
        """Whether the measurement of a row meets its spec at a corner."""
        value = readings.values.get(self.rows[row].key)
        at = self.corners[corner]
        names = corner_names(at.parameters, at.name)
        return value is not None and math.isfinite(value) and meets(self.rows[row].spec, value, names)

    def limit(self, row: int, corner: int) -> float:
        """The limit of a row at a corner, in the unit of its measurement."""
        return float(self._limits[corner][row])

    def shown(self, goal: float) -> float:
        """The measurement whose goal this is, in its own unit."""
        if self.wish is None:
            return math.nan
        value = -goal if self.wish.maximize else goal
        return math.exp(value) if self.wish.log else value

    def reached(self, goal: float) -> bool:
        """Whether a goal is good enough."""
        if self.wish is None or self.wish.until is None:
            return self.wish is None
        value = self.shown(goal)
        return value >= self.wish.until if self.wish.maximize else value <= self.wish.until

    def after(self, goal: float, wish: Wish) -> Problem:
        """The problem of the next wish, in which this one, reached at `goal`, remains (nearly) so."""
        assert self.wish is not None
        value = self.shown(goal)
        if self.wish.until is not None and self.reached(goal):
            value = self.wish.until
        else:
            value += (-1 if self.wish.maximize else 1) * _BACK_OFF * abs(value)
        low, high = (value, None) if self.wish.maximize else (None, value)
        kept = Row(
            self.wish.key[0],
            Spec(self.wish.key[1], min=low, max=high),
            not self.wish.maximize,
            self.wish.log,
            True,
        )
        following = Problem({}, self.corners, {}, wish)
        following.rows = [*self.rows, kept]
        following._limits = np.column_stack([self._limits, np.full(len(self.corners), value)])
        return following

    def _goal(self, readings: Readings) -> float:
        if self.wish is None:
            return 0.0
        value = readings.values.get(self.wish.key, math.nan)
        if self.wish.log:
            value = math.log(value) if value > 0 else math.nan
        return -value if self.wish.maximize else value

    @staticmethod
    def _limit(spec: Spec, upper: bool, corner: Corner) -> float:
        return limits_at(spec, corner_names(corner.parameters, corner.name))[upper]


def is_ratio(unit: str) -> bool:
    """Whether values of a unit are compared by their ratio: Hz and A are, dB and degrees are not."""
    return bool(unit) and takes_prefix(unit)


def _margin(row: Row, value: float | None, limit: float) -> float:
    if not math.isfinite(limit):
        return math.inf
    if value is None or not math.isfinite(value):
        return MISSING
    sign = -1.0 if row.upper else 1.0
    if row.log and limit > 0 and value > 0:
        return sign * math.log(value / limit)
    margin = sign * (value - limit) / (abs(limit) or _span(row.spec) or 1.0)
    return margin if margin >= -1 else -1 - math.log(-margin)


def _span(spec: Spec) -> float:
    return 0.0 if spec.min is None or spec.max is None else spec.max - spec.min
