"""Counts the cases of a sweep that its last run does not have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from simorc.errors import SimorcError
from simorc.rundir.layout import RunLayout, find_runs
from simorc.units import Value

if TYPE_CHECKING:
    from simorc.config.project import Project
    from simorc.config.yaml.edit import SweepText

MOST_CASES = 200_000
"""Beyond this, comparing keeps the user waiting longer than the answer is worth."""
_OF_THE_PLAN = frozenset({".yaml", ".yml", ".sch", ".sym", ".j2"})
"""Files that count by what they come to: the values of the cases, the netlist, the deck."""


@dataclass(frozen=True)
class ReuseOffer:
    """Of `total` cases, `new` are not among the completed ones of `run`."""

    run: str
    new: int
    total: int


def reuse_offer(
    root: Path, sweep: str, draft: SweepText, project: Project | None, defaults: Mapping[str, Value]
) -> ReuseOffer | None:
    """What the newest run of the sweep could spare; None if nothing, or if everything in it is the same.

    The runner compares each case by its deck and files before it takes it over; this only counts values.
    """
    from simorc.runner.earlier_runs import UNREADABLE, EarlierRun
    from simorc_tui.data.sweep_draft import plan_of_draft

    newest = next((run for run in find_runs(root) if run.sweep == sweep), None)
    if newest is None:
        return None
    try:
        plan = plan_of_draft(draft, project)
        if len(plan) > MOST_CASES or _has_moved(root, newest):
            return None
        earlier = EarlierRun(newest)
        try:
            new = sum(not earlier.holds(defaults, case) for case in plan)
        finally:
            earlier.close()
    except (SimorcError, *UNREADABLE):
        return None  # building the run reports the error
    return ReuseOffer(newest.name, new, len(plan)) if 0 < new < len(plan) else None


def _has_moved(root: Path, run: RunLayout) -> bool:
    """Whether a netlist or a model has changed since, which leaves nothing to reuse."""
    from simorc.rundir.manifest import load_manifest
    from simorc.schematics.moved_inputs import moved_inputs

    moved = moved_inputs(root, load_manifest(run).inputs)
    return any(Path(name).suffix not in _OF_THE_PLAN for name in moved)
