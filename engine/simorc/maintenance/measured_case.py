"""Measures one case again from its waveforms and its log, by other definitions than those of its run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from simorc.config.definitions import MeasurementDefinitions
from simorc.errors import SimorcError
from simorc.measurements.meas_output import parse_meas_output
from simorc.measurements.meas_refine import refine
from simorc.measurements.measure import Measured, measure_case
from simorc.netlist.deck.deck import Deck
from simorc.operating_point.table import FILE
from simorc.regular_files import read_regular
from simorc.rundir.layout import RunLayout
from simorc.rundir.store.measured_rows import MeasuredRow
from simorc.waveforms.rawfile import RawFile

CaseOfShare: TypeAlias = tuple[int, dict[str, Any], dict[str, float]]
"""Number, swept parameters, and the stored value of every measurement that need not be computed."""


@dataclass(frozen=True)
class CaseShare:
    """The cases one worker measures; plain data, so that it can be sent."""

    run: Path
    definitions: MeasurementDefinitions
    names: tuple[str, ...]
    project_root: Path
    defaults: Mapping[str, Any]
    cases: tuple[CaseOfShare, ...]


def measure_share(share: CaseShare) -> list[MeasuredRow]:
    """The values of some cases. Missing ones are in the rows, with the reason."""
    layout = RunLayout(share.run)
    return [_measure_one(layout, share, *case) for case in share.cases]


def _measure_one(
    layout: RunLayout,
    share: CaseShare,
    case_id: int,
    parameters: Mapping[str, Any],
    stored: Mapping[str, float],
) -> MeasuredRow:
    needed = [share.definitions[name].card for name in share.names]
    printed, failed = _printed(layout, case_id, frozenset(needed))
    found = measure_case(
        share.definitions,
        layout.raw(case_id),
        parameters={**share.defaults, **parameters},
        meas_values={**printed, **stored},
        project_root=share.project_root,
        operating_point=layout.case_dir(case_id) / FILE,
    )
    values = {name: value for name, value in found.values.items() if name in share.names}
    missing = {name: why for name, why in found.missing.items() if name in share.names}
    lacking = _lacking(share.definitions, found, failed)
    message = "no value for " + ", ".join(lacking[:4]) if lacking else "; ".join(found.notes.values()) or None
    return MeasuredRow(case_id, values, missing, "failed" if lacking else "completed", message)


def _lacking(definitions: MeasurementDefinitions, found: Measured, failed: frozenset[str]) -> list[str]:
    """What a case needs and does not have: declared measurements, then cards of the deck."""
    optional = {name.lower() for name, each in definitions.items() if each.optional}
    optional |= {each.card for each in definitions.values() if each.optional and each.card}
    declared = [f"{name} ({why})" for name, why in found.missing.items() if name.lower() not in optional]
    named = {each.card for each in definitions.values()}
    return declared + [f".meas {name}" for name in sorted(failed - named - optional)]


def _printed(
    layout: RunLayout, case_id: int, needed: frozenset[str]
) -> tuple[dict[str, float], frozenset[str]]:
    """What the simulator printed, to full precision where `needed`, and the .meas cards that failed."""
    deck = _deck(layout, case_id)
    try:
        output = parse_meas_output(read_regular(layout.log(case_id)), deck.measured_twice)
    except OSError:
        return {}, frozenset()
    if needed.isdisjoint(output.printed):
        return {name: found.value for name, found in output.printed.items()}, output.failed
    return refine(deck, output.printed, _raw(layout, case_id)), output.failed


def _deck(layout: RunLayout, case_id: int) -> Deck:
    """The case's deck; without one, printed values stay as they are."""
    try:
        return Deck.parse(read_regular(layout.deck(case_id)).decode("utf-8", "surrogateescape"))
    except OSError:
        return Deck.parse("*\n.end\n")


def _raw(layout: RunLayout, case_id: int) -> RawFile | None:
    """What the digits of a printed value come from; without waveforms they stay as printed."""
    try:
        return RawFile.open(layout.raw(case_id))
    except SimorcError:
        return None
