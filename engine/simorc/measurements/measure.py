"""Measures one case: ``.meas`` output, built-in measurements, expressions, hooks.

An argument may be an expression of parameters and other measurements (``level: vdda/2``); ``args.analysis``
names the plot to read. Measurements are computed in whatever order their references need.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from simorc.config.definitions import SOURCES, MeasurementDefinition, MeasurementDefinitions
from simorc.errors import ExpressionError
from simorc.measurements.angle_units import refuse_other_angle_unit
from simorc.measurements.builtins.registry import Builtin, find_builtin
from simorc.measurements.device_values import DeviceValues, check_outside, outside_note
from simorc.measurements.expressions import Scope, WaveExpression, compile_wave_expression, run_builtin
from simorc.measurements.hooks import run_hook
from simorc.measurements.missing import MeasurementMissing
from simorc.measurements.waves import lazily


@dataclass(frozen=True)
class Measured:
    """The measurements of one case: those with a finite value, why the others have none, and `notes` on
    values that need one: the devices that a count counts.
    """

    values: dict[str, float] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)


def measure_case(
    definitions: MeasurementDefinitions,
    raw_path: Path | None,
    *,
    parameters: Mapping[str, Any],
    meas_values: Mapping[str, float],
    project_root: Path,
    operating_point: Path | None = None,
) -> Measured:
    """Measure one case. The raw file and the file of its operating point are opened only if a definition
    needs them; nothing here raises for the case's sake: what cannot be measured is missing with its reason.
    """
    points = DeviceValues(operating_point)
    return _CaseMeasurement(definitions, raw_path, parameters, meas_values, project_root, points).all()


@lru_cache(maxsize=512)
def compiled(text: str) -> WaveExpression:
    """A compiled expression, kept: the cases of a run share their definitions."""
    return compile_wave_expression(text)


class _CaseMeasurement:
    """The measurements of one case, each computed once, on demand of whoever refers to it."""

    def __init__(
        self,
        definitions: MeasurementDefinitions,
        raw_path: Path | None,
        parameters: Mapping[str, Any],
        meas_values: Mapping[str, float],
        project_root: Path,
        points: DeviceValues,
    ) -> None:
        self._definitions = definitions
        self._points = points
        self._waves = lazily(raw_path)
        self._parameters = {name.lower(): value for name, value in parameters.items()} | dict(parameters)
        self._given = parameters
        self._meas = {name.lower(): value for name, value in meas_values.items()}
        self._root = project_root
        self._done = Measured()
        self._under_way: list[str] = []
        self._by_lower = {name.lower(): name for name in definitions}

    def all(self) -> Measured:
        for name, definition in self._definitions.items():
            if definition.across is None:
                self._settle(name)
        ordered = [name for name in self._definitions if name in self._done.values]
        values = {name: self._done.values[name] for name in ordered}
        return Measured(values, self._done.missing, self._done.notes)

    def _settle(self, name: str) -> None:
        if name in self._done.values or name in self._done.missing:
            return
        self._under_way.append(name)
        try:
            self._done.values[name] = _finite(self._compute(self._definitions[name], name))
        except (MeasurementMissing, ExpressionError) as error:
            self._done.missing[name] = error.message
        finally:
            self._under_way.pop()

    def _compute(self, definition: MeasurementDefinition, name: str) -> float:
        if definition.meas:
            return self._printed(definition.meas)
        if definition.measure:
            return self._built_in(find_builtin(definition.measure), definition.args)
        if definition.expr:
            expression = compiled(definition.expr)
            refuse_other_angle_unit(expression.tree, definition.unit)
            return expression.number(self._scope(definition.args.get("analysis")))
        if definition.python:
            return run_hook(definition.python, self._root, self._waves(), self._given, definition.args)
        if definition.operating_point:
            outside = self._points.outside(definition.operating_point, definition.args)
            if outside:
                self._done.notes[name] = outside_note(name, definition.operating_point, outside)
            return float(len(outside))
        raise ExpressionError(f"{name}: specify how to measure it ({', '.join(SOURCES)})")

    def _printed(self, meas: str) -> float:
        if meas.lower() not in self._meas:
            raise MeasurementMissing(f".meas {meas} has no value")
        return self._meas[meas.lower()]

    def _scope(self, analysis: str | None) -> Scope:
        return Scope(self._waves, self._number, analysis, self._points.value)

    def _number(self, name: str) -> float | None:
        found = self._parameters.get(name, self._parameters.get(name.lower()))
        if found is not None:
            if isinstance(found, str):
                raise ExpressionError(f"parameter {name} is text ({found!r}), not a number")
            return float(found)
        known = name if name in self._definitions else self._by_lower.get(name.lower())
        return None if known is None else self._other(known)

    def _other(self, name: str) -> float:
        if name in self._under_way:
            circle = " → ".join([*self._under_way[self._under_way.index(name) :], name])
            raise ExpressionError(f"circular measurements: {circle}")
        if self._definitions[name].across is not None:
            raise ExpressionError(f"{name} is measured across cases and has no value in one")
        self._settle(name)
        if name in self._done.missing:
            raise MeasurementMissing(f"{name} is missing: {self._done.missing[name]}")
        return self._done.values[name]

    def _built_in(self, found: Builtin, args: Mapping[str, Any]) -> float:
        check_arguments(found, args)
        analysis = args.get("analysis")
        signals = [self._signal(found, str(args[name]), analysis) for name in found.signals if name in args]
        named = {
            name: self._argument(found, name, args[name], analysis)
            for name in found.arguments
            if name in args
        }
        return run_builtin(found, signals, named)

    def _signal(self, found: Builtin, text: str, analysis: str | None) -> Any:
        expression = compiled(text)
        preferred = (found.analysis, *expression.analyses)
        chosen = replace(expression, analyses=preferred, measures=(found, *expression.measures))
        return chosen.value(self._scope(analysis))

    def _argument(self, found: Builtin, name: str, value: Any, analysis: str | None) -> Any:
        if found.arguments[name] == "word":
            return str(value)
        return compiled(value).number(self._scope(analysis)) if isinstance(value, str) else float(value)


def check_arguments(found: Builtin, args: Mapping[str, Any]) -> None:
    """ExpressionError unless ``args`` has every signal and argument the built-in needs and nothing else."""
    from simorc.config.names import did_you_mean

    known = {*found.signals, *found.arguments, "analysis"}
    for name in args:
        if name not in known:
            raise ExpressionError(f"{found.name} has no argument {name!r}{did_you_mean(name, known)}")
    absent = [name for name in (*found.required_signals, *sorted(found.required)) if name not in args]
    if absent:
        raise ExpressionError(f"{found.name} needs {', '.join(absent)}")


def _finite(value: float) -> float:
    if not math.isfinite(value):
        raise MeasurementMissing(f"the result is {value}")
    return value


def check_definitions(
    definitions: MeasurementDefinitions, parameters: Mapping[str, Any], project_root: Path
) -> list[tuple[str, str]]:
    """What can be known to be wrong before any simulation: ``(measurement, message)`` for each mistake."""
    checks: list[tuple[str, str]] = []
    for name, definition in definitions.items():
        try:
            _check_definition(definition, project_root)
        except ExpressionError as error:
            place = f"column {error.column}: " if error.column else ""
            checks.append((name, place + error.message))
    return checks


def _check_definition(definition: MeasurementDefinition, project_root: Path) -> None:
    given = definition.sources
    if len(given) != 1:
        raise ExpressionError(f"name exactly one of {', '.join(SOURCES)}")
    checks: dict[str, Callable[[], object]] = {
        "measure": lambda: _check_builtin(definition),
        "expr": lambda: _check_expression(definition),
        "python": lambda: _check_hook(definition, project_root),
        "operating_point": lambda: check_outside(definition.operating_point, definition.args),
    }
    checks.get(given[0], lambda: None)()


def _check_expression(definition: MeasurementDefinition) -> None:
    tree = compile_wave_expression(definition.expr).tree
    refuse_other_angle_unit(tree, definition.unit)


def _check_builtin(definition: MeasurementDefinition) -> None:
    found = find_builtin(definition.measure)
    args = definition.args
    check_arguments(found, args)
    for name in (*found.signals, *found.arguments):
        if isinstance(args.get(name), str) and found.arguments.get(name) != "word":
            compile_wave_expression(args[name])


def _check_hook(definition: MeasurementDefinition, project_root: Path) -> None:
    from simorc.measurements.hooks import check_hook

    check_hook(definition.python, project_root, definition.args)
