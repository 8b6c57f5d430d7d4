"""Measurements of a whole run as plot panels: histogram, families of curves, map of two parameters."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from simorc.csv_text import CsvWriter
from simorc.errors import UsageError
from simorc.plots.backends.terminal.bars import Bars
from simorc.plots.backends.terminal.curves import Floats, PlotTrace
from simorc.plots.backends.terminal.plot import Panel, Strip
from simorc.plots.figure import Axis, Curve, Figure, FigureStrip
from simorc.plots.from_run import family
from simorc.results.frame import Frame
from simorc.results.open_run import OpenRun
from simorc.results.specs import Spec, judge_cases
from simorc.results.statistics import summarise_values
from simorc.shown_values import parameter_text
from simorc.units import ShownAs, format_si

MOST_CURVES = 12
BINS = 40
ROOM_FOR_LIMITS = 1.5
"""A limit further from the values than this, in widths of the distribution, is not drawn."""
RANKS = ("pass", "near", "fail", "missing", "error", "pending")
"""From good to bad; where several cases share a place of the map the worst one counts."""


@dataclass(frozen=True)
class Spread:
    """A panel and the sentence above it."""

    panel: Panel
    title: str


def histogram_of(run: OpenRun, measurement: str) -> Spread:
    """How often a measurement takes which values, with limits and σ. Raises UsageError without values."""
    measured, shown = run.frame.values(measurement), run.shown(measurement)
    values = shown.scale * measured[np.isfinite(measured)]
    summary = summarise_values(values)
    if summary is None:
        raise UsageError(f"no case has a value of {measurement}")
    spec = _spec(run, measurement)
    counts, edges = np.histogram(values, bins=min(BINS, max(5, int(len(values) ** 0.5) * 2)))
    # Every bar as its outline: up at its left edge, down at its right one.
    x = np.repeat(edges, 2)
    y = np.concatenate(([0.0], np.repeat(counts.astype(np.float64), 2), [0.0]))
    top = float(counts.max())
    low, high = _limits(spec, shown)
    traces = [PlotTrace.of("cases", _rising(x), y)]
    for name, limit in (("min", low), ("max", high)):
        if limit is not None and _is_near(limit, edges):
            traces.append(_limit_line(name, limit, top))
    drawn = run.is_one_population(measurement)
    sigma = summary.sigma if drawn else None
    traces += _sigma_lines(summary.mean, sigma, top)
    parts = [f"{measurement}: n={summary.n}", f"mean {format_si(summary.mean, shown.unit)}"]
    if summary.sigma is not None:
        parts.append(f"σ {format_si(summary.sigma, shown.unit)}")
        cp, cpk = run.capability(spec) if spec is not None else (None, None)
        parts += [f"{name} {value:.2f}" for name, value in (("Cp", cp), ("Cpk", cpk)) if value is not None]
    remarks = [_remark(name, limit, edges, shown) for name, limit in (("min", low), ("max", high))]
    bars = Bars(
        *(edges, counts.astype(np.float64), low, high, summary.mean, sigma),
        remarks=(*(text for text in remarks if text), "│ mean", *(("┊ ±σ ±3σ",) if sigma else ())),
    )
    panel = Panel((Strip(tuple(traces), whole=True, bars=bars),), shown.unit, measurement)
    return Spread(panel, "  ".join([*parts, *([summary.normality] if drawn else [])]))


def over_parameter(run: OpenRun, measurement: str, parameter: str, by: str = "") -> Spread:
    """A measurement against a parameter, a curve for each value of the parameter `by` ('': for each
    combination of all others).

    Where several cases share a value of both, the lowest and the highest are drawn, as two lines of a colour.
    """
    frame = run.frame
    names = _ordered(frame, parameter) if frame.parameters[parameter].dtype == np.object_ else ()
    traces = (
        _families(run, measurement, parameter, by, names)
        if by or names
        else _combinations(run, measurement, parameter)
    )
    if not traces:
        raise UsageError(f"no case has a value of {measurement}")
    more = f"  ({MOST_CURVES} of {len(traces)} curves)" if len(traces) > MOST_CURVES else ""
    if any(len(trace.branches) > 1 for trace in traces):
        more = f": lowest and highest{more}"
    listed = ", ".join(f"{place} {name}" for place, name in enumerate(names))
    panel = Panel(
        (Strip(tuple(traces[:MOST_CURVES]), run.unit(measurement)),),
        frame.units.get(parameter, ""),
        f"{parameter} ({listed})" if listed else parameter,
    )
    return Spread(panel, f"{measurement} over {parameter}{f', by {by}' if by else ''}{more}")


def _combinations(run: OpenRun, measurement: str, parameter: str) -> list[PlotTrace]:
    traces = []
    for curve in family(run.frame, measurement, parameter, run.scale(measurement)):
        if np.isfinite(curve.y).any():
            order = np.argsort(curve.x, kind="stable")
            traces.append(PlotTrace.of(curve.label or measurement, curve.x[order], curve.y[order]))
    return traces


def _families(
    run: OpenRun, measurement: str, parameter: str, by: str, names: Sequence[str]
) -> list[PlotTrace]:
    """A curve for each value of `by`; texts along x are at 0, 1, ..."""
    frame, values = run.frame, run.scale(measurement) * run.frame.values(measurement)
    texts = _texts(frame, parameter)
    x = np.array([names.index(text) for text in texts] if names else frame.parameters[parameter], dtype=float)
    groups = _ordered(frame, by) if by else ("",)
    owners = np.array(_texts(frame, by) if by else [""] * len(frame))
    found = []
    for group in groups:
        there = (owners == group) & np.isfinite(values)
        if there.any():
            found.append(_envelope(f"{by}={group}" if by else measurement, x[there], values[there]))
    return found


def _envelope(label: str, x: Floats, y: Floats) -> PlotTrace:
    """The lowest and the highest y at each x: one line where they are the same everywhere."""
    places, owner = np.unique(x, return_inverse=True)
    low, high = np.full(len(places), np.inf), np.full(len(places), -np.inf)
    np.minimum.at(low, owner, y)
    np.maximum.at(high, owner, y)
    if np.array_equal(low, high):
        return PlotTrace.of(label, places, low)
    return PlotTrace(label, ((places, low), (places, high)))


@dataclass(frozen=True)
class Map:
    """A verdict for every pair of values: ``cells[row][column]`` is (verdict, worst case) or None."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[str, ...]
    cells: tuple[tuple[tuple[str, int] | None, ...], ...]
    across: str = ""
    down: str = ""


