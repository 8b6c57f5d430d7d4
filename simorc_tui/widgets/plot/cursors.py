"""Two cursors on a plot and their readings: x, y of every curve, differences and slopes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from simorc.plots.backends.terminal.plot import Panel
from simorc.text import plain
from simorc.units import format_si

DIGITS = 5
SHORTEST_NAME = 5
NAMES = "AB"


@dataclass(frozen=True)
class Cursors:
    """No cursor, A, or A and B; `places` are x in data units, one of the cursors is active."""

    places: tuple[float, ...] = ()
    in_hand: int = 0

    @property
    def active(self) -> float | None:
        """The position of the active cursor."""
        return self.places[self.in_hand] if self.places else None

    def stepped(self, first: float, second: float) -> Cursors:
        """From none to A at `first`, from A to A and B at `second`, from both to none."""
        match self.places:
            case ():
                return Cursors((first,))
            case (at,):
                return Cursors((at, second), 1)
            case _:
                return Cursors()

    def swapped(self) -> Cursors:
        return replace(self, in_hand=1 - self.in_hand) if len(self.places) == 2 else self

    def moved(self, x: float) -> Cursors:
        """The active cursor moved to `x`."""
        places = tuple(x if index == self.in_hand else place for index, place in enumerate(self.places))
        return replace(self, places=places)

    def readout(self, panel: Panel, *, log_x: bool = False, width: int = 80) -> list[str]:
        """``x  A 10 us  B 30 us  Δ 20 us  1/Δ 50 kHz``, then a line for each curve that ends in its slope.

        The slope is Δy/Δx, over a logarithmic x Δy per decade. Columns are aligned; names are shortened if
        the lines are wider than `width` cells.
        """
        if not self.places:
            return []
        rows = [("x", *_cells(panel.x_unit, self.places), self._inverse(panel.x_unit))]
        for strip in panel.strips:
            for trace in strip.traces:
                values = [trace.value_at(place) for place in self.places]
                slope = self._slope(values, strip.unit, panel.x_unit, log_x)
                rows.append((plain(trace.label), *_cells(strip.unit, values), slope))
        return _aligned(rows, width)

    def _inverse(self, unit: str) -> str:
        if len(self.places) < 2 or self.places[0] == self.places[1]:
            return ""
        inverse = {"s": "Hz", "Hz": "s", "": ""}.get(unit, f"1/{unit}")
        return f"1/Δ {format_si(1 / abs(self.places[1] - self.places[0]), inverse, DIGITS)}"

    def _slope(self, values: Sequence[float | None], unit: str, x_unit: str, log_x: bool) -> str:
        if len(values) < 2 or values[0] is None or values[1] is None or self.places[0] == self.places[1]:
            return ""
        first, second = self.places
        run = math.log10(second / first) if log_x and first > 0 and second > 0 else second - first
        return f"slope {slope_text((values[1] - values[0]) / run, unit, 'dec' if log_x else x_unit)}"


def slope_text(slope: float, unit: str, x_unit: str) -> str:
    """``12.3 MV/s``, ``-20 dB/dec``: what takes no prefix as a unit takes none as a slope."""
    below = f"/{x_unit}" if x_unit else ""
    if unit in ("dB", "°", "deg"):
        return f"{slope:.{DIGITS}g} {unit}{below}"
    return format_si(slope, f"{unit or '1'}{below}" if below else unit, DIGITS)


def _cells(unit: str, values: Sequence[float | None]) -> list[str]:
    """``A 10 us``, ``B 30 us``, ``Δ 20 us``: as many as there are."""
    cells = [f"{name} {_written(value, unit)}" for name, value in zip(NAMES, values, strict=False)]
    if len(values) == 2:
        first, second = values
        difference = None if first is None or second is None else second - first
        cells.append(f"Δ {_written(difference, unit)}")
    return cells


def _aligned(rows: Sequence[tuple[str, ...]], width: int) -> list[str]:
    """Rows of (name, cells ...) as lines of at most `width` cells, where names can make room enough."""
    wide = [max(map(len, column)) for column in zip(*rows, strict=True)]
    room = width - 1 - sum(2 + cell for cell in wide[1:] if cell)
    wide[0] = max(SHORTEST_NAME, min(wide[0], room))
    lines = []
    for name, *cells in rows:
        padded = [f"{cell:<{space}}" for cell, space in zip(cells, wide[1:], strict=True) if space]
        lines.append("  ".join([f" {_shortened(name, wide[0]):<{wide[0]}}", *padded]).rstrip())
    return lines


def _shortened(name: str, width: int) -> str:
    """``v(x1.…minus)``: both ends distinguish names better than the beginning alone."""
    if len(name) <= width:
        return name
    end = (width - 1) // 2
    return f"{name[: width - 1 - end]}…{name[len(name) - end :]}"


def _written(value: float | None, unit: str) -> str:
    return "-" if value is None else format_si(value, unit, DIGITS)
