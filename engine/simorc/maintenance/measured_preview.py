"""The value that a measurement would have in a case after its definition changed; nothing is stored."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from simorc.config.definitions import MeasurementDefinition, MeasurementDefinitions
from simorc.maintenance.measured_case import CaseShare, measure_share
from simorc.maintenance.remeasure import changed_measurements
from simorc.measurements.missing import MeasurementMissing
from simorc.results.open_run import OpenRun


def previewed_value(
    run: OpenRun, definitions: MeasurementDefinitions, name: str, case_id: int, project_root: Path
) -> float:
    """What `simorc measure` would give for a measurement of a case by these definitions.

    Raises MeasurementMissing with the reason where it would give nothing.
    """
    if name not in definitions or definitions[name].across is not None:
        raise MeasurementMissing("a measurement across cases has its value when the run is measured again")
    changed = changed_measurements(run.manifest.measurements_if_known or {}, definitions)
    stored = _case_of(run, case_id, list(definitions))[1]
    if name not in changed and name in stored:
        return stored[name]  # is not computed again
    names = tuple(dict.fromkeys((*changed, name)))
    here = {
        each: definition if each in names else MeasurementDefinition(meas=each, optional=definition.optional)
        for each, definition in definitions.items()
        if definition.across is None
    }
    case = (case_id, *_case_of(run, case_id, [each for each in here if each not in names]))
    defaults = dict(run.plan.defaults) if run.plan is not None else {}
    share = CaseShare(run.layout.path, here, names, project_root, defaults, (case,))
    row = measure_share(share)[0]
    if name not in row.values:
        raise MeasurementMissing(row.missing.get(name, "no value"))
    return row.values[name]


def _case_of(run: OpenRun, case_id: int, stored: list[str]) -> tuple[dict[str, Any], dict[str, float]]:
    frame = run.frame
    places = (frame.ids == case_id).nonzero()[0]
    if not len(places):
        raise MeasurementMissing(f"case {case_id} has no results")
    place = int(places[0])
    known = {name: float(frame.measurements[name][place]) for name in stored if name in frame.measurements}
    return frame.parameters_of(place), {name: value for name, value in known.items() if math.isfinite(value)}
