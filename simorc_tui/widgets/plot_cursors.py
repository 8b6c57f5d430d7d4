"""Two cursors on a plot and what they read: x, y of every curve, and the differences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from simorc.display import plain
from simorc.quantities import format_si
from simorc.reports.terminal_plot import Panel, Strip

DIGITS = 5
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

    def readout(self, panel: Panel) -> list[str]:
        """``A 10 us   B 30 us   Δ 20 us  1/Δ 50 kHz``, then a line for each curve."""
        if not self.places:
            return []
        lines = [self._line("x", panel.x_unit, self.places) + self._inverse(panel.x_unit)]
        for strip in panel.strips:
            lines += self._of_strip(strip)
        return lines

    def _of_strip(self, strip: Strip) -> list[str]:
        return [
            self._line(plain(trace.label), strip.unit, [trace.value_at(place) for place in self.places])
            for trace in strip.traces
        ]

    def _line(self, label: str, unit: str, values: Sequence[float | None]) -> str:
        parts = [f"{name} {_written(value, unit)}" for name, value in zip(NAMES, values, strict=False)]
        if len(values) == 2:
            first, second = values
            difference = None if first is None or second is None else second - first
            parts.append(f"Δ {_written(difference, unit)}")
        return f" {label:<12} " + "   ".join(f"{part:<15}" for part in parts).rstrip()

    def _inverse(self, unit: str) -> str:
        if unit != "s" or len(self.places) < 2 or self.places[0] == self.places[1]:
            return ""
        return f"   1/Δ {format_si(1 / abs(self.places[1] - self.places[0]), 'Hz', DIGITS)}"


def _written(value: float | None, unit: str) -> str:
    return "-" if value is None else format_si(value, unit, DIGITS)
