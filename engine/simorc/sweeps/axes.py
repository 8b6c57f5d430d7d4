"""The axes of a sweep: the parameters that vary together, and their values.

================ ==========================================================================
grid             one parameter and its values
zip              parameters that step together
sensitivity      everything at its default, then each parameter's values in turn
corners          named bundles; a bundle overrides what an earlier axis says
monte_carlo      samples: a seed each, and the distributed parameters
================ ==========================================================================
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

from simorc.errors import UsageError
from simorc.sweeps.ranges import Span
from simorc.sweeps.sampling import Distribution, Sampling, distribution_of
from simorc.units import Number, Value

Column = Sequence[Value]


class Axis(Protocol):
    """``len(axis)`` places; a place sets some of ``names``."""

    @property
    def names(self) -> tuple[str, ...]: ...
    def __len__(self) -> int: ...
    def place(self, index: int) -> Mapping[str, Value]:
        """The parameters set at one place (from 0)."""
        ...

    def to_json(self) -> dict[str, Any]: ...


@dataclass(frozen=True)
class Listed:
    """A grid parameter (one column) or a zip group (several of equal length)."""

    kind: str
    columns: Mapping[str, Column]

    def __post_init__(self) -> None:
        lengths = {name: len(column) for name, column in self.columns.items()}
        for name in [name for name, length in lengths.items() if length == 0]:
            raise UsageError(f"{name}: no values")
        if len(set(lengths.values())) > 1:
            raise UsageError(
                "zip: lengths differ: " + ", ".join(f"{name} {count}" for name, count in lengths.items())
            )

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.columns)

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())))

    def place(self, index: int) -> dict[str, Value]:
        return {name: column[index] for name, column in self.columns.items()}

    def to_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "columns": {name: column_json(column) for name, column in self.columns.items()},
        }


@dataclass(frozen=True)
class OneAtATime:
    """First every parameter at its default; then each one's other values with the rest at their defaults."""

    defaults: Mapping[str, Value]
    columns: Mapping[str, Column]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.columns)

    def __len__(self) -> int:
        return 1 + sum(len(column) for column in self.columns.values())

    def place(self, index: int) -> dict[str, Value]:
        values = dict(self.defaults)
        offset = index - 1
        for name, column in self.columns.items():
            if 0 <= offset < len(column):
                values[name] = column[offset]
            offset -= len(column)
        return values

    def to_json(self) -> dict[str, Any]:
        columns = {name: column_json(column) for name, column in self.columns.items()}
        defaults = {name: value_json(value) for name, value in self.defaults.items()}
        return {"kind": "sensitivity", "defaults": defaults, "columns": columns}


@dataclass(frozen=True)
class Corners:
    """Named bundles of parameter values, in the order of the file."""

    bundles: Mapping[str, Mapping[str, Value]]

    @cached_property
    def labels(self) -> tuple[str, ...]:
        return tuple(self.bundles)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for bundle in self.bundles.values() for name in bundle))

    def __len__(self) -> int:
        return len(self.bundles)

    def place(self, index: int) -> Mapping[str, Value]:
        return self.bundles[self.labels[index]]

    def to_json(self) -> dict[str, Any]:
        bundles = {
            label: {name: value_json(value) for name, value in bundle.items()}
            for label, bundle in self.bundles.items()
        }
        return {"kind": "corners", "bundles": bundles}


@dataclass(frozen=True)
class Samples:
    """Monte Carlo samples; place 0 is sample 1."""

    sampling: Sampling

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.sampling.distributions)

    def __len__(self) -> int:
        return self.sampling.count

    def place(self, index: int) -> dict[str, Value]:
        return {name: self.sampling.value(name, index + 1) for name in self.sampling.distributions}

    def to_json(self) -> dict[str, Any]:
        sampling = self.sampling
        distributions = {
            name: distribution.to_json() for name, distribution in sampling.distributions.items()
        }
        head = {"kind": "monte_carlo", "samples": sampling.count, "seed": sampling.seed}
        return {**head, "sampling": sampling.method, "distributions": distributions}


AnyAxis = Listed | OneAtATime | Corners | Samples


def value_json(value: Value) -> Any:
    """A value for JSON: a Number as a list of its text, so that it is told from text; the others as they
    are.
    """
    return [str(value)] if isinstance(value, Number) else value


def value_from_json(data: Any) -> Value:
    """The value `value_json` wrote."""
    return Number(data[0]) if isinstance(data, list) else data


def column_json(column: Column) -> Any:
    """A range as its definition, a list as its values."""
    return column.to_json() if isinstance(column, Span) else [value_json(value) for value in column]


def column_from_json(data: Any) -> Column:
    """The column `column_json` wrote."""
    return (
        Span.from_json(data) if isinstance(data, Mapping) else tuple(value_from_json(item) for item in data)
    )


def axis_from_json(data: Mapping[str, Any]) -> AnyAxis:
    """The axis an axis's ``to_json`` wrote."""
    kind = data["kind"]
    if kind == "corners":
        return Corners({label: _values(bundle) for label, bundle in data["bundles"].items()})
    if kind == "monte_carlo":
        distributions: dict[str, Distribution] = {
            name: distribution_of(definition) for name, definition in data["distributions"].items()
        }
        return Samples(Sampling(data["samples"], data["seed"], distributions, data["sampling"]))
    columns = {name: column_from_json(column) for name, column in data["columns"].items()}
    return OneAtATime(_values(data["defaults"]), columns) if kind == "sensitivity" else Listed(kind, columns)


def _values(data: Mapping[str, Any]) -> dict[str, Value]:
    return {name: value_from_json(value) for name, value in data.items()}
