"""A plot spec and a run -> a figure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from simorc.config.names import did_you_mean
from simorc.errors import SimorcError, UsageError
from simorc.expressions.conditions import compile_parameter_condition
from simorc.measurements.arrays import Trace
from simorc.measurements.expressions import Scope, compile_wave_expression
from simorc.measurements.missing import MeasurementMissing
from simorc.measurements.wave_functions import Quantity
from simorc.measurements.waves import Waves
from simorc.plots.figure import Axis, Curve, Figure, FigureStrip, Floats, Limit, as_floats, histogram
from simorc.plots.spec import PlotSpec, PlotStrip, plain_signal
from simorc.results.frame import Frame
from simorc.results.open_run import OpenRun
from simorc.results.specs import Spec
from simorc.shown_values import parameters_text

MOST_OVERLAID = 200
"""More cases than this in one figure are thinned out, evenly."""
_AXES = {"time": "time", "frequency": "frequency", "freq": "frequency"}
"""How a spec may call the axis of an analysis -> the axis' own name."""


def figure_of(run: OpenRun, spec: PlotSpec, cases: Sequence[int] | None = None) -> Figure:
    """The figure of a spec over a run; ``cases`` take the place of the spec's own choice."""
    if spec.kind == "waves":
        return _waves_figure(run, spec, list(cases or chosen_cases(run, spec)))
    for strip in spec.strips:
        _refuse_unknown(run, strip.measurement)
    if spec.kind == "histogram":
        return _histogram_figure(run, spec, cases)
    return _parameter_figure(run, spec, cases)


def _refuse_unknown(run: OpenRun, measurement: str) -> None:
    known = [*run.frame.measurements, *run.across]
    if measurement not in known:
        hint = did_you_mean(measurement, known)
        names = ", ".join(known) or "none"
        raise UsageError(f"{measurement} is not measured in this run{hint}", remedy=f"measured: {names}")


def _frame(run: OpenRun, measurement: str, spec: PlotSpec, cases: Sequence[int] | None) -> Frame:
    """The cases (for a measurement across cases, its rows) a figure is about."""
    frame = run.across.get(measurement, run.frame)
    return frame.select(cases_where(frame, spec.where) if cases is None else np.isin(frame.ids, list(cases)))


def chosen_cases(run: OpenRun, spec: PlotSpec) -> list[int]:
    """The completed cases that a spec selects; without a selection, the first."""
    if spec.cases:
        return list(spec.cases)
    frame = run.frame
    if not spec.where:
        return [int(case) for case in frame.ids[frame.completed][:1]]
    return thinned(frame.ids[cases_where(frame, spec.where) & frame.completed].tolist())


