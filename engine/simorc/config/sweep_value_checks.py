"""Checks over all values of a sweep: equal values, texts among numbers, corners named by specs.

Each value may be sound by itself; what is wrong shows beside the others, and is known before any run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from simorc.config.models.sweep import Range, SweepDefinition
from simorc.config.names import did_you_mean, listed
from simorc.config.validate.cross_checks import varied, written_path
from simorc.config.yaml.source import KeyPath, Source
from simorc.errors import Problem
from simorc.number_grammar import begins_like_a_number, near_number
from simorc.units import Number, Value, parse_value

_ONE_WORD = re.compile(r"[-+]?\.?[\w.,]+")


def value_problems(
    definition: SweepDefinition, defaults: Mapping[str, Value], source: Source
) -> list[Problem]:
    """Texts where a number has to be, values written twice, and corners of specs that the sweep has not."""
    return [
        *_texts_among_numbers(definition, defaults, source),
        *_equal_values(definition, source),
        *_equal_rows(definition, source),
        *_unknown_corners(definition, source),
    ]


def corner_names(definition: SweepDefinition) -> set[str]:
    """What `corner` may be in a case of the sweep: its bundles, or values of a parameter of that name."""
    values = [each for name, path, each in _all_values(definition) if name == "corner"]
    return {*definition.corners, *(str(value) for value in values)}


def swept_texts(definition: SweepDefinition) -> Iterator[tuple[str, KeyPath, Value]]:
    """Every value written in a sweep with its parameter and key path; of ranges both ends."""
    yield from _all_values(definition)
    for name, path, _ in varied(definition):
        values = None if path[0] == "monte_carlo" else _at(definition, path)
        if isinstance(values, Range):
            yield name, (*path, "start"), values.start
            yield name, (*path, "stop"), values.stop


def _all_values(definition: SweepDefinition) -> Iterator[tuple[str, KeyPath, Value]]:
    for name, path, _ in varied(definition):
        if path[0] == "monte_carlo":
            continue
        values = _at(definition, path)
        if isinstance(values, tuple):
            for index, value in enumerate(values):
                yield name, (*path, index), value
        elif not isinstance(values, Range):
            yield name, path, values


def _at(definition: SweepDefinition, path: KeyPath) -> Any:
    """The value at a path of `varied`, other than a distribution."""
    here: Any = getattr(definition, str(path[0]))
    for part in path[1:]:
        here = here[part]
    return here


def _texts_among_numbers(
    definition: SweepDefinition, defaults: Mapping[str, Value], source: Source
) -> Iterator[Problem]:
    written = [*_all_values(definition)]
    numeric = {name for name, _, value in written if isinstance(value, Number)}
    numeric |= {name for name, value in defaults.items() if isinstance(value, Number)}
    for name, path, value in written:
        if name in numeric and isinstance(value, str) and _is_broken_number(value):
            near = near_number(value)
            message = f"'{value}' is not a number, and the values of {name} are numbers"
            yield source.problem(
                written_path(source, path), message + (f" (did you mean {near}?)" if near else "")
            )


def _is_broken_number(text: str) -> bool:
    """Whether a text begins as a number and is none; expressions such as ``2*w`` are for the simulator."""
    return (
        begins_like_a_number(text)
        and _ONE_WORD.fullmatch(text) is not None
        and not isinstance(parse_value(text), Number)
    )


def _same(value: Value) -> object:
    """What is equal for two values that make the same case."""
    read = parse_value(value) if isinstance(value, str) else value
    return float(read) if isinstance(read, int | float) else read


def _equal_values(definition: SweepDefinition, source: Source) -> Iterator[Problem]:
    for name, path, _ in varied(definition):
        if path[0] in ("parameters", "sensitivity") and isinstance(values := _at(definition, path), tuple):
            seen: dict[object, Value] = {}
            for index, value in enumerate(values):
                if (key := _same(value)) in seen:
                    message = _again(name, value, seen[key])
                    yield source.problem(written_path(source, (*path, index)), message)
                seen.setdefault(key, value)


def _again(name: str, value: Value, first: Value) -> str:
    return f"{name}={value} is listed twice" + (f", first as {first}" if str(first) != str(value) else "")


def _equal_rows(definition: SweepDefinition, source: Source) -> Iterator[Problem]:
    """Zip groups whose parameters all come back together."""
    for number, group in enumerate(definition.zip):
        columns = [values for values in group.values() if isinstance(values, tuple)]
        if len(columns) != len(group):
            continue
        seen: set[tuple[object, ...]] = set()
        for index, row in enumerate(zip(*columns, strict=True)):
            key = tuple(_same(value) for value in row)
            if key in seen:
                name = next(iter(group))
                shown = ", ".join(f"{name}={value}" for name, value in zip(group, row, strict=True))
                yield source.problem(
                    written_path(source, ("zip", number, name, index)), f"{shown} is listed twice"
                )
            seen.add(key)


def _unknown_corners(definition: SweepDefinition, source: Source) -> Iterator[Problem]:
    known = corner_names(definition)
    for spec, limits in definition.specs.items():
        for corner in limits.corners:
            if corner not in known:
                message = f"no corner '{corner}' in this sweep{did_you_mean(corner, known)}"
                yield source.problem(
                    ("specs", spec, "corners", corner),
                    f"{message}; known: {listed(known)}" if known else message,
                    at_key=True,
                )
