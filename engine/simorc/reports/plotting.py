"""From a plot spec and a run to a figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from simorc.errors import SimorcError, UsageError
from simorc.measurements.arrays import Trace
from simorc.measurements.expressions import Scope, compile_wave_expression
from simorc.measurements.missing import MeasurementMissing
from simorc.measurements.wave_functions import Quantity
from simorc.quantities import format_si
from simorc.reports.figures import Axis, Curve, Figure, FigureStrip, Floats, Limit, as_floats, histogram
from simorc.reports.plotspec import PlotSpec, PlotStrip, plain_signal
from simorc.results.api import OpenRun
from simorc.results.frame import Frame
from simorc.results.specs import Spec
from simorc.sweeps.expressions import compile_expression
from simorc.sweeps.near_names import did_you_mean

MOST_OVERLAID = 200
"""More cases than this in one figure are thinned out, evenly."""


def figure_of(run: OpenRun, spec: PlotSpec, cases: Sequence[int] | None = None) -> Figure:
    """The figure of a spec over a run; ``cases`` take the place of the spec's own choice."""
    if spec.kind == "waves":
        return _waves_figure(run, spec, list(cases or chosen_cases(run, spec)))
    chosen = None if cases is None else np.isin(run.frame.ids, list(cases))
    frame = run.frame.select(_where(run.frame, spec.where) if chosen is None else chosen)
    if spec.kind == "histogram":
        return _histogram_figure(run, frame, spec)
    return _parameter_figure(run, frame, spec)


