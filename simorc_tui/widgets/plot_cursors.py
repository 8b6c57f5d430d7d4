"""Two cursors on a plot and what they read: x, y of every curve, the differences and slopes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from simorc.display import plain
from simorc.quantities import format_si
from simorc.reports.terminal_plot import Panel

DIGITS = 5
LABEL_WIDTH = 16
NAMES = "AB"


@dataclass(frozen=True)
class Cursors:
    """No cursor, A, or A and B; `places` are x in data units, one of them is in hand."""

    places: tuple[float, ...] = ()
    in_hand: int = 0

    @property
    def active(self) -> float | None:
        """Where the cursor in hand stands."""
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
        """The cursor in hand moved to `x`."""
        places = tuple(x if index == self.in_hand else place for index, place in enumerate(self.places))
        return replace(self, places=places)

    def readout(self, panel: Panel, *, log_x: bool = False) -> list[str]:
        """``x  A 10 us  B 30 us  Δ 20 us  1/Δ 50 kHz``, then a line for each curve that ends in its slope.

        The slope is Δy/Δx, over a logarithmic x Δy per decade.
        """
        if not self.places:
            return []
        labels = ["x", *(plain(trace.label) for strip in panel.strips for trace in strip.traces)]
        width = min(LABEL_WIDTH, max(map(len, labels)))
        lines = [_line("x", width, panel.x_unit, self.places) + self._inverse(panel.x_unit)]
        for strip in panel.strips:
            for trace in strip.traces:
                values = [trace.value_at(place) for place in self.places]
                line = _line(plain(trace.label), width, strip.unit, values)
                lines.append(line + self._slope(values, strip.unit, panel.x_unit, log_x))
        return lines

    def _inverse(self, unit: str) -> str:
        if len(self.places) < 2 or self.places[0] == self.places[1]:
            return ""
        inverse = {"s": "Hz", "Hz": "s", "": ""}.get(unit, f"1/{unit}")
        return f"  1/Δ {format_si(1 / abs(self.places[1] - self.places[0]), inverse, DIGITS)}"

    def _slope(self, values: Sequence[float | None], unit: str, x_unit: str, log_x: bool) -> str:
        if len(values) < 2 or values[0] is None or values[1] is None or self.places[0] == self.places[1]:
            return ""
        first, second = self.places
        run = math.log10(second / first) if log_x and first > 0 and second > 0 else second - first
        return f"  slope {slope_text((values[1] - values[0]) / run, unit, 'dec' if log_x else x_unit)}"


def slope_text(slope: float, unit: str, x_unit: str) -> str:
    """``12.3 MV/s``, ``-20 dB/dec``: what takes no prefix as a unit takes none as a slope."""
    below = f"/{x_unit}" if x_unit else ""
    if unit in ("dB", "°", "deg"):
        return f"{slope:.{DIGITS}g} {unit}{below}"
    return format_si(slope, f"{unit or '1'}{below}" if below else unit, DIGITS)


def _line(label: str, width: int, unit: str, values: Sequence[float | None]) -> str:
    parts = [f"{name} {_written(value, unit)}" for name, value in zip(NAMES, values, strict=False)]
    if len(values) == 2:
        first, second = values
        difference = None if first is None or second is None else second - first
        parts.append(f"Δ {_written(difference, unit)}")
    return f" {label[:width]:<{width}}  " + "  ".join(f"{part:<13}" for part in parts).rstrip()


def _written(value: float | None, unit: str) -> str:
    return "-" if value is None else format_si(value, unit, DIGITS)