def thinned(cases: Sequence[int], most: int = MOST_OVERLAID) -> list[int]:
    """At most so many of the cases, evenly chosen."""
    return list(cases[:: max(1, -(-len(cases) // most))])


def cases_where(frame: Frame, text: str) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Where a condition on the parameters is true; an empty one is true everywhere."""
    if not text:
        return np.ones(len(frame), dtype=np.bool_)
    expression = compile_parameter_condition(text, list(frame.parameters))
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
        y = trace_of(compile_wave_expression(plain_signal(signal)).value(scope), signal)
        found.append(Curve(legend + suffix, across(spec, scope, y, waves), as_floats(y.y)))
    return found


def _number(parameters: Mapping[str, object], name: str) -> float | None:
    value = parameters.get(name)
    return float(value) if isinstance(value, (int, float)) else None


def trace_of(value: Quantity, signal: str) -> Trace:
    """A waveform. UsageError for a number."""
    if not isinstance(value, Trace):
        raise UsageError(f"{signal} is a number, not a waveform")
    return value


def across(spec: PlotSpec, scope: Scope, y: Trace, waves: Waves) -> Floats:
    """What is drawn across: the axis of the curve, or another signal of the same length (an XY plot).

    UsageError where the spec names an axis (time, frequency) that the curve does not have.
    """
    named = plain_signal(spec.x).lower()
    if named in ("", "sweep"):
        return y.x
    if named in _AXES:
        own = waves.axis_name(y.x)
        if own.lower() not in ("", _AXES[named]):
            raise UsageError(f"x: {spec.x}: the axis of {spec.title or 'the signals'} is {own}")
        return y.x
    try:
        x = trace_of(compile_wave_expression(plain_signal(spec.x)).value(scope), spec.x)
    except MeasurementMissing:
        if "sweep" in spec.x.lower():
            return y.x
        raise
    if len(x.y) != len(y.y):
        raise UsageError(f"{spec.x} and the signals drawn over it come from different analyses")
    return as_floats(x.y)


def _parameter_figure(run: OpenRun, spec: PlotSpec, cases: Sequence[int] | None) -> Figure:
    parts = [
        over_parameter(
            run, _frame(run, strip.measurement, spec, cases), strip.measurement, spec.x, strip.axis
        )
        for strip in spec.strips
    ]
    x = replace(spec.x_axis, categories=parts[0].x.categories)
    return Figure(spec.title or f"over {spec.x}", x, tuple(strip for part in parts for strip in part.strips))


def over_parameter(run: OpenRun, frame: Frame, measurement: str, over: str, axis: Axis) -> Figure:
    """A measurement over one swept parameter, one curve per combination of the others, with its limits."""
    if over not in frame.parameters:
        raise UsageError(f"{over} is not swept in this run{did_you_mean(over, frame.parameters)}")
    curves = tuple(family(frame, measurement, over, run.scale(measurement)))
    strip = FigureStrip(_with_unit(axis, run.unit(measurement)), curves, limits_of(run, measurement))
    return Figure(f"{measurement} over {over}", Axis(over, categories=_categories(frame, over)), (strip,))


def _categories(frame: Frame, over: str) -> tuple[str, ...]:
    """The values of a parameter of texts, which are drawn at 0, 1, ...; empty for a parameter of numbers."""
    column = frame.parameters[over]
    return tuple(np.unique(column.astype(str)).tolist()) if column.dtype == np.object_ else ()


def family(frame: Frame, measurement: str, over: str, scale: float = 1.0, most: int = 60) -> list[Curve]:
    """A measurement over a parameter: one curve per combination of the others, points when there are too
    many.
    """
    column = frame.parameters[over]
    values = scale * frame.values(measurement)
    if column.dtype == np.object_:
        _, places = np.unique(column.astype(str), return_inverse=True)
        return [Curve("", places.astype(np.float64), values, "points")]
    x = np.asarray(column, dtype=np.float64)
    others = [
        name
        for name, column in frame.parameters.items()
        if name not in (over, "sample") and len({*column.tolist()}) > 1
    ]
    keys = list(zip(*(frame.parameters[name].tolist() for name in others), strict=True)) if others else []
    groups: dict[tuple[object, ...], list[int]] = {}
    for place, key in enumerate(keys or [()] * len(frame)):
        groups.setdefault(key, []).append(place)
    if len(groups) > most or len(groups) == len(frame) or _several_at_one(x, groups.values()):
        return [Curve("", x, values, "points")]
    curves = [
        _family_curve(others, key, x[members], values[members])
        for key, members in groups.items()
        if len(members) > 1
    ]
    # A line needs two points: single points (a one-at-a-time sweep) are drawn together.
    alone = [members[0] for members in groups.values() if len(members) == 1]
    return [*curves, Curve("others", x[alone], values[alone], "points")] if alone else curves


def _several_at_one(x: Floats, groups: Iterable[Sequence[int]]) -> bool:
    """Whether a curve would pass several values at one x, as Monte Carlo samples do."""
    return any(len(np.unique(x[members])) < len(members) for members in groups)


def _family_curve(names: Sequence[str], key: tuple[object, ...], x: Floats, y: Floats) -> Curve:
    order = np.argsort(x, kind="stable")
    label = parameters_text(dict(zip(names, key, strict=True)))
    return Curve(label, x[order], y[order])


def _histogram_figure(run: OpenRun, spec: PlotSpec, cases: Sequence[int] | None) -> Figure:
    strip = spec.strips[0]
    name = strip.measurement
    values = run.scale(name) * _frame(run, name, spec, cases).values(name)
    bars = bars_of(run, name, values, name, spec.bins)
    drawn = (
        (FigureStrip(Axis("cases", whole=True), (bars,), limits_of(run, name, vertical=True)),)
        if bars
        else ()
    )
    return Figure(spec.title or name, _with_unit(strip.axis, run.unit(name)), drawn)


def bars_of(
    run: OpenRun, measurement: str, values: Floats, label: str = "", bins: int | None = None
) -> Curve | None:
    """The histogram of scaled values of a measurement; with a normal curve only where they are draws of one
    distribution. None without values.
    """
    bars = histogram(values, label, bins)
    return bars if bars is None or run.is_one_population(measurement) else replace(bars, sigma=None)


def limits_of(run: OpenRun, measurement: str, *, vertical: bool = False) -> tuple[Limit, ...]:
    """The limits of a measurement's specs, labelled; those of a corner of its own with its name."""
    shown = run.shown(measurement)
    found = [
        Limit(shown.scale * value, f"{name} {shown.text(value)}{where}", vertical, violated)
        for spec in run.specs
        if spec.measurement == measurement
        for where, name, value, violated in _limits(spec, turned=shown.scale < 0)
    ]
    return tuple(dict.fromkeys(found))


def _limits(spec: Spec, *, turned: bool) -> list[tuple[str, str, float, str]]:
    """(in which corner, min or max, value as measured, violated side) of each limit of a spec.

    Only beyond the widest limit of all corners does every value violate the spec.
    """
    own = [(f" in {corner}", *pair) for corner, pair in spec.corners.items()]
    pairs = [("", spec.min, spec.max), *own]
    lows, highs = [low for _, low, _ in pairs], [high for _, _, high in pairs]
    least = None if None in lows else min(low for low in lows if low is not None)
    most = None if None in highs else max(high for high in highs if high is not None)
    below, above = ("above", "below") if turned else ("below", "above")
    found = []
    for where, low, high in pairs:
        if low is not None:
            found.append((where, "min", low, below if low == least else ""))
        if high is not None:
            found.append((where, "max", high, above if high == most else ""))
    return found


def _with_unit(axis: Axis, unit: str) -> Axis:
    return axis if axis.unit else replace(axis, unit=unit)


def figures_of(run: OpenRun, specs: Sequence[PlotSpec]) -> list[Figure]:
    """Every spec as a figure; a spec that cannot be drawn for this run is replaced by its error."""
    found = []
    for spec in specs:
        try:
            found.append(figure_of(run, spec))
        except SimorcError as error:
            found.append(Figure(spec.title or "plot", spec.x_axis, (), error.message))
    return found
