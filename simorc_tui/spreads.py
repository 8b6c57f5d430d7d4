"""Measurements over a whole run as panels to plot: histogram, families of curves, a map of two parameters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from simorc.errors import UsageError
from simorc.quantities import format_si
from simorc.reports.plotting import family
from simorc.reports.terminal_curves import PlotTrace
from simorc.reports.terminal_plot import Panel, Strip
from simorc.results.api import OpenRun
from simorc.results.frame import Frame
from simorc.results.specs import Spec, judge_cases
from simorc.results.statistics import capability, summarise_values

MOST_CURVES = 12
BINS = 40
RANKS = ("pass", "near", "fail", "missing", "error", "pending")
"""From good to bad; where several cases share a place of the map the worst one counts."""


@dataclass(frozen=True)
class Spread:
    """A panel and the sentence above it."""

    panel: Panel
    title: str


def histogram_of(run: OpenRun, measurement: str) -> Spread:
    """How often a measurement takes which values, with limits and σ. Raises UsageError without values."""
    values = run.frame.values(measurement)
    values = values[np.isfinite(values)]
    summary = summarise_values(values)
    if summary is None:
        raise UsageError(f"no case has a value of {measurement}")
    spec = _spec(run, measurement)
    counts, edges = np.histogram(values, bins=min(BINS, max(5, int(len(values) ** 0.5) * 2)))
    # Every bar as its outline: up at its left edge, down at its right one.
    x = np.repeat(edges, 2)
    y = np.concatenate(([0.0], np.repeat(counts.astype(np.float64), 2), [0.0]))
    top = float(counts.max())
    traces = [PlotTrace.of("cases", _rising(x), y), *_limit_lines(spec, top)]
    unit = run.unit(measurement)
    parts = [f"{measurement}: n={summary.n}", f"mean {format_si(summary.mean, unit)}"]
    if summary.sigma is not None:
        parts.append(f"σ {format_si(summary.sigma, unit)}")
        cp, cpk = capability(summary, spec) if spec is not None else (None, None)
        parts += [f"{name} {value:.2f}" for name, value in (("Cp", cp), ("Cpk", cpk)) if value is not None]
    return Spread(
        Panel((Strip(tuple(traces), "", ""),), unit, measurement), "  ".join([*parts, summary.normality])
    )


def over_parameter(run: OpenRun, measurement: str, parameter: str) -> Spread:
    """A measurement against a parameter, a curve for each combination of the others."""
    frame = run.frame
    if frame.parameters[parameter].dtype == np.object_:
        raise UsageError(f"{parameter} is no number: group by it with v, or sort by it")
    curves = [curve for curve in family(frame, measurement, parameter) if np.isfinite(curve.y).any()]
    if not curves:
        raise UsageError(f"no case has a value of {measurement}")
    traces = []
    for curve in curves[:MOST_CURVES]:
        order = np.argsort(curve.x, kind="stable")
        traces.append(PlotTrace.of(curve.label or measurement, curve.x[order], curve.y[order]))
    more = f"  ({MOST_CURVES} of {len(curves)} curves)" if len(curves) > MOST_CURVES else ""
    panel = Panel(
        (Strip(tuple(traces), run.unit(measurement)),), run.frame.units.get(parameter, ""), parameter
    )
    return Spread(panel, f"{measurement} over {parameter}{more}")


@dataclass(frozen=True)
class Map:
    """A verdict for every pair of values: ``cells[row][column]`` is (verdict, worst case) or None."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[str, ...]
    cells: tuple[tuple[tuple[str, int] | None, ...], ...]


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
    return Map(f"{spec_name or 'all specs'}: {down} down, {across} across", column_names, row_names, cells)


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
    return [_text(value) for value in frame.parameters[parameter].tolist()]


def _ordered(frame: Frame, parameter: str) -> tuple[str, ...]:
    """Numbers by size, texts in the order of the sweep."""
    values = list(dict.fromkeys(frame.parameters[parameter].tolist()))
    numeric = all(isinstance(value, float | int) for value in values)
    return tuple(_text(value) for value in (sorted(values) if numeric else values))


def _text(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _spec(run: OpenRun, measurement: str) -> Spec | None:
    return next((spec for spec in run.specs if spec.measurement == measurement), None)


def _limit_lines(spec: Spec | None, top: float) -> list[PlotTrace]:
    """Upright lines at the limits: two points at almost the same x."""
    limits = () if spec is None else ((spec.min, "min"), (spec.max, "max"))
    return [
        PlotTrace.of(name, _rising(np.array([value, value])), np.array([0.0, top]))
        for value, name in limits
        if value is not None
    ]


def _rising(x: np.ndarray[tuple[int], np.dtype[np.float64]]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """The second of two equal neighbours a hair further on: a curve's x has to rise."""
    rising = x.copy()
    equal = np.flatnonzero(np.diff(x) == 0) + 1
    rising[equal] = np.nextafter(np.nextafter(x[equal], np.inf), np.inf)
    return rising
