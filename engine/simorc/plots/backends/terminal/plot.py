"""Waveforms drawn with characters, for `simorc plot` and the plot pane of the terminal interface.

     -- v(out)  -- v(in)                a legend above
 1 V +    ....         ...              ticks of our own, in SI units
     |   .    .       .   .
 0 V +...      .......     ....
     +---+---------+---------+-
         0        10 us     20 us  s

A strip is one pair of axes. A panel is several strips above each other that share x, as the magnitude and the
phase of an AC analysis.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from simorc.plots.backends.terminal.bars import BarCanvas, Bars, bars_legend
from simorc.plots.backends.terminal.canvas import Stroke, draw_strokes, sign_in_ascii
from simorc.plots.backends.terminal.curves import Floats, PlotTrace, Span, clipped, outline, overall
from simorc.plots.palette import COUNT, FEW, GHOST, Palette
from simorc.plots.ticks import Tick, fraction, minor_places, rounded_range, ticks
from simorc.text import plain

LEAST_WIDTH, LEAST_HEIGHT = 20, 5
_SIGNS = dict(zip("┃┊│◂▸•", "!:|<>o", strict=True))
_LIKENESSES = str.maketrans(_SIGNS | {"µ": "u", "°": "d", "Ω": "O", "Δ": "d", "±": "+", "σ": "s"})
_ABOVE_BARS = 1.1
"""Of the highest bar: room above it, where the lines of mean and sigma are seen."""
_RESET = "\x1b[0m"
_MORE = "  +{} more"
_DROPPED = {False: "  values ≤ 0 not shown", True: "  values <= 0 not shown"}
_MARKED = {False: "▸ ", True: "> "}
_FRAME = {
    "corner": "└",
    "side": "│",
    "tick_left": "┤",
    "minor_left": "├",
    "bottom": "─",
    "tick_below": "┬",
    "minor_below": "┴",
    "sample": "━━",
    "dashes": "╺ ",
}
_ASCII_FRAME = {
    "corner": "+",
    "side": "|",
    "tick_left": "+",
    "minor_left": "|",
    "bottom": "-",
    "tick_below": "+",
    "minor_below": "'",
    "sample": "",
}


@dataclass(frozen=True)
class Strip:
    """Curves that share both axes; `unit` is that of y. `whole`: y counts something."""

    traces: tuple[PlotTrace, ...]
    unit: str = ""
    title: str = ""
    whole: bool = False
    bars: Bars | None = None
    """What is drawn in place of the curves, which then only span the axes."""


@dataclass(frozen=True)
class Panel:
    """Strips above each other that share x; `log_x` and `log_y` are the scales that suit it.

    `part` and `heights` are what to show of x and of each strip's y at first; None is all. `x_source` is the
    variable along x.
    """

    strips: tuple[Strip, ...]
    x_unit: str = ""
    x_label: str = ""
    log_x: bool = False
    log_y: bool = False
    title: str = ""
    part: Span | None = None
    heights: tuple[Span | None, ...] = ()
    x_source: str = ""

    def x_span(self, *, log: bool) -> Span | None:
        """The span of x of all curves; None if there is nothing to draw."""
        return overall((trace for strip in self.strips for trace in strip.traces), log=log)


@dataclass(frozen=True)
class Look:
    """How to draw: size in cells, the part of x to show, scales, cursors (x in data units), characters.

    `y_spans` are the parts of y to show, strip by strip; None (or a missing entry) fits the curves. `marked`
    is the strip whose legend has a mark.
    """

    width: int
    height: int
    span: Span | None = None
    log_x: bool = False
    log_y: bool = False
    cursors: tuple[float, ...] = ()
    ascii: bool = False
    coloured: bool = True
    y_spans: tuple[Span | None, ...] = ()
    marked: int | None = None
    palette: Palette = FEW

    def y_span(self, strip: int) -> Span | None:
        """The part of y to show of a strip."""
        return self.y_spans[strip] if strip < len(self.y_spans) else None


def terminal_plot(
    traces: Sequence[PlotTrace],
    *,
    width: int = 80,
    height: int = 24,
    title: str = "",
    x_label: str = "",
    y_label: str = "",
    x_unit: str = "",
    y_unit: str = "",
    log_x: bool = False,
    log_y: bool = False,
    ascii: bool = False,  # noqa: A002 -- what the option is called
    coloured: bool = True,
) -> str:
    """One pair of axes as text of `height` lines, each `width` cells wide."""
    strip = Strip(tuple(traces), y_unit, y_label)
    panel = Panel((strip,), x_unit, x_label, title=title)
    look = Look(width, height, log_x=log_x, log_y=log_y, ascii=ascii, coloured=coloured)
    return "\n".join(draw_panel(panel, look))


@dataclass(frozen=True)
class Picture:
    """Lines of a drawn panel; x is spread over the last `columns` cells of each (0 if there is no plot).

    `y_spans` is what each drawn strip shows of y.
    """

    lines: list[str]
    columns: int = 0
    y_spans: tuple[Span, ...] = ()


def draw_panel(panel: Panel, look: Look) -> list[str]:
    """The lines of a panel: exactly ``look.height``, each ``look.width`` cells wide without its colours."""
    return picture_of(panel, look).lines


def picture_of(panel: Panel, look: Look) -> Picture:
    """A panel drawn: exactly ``look.height`` lines, each ``look.width`` cells wide without its colours."""
    picture = _picture(panel, look)
    return replace(picture, lines=[in_ascii(line) for line in picture.lines]) if look.ascii else picture


def in_ascii(text: str) -> str:
    """As many characters, ASCII only: a micro sign is a u, what has no likeness a question mark."""
    return text.translate(_LIKENESSES).encode("ascii", "replace").decode("ascii")


def _picture(panel: Panel, look: Look) -> Picture:
    lines = [_fit(plain(panel.title).center(look.width).rstrip(), look.width)] if panel.title else []
    span = look.span or panel.x_span(log=look.log_x)
    room = look.height - len(lines)
    if span is None or not panel.strips:
        return Picture(_message("nothing to draw", look))
    if look.width < LEAST_WIDTH or room < LEAST_HEIGHT:
        return Picture(_message("too small for a plot", look))
    strips = panel.strips[: max(1, (room - 1) // (LEAST_HEIGHT - 1))]
    across = _widened(span, look.log_x)
    seen = [_Seen.of(strip, across, look, look.y_span(place)) for place, strip in enumerate(strips)]
    stacked = _stack(panel, seen, replace(look, height=room), across)
    return replace(stacked, lines=lines + stacked.lines, y_spans=tuple(one.span for one in seen))


@dataclass(frozen=True)
class _Seen:
    """What of a strip shows: its curves' outlines, the span of y, the ticks of y."""

    strip: Strip
    curves: tuple[tuple[int, Floats, Floats], ...]
    span: Span
    marks: tuple[Tick, ...] = ()
    dropped: bool = False
    """Whether a log axis leaves out values of zero or less."""

    @classmethod
    def of(cls, strip: Strip, span: Span, look: Look, y_span: Span | None) -> _Seen:
        curves, dropped = [], False
        for place, trace in enumerate(strip.traces):
            index = GHOST if trace.ghost else place
            for branch in trace.branches:
                x, y = outline(branch, span, look.width, log=look.log_x)
                dropped |= look.log_x and bool((branch[0] <= 0).any())
                dropped |= look.log_y and bool((y <= 0).any())
                curves.append((index, x, _positive(y) if look.log_y else y))
        fitting = y_span or _y_span([y for _, _, y in curves], strip, look.log_y)
        return cls(strip, tuple(curves), fitting, dropped=dropped)

    def marked(self, most: int, look: Look) -> _Seen:
        strip = self.strip
        marks = ticks(*self.span, most, log=look.log_y, unit=strip.unit, whole=strip.whole)
        return replace(self, marks=tuple(marks))


