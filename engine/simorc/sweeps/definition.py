"""A sweep definition (plain data or a model) -> axes in their documented order.

Grid parameters in the order of the file, then each zip group, sensitivity, corners, Monte Carlo.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from simorc.errors import UsageError
from simorc.sweeps.axes import AnyAxis, Column, Corners, Listed, OneAtATime, Samples
from simorc.sweeps.ranges import Span
from simorc.sweeps.sampling import Sampling, distribution_of
from simorc.units import Number, Value, parse_value

_RANGE = ("start", "stop", "step", "num", "scale")


def entry(thing: Any, name: str) -> Any:
    """``thing[name]`` or ``thing.name``; None where there is none."""
    return thing.get(name) if isinstance(thing, Mapping) else getattr(thing, name, None)


def axes_of(definition: Any, defaults: Mapping[str, Value]) -> tuple[AnyAxis, ...]:
    """All axes of a definition. Raises UsageError for an invalid one (empty lists, unequal zips, ...)."""
    axes: list[AnyAxis] = []
    for name, values in (entry(definition, "parameters") or {}).items():
        axes.append(Listed("grid", _columns({name: values}, defaults)))
    axes += [Listed("zip", _columns(group, defaults)) for group in _groups(entry(definition, "zip"))]
    if sensitivity := entry(definition, "sensitivity"):
        axes.append(_one_at_a_time(sensitivity, defaults))
    if corners := entry(definition, "corners"):
        axes.append(_corners(corners, axes, defaults))
    if monte_carlo := entry(definition, "monte_carlo"):
        axes.append(_samples(monte_carlo))
    return tuple(axes)


def column_of(values: Any) -> Column:
    """The values of one parameter: a list, a range, or one value alone."""
    if entry(values, "start") is not None:
        return Span.from_json({key: entry(values, key) for key in _RANGE})
    if isinstance(values, Sequence) and not isinstance(values, str):
        return tuple(values)
    if isinstance(values, (str, int, float)):
        return (values,)
    raise UsageError(f"{values}: expected a list or a range")


def _columns(group: Mapping[str, Any], defaults: Mapping[str, Value]) -> dict[str, Column]:
    return {name: _read_alike(column_of(values), defaults.get(name)) for name, values in group.items()}


def _read_alike(column: Column, default: Value | None) -> Column:
    """Quoted numbers of a parameter whose default is a number are numbers: there is one reading of both."""
    if isinstance(column, Span) or not isinstance(default, Number):
        return column
    return tuple(_value_beside(value, default) for value in column)


def _value_beside(value: Value, default: Value | None) -> Value:
    return parse_value(value) if isinstance(value, str) and isinstance(default, Number) else value


def _groups(zipped: Any) -> list[Mapping[str, Any]]:
    if not zipped:
        return []
    return [zipped] if isinstance(zipped, Mapping) else [group for group in zipped if group]


def _one_at_a_time(sensitivity: Any, defaults: Mapping[str, Value]) -> OneAtATime:
    columns, nominal = {}, {}
    for name, values in (entry(sensitivity, "parameters") or sensitivity).items():
        if name not in defaults:
            raise UsageError(f"sensitivity: {name} has no default to vary around")
        nominal[name] = defaults[name]
        column = _read_alike(column_of(values), defaults[name])
        columns[name] = tuple(value for value in column if value != defaults[name])
    return OneAtATime(nominal, columns)


def _corners(corners: Mapping[str, Any], axes: list[AnyAxis], defaults: Mapping[str, Value]) -> Corners:
    """Bundles made complete: what only another bundle sets is at its default, unless an earlier axis sets
    it.
    """
    varied = {name for axis in axes for name in axis.names}
    fixed = dict.fromkeys(name for bundle in corners.values() for name in bundle if name not in varied)
    bundles = {}
    for label, written in corners.items():
        bundle = {name: _value_beside(value, defaults.get(name)) for name, value in written.items()}
        for name in [name for name in fixed if name not in bundle and name not in defaults]:
            raise UsageError(f"corners: {label} does not set {name}, which has no default")
        bundles[label] = {
            **{name: bundle[name] if name in bundle else defaults[name] for name in fixed},
            **bundle,
        }
    return Corners(bundles)


def _samples(monte_carlo: Any) -> Samples:
    distributions = {
        name: distribution_of(_plain(definition))
        for name, definition in (entry(monte_carlo, "distributions") or {}).items()
    }
    seed = entry(monte_carlo, "seed")
    method = entry(monte_carlo, "sampling") or "random"
    return Samples(
        Sampling(int(entry(monte_carlo, "samples")), 1 if seed is None else int(seed), distributions, method)
    )


def _plain(definition: Any) -> Mapping[str, Any]:
    """A distribution as a mapping of mappings, be it plain data or a model of either level."""
    fields = definition if isinstance(definition, Mapping) else vars(definition)
    return {kind: _arguments(arguments) for kind, arguments in fields.items()}


def _arguments(arguments: Any) -> Any:
    return arguments if arguments is None or isinstance(arguments, Mapping) else vars(arguments)
