"""What was measured in a tuner, and the specs over it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from simorc.analysis.tuning.tuner import TunedCase
from simorc.config.definitions import MeasurementDefinition, Spec
from simorc.reports.spec_sheet import SpecRow, spec_row
from simorc.results.frame import Floats, Frame
from simorc.results.specs import SpecResult, evaluate_spec
from simorc.units import ShownAs, Value

_HEADROOM = 0.6
"""How much further than the nominal values a strip reaches, as a share of their distance to a limit."""


@dataclass(frozen=True)
class Reading:
    """All cases at some values of the sliders.

    `values` are those that differ from the nominal ones. A case that failed has None in `measured` and a
    reason in `failures`.
    """

    number: int
    values: Mapping[str, Value]
    measured: tuple[Mapping[str, float] | None, ...]
    failures: tuple[str, ...]
    raws: tuple[Path | None, ...]

    @property
    def failed(self) -> int | None:
        """The place of the first case that failed."""
        return next((place for place, reason in enumerate(self.failures) if reason), None)


@dataclass(frozen=True)
class Judge:
    """The specs and the measurements of a testbench; `definitions` are all of its measurements."""

    specs: Mapping[str, Spec]
    definitions: Mapping[str, MeasurementDefinition]

    def rows(
        self, cases: Sequence[TunedCase], reading: Reading, nominal: Reading | None = None
    ) -> tuple[SpecRow, ...]:
        """A row for each spec, then one for each other measurement that has a value.

        The scales of the strips are made for the `nominal` values, if there are any.
        """
        frame = frame_of(cases, reading.measured)
        specs = [spec for name, spec in self.specs.items() if not self._is_across(name)]
        others = [Spec(name) for name in frame.measurements if name not in self.specs]
        rows = (self._row(frame, spec, cases) for spec in (*specs, *others))
        if nominal is None:
            return tuple(rows)
        before = frame_of(cases, nominal.measured)
        return tuple(self._on_scale_of(before, row) for row in rows)

    def _on_scale_of(self, before: Frame, row: SpecRow) -> SpecRow:
        scale = self.shown(row.name).scale
        values = [scale * float(each) for each in before.values_if_measured(row.name) if np.isfinite(each)]
        if not values:
            return row
        limits = [each for each in (row.strip.low, row.strip.high) if each is not None] or [0.0]
        room = (
            value + _HEADROOM * (value - limit) for value in (min(values), max(values)) for limit in limits
        )
        reference = (*room, *(values if row.strip.low or row.strip.high else [0.0]))
        return replace(row, strip=replace(row.strip, reference=tuple(reference)))

    def shown(self, measurement: str) -> ShownAs:
        """How a person reads a measurement."""
        definition = self.definitions.get(measurement)
        spec = self.specs.get(measurement)
        shown = definition.shown if definition is not None else ShownAs()
        return shown if shown.unit or spec is None else ShownAs(spec.unit, shown.scale)

    def _is_across(self, measurement: str) -> bool:
        definition = self.definitions.get(measurement)
        return definition is not None and definition.across is not None

    def _row(self, frame: Frame, spec: Spec, cases: Sequence[TunedCase]) -> SpecRow:
        result = evaluate_spec(frame, spec)
        row = replace(spec_row(result, self.shown(spec.measurement)), status=_status(spec, result))
        if len(cases) == 1:
            return replace(row, least="", mean="", most="")
        return row if result.worst is None else replace(row, where=cases[result.worst.case_id - 1].name)


def frame_of(cases: Sequence[TunedCase], measured: Sequence[Mapping[str, float] | None]) -> Frame:
    """The cases as those of a run are, so that the same code judges them."""
    names = list(dict.fromkeys(name for values in measured if values for name in values))
    corners = np.array([each.parameters.get("corner") for each in cases], dtype=np.object_)
    return Frame(
        ids=np.arange(1, len(cases) + 1),
        status=np.array(
            ["failed" if values is None else "completed" for values in measured], dtype=np.object_
        ),
        parameters={"corner": corners},
        measurements={name: _column(name, measured) for name in names},
        bundles=np.array([each.corner for each in cases], dtype=np.object_),
    )


def _column(name: str, measured: Sequence[Mapping[str, float] | None]) -> Floats:
    return np.array([np.nan if values is None else values.get(name, np.nan) for values in measured])


def _status(spec: Spec, result: SpecResult) -> str:
    """A measurement without limits has no verdict, unless it is missing."""
    free = spec.min is None and spec.max is None and not spec.corners
    return "empty" if free and result.status == "pass" else result.status
