"""Plot specs of a testbench as terminal panels.

    title: Open-loop gain
    x: {signal: frequency, label: frequency, unit: Hz, scale: log}
    y:
      - {label: gain, unit: dB, signals: {gain: vdb(out)}}
      - {label: phase, unit: rad, signals: {phase: vp(out)}}

Each entry of ``y`` is a strip; ``signals`` maps a name in the legend to a signal, or lists signals.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from simorc.errors import ExpressionError, UsageError
from simorc.measurements.expressions import compile_wave_expression, walked
from simorc.measurements.missing import MeasurementMissing
from simorc.measurements.wave_parser import Signal
from simorc.measurements.waves import PlotLike
from simorc.plots.backends.terminal.curves import PlotTrace, Span
from simorc.plots.backends.terminal.expressions import Numbers, evaluated
from simorc.plots.backends.terminal.plot import Panel, Strip
from simorc.plots.backends.terminal.strips import (
    axis_label,
    axis_unit,
    has_signal,
    panel_of,
    real,
    signal,
    unit_of,
)
from simorc.plots.spec import plain_signal, refuse_other_unit
from simorc.units import unambiguous
from simorc.waveforms.plot_names import places_by_name


def panel_from_spec(
    plots: Sequence[PlotLike], spec: Mapping[str, Any], numbers: Numbers = lambda _: None
) -> Panel:
    """The panel `spec` describes, from the plot with all its signals; UsageError names what is missing.

    Signals may be expressions; `numbers` gives the case's parameters that they may use.
    """
    across = _mapping(spec.get("x") or {}, "x")
    strips = [_mapping(strip, "y") for strip in _list(spec.get("y"))]
    wanted = [name for strip in strips for name in _signals(strip).values()]
    if not wanted:
        raise UsageError("plot spec without signals", remedy="y: [{signals: {name: v(out)}}]")
    plot = plot_of(plots, wanted, str(across.get("signal") or ""))
    suits = panel_of(plot, [])
    scale = str(across.get("scale") or "")
    return Panel(
        tuple(_strip(plot, strip, numbers, plots) for strip in strips),
        x_unit=str(across.get("unit") or axis_unit(plot)),
        x_label=str(across.get("label") or axis_label(plot)),
        log_x=scale == "log" if scale else suits.log_x,
        log_y=any(str(strip.get("scale") or "") == "log" for strip in strips),
        title=str(spec.get("title") or ""),
        x_source=axis_label(plot),
        part=_range(across.get("range")),
        heights=tuple(_range(strip.get("range")) for strip in strips),
    )


def plot_of(plots: Sequence[PlotLike], wanted: Sequence[str], axis: str = "") -> PlotLike:
    """The first plot over `axis` with all `wanted` signals."""
    drawable = [plot for plot in plots if plot.axis is not None]
    ordered = sorted(drawable, key=lambda plot: axis_label(plot).lower() != axis.lower())
    for plot in ordered:
        if all(_has(plot, name, _names_of(plot, plots)) for name in wanted):
            return plot
    raise UsageError(f"no plot has {', '.join(wanted)}")


def _names_of(plot: PlotLike, plots: Sequence[PlotLike]) -> set[str]:
    """The names that mean this plot of all and no other."""
    place = next(i for i, each in enumerate(plots) if each is plot)
    named = places_by_name([each.name for each in plots])
    return {name for name, places in named.items() if places == (place,)}


def _has(plot: PlotLike, name: str, names: Collection[str]) -> bool:
    """Whether a plot, which has these names, has a signal, or all the signals of an expression."""
    if has_signal(plot, name):
        return True
    try:
        expression = compile_wave_expression(plain_signal(name))
    except ExpressionError:
        return False
    named = [node for node in walked(expression.tree) if isinstance(node, Signal)]
    return bool(named) and all(
        (node.plot is None or node.plot in names) and has_signal(plot, node.signal) for node in named
    )


def _strip(plot: PlotLike, strip: Mapping[str, Any], numbers: Numbers, plots: Sequence[PlotLike]) -> Strip:
    for name in _signals(strip).values():
        refuse_other_unit(name, str(strip.get("unit") or ""), str(strip.get("label") or ""))
    curves = [
        curve
        for label, name in _signals(strip).items()
        for curve in _curves(plot, label, plain_signal(name), numbers, plots)
    ]
    unit = str(strip.get("unit") or next((unit for unit, _ in curves), ""))
    return Strip(tuple(trace for _, trace in curves), unit, str(strip.get("label") or ""))


def _curves(
    plot: PlotLike, label: str, name: str, numbers: Numbers, plots: Sequence[PlotLike]
) -> Sequence[tuple[str, PlotTrace]]:
    if has_signal(plot, name):
        return [(unit_of(plot, name), PlotTrace.of(label, real(plot.axis), real(signal(plot, name)), name))]
    try:
        return evaluated(plot, name, numbers, label, plots).curves
    except (ExpressionError, MeasurementMissing) as error:
        raise UsageError(f"{name}: {error.message}") from error


def _range(written: Any) -> Span | None:
    if written is None:
        return None
    try:
        low, high = (float(unambiguous(str(each))) for each in written)
    except (TypeError, ValueError):
        raise UsageError("plot spec: range: expected [low, high]") from None
    return (low, high) if low < high else None


def _signals(strip: Mapping[str, Any]) -> dict[str, str]:
    signals = strip.get("signals")
    if isinstance(signals, Mapping):
        return {str(label): str(name) for label, name in signals.items()}
    return {str(name): str(name) for name in _list(signals)}


def _mapping(value: Any, key: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise UsageError(f"plot spec: {key} must contain mappings, not {value!r}")
    return value


def _list(value: Any) -> Sequence[Any]:
    if value is None:
        return []
    return value if isinstance(value, list | tuple) else [value]
