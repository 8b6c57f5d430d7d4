"""Plot specs: what a testbench says should be drawn, as a panel.

    title: Open-loop gain
    x: {signal: frequency, label: frequency, unit: Hz, scale: log}
    y:
      - {label: gain, unit: dB, signals: {gain: vdb(out)}}
      - {label: phase, unit: rad, signals: {phase: vp(out)}}

Each entry of ``y`` is a strip; ``signals`` maps a name in the legend to a signal, or lists signals.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from simorc.errors import UsageError
from simorc.measurements.waves import PlotLike
from simorc.reports.terminal_curves import PlotTrace
from simorc.reports.terminal_plot import Panel, Strip
from simorc.reports.terminal_strips import axis_label, axis_unit, has_signal, panel_of, real, signal, unit_of


def panel_from_spec(plots: Sequence[PlotLike], spec: Mapping[str, Any]) -> Panel:
    """The panel `spec` describes, from the plot with all its signals; UsageError says what is missing."""
    across = _mapping(spec.get("x") or {}, "x")
    strips = [_mapping(strip, "y") for strip in _list(spec.get("y"))]
    wanted = [name for strip in strips for name in _signals(strip).values()]
    if not wanted:
        raise UsageError("plot spec without signals", remedy="y: [{signals: {name: v(out)}}]")
    plot = plot_of(plots, wanted, str(across.get("signal") or ""))
    suits = panel_of(plot, [])
    scale = str(across.get("scale") or "")
    return Panel(
        tuple(_strip(plot, strip) for strip in strips),
        x_unit=str(across.get("unit") or axis_unit(plot)),
        x_label=str(across.get("label") or axis_label(plot)),
        log_x=scale == "log" if scale else suits.log_x,
        log_y=any(str(strip.get("scale") or "") == "log" for strip in strips),
        title=str(spec.get("title") or ""),
    )


def plot_of(plots: Sequence[PlotLike], wanted: Sequence[str], axis: str = "") -> PlotLike:
    """The first plot over `axis` with all `wanted` signals."""
    drawable = [plot for plot in plots if plot.axis is not None]
    ordered = sorted(drawable, key=lambda plot: axis_label(plot).lower() != axis.lower())
    for plot in ordered:
        if all(has_signal(plot, name) for name in wanted):
            return plot
    raise UsageError(f"no plot has {', '.join(wanted)}")


def _strip(plot: PlotLike, strip: Mapping[str, Any]) -> Strip:
    x = real(plot.axis)
    named = _signals(strip)
    traces = tuple(PlotTrace.of(label, x, real(signal(plot, name))) for label, name in named.items())
    unit = str(strip.get("unit") or next((unit_of(plot, name) for name in named.values()), ""))
    return Strip(traces, unit, str(strip.get("label") or ""))


def _signals(strip: Mapping[str, Any]) -> dict[str, str]:
    signals = strip.get("signals")
    if isinstance(signals, Mapping):
        return {str(label): str(name) for label, name in signals.items()}
    return {str(name): str(name) for name in _list(signals)}


def _mapping(value: Any, key: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise UsageError(f"plot spec: {key} holds mappings, not {value!r}")
    return value


def _list(value: Any) -> Sequence[Any]:
    if value is None:
        return []
    return value if isinstance(value, list | tuple) else [value]
