"""The built-in measurements by name, with their arguments and units."""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from simorc.errors import ExpressionError
from simorc.plugin_loading import plugins

ENTRY_POINTS = "simorc.measurements"
GROUPS = ("ac", "tran", "spectrum", "noise", "dc")
SIGNAL_UNIT = "signal"
"""Stands for "the unit of the measured signal"."""

_ALSO_IN = {
    "ac": ("sp",),
    **dict.fromkeys(("rms", "average", "peak_to_peak", "crossing"), ("dc", "ac", "noise", "spectrum")),
}
"""Where else than in its own analysis a measurement (or all of an analysis) has a meaning."""

_found: dict[str, Builtin] = {}


@dataclass(frozen=True, slots=True)
class Builtin:
    """One built-in: ``function(x, *signals, **arguments) -> float``.

    ``arguments`` maps each name to ``number``, ``integer`` or ``word``; ``required`` are those without
    default.
    """

    name: str
    function: Callable[..., float]
    analysis: str
    unit: str
    signals: tuple[str, ...]
    required_signals: tuple[str, ...]
    arguments: Mapping[str, str]
    argument_units: Mapping[str, str]
    required: frozenset[str]

    def suits(self, analysis: str) -> bool:
        """Whether a signal of that kind of plot can be measured so: a rise time of a dc sweep is none."""
        return analysis in (self.analysis, *_ALSO_IN.get(self.analysis, ()), *_ALSO_IN.get(self.name, ()))

    @property
    def description(self) -> str:
        """The first paragraph of its documentation."""
        return (self.function.__doc__ or "").split("\n\n")[0]


def builtin(
    *, analysis: str, unit: str, units: Mapping[str, str] | None = None
) -> Callable[[Callable[..., float]], Callable[..., float]]:
    """Register a measurement: positional parameters are the axis and the signals, the rest arguments."""

    def register(function: Callable[..., float]) -> Callable[..., float]:
        _found[function.__name__] = _described(function, analysis, unit, units or {})
        return function

    return register


def _described(function: Callable[..., float], analysis: str, unit: str, units: Mapping[str, str]) -> Builtin:
    code = function.__code__
    positional = code.co_varnames[1 : code.co_argcount]
    keywords = code.co_varnames[code.co_argcount : code.co_argcount + code.co_kwonlyargcount]
    optional = len(function.__defaults__ or ())
    kinds = {name: _kind(str(function.__annotations__[name])) for name in keywords}
    return Builtin(
        name=function.__name__,
        function=function,
        analysis=analysis,
        unit=unit,
        signals=positional,
        required_signals=positional[: len(positional) - optional],
        arguments=kinds,
        argument_units=dict(units),
        required=frozenset(keywords) - set(function.__kwdefaults__ or {}),
    )


def _kind(annotation: str) -> str:
    if annotation.startswith("str"):
        return "word"
    return "integer" if annotation.startswith("int") else "number"


def builtins_by_name() -> Mapping[str, Builtin]:
    """Every built-in, in the order of the groups."""
    for group in GROUPS:
        importlib.import_module(f"simorc.measurements.builtins.{group}")
    plugins(ENTRY_POINTS)  # a module registers what it defines when it is loaded
    return _found


def find_builtin(name: str) -> Builtin:
    """The built-in of that name, or ExpressionError with the nearest one."""
    known = builtins_by_name()
    if name in known:
        return known[name]
    near = difflib.get_close_matches(name, known, n=1)
    hint = f" (did you mean {near[0]!r}?)" if near else ""
    raise ExpressionError(f"unknown built-in measurement {name!r}{hint}")