def _stack(panel: Panel, seen: Sequence[_Seen], look: Look, span: Span) -> Picture:
    heights = _shares(look.height - 1, len(seen))
    marked = [one.marked(max(2, (height - 2) // 2), look) for one, height in zip(seen, heights, strict=True)]
    margin = max((len(tick.label) for one in marked for tick in one.marks), default=0)
    margin = min(margin, look.width // 3)
    across = ticks(*span, max(2, (look.width - margin) // 14), log=look.log_x, unit=panel.x_unit)
    lines: list[str] = []
    for place, (one, height) in enumerate(zip(marked, heights, strict=True)):
        own = replace(look, height=height, marked=0 if look.marked == place else None)
        lines += _strip_lines(one, own, margin, across, span)
    lines.append(_below(across, panel.x_label, margin, look.width))
    return Picture(lines, look.width - margin - 1)


def _shares(height: int, count: int) -> list[int]:
    return [height // count + (1 if place < height % count else 0) for place in range(count)]


def _canvas(seen: _Seen, look: Look, span: Span, width: int, height: int) -> list[str]:
    """What is within the axes: bars, or curves with cursors."""
    bars = seen.strip.bars
    if bars is not None:
        drawing = BarCanvas(bars, (span, seen.span[1]), (width, height), look.palette, only_ascii=look.ascii)
        return drawing.lines(coloured=look.coloured)
    strokes = [
        Stroke(*clipped(_places(x, span, look.log_x), _places(y, seen.span, look.log_y)), index)
        for index, x, y in sorted(seen.curves, key=lambda curve: curve[0] != GHOST)
    ]
    cursors = [fraction(x, *span, log=look.log_x) for x in look.cursors if span[0] <= x <= span[1]]
    return draw_strokes(
        *(strokes, cursors, width, height),
        only_ascii=look.ascii,
        coloured=look.coloured,
        palette=look.palette,
    )


def _strip_lines(seen: _Seen, look: Look, margin: int, across: Sequence[Tick], span: Span) -> list[str]:
    """Legend, canvas with y ticks, and the x axis without its labels."""
    frame = _ASCII_FRAME if look.ascii else _FRAME
    width, height = look.width - margin - 1, look.height - 2
    canvas = _canvas(seen, look, span, width, height)
    labelled_last = sorted(seen.marks, key=lambda tick: bool(tick.label))
    rows = {round((1 - tick.place) * (height - 1)): tick.label for tick in labelled_last}
    minor = {round((1 - place) * (height - 1)) for place in minor_places(*seen.span) if look.log_y}
    lines = [_legend(seen, margin, look)]
    for row, drawn in enumerate(canvas):
        side = frame["tick_left" if row in rows else "minor_left" if row in minor else "side"]
        lines.append(f"{_fit(rows.get(row, '').rjust(margin), margin)}{side}{drawn}")
    between = minor_places(*span) if look.log_x else []
    return [*lines, " " * margin + frame["corner"] + _axis(across, between, width, frame)]


def _axis(across: Sequence[Tick], between: Sequence[float], width: int, frame: dict[str, str]) -> str:
    """The x axis with its ticks; `between` are the places of minor ones."""
    minor = dict.fromkeys((_column(Tick(place, ""), width) for place in between), "minor_below")
    signs = minor | dict.fromkeys((_column(tick, width) for tick in across), "tick_below")
    return "".join(frame[signs.get(column, "bottom")] for column in range(width))


def _below(across: Sequence[Tick], label: str, margin: int, width: int) -> str:
    """The labels of the x ticks, centred below them where they do not touch; the name of x before the last.

    The ends of the axis come first, then the name, then what is between.
    """
    cells = [" "] * width
    places = [(_start(tick, margin, width), tick.label) for tick in across if tick.label]
    for start, text in (*places[:1], *places[-1:]):
        _put(cells, start, text)
    begin, end = _free(places, width)
    name = plain(label)[: max(0, end - begin)]
    for start, text in ((end - len(name), name), *places[1:-1]):
        _put(cells, start, text)
    return "".join(cells)


def _free(places: Sequence[tuple[int, str]], width: int) -> tuple[int, int]:
    """The columns between the labels of both ends, with room around them."""
    if not places:
        return 0, width
    (first, text), (last, _) = places[0], places[-1]
    return first + len(text) + 2, (last - 2 if len(places) > 1 else width)


def _start(tick: Tick, margin: int, width: int) -> int:
    """Where the label of a tick begins: centred below it, within the line."""
    centre = margin + 1 + _column(tick, width - margin - 1)
    return min(max(centre - len(tick.label) // 2, 0), max(0, width - len(tick.label)))


def _put(cells: list[str], start: int, text: str) -> None:
    """Write a text where it touches no other; else leave it out."""
    around = cells[max(0, start - 1) : start + len(text) + 1]
    if start >= 0 and not "".join(around).strip() and start + len(text) <= len(cells):
        cells[start : start + len(text)] = text


def _column(tick: Tick, width: int) -> int:
    return min(width - 1, max(0, round(tick.place * (width - 1))))


def _legend(seen: _Seen, margin: int, look: Look) -> str:
    """The strip's title and its curves, each with its colour or sign, cut to the width; at its end what a
    log axis cannot show.
    """
    strip, note = seen.strip, _DROPPED[look.ascii] if seen.dropped else ""
    room = look.width - margin - 1 - len(note)
    sign = "" if look.marked is None else _MARKED[look.ascii]
    title = (sign + plain(strip.title))[: room // 2]
    if strip.bars is not None:
        line, used = bars_legend(strip.bars, look.palette, only_ascii=look.ascii, coloured=look.coloured)
        return _padded(line if used <= room else "", used if used <= room else 0, margin, look.width)
    line, used = title, len(title)
    for index, trace in enumerate(strip.traces):
        if trace.ghost:
            continue
        sign = sign_in_ascii(index) if look.ascii else _FRAME["sample" if index < COUNT else "dashes"]
        entry = f"{'  ' if used else ''}{sign} {plain(trace.label)}"
        if used + len(entry) > room - len(_MORE.format(0)):
            left = sum(not each.ghost for each in strip.traces[index:])
            more = _MORE.format(left)[: room - used]
            return _padded(line + more + note, used + len(more) + len(note), margin, look.width)
        line += f"{look.palette.code(index)}{entry}{_RESET}" if look.coloured else entry
        used += len(entry)
    return _padded(line + note, used + len(note), margin, look.width)


def _padded(line: str, used: int, margin: int, width: int) -> str:
    return " " * (margin + 1) + line + " " * max(0, width - margin - 1 - used)


def _places(values: Floats, span: Span, log: bool) -> Floats:
    if log:
        return np.asarray(
            (np.log10(values) - math.log10(span[0])) / (math.log10(span[1]) - math.log10(span[0]))
        )
    return np.asarray((values - span[0]) / (span[1] - span[0]))


def _positive(y: Floats) -> Floats:
    return np.where(y > 0, y, np.nan)


def _y_span(curves: Sequence[Floats], strip: Strip, log: bool) -> Span:
    finite = [(float(np.nanmin(y)), float(np.nanmax(y))) for y in curves if np.isfinite(y).any()]
    if not finite:
        return (1.0, 10.0) if log else (0.0, 1.0)
    low, high = min(low for low, _ in finite), max(high for _, high in finite)
    if strip.bars is not None and not log:
        high *= _ABOVE_BARS
    return rounded_range(*_widened((low, high), log), log=log, unit=strip.unit, whole=strip.whole)


def _widened(span: Span, log: bool) -> Span:
    """A span of one value gets room on both sides, so that a constant is a line in the middle."""
    low, high = span
    if high - low > 1e-12 * max(abs(low), abs(high)):
        return span
    if log:
        return low / 2, high * 2
    room = 0.05 * abs(low) or 1.0
    return low - room, high + room


def _message(text: str, look: Look) -> list[str]:
    lines = [""] * max(0, look.height)
    if lines:
        lines[len(lines) // 2] = _fit(text.center(look.width), look.width)
    return [line.ljust(look.width) for line in lines]


def _fit(text: str, width: int) -> str:
    return text[:width].ljust(width)
