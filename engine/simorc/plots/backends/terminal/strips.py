"""Selects the curves of a raw file and their layout: units, scales, magnitude above phase for an AC
analysis."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from simorc.errors import UsageError
from simorc.measurements.ngspice_functions import phase_of
from simorc.measurements.waves import PlotLike, analysis_of, spellings
from simorc.plots.backends.terminal.curves import Floats, PlotTrace
from simorc.plots.backends.terminal.plot import Panel, Strip

MOST_TRACES = 4
UNITS = {
    "voltage": "V",
    "current": "A",
    "time": "s",
    "frequency": "Hz",
    "temp-sweep": "°C",
    "temperature": "°C",
    "res-sweep": "Ohm",
}
_SWEEP_UNITS = {"v(v-sweep)": "V", "i(i-sweep)": "A", "v-sweep": "V", "i-sweep": "A", "temp-sweep": "°C"}
_FUNCTION = re.compile(r"([vi]?)(db|ph|mag|p|m|r|i)\((.+)\)", re.IGNORECASE)
_FUNCTION_UNITS = {"db": "dB", "p": "rad", "ph": "rad"}
_DIFFERENCE = re.compile(r"v\(\s*([^,()]+?)\s*,\s*([^,()]+?)\s*\)", re.IGNORECASE)


def panel_of(plot: PlotLike, names: Sequence[str] | None = None) -> Panel:
    """`names` of `plot` (by default `default_names`) over its axis; UsageError names an unknown signal."""
    axis = plot.axis
    if axis is None:
        raise UsageError(f"plot {plot.name} has no axis to draw over: it is a table of values")
    x = real(axis)
    strips: dict[str, list[PlotTrace]] = {}
    for name in default_names(plot) if names is None else names:
        for unit, trace in _traces(plot, name, x):
            strips.setdefault(unit, []).append(trace)
    noise = analysis_of(plot) == "noise"
    return Panel(
        tuple(Strip(tuple(traces), unit) for unit, traces in strips.items()),
        x_unit=axis_unit(plot),
        x_label=axis_label(plot),
        log_x=analysis_of(plot) in ("ac", "noise", "sp") and _spread(x),
        log_y=noise,
        x_source=axis_label(plot),
    )


def default_names(plot: PlotLike) -> list[str]:
    """Voltages called out..., else the first few outside subcircuits, else anything there is."""
    signals = kinds_of(plot)[1:]
    voltages = [name for name, kind in signals if kind == "voltage"]
    outer = [name for name in voltages if not re.search(r"[.#@]", name)] or voltages
    outputs = [name for name in outer if re.match(r"(v\()?v?_?out", name, re.IGNORECASE)]
    return (outputs or outer or [name for name, _ in signals])[:MOST_TRACES]


def overlaid(panels: Mapping[str, Panel]) -> Panel:
    """The same strips of several cases in one panel; the label of each curve names its case."""
    strips: dict[tuple[str, str], list[PlotTrace]] = {}
    for owner, panel in panels.items():
        for strip in panel.strips:
            curves = [replace(trace, label=f"{owner}: {trace.label}") for trace in strip.traces]
            strips.setdefault((strip.unit, strip.title), []).extend(curves)
    first = next(iter(panels.values()), Panel(()))
    merged = tuple(Strip(tuple(traces), unit, title) for (unit, title), traces in strips.items())
    return replace(first, strips=merged)


def signal(plot: PlotLike, name: str) -> Any:
    """The values of a variable, a difference ``v(a,b)``, or a function of one: ``vdb(out)``, ``ph(x)``."""
    known = {variable.lower(): variable for variable, _ in kinds_of(plot)}
    found = next((known[each] for each in spellings(name) if each in known), None)
    if found is not None:
        return np.asarray(plot.trace(found))
    if pair := _DIFFERENCE.fullmatch(name.strip()):
        return signal(plot, f"v({pair[1]})") - signal(plot, f"v({pair[2]})")
    if match := _FUNCTION.fullmatch(name.strip()):
        return _applied(match[2].lower(), signal(plot, _inner(match)))
    raise UsageError(
        f"no signal {name!r} in plot {plot.name}", remedy="there is " + ", ".join(known.values())
    )


def has_signal(plot: PlotLike, name: str) -> bool:
    """Whether `signal` would find it; reads nothing."""
    names = {variable.lower() for variable, _ in kinds_of(plot)}
    if any(each in names for each in spellings(name)):
        return True
    if pair := _DIFFERENCE.fullmatch(name.strip()):
        return has_signal(plot, f"v({pair[1]})") and has_signal(plot, f"v({pair[2]})")
    match = _FUNCTION.fullmatch(name.strip())
    return match is not None and has_signal(plot, _inner(match))


def kinds_of(plot: PlotLike) -> list[tuple[str, str]]:
    """Name and kind of every variable."""
    return [(variable[0], variable[1]) for variable in plot.variables]


def real(values: Any) -> Floats:
    """Values as contiguous real numbers; of an AC analysis' axis the real part."""
    return np.ascontiguousarray(np.real(values), dtype=np.float64)