COLOURS = {
    "pass": "#009e73",
    "near": "#e69f00",
    "fail": "#d55e00",
    "missing": "#cc79a7",
    "error": "#7a1f00",
    "pending": "#999999",
}


def figure_of_map(found: Map) -> Figure:
    """A map as a figure to write: a dot for each place, a curve for each verdict; the first row is on top."""
    across, down, curves = found.columns, found.rows[::-1], []
    for verdict in RANKS:
        places = [
            (column, len(down) - 1 - row)
            for row, cells in enumerate(found.cells)
            for column, cell in enumerate(cells)
            if cell is not None and cell[0] == verdict
        ]
        if places:
            x, y = np.array(places, dtype=np.float64).T
            curves.append(Curve(verdict, x, y, "points", colour=COLOURS[verdict]))
    heights = (-0.5, len(down) - 0.5)
    # Room at the right for the legend.
    wide = (-0.5, len(across) - 0.5 + max(1.0, len(across) / 5))
    strip = FigureStrip(Axis(found.down, range=heights, categories=down), tuple(curves))
    return Figure(found.title, Axis(found.across, range=wide, categories=across), (strip,))


def table_of_map(found: Map) -> str:
    """A map as CSV: a row for each place with verdict and worst case."""
    stream = io.StringIO()
    writer = CsvWriter(stream)
    writer.writerow((found.down, found.across, "verdict", "worst case"))
    for row, cells in zip(found.rows, found.cells, strict=True):
        for column, cell in zip(found.columns, cells, strict=True):
            if cell is not None:
                writer.writerow((row, column, *cell))
    return stream.getvalue()


