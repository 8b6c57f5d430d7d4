"""The part of x a plot shows, and its scales."""

from __future__ import annotations

from dataclasses import dataclass, replace

from simorc.reports.terminal_curves import Span
from simorc.reports.terminal_plot import Panel
from simorc.reports.terminal_ticks import fraction, value_at

NARROWEST = 1e-9


@dataclass(frozen=True)
class Window:
    """`span` is None when there is nothing to see; it never leaves `full`, the span of the data."""

    full: Span | None = None
    full_log: Span | None = None
    part: Span | None = None
    log_x: bool = False
    log_y: bool = False

    @classmethod
    def over(cls, panel: Panel) -> Window:
        """All of a panel, on the scales that suit it."""
        positive = panel.x_span(log=True)
        log_x = panel.log_x and positive is not None
        return cls(panel.x_span(log=False), positive, None, log_x, panel.log_y)

    def over_again(self, panel: Panel) -> Window:
        """The same part of x over a panel of the same kind; a window on everything stays one."""
        fresh = Window.over(panel)
        return replace(
            fresh, part=self.part, log_x=self.log_x and fresh.full_log is not None, log_y=self.log_y
        )

    @property
    def whole(self) -> Span | None:
        """Everything there is, on the scale in use."""
        return self.full_log if self.log_x else self.full

    @property
    def span(self) -> Span | None:
        """What shows."""
        return self.part or self.whole

    def fitted(self) -> Window:
        return replace(self, part=None)

    def with_log_x(self, log: bool) -> Window:
        return replace(self, log_x=log, part=None)

    def with_log_y(self, log: bool) -> Window:
        return replace(self, log_y=log)

    def zoomed(self, factor: float, around: float | None) -> Window:
        """`factor` times as much of x; the point `around` (the middle, by default) stays where it is."""
        if self.span is None or not self.span[0] < self.span[1]:
            return self
        low, high = self.span
        inside = around is not None and low <= around <= high
        centre = fraction(around, low, high, log=self.log_x) if inside and around is not None else 0.5
        return self._at(centre - centre * factor, centre + (1 - centre) * factor)

    def panned(self, part: float) -> Window:
        """Moved by a part of its width, no further than the data goes."""
        if self.span is None or self.part is None or self.whole is None or not self.span[0] < self.span[1]:
            return self
        low, high = (fraction(edge, *self.span, log=self.log_x) for edge in self.whole)
        part = max(low, part) if part < 0 else min(high - 1, part)
        return self._at(part, 1 + part)

    def moved(self, x: float, part: float) -> float:
        """`x` moved by a part of the width, within the window."""
        if self.span is None or not self.span[0] < self.span[1]:
            return x
        place = fraction(x, *self.span, log=self.log_x) + part
        return value_at(min(max(place, 0.0), 1.0), *self.span, log=self.log_x)

    def _at(self, start: float, end: float) -> Window:
        """The window between two places of this one, 0 ... 1, kept within the data."""
        if self.span is None or self.whole is None:
            return self
        low = max(self.whole[0], value_at(start, *self.span, log=self.log_x))
        high = min(self.whole[1], value_at(end, *self.span, log=self.log_x))
        if (low, high) == self.whole:
            return self.fitted()
        room = self.whole[1] - self.whole[0] if not self.log_x else abs(high)
        return self if high - low <= NARROWEST * room else replace(self, part=(low, high))
