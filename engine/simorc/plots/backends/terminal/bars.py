"""A distribution as filled bars of block characters, with limits, mean, sigma and the normal curve."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from simorc.plots.backends.terminal.curves import Floats, Span
from simorc.plots.palette import Palette
from simorc.plots.ticks import fraction

_EIGHTHS, _ASCII_EIGHTHS = " ▁▂▃▄▅▆▇█", " ....::##"
VIOLATED, MUTED = "\x1b[38;5;3m", "\x1b[38;5;8m"
_RESET = "\x1b[0m"


@dataclass(frozen=True, eq=False)
class Bars:
    """Counts between edges (one more than counts), the limits, and mean and sigma, all in one unit.

    `others` are limits beyond which not every value violates the spec, as those of one corner. `remarks` are
    the texts of the legend after that of the bars: a limit, the mean, ...
    """

    edges: Floats
    counts: Floats
    low: float | None = None
    high: float | None = None
    mean: float | None = None
    sigma: float | None = None
    remarks: tuple[str, ...] = ()
    others: tuple[float, ...] = ()

    def count_at(self, x: float) -> float:
        """How many are in the bar at `x`; 0 beside all bars."""
        place = int(np.searchsorted(self.edges, x, side="right")) - 1
        return float(self.counts[place]) if 0 <= place < len(self.counts) else 0.0

    def violates(self, x: float) -> bool:
        """Whether `x` is beyond a limit."""
        return (self.low is not None and x < self.low) or (self.high is not None and x > self.high)

    def normal_at(self, x: float) -> float:
        """The count that a normal distribution of the same mean, sigma and total has in a bar at `x`."""
        if not self.sigma or self.mean is None:
            return math.nan
        share = math.exp(-0.5 * ((x - self.mean) / self.sigma) ** 2) / (self.sigma * math.sqrt(2 * math.pi))
        return float(self.counts.sum() * (self.edges[1] - self.edges[0]) * share)


class BarCanvas:
    """The cells of bars, each a character with its colour; `axes` are the span of x and the top of y."""

    def __init__(
        self,
        bars: Bars,
        axes: tuple[Span, float],
        size: tuple[int, int],
        palette: Palette,
        *,
        only_ascii: bool,
    ) -> None:
        self._bars = bars
        self._span, self._top = axes
        self._width, self._height = size
        self._palette, self._ascii = palette, only_ascii
        self._cells = [[(" ", "")] * self._width for _ in range(self._height)]

    def lines(self, *, coloured: bool) -> list[str]:
        """The drawing as lines, top first."""
        step = (self._span[1] - self._span[0]) / max(1, self._width - 1)
        for column in range(self._width):
            self._draw_column(column, self._span[0] + column * step)
        for x, sign, colour in self._rules():
            self._draw_rule(x, sign, colour)
        return [_joined(row, coloured) for row in self._cells]

    def _draw_column(self, column: int, x: float) -> None:
        colour = VIOLATED if self._bars.violates(x) else self._palette.code(0)
        eighths = _ASCII_EIGHTHS if self._ascii else _EIGHTHS
        filled = round(8 * self._height * min(1.0, self._bars.count_at(x) / self._top))
        for row in range(self._height):
            part = min(8, max(0, filled - 8 * (self._height - 1 - row)))
            if part:
                self._cells[row][column] = (eighths[part], colour)
        peak = self._row(self._bars.normal_at(x))
        if peak is not None:
            self._cells[peak][column] = ("o" if self._ascii else "•", self._palette.code(1))

    def _row(self, count: float) -> int | None:
        """The row of a height; None where it is not drawn."""
        if not math.isfinite(count) or count < 0.02 * self._top or count > self._top:
            return None
        return min(self._height - 1, int((1 - count / self._top) * self._height))

    def _rules(self) -> list[tuple[float, str, str]]:
        """Upright lines: sigmas and the mean beside and above the bars, and over all the limits."""
        bars, signs = self._bars, ":|!" if self._ascii else "┊│┃"
        found = [] if bars.mean is None else [(bars.mean, signs[1], MUTED)]
        if bars.mean is not None and bars.sigma:
            found += [(bars.mean + n * bars.sigma, signs[0], MUTED) for n in (-3, -1, 1, 3)]
        limits = (limit for limit in (bars.low, bars.high, *bars.others) if limit is not None)
        return [*found, *((limit, signs[2], VIOLATED) for limit in limits)]

    def _draw_rule(self, x: float, sign: str, colour: str) -> None:
        if not self._span[0] <= x <= self._span[1]:
            return
        column = round(fraction(x, *self._span) * (self._width - 1))
        for row in range(self._height):
            there = self._cells[row][column][0]
            if there == " " or (colour == VIOLATED and there not in ("•", "o")):
                self._cells[row][column] = (sign, colour)


def bars_legend(bars: Bars, palette: Palette, *, only_ascii: bool, coloured: bool) -> tuple[str, int]:
    """The legend and its width in cells: the bars and the remarks."""
    texts = [("# cases" if only_ascii else "█ cases", palette.code(0))]
    texts += [(each, "") for each in bars.remarks]
    if bars.sigma:
        texts.append(("o normal" if only_ascii else "• normal", palette.code(1)))
    line = "  ".join(f"{code}{text}{_RESET}" if coloured and code else text for text, code in texts)
    return line, len("  ".join(text for text, _ in texts))


def _joined(row: list[tuple[str, str]], coloured: bool) -> str:
    if not coloured:
        return "".join(sign for sign, _ in row)
    line, before = "", ""
    for sign, colour in row:
        if colour != before:
            line += colour or _RESET
            before = colour
        line += sign
    return line + (_RESET if before else "")
