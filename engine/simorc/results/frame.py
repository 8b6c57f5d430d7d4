"""The cases of a run as columns: one array per parameter and per measurement.

100,000 cases load in well under a second; a measurement that is not there is NaN, never zero.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from simorc.rundir.layout import RunLayout
from simorc.rundir.store.connection import open_for_reading, quoted

Floats: TypeAlias = npt.NDArray[np.float64]
Texts: TypeAlias = npt.NDArray[np.object_]
Mask: TypeAlias = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Frame:
    """Cases in order of their number; every array has one entry per case.

    ``parameters`` holds float64 arrays where every value is a number, object arrays (numbers and texts)
    elsewhere.
    """

    ids: npt.NDArray[np.int64]
    status: Texts
    parameters: Mapping[str, Floats | Texts]
    measurements: Mapping[str, Floats]
    units: Mapping[str, str] = field(default_factory=dict)
    kinds: Sequence[str | None] = ()
    messages: Sequence[str | None] = ()
    seconds: Floats | None = None
    bundles: Texts | None = None
    """The names of corner bundles where the column ``corner`` does not hold them."""
    samples: npt.NDArray[np.int64] | None = None
    """The Monte Carlo sample of every case, from 1; None without Monte Carlo."""

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def completed(self) -> Mask:
        return np.asarray(self.status == "completed", dtype=np.bool_)

    @cached_property
    def failed(self) -> Mask:
        return np.asarray(self.status == "failed", dtype=np.bool_)

    def values(self, measurement: str) -> Floats:
        """A measurement over all cases: NaN where missing and where the simulation did not complete."""
        if measurement not in self.measurements:
            return np.full(len(self), np.nan)
        values = np.where(self.completed, self.measurements[measurement], np.nan)
        return np.where(np.isfinite(values), values, np.nan)

    def values_at(self, measurement: str, index: int) -> float:
        """One value of ``values``, without looking at the others."""
        value = float(self.measurements[measurement][index])
        return value if self.status[index] == "completed" and np.isfinite(value) else float("nan")

    def parameters_of(self, index: int) -> dict[str, Any]:
        """The swept parameters of the case at that position (not number) of the frame."""
        return {name: plain_value(column[index]) for name, column in self.parameters.items()}

    def select(self, mask: Mask) -> Frame:
        """The cases where ``mask`` holds."""
        kept = np.flatnonzero(mask)
        places = [int(place) for place in kept]
        return replace(
            self,
            ids=self.ids[kept],
            status=self.status[kept],
            parameters={name: column[kept] for name, column in self.parameters.items()},
            measurements={name: column[kept] for name, column in self.measurements.items()},
            kinds=[self.kinds[i] for i in places] if len(self.kinds) else (),
            messages=[self.messages[i] for i in places] if len(self.messages) else (),
            seconds=None if self.seconds is None else self.seconds[kept],
            bundles=None if self.bundles is None else self.bundles[kept],
            samples=None if self.samples is None else self.samples[kept],
        )


def plain_value(value: Any) -> Any:
    """A numpy scalar as Python's own."""
    return value.item() if isinstance(value, np.generic) else value


def load_frame(layout: RunLayout) -> Frame:
    """The case table of a run. Cases whose rows are not written yet are pending and not in it."""
    connection = open_for_reading(layout.database)
    connection.row_factory = None
    try:
        columns = connection.execute(
            "SELECT name, role, label, unit FROM columns ORDER BY position"
        ).fetchall()
        fixed = ["id", "status", "kind", "message", "seconds"]
        names = [*fixed, *(quoted(column[0]) for column in columns)]
        rows = connection.execute(f"SELECT {', '.join(names)} FROM cases ORDER BY id").fetchall()
    finally:
        connection.close()
    turned: list[tuple[Any, ...]] = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    swept = {c[2]: column_of(turned[len(fixed) + i]) for i, c in enumerate(columns) if c[1] == "parameter"}
    measured = {
        c[2]: numbers_of(turned[len(fixed) + i]) for i, c in enumerate(columns) if c[1] == "measurement"
    }
    return Frame(
        ids=np.array(turned[0], dtype=np.int64),
        status=texts_of(turned[1]),
        parameters=swept,
        measurements=measured,
        units={column[2]: column[3] for column in columns},
        kinds=turned[2],
        messages=turned[3],
        seconds=numbers_of(turned[4]),
    )


def numbers_of(values: Sequence[Any]) -> Floats:
    """float64, NaN for None."""
    return np.array(values, dtype=np.float64)


def texts_of(values: Sequence[Any]) -> Texts:
    """An object array, whatever the values are."""
    found = np.empty(len(values), dtype=np.object_)
    found[:] = values
    return found


def column_of(values: Sequence[Any]) -> Floats | Texts:
    """float64 if all are numbers, else an object array."""
    if all(type(value) in (float, int) for value in values):
        return np.array(values, dtype=np.float64)
    return texts_of(values)
