"""The cases of a run as columns: one array per parameter and per measurement.

100,000 cases load in well under a second; a missing measurement is NaN, never zero.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from simorc.config.names import did_you_mean, listed
from simorc.errors import UsageError
from simorc.rundir.layout import RunLayout
from simorc.rundir.store.case_table import read_case_table

Floats: TypeAlias = npt.NDArray[np.float64]
Texts: TypeAlias = npt.NDArray[np.object_]
Mask: TypeAlias = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Frame:
    """Cases in order of their number; every array has one entry per case.

    ``parameters`` are float64 arrays if every value is a number, object arrays (numbers and texts) otherwise.
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
    circuits: Mapping[int, int] = field(default_factory=dict)
    """The cases that were simulated from changed inputs after a person accepted them: id -> number of the
    circuit. All others are of circuit 1.
    """

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def circuit_column(self) -> list[int]:
        """The circuit of every case, as exports show it; empty if all cases are of the run's first one."""
        return [self.circuits.get(case_id, 1) for case_id in self.ids.tolist()] if self.circuits else []

    @cached_property
    def completed(self) -> Mask:
        return np.asarray(self.status == "completed", dtype=np.bool_)

    @cached_property
    def failed(self) -> Mask:
        return np.asarray(self.status == "failed", dtype=np.bool_)

    def values(self, measurement: str) -> Floats:
        """A measurement over all cases: NaN where missing and where the simulation did not complete.

        Raises UsageError for a name that is no measurement of the run.
        """
        if measurement not in self.measurements:
            near = did_you_mean(measurement, self.measurements)
            known = f"the run has {listed(self.measurements)}"
            raise UsageError(f"no measurement '{measurement}'{near}; {known}")
        return self.values_if_measured(measurement)

    def values_if_measured(self, measurement: str) -> Floats:
        """The same; all NaN for a name that is no measurement of the run, such as that of a spec."""
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
        """The cases for which ``mask`` is true."""
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
    table = read_case_table(layout)
    return Frame(
        ids=np.array(table.fixed["id"], dtype=np.int64),
        status=texts_of(table.fixed["status"]),
        parameters={label: column_of(values) for label, values in table.by_label("parameter").items()},
        measurements={label: numbers_of(values) for label, values in table.by_label("measurement").items()},
        units={column.label: column.unit for column in table.columns},
        kinds=table.fixed["kind"],
        messages=table.fixed["message"],
        seconds=numbers_of(table.fixed["seconds"]),
        circuits=table.circuits,
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
