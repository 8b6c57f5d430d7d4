"""The visible part of a plot, and its scales."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from simorc.plots.backends.terminal.curves import Span
from simorc.plots.backends.terminal.plot import Panel
from simorc.plots.ticks import fraction, value_at

NARROWEST = 1e-9
HIGHEST = 1e100


@dataclass(frozen=True)
class Window:
    """`span` is None if there is no data; it is always within `full`, the span of the data.

    `heights` are the parts of y the user chose to see, strip by strip; None fits y to the curves. `in_hand`
    is the strip whose y the keys change, None until one has been moved or selected.
    """

    full: Span | None = None
    full_log: Span | None = None
    part: Span | None = None
    log_x: bool = False
    log_y: bool = False
    heights: tuple[Span | None, ...] = ()
    in_hand: int | None = None

    @classmethod
    def over(cls, panel: Panel) -> Window:
        """All of a panel, on the scales that suit it."""
        positive = panel.x_span(log=True)
        log_x = panel.log_x and positive is not None
        heights = panel.heights or (None,) * len(panel.strips)
        return cls(panel.x_span(log=False), positive, panel.part, log_x, panel.log_y, heights)

    def over_again(self, panel: Panel) -> Window:
        """The same part of x and y over a panel of the same kind; a window on everything stays one."""
        fresh = Window.over(panel)
        log_x = self.log_x and fresh.full_log is not None
        seen = replace(fresh, part=self.part, log_x=log_x, log_y=self.log_y)
        if len(self.heights) != len(fresh.heights):
            return seen
        return replace(seen, heights=self.heights, in_hand=self.in_hand)

    @property
    def whole(self) -> Span | None:
        """Everything there is, on the scale in use."""
        return self.full_log if self.log_x else self.full

    @property
    def span(self) -> Span | None:
        """What shows."""
        return self.part or self.whole

    def fitted(self) -> Window:
        return replace(self, part=None, heights=(None,) * len(self.heights))

    def with_log_x(self, log: bool) -> Window:
        return replace(self, log_x=log, part=None)

    def with_log_y(self, log: bool) -> Window:
        return replace(self, log_y=log, heights=(None,) * len(self.heights))

    def next_strip(self) -> Window:
        """Select the next strip."""
        return replace(self, in_hand=((-1 if self.in_hand is None else self.in_hand) + 1) % len(self.heights))

    def y_zoomed(self, factor: float, drawn: Sequence[Span], around: float | None) -> Window:
        """Show `factor` times as much of y of the selected strip; `drawn` is the visible part of y, `around`
        stays fixed.
        """
        if not 0 <= (strip := self.in_hand or 0) < len(drawn):
            return self
        low, high = drawn[strip]
        inside = around is not None and low < around < high
        centre = fraction(around, low, high, log=self.log_y) if inside and around is not None else 0.5
        return self._at_height(strip, drawn[strip], centre - centre * factor, centre + (1 - centre) * factor)

    def y_panned(self, part: float, drawn: Sequence[Span]) -> Window:
        """The selected strip moved up by a part of its height."""
        if not 0 <= (strip := self.in_hand or 0) < len(drawn):
            return self
        return self._at_height(strip, drawn[strip], part, 1 + part)

    def _at_height(self, strip: int, seen: Span, start: float, end: float) -> Window:
        try:
            low, high = (value_at(place, *seen, log=self.log_y) for place in (start, end))
        except OverflowError:
            return self
        widest = max(abs(low), abs(high))
        if not high - low > NARROWEST * widest or not widest < HIGHEST or (self.log_y and low <= 0):
            return self
        heights = tuple((low, high) if each == strip else kept for each, kept in enumerate(self.heights))
        return replace(self, heights=heights, in_hand=strip)

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
            return replace(self, part=None)
        room = self.whole[1] - self.whole[0] if not self.log_x else abs(high)
        return self if high - low <= NARROWEST * room else replace(self, part=(low, high))