def chosen_cases(run: OpenRun, spec: PlotSpec) -> list[int]:
    """The completed cases a spec asks for; without a wish, the first."""
    if spec.cases:
        return list(spec.cases)
    frame = run.frame
    if not spec.where:
        return [int(case) for case in frame.ids[frame.completed][:1]]
    found = frame.ids[_where(frame, spec.where) & frame.completed]
    stride = max(1, -(-len(found) // MOST_OVERLAID))
    return [int(case) for case in found[::stride]]


def _where(frame: Frame, text: str) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    if not text:
        return np.ones(len(frame), dtype=np.bool_)
    expression = compile_expression(text, list(frame.parameters))
    chosen = (bool(expression.evaluate(frame.parameters_of(place))) for place in range(len(frame)))
    return np.fromiter(chosen, dtype=np.bool_, count=len(frame))


def _waves_figure(run: OpenRun, spec: PlotSpec, cases: Sequence[int]) -> Figure:
    if not cases:
        return Figure(spec.title, spec.x_axis, (), "no completed case")
    strips = tuple(
        FigureStrip(
            strip.axis, tuple(curve for case in cases for curve in _curves(run, spec, strip, case, cases))
        )
        for strip in spec.strips
    )
    note = f"case {cases[0]}" if len(cases) == 1 else f"{len(cases)} cases"
    return Figure(spec.title, spec.x_axis, strips, note)


def _curves(run: OpenRun, spec: PlotSpec, strip: PlotStrip, case: int, cases: Sequence[int]) -> list[Curve]:
    waves = run.waves(case)
    places = np.flatnonzero(run.frame.ids == case)
    parameters = run.frame.parameters_of(int(places[0])) if len(places) else {}
    scope = Scope(lambda: waves, lambda name: _number(parameters, name), spec.analysis)
    suffix = "" if len(cases) == 1 else f" #{case}"
    found = []
    for legend, signal in strip.signals.items():
        y = _trace(compile_wave_expression(plain_signal(signal)).value(scope), signal)
        found.append(Curve(legend + suffix, _across(spec, scope, y), as_floats(y.y)))
    return found


def _number(parameters: Mapping[str, object], name: str) -> float | None:
    value = parameters.get(name)
    return float(value) if isinstance(value, (int, float)) else None


def _trace(value: Quantity, signal: str) -> Trace:
    if not isinstance(value, Trace):
        raise UsageError(f"{signal} is a number, not a waveform")
    return value


def _across(spec: PlotSpec, scope: Scope, y: Trace) -> Floats:
    """What is drawn across: the axis of the curve, or another signal of the same length (an XY plot)."""
    if plain_signal(spec.x).lower() in ("", "time", "frequency", "freq", "sweep"):
        return y.x
    try:
        x = _trace(compile_wave_expression(plain_signal(spec.x)).value(scope), spec.x)
    except MeasurementMissing:
        if "sweep" in spec.x.lower():
            return y.x
        raise
    if len(x.y) != len(y.y):
        raise UsageError(f"{spec.x} and the signals drawn over it come from different analyses")
    return as_floats(x.y)


def _parameter_figure(run: OpenRun, frame: Frame, spec: PlotSpec) -> Figure:
    if spec.x not in frame.parameters:
        raise UsageError(f"{spec.x} is not swept in this run{did_you_mean(spec.x, frame.parameters)}")
    strips = tuple(
        FigureStrip(
            _with_unit(strip.axis, run.unit(strip.measurement)),
            tuple(family(frame, strip.measurement, spec.x)),
            limits_of(run.specs, strip.measurement, run.unit(strip.measurement)),
        )
        for strip in spec.strips
    )
    return Figure(spec.title or f"over {spec.x}", spec.x_axis, strips)


def family(frame: Frame, measurement: str, over: str, most: int = 60) -> list[Curve]:
    """A measurement over a parameter: one curve per combination of the others, points when there are too
    many.
    """
    column = frame.parameters[over]
    values = frame.values(measurement)
    if column.dtype == np.object_:
        texts, places = np.unique(column.astype(str), return_inverse=True)
        return [Curve(", ".join(texts[:8]), places.astype(np.float64), values, "points")]
    x = np.asarray(column, dtype=np.float64)
    others = [name for name in frame.parameters if name not in (over, "sample")]
    keys = list(zip(*(frame.parameters[name].tolist() for name in others), strict=True)) if others else []
    groups: dict[tuple[object, ...], list[int]] = {}
    for place, key in enumerate(keys or [()] * len(frame)):
        groups.setdefault(key, []).append(place)
    if len(groups) > most or len(groups) == len(frame):
        return [Curve("", x, values, "points")]
    return [_family_curve(others, key, x[members], values[members]) for key, members in groups.items()]


def _family_curve(names: Sequence[str], key: tuple[object, ...], x: Floats, y: Floats) -> Curve:
    order = np.argsort(x, kind="stable")
    shown = (f"{each:g}" if isinstance(each, float) else str(each) for each in key)
    label = ", ".join(f"{name}={value}" for name, value in zip(names, shown, strict=True))
    return Curve(label, x[order], y[order])


def _histogram_figure(run: OpenRun, frame: Frame, spec: PlotSpec) -> Figure:
    strip = spec.strips[0]
    unit = run.unit(strip.measurement)
    bars = histogram(frame.values(strip.measurement), strip.measurement, spec.bins)
    limits = limits_of(run.specs, strip.measurement, unit, vertical=True)
    drawn = (FigureStrip(Axis("cases"), (bars,), limits),) if bars else ()
    return Figure(spec.title or strip.measurement, _with_unit(strip.axis, unit), drawn)


def limits_of(
    specs: Sequence[Spec], measurement: str, unit: str, *, vertical: bool = False
) -> tuple[Limit, ...]:
    """The limits of a measurement's spec, labelled."""
    found = [spec for spec in specs if spec.measurement == measurement]
    pairs = [(name, value) for spec in found for name, value in (("min", spec.min), ("max", spec.max))]
    return tuple(
        Limit(value, f"{name} {format_si(value, unit)}", vertical)
        for name, value in pairs
        if value is not None
    )


def _with_unit(axis: Axis, unit: str) -> Axis:
    return axis if axis.unit else Axis(axis.label, unit, axis.log, axis.range)


def figures_of(run: OpenRun, specs: Sequence[PlotSpec]) -> list[Figure]:
    """Every spec as a figure; one that cannot be drawn for this run says why in its place."""
    found = []
    for spec in specs:
        try:
            found.append(figure_of(run, spec))
        except SimorcError as error:
            found.append(Figure(spec.title or "plot", spec.x_axis, (), error.message))
    return found