def map_of(run: OpenRun, spec_name: str, across: str, down: str) -> Map:
    """The verdict of one spec ('' for all of them) over two parameters, the worst of each place."""
    frame = run.frame
    specs = [spec for spec in run.specs if spec_name in ("", spec.measurement)]
    ranks = _worst_ranks(frame, specs)
    columns, rows = _texts(frame, across), _texts(frame, down)
    column_names, row_names = _ordered(frame, across), _ordered(frame, down)
    found: dict[tuple[str, str], tuple[int, int]] = {}
    for place, key in enumerate(zip(rows, columns, strict=True)):
        rank = (int(ranks[place]), int(frame.ids[place]))
        found[key] = max(found.get(key, (-1, 0)), rank, key=lambda each: each[0])
    cells = tuple(
        tuple(
            (RANKS[found[row, column][0]], found[row, column][1]) if (row, column) in found else None
            for column in column_names
        )
        for row in row_names
    )
    title = f"{spec_name or 'all specs'}: {down} down, {across} across"
    return Map(title, column_names, row_names, cells, across, down)


def _worst_ranks(frame: Frame, specs: Sequence[Spec]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    ranks = np.zeros(len(frame), dtype=np.int64)
    judged = [judge_cases(frame, spec).status for spec in specs] or [
        np.where(frame.completed, "pass", np.where(frame.failed, "error", "pending")).astype(np.object_)
    ]
    for status in judged:
        for rank, word in enumerate(RANKS):
            here = np.asarray(status == word, dtype=np.bool_)
            ranks = np.where(here, np.maximum(ranks, rank), ranks)
    return ranks


def _texts(frame: Frame, parameter: str) -> list[str]:
    return [parameter_text(value) for value in frame.parameters[parameter].tolist()]


def _ordered(frame: Frame, parameter: str) -> tuple[str, ...]:
    """Numbers by size, texts in the order of the sweep."""
    values = list(dict.fromkeys(frame.parameters[parameter].tolist()))
    numeric = all(isinstance(value, float | int) for value in values)
    return tuple(parameter_text(value) for value in (sorted(values) if numeric else values))


def values_of_parameters(frame: Frame, names: Sequence[str]) -> dict[str, tuple[object, ...]]:
    """Every value that each of the parameters takes, once."""
    return {name: tuple(dict.fromkeys(frame.parameters[name].tolist())) for name in names}


def _spec(run: OpenRun, measurement: str) -> Spec | None:
    return next((spec for spec in run.specs if spec.measurement == measurement), None)


def _limits(spec: Spec | None, shown: ShownAs) -> tuple[float | None, float | None]:
    """The limits as displayed; a negative scale turns them round."""
    given = (None, None) if spec is None else (spec.min, spec.max)
    low, high = (None if limit is None else shown.scale * limit for limit in given)
    return (high, low) if shown.scale < 0 else (low, high)


def _is_near(limit: float, edges: Floats) -> bool:
    """Whether a limit is drawn: one far from all values would leave no room for them."""
    room = ROOM_FOR_LIMITS * float(edges[-1] - edges[0])
    return bool(edges[0] - room <= limit <= edges[-1] + room)


def _limit_line(name: str, limit: float, top: float) -> PlotTrace:
    """An upright line: two points at almost the same x."""
    return PlotTrace.of(name, _rising(np.array([limit, limit])), np.array([0.0, top]))


def _remark(name: str, limit: float | None, edges: Floats, shown: ShownAs) -> str:
    """``┃ min -5 mV``; with an arrow to one that is beyond the drawing."""
    if limit is None:
        return ""
    sign = "┃" if _is_near(limit, edges) else "◂" if limit < edges[0] else "▸"
    return f"{sign} {name} {format_si(limit, shown.unit)}"


def _sigma_lines(mean: float, sigma: float | None, top: float) -> list[PlotTrace]:
    """Upright lines at the mean, and at one and three σ on both sides of it."""
    wanted: list[tuple[str, tuple[float, ...]]] = [("mean", (mean,))]
    if sigma:
        wanted += [(f"±{n if n > 1 else ''}σ", (mean - n * sigma, mean + n * sigma)) for n in (1, 3)]
    height = np.array([0.0, top])
    return [
        PlotTrace(label, tuple((_rising(np.array([at, at])), height) for at in places))
        for label, places in wanted
    ]


def _rising(x: np.ndarray[tuple[int], np.dtype[np.float64]]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """The second of two equal neighbours a hair further on: a curve's x has to rise."""
    rising = x.copy()
    equal = np.flatnonzero(np.diff(x) == 0) + 1
    rising[equal] = np.nextafter(np.nextafter(x[equal], np.inf), np.inf)
    return rising
