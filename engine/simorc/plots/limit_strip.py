"""The measured values of a spec between its limits, as one line of text: ``├───[══●══]───┤``.

The limits of every strip of the same width are in the same cells, so that strips below each other can be
compared. ``[`` is the lowest value, ``●`` the mean, ``]`` the highest. Cells beyond a limit are *violated*; a
value too far beyond for its cells is an arrow at the edge. Every surface that shows a strip draws it from
here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

TRACK, LIMIT, MET, VIOLATED = "track", "limit", "met", "violated"
_BEYOND = 6
"""One part in so many of a strip is beyond a limit, on either side."""
_FILLED = 0.8
"""How much of an open side the values reach into."""
UNICODE_SIGNS = "├┤┼─[═]●◂▸╎"
ASCII_SIGNS = "||+-[=]o<>:"


@dataclass(frozen=True)
class LimitStrip:
    """The limits and the measured range of one spec, on its display scale; None where there is none.

    `corner_limits` are other limits of some corners. `violated` is the judge's: whether a case violates the
    spec; only then is a cell drawn as violated. `reference` are values that the scale is made for in place
    of the measured ones, so that these are seen to move.
    """

    low: float | None
    high: float | None
    least: float | None = None
    mean: float | None = None
    most: float | None = None
    violated: bool = False
    corner_limits: tuple[float, ...] = ()
    reference: tuple[float, ...] = ()

    def place(self, value: float) -> float:
        """Where a value is drawn: 0 is the left edge of the strip, 1 the right one."""
        origin, at, per = self._scale()
        return at + (value - origin) * per

    def edge(self, side: int) -> float | None:
        """The place of the low limit (0) or the high one (1); None where there is no such limit."""
        limit = (self.low, self.high)[side]
        return None if limit is None else self.place(limit)

    def is_beyond(self, value: float) -> bool:
        """Whether a value is drawn as violated: outside of the limits, if the judge found violations."""
        low, high = self.tight
        return self.violated and not low <= value <= high

    @property
    def tight(self) -> tuple[float, float]:
        """The limits that no corner has tighter."""
        low = -math.inf if self.low is None else self.low
        high = math.inf if self.high is None else self.high
        middle = self.mean if self.mean is not None else (low + high) / 2
        inner = [each for each in self.corner_limits if low < each < high]
        lows = [each for each in inner if each <= middle]
        highs = [each for each in inner if each > middle]
        if self.low is not None:
            low = max([low, *lows])
        if self.high is not None:
            high = min([high, *highs])
        return low, high

    def _scale(self) -> tuple[float, float, float]:
        """(a value, its place, places per unit): of the limits, else of the values."""
        room, values = 1 / _BEYOND, self._values()
        if self.low is not None and self.high is not None and self.high > self.low:
            return self.low, room, (1 - 2 * room) / (self.high - self.low)
        if self.low is not None and self.high is not None:
            farthest = max((abs(value - self.low) for value in values), default=0.0)
            return self.low, 0.5, 0.5 * _FILLED / farthest if farthest else 0.0
        if self.low is not None:
            return self.low, room, _open_scale([value - self.low for value in values], room)
        if self.high is not None:
            return self.high, 1 - room, _open_scale([self.high - value for value in values], room)
        return self._unlimited_scale(values, room)

    def _unlimited_scale(self, values: list[float], room: float) -> tuple[float, float, float]:
        if not values:
            return 0.0, 0.5, 0.0
        low, high = min(values), max(values)
        return (low, room, (1 - 2 * room) / (high - low)) if high > low else (low, 0.5, 0.0)

    def _values(self) -> list[float]:
        found = self.reference or (self.least, self.mean, self.most)
        return [value for value in found if value is not None and math.isfinite(value)]


def _open_scale(inward: list[float], room: float) -> float:
    """Places per unit where only one side has a limit; `inward` are the distances of values from it."""
    inside = max([*inward, 0.0])
    outside = max([*(-each for each in inward), 0.0])
    if inside:
        return (1 - room) * _FILLED / inside
    return room / outside if outside else 0.0


def strip_runs(strip: LimitStrip, width: int, *, ascii_only: bool = False) -> list[tuple[str, str]]:
    """The strip as (text, role) runs of `width` cells together; a role is one of the four above."""
    cells = _Cells(strip, width, ASCII_SIGNS if ascii_only else UNICODE_SIGNS)
    runs: list[tuple[str, str]] = []
    for sign, role in zip(cells.signs, cells.roles, strict=True):
        if runs and runs[-1][1] == role:
            runs[-1] = (runs[-1][0] + sign, role)
        else:
            runs.append((sign, role))
    return runs


def strip_text(strip: LimitStrip, width: int, *, ascii_only: bool = False) -> str:
    """The strip as plain text of `width` characters."""
    return "".join(text for text, _ in strip_runs(strip, width, ascii_only=ascii_only))


class _Cells:
    """One strip in cells."""

    def __init__(self, strip: LimitStrip, width: int, signs: str) -> None:
        self._strip = strip
        self._width = width
        names = ("left", "right", "both", "track", "from", "bar", "to", "mean", "before", "after", "corner")
        self._sign: Mapping[str, str] = dict(zip(names, signs, strict=True))
        self.signs = [" "] * width
        self.roles = [TRACK] * width
        self._low, self._high = (self._limit_cell(side) for side in (0, 1))
        self._draw_track()
        self._draw_values()

    def _limit_cell(self, side: int) -> int | None:
        place = self._strip.edge(side)
        return None if place is None else round(place * (self._width - 1))

    @property
    def _corners(self) -> list[int]:
        cells = [round(self._strip.place(limit) * (self._width - 1)) for limit in self._strip.corner_limits]
        return [cell for cell in cells if 0 <= cell < self._width]

    def _draw_track(self) -> None:
        first = 0 if self._low is None else self._low
        last = self._width - 1 if self._high is None else self._high
        for cell in range(first, last + 1):
            self.signs[cell] = self._sign["track"]
        for cell in self._corners:
            self._put(cell, "corner", LIMIT)
        if self._low is not None and self._low == self._high:
            self._put(self._low, "both", LIMIT)
            return
        for found, name in ((self._low, "left"), (self._high, "right")):
            if found is not None:
                self._put(found, name, LIMIT)

    def _draw_values(self) -> None:
        least, mean, most = self._strip.least, self._strip.mean, self._strip.most
        if least is None or mean is None or most is None:
            return
        first, middle, last = (self._value_cell(value) for value in (least, mean, most))
        if last - first > 1:
            for cell in range(max(first, 0), min(last, self._width - 1) + 1):
                self._put_value(cell, "bar")
            self._put_value(first, "from")
            self._put_value(last, "to")
        self._put_value(middle, "mean")
        corners = [(cell, "corner") for cell in self._corners]
        for limit, name in (*corners, (self._low, "left"), (self._high, "right")):
            # A range that passes a limit leaves the limit to be seen.
            if limit is not None and first < limit < last and limit != middle:
                self._put(limit, name, LIMIT)

    def _value_cell(self, value: float) -> int:
        """The cell of a value, never on the wrong side of a limit, however near to it."""
        cell = round(max(-1.0, min(2.0, self._strip.place(value))) * (self._width - 1))
        low, high, beyond = self._strip.low, self._strip.high, self._strip.is_beyond(value)
        if low is not None and self._low is not None and value < low and beyond:
            return min(cell, self._low - 1)
        if high is not None and self._high is not None and value > high and beyond:
            return max(cell, self._high + 1)
        floor = 0 if self._low is None else self._low + 1
        ceiling = self._width - 1 if self._high is None else self._high - 1
        return min(max(cell, floor), ceiling) if floor <= ceiling else cell

    def _put_value(self, cell: int, name: str) -> None:
        if cell < 0 or cell >= self._width:
            cell, name = (0, "before") if cell < 0 else (self._width - 1, "after")
        self._put(cell, name, self._value_role(cell))

    def _value_role(self, cell: int) -> str:
        if not self._strip.violated:
            return MET
        low, high = self._tight_cells()
        return VIOLATED if cell < low or cell > high else MET

    def _tight_cells(self) -> tuple[float, float]:
        low, high = self._strip.tight
        first = -1.0 if math.isinf(low) else self._strip.place(low) * (self._width - 1)
        last = float(self._width) if math.isinf(high) else self._strip.place(high) * (self._width - 1)
        return round(first), round(last)

    def _put(self, cell: int, name: str, role: str) -> None:
        self.signs[cell], self.roles[cell] = self._sign[name], role
