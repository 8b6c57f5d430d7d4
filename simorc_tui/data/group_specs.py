"""Specs at each value of a parameter: how many finished cases meet all of them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from simorc.errors import SimorcError
from simorc.rundir.store.connection import DatabaseError

if TYPE_CHECKING:
    from simorc.results.open_run import OpenRun

Kept = tuple[int, int]
"""Cases that meet every spec, and cases that were run."""


def specs_by(run: OpenRun, label: str) -> dict[object, Kept]:
    """By value of the parameter called `label`; empty where the run has no specs or cannot be judged."""
    try:
        return _counted(run, label)
    except (SimorcError, DatabaseError, ValueError, KeyError):
        return {}  # the specs pane shows the error


def _counted(run: OpenRun, label: str) -> dict[object, Kept]:
    from simorc.results.case_verdicts import judge_all

    if not run.own_specs:
        return {}
    frame = run.frame
    good, ran = judge_all(frame, run.own_specs).meeting, frame.completed | frame.failed
    values = frame.parameters[label].tolist()
    kept = Counter(value for value, each in zip(values, good, strict=True) if each)
    tried = Counter(value for value, each in zip(values, ran, strict=True) if each)
    return {value: (kept[value], count) for value, count in tried.items()}
