"""Plot specs in YAML: the format of yaml2plot with extensions for sweeps.

::

    title: Bode
    x: {signal: frequency, label: Frequency, unit: Hz, scale: log}
    y:
      - {label: Gain, unit: dB, signals: {open loop: db(v(out)/v(in))}}
    where: corner == 'ss'            # these cases, all in one figure
    ---
    title: Gain over temperature
    kind: measurement                # a measurement over a parameter, one curve per value of the others
    x: {parameter: temp}
    y: [{measurement: gain}]
    ---
    kind: histogram
    y: [{measurement: gain}]         # with the limits of its spec

``log_scale: true`` and a bare ``x: time`` of older yaml2plot files are understood; options that only style a
browser's figure (``height``, ``theme``, ...) are accepted and have no effect.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simorc.config.yaml.source import parse_documents
from simorc.errors import ExpressionError, UsageError
from simorc.measurements.angle_units import refuse_other_angle_unit
from simorc.measurements.expressions import compile_wave_expression
from simorc.plots.figure import Axis, Range
from simorc.units import unambiguous

KINDS = ("waves", "measurement", "histogram")
_KEYS = {"title", "kind", "x", "y", "where", "cases", "analysis", "bins"}
_STYLING = {
    *("width", "height", "theme", "title_x", "title_xanchor", "show_legend", "legend", "grid", "raw"),
    *("zoom_buttons", "show_rangeslider", "show_zoom_buttons", "template", "xlabel", "margin"),
}
_X_KEYS = {"signal", "parameter", "label", "scale", "log_scale", "unit", "range"}
_Y_KEYS = {"label", "signals", "measurement", "scale", "log_scale", "unit", "range", "color"}


@dataclass(frozen=True)
class PlotStrip:
    """One entry of ``y``: signals (legend -> expression) or one measurement."""

    axis: Axis
    signals: Mapping[str, str]
    measurement: str = ""


@dataclass(frozen=True)
class PlotSpec:
    """A plot spec, checked. ``x`` is the signal (or parameter) across; empty means the analysis' own axis."""

    title: str
    kind: str
    x: str
    x_axis: Axis
    strips: tuple[PlotStrip, ...]
    where: str = ""
    cases: tuple[int, ...] = ()
    analysis: str | None = None
    bins: int | None = None


def read_plot_specs(source: Path | Mapping[str, Any], root: Path | None = None) -> list[PlotSpec]:
    """The specs of a YAML file (one per document) or of one mapping. UsageError gives the error and its
    location.
    """
    if isinstance(source, Mapping):
        return [plot_spec(source, "plot spec")]
    path = source if source.is_absolute() or root is None else root / source
    return [plot_spec(document, str(source)) for document in _documents(path)]


def _documents(path: Path) -> list[Any]:
    try:
        sources = parse_documents(path.read_bytes(), path)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read as a plot spec: {error.strerror or error}") from error
    for problem in (problem for source in sources for problem in source.problems):
        raise UsageError(f"{problem}: cannot be read as a plot spec")
    return [source.data for source in sources if source.data]


def plot_spec(written: Any, place: str) -> PlotSpec:
    """One spec from a mapping; ``place`` names it in errors."""
    data = {
        str(k).lower() if str(k) in ("X", "Y") else str(k): v for k, v in _mapping(written, place).items()
    }
    _check_keys(data, _KEYS | _STYLING, place)
    kind = str(data.get("kind") or "waves")
    if kind not in KINDS:
        raise UsageError(f"{place}: kind: must be one of {', '.join(KINDS)}, not {kind!r}")
    x = data.get("x")
    across = {"signal": x} if isinstance(x, str) else _mapping(x or {}, f"{place}: x")
    _check_keys(across, _X_KEYS, f"{place}: x")
    strips = tuple(
        _strip(each, kind, f"{place}: y[{i}]") for i, each in enumerate(_entries(data.get("y"), place))
    )
    name = str(across.get("parameter") or across.get("signal") or "")
    if kind == "measurement" and not name:
        raise UsageError(f"{place}: x: name the parameter across, as in x: {{parameter: temp}}")
    return PlotSpec(
        *(str(data.get("title") or ""), kind, name, _axis(across, name, f"{place}: x"), strips),
        where=str(data.get("where") or ""),
        cases=tuple(_whole(case, f"{place}: cases") for case in data.get("cases") or ()),
        analysis=str(data["analysis"]) if data.get("analysis") else None,
        bins=_whole(data["bins"], f"{place}: bins") if data.get("bins") else None,
    )