def decibels(values: Any) -> Floats:
    """20 log10 of the magnitude; zero has none (-inf)."""
    with np.errstate(divide="ignore"):
        return np.asarray(20 * np.log10(np.abs(values)), dtype=np.float64)


def axis_unit(plot: PlotLike) -> str:
    """The unit of a plot's x."""
    name, kind = kinds_of(plot)[0]
    return _SWEEP_UNITS.get(name.lower()) or UNITS.get(kind, "")


def axis_label(plot: PlotLike) -> str:
    """The name of a plot's x."""
    return str(plot.variables[0][0])


def unit_of(plot: PlotLike, name: str) -> str:
    """The unit of a signal, if its kind determines it."""
    kinds = {variable.lower(): kind for variable, kind in kinds_of(plot)}
    kind = next((kinds[each] for each in spellings(name) if each in kinds), None)
    if kind is not None:
        return UNITS.get(kind, "")
    if match := _FUNCTION.fullmatch(name.strip()):
        return _FUNCTION_UNITS.get(match[2].lower(), "A" if match[1].lower() == "i" else "V")
    return "V" if _DIFFERENCE.fullmatch(name.strip()) else ""


def _traces(plot: PlotLike, name: str, x: Floats) -> list[tuple[str, PlotTrace]]:
    values = signal(plot, name)
    in_decibels = np.iscomplexobj(values) and analysis_of(plot) != "noise"
    return curves_of(name, name, x, values, unit_of(plot, name), in_decibels=in_decibels)


def curves_of(
    label: str, source: str, x: Floats, values: Any, unit: str, *, in_decibels: bool
) -> list[tuple[str, PlotTrace]]:
    """A waveform, which `source` gives, as (unit, curve); with `in_decibels` its gain in dB and its phase
    without jumps.
    """
    if not in_decibels:
        return [(unit, PlotTrace.of(label, x, real(values), source))]
    magnitude = PlotTrace.of(label, x, decibels(values), f"db({source})")
    degrees = np.degrees(np.unwrap(np.angle(np.nan_to_num(values))))
    phase = PlotTrace.of(label, x, degrees, f"phase({source})")
    return [("dB", magnitude), ("°", phase)]


def _inner(match: re.Match[str]) -> str:
    return f"{match[1]}({match[3]})" if match[1] else match[3]


def _applied(function: str, values: Any) -> Any:
    match function:
        case "db":
            return decibels(values)
        case "p" | "ph":
            return phase_of(values)
        case "m" | "mag":
            return np.abs(values)
        case "r":
            return np.real(values)
        case _:
            return np.imag(values)


def _spread(x: Floats) -> bool:
    """Whether x covers enough of a positive range for a logarithmic axis."""
    return bool(x.size > 1 and x.min() > 0 and x.max() >= 8 * x.min())