def _whole(value: Any, place: str) -> int:
    try:
        number = unambiguous(value)
    except ValueError as error:
        raise UsageError(f"{place}: {error}") from None
    if not number.is_integer():
        raise UsageError(f"{place}: '{value}' is not a whole number")
    return int(number)


def _mapping(value: Any, place: str) -> Mapping[Any, Any]:
    if not isinstance(value, Mapping):
        raise UsageError(f"{place}: expected a mapping, not {value!r}")
    return value


def _entries(value: Any, place: str) -> Sequence[Any]:
    found = [value] if isinstance(value, Mapping) else value
    if not isinstance(found, list) or not found:
        raise UsageError(f"{place}: y: expected a list of at least one axis")
    return found


def _check_keys(data: Mapping[Any, Any], known: set[str], place: str) -> None:
    for key in data:
        if key not in known:
            near = difflib.get_close_matches(str(key), sorted(known), n=1)
            hint = f" (did you mean {near[0]}?)" if near else ""
            raise UsageError(f"{place}: {key}: not part of a plot spec{hint}")


def _strip(written: Any, kind: str, place: str) -> PlotStrip:
    data = _mapping(written, place)
    _check_keys(data, _Y_KEYS, place)
    if kind != "waves":
        if not data.get("measurement"):
            raise UsageError(f"{place}: name a measurement")
        name = str(data["measurement"])
        return PlotStrip(_axis(data, name, place), {}, name)
    signals = _signals(data.get("signals"), place)
    axis = _axis(data, "", place)
    for text in signals.values():
        _check_expression(text, place)
        refuse_other_unit(text, axis.unit, axis.label, place)
    return PlotStrip(axis, signals)


def _signals(value: Any, place: str) -> dict[str, str]:
    if isinstance(value, str):
        return {value: value}
    if isinstance(value, list) and value:
        return {str(each): str(each) for each in value}
    if isinstance(value, Mapping) and value:
        return {str(legend): str(signal) for legend, signal in value.items()}
    raise UsageError(f"{place}: signals: expected {{legend: signal}}")


def _check_expression(text: str, place: str) -> None:
    try:
        compile_wave_expression(plain_signal(text))
    except ExpressionError as error:
        raise UsageError(f"{place}: {text}: {error.message}") from error


def refuse_other_unit(text: str, unit: str, label: str, place: str = "plot spec") -> None:
    """Raise UsageError if the unit or the label of an axis is in degrees and the signal in radians, or vice
    versa.
    """
    words = re.findall(r"\b(?:deg|degrees?|rad|radians?)\b|°", label.lower())
    try:
        tree = compile_wave_expression(plain_signal(text)).tree
        for written in [unit] if unit else words:
            refuse_other_angle_unit(tree, written)
    except ExpressionError as error:
        raise UsageError(f"{place}: {text}: {error.message}") from error


def plain_signal(text: str) -> str:
    """A signal as an expression; ``raw.v(out)`` of older yaml2plot files is ``v(out)``."""
    return text.removeprefix("raw.")


def _axis(data: Mapping[Any, Any], default: str, place: str) -> Axis:
    scale = str(data.get("scale") or ("log" if data.get("log_scale") else "linear"))
    if scale not in ("log", "linear", "lin"):
        raise UsageError(f"{place}: scale: must be log or linear, not {scale!r}")
    label = str(data.get("label") or default)
    return Axis(label, str(data.get("unit") or ""), scale == "log", _range(data.get("range"), place))


def _range(value: Any, place: str) -> Range | None:
    if value is None:
        return None
    try:
        low, high = (float(unambiguous(each)) for each in value)
    except (TypeError, ValueError) as error:
        reason = f" ({error})" if "write" in str(error) else ""
        raise UsageError(f"{place}: range: expected [low, high]{reason}") from None
    if not low < high:
        raise UsageError(f"{place}: range: {low:g} is not below {high:g}")
    return low, high
