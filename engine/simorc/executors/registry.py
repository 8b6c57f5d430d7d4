"""Executors by name: this machine, the schedulers simorc speaks to, and what other packages bring.

Entry points of the group ``simorc.executors`` name a function ``make(offer: Offer) -> Executor``; those of
``simorc.schedulers`` name a class with the shape of `scheduler.Scheduler`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any

from simorc.errors import UsageError
from simorc.executors.base import Executor
from simorc.executors.batch_scheduler import Scheduler
from simorc.simulators.ngspice.cold import Ngspice

LOCAL = "local"
EXECUTOR_GROUP, SCHEDULER_GROUP = "simorc.executors", "simorc.schedulers"
SCHEDULERS: Mapping[str, str] = {
    "slurm": "simorc.cluster.slurm:Slurm",
    "lsf": "simorc.cluster.lsf:Lsf",
    "sge": "simorc.cluster.sge:GridEngine",
}
"""Named like entry points: `cluster` stands above this package and loads only where it is used."""


@dataclass(frozen=True)
class Offer:
    """What an executor of another package is made from.

    `run` is the run's directory, `simulator` the ngspice of the run, ready to be sent elsewhere by pickle;
    `jobs` how many cases are wanted at once, None: as many as there is room for. `execution` are the run's
    settings of that name.
    """

    run: Path
    simulator: Ngspice
    jobs: int | None = None
    execution: Mapping[str, Any] = field(default_factory=dict)


def scheduler_called(name: str) -> Scheduler | None:
    """The cluster scheduler of that name, None if the name is no scheduler's."""
    found = _entry(SCHEDULER_GROUP, name)
    if name in SCHEDULERS:
        found = EntryPoint(name, SCHEDULERS[name], SCHEDULER_GROUP)
    if found is None:
        return None
    made: Scheduler = found.load()()
    return made


def executor_called(name: str, offer: Offer) -> Executor:
    """The executor another package brings under that name; raises `UsageError` if there is none."""
    found = _entry(EXECUTOR_GROUP, name)
    if found is None:
        known = ", ".join(executor_names())
        raise UsageError(f"no executor {name!r}", remedy=f"execution.executor is one of: {known}")
    made: Executor = found.load()(offer)
    return made


def executor_names() -> list[str]:
    """Every name `execution.executor` may have here."""
    brought = [
        entry.name for group in (EXECUTOR_GROUP, SCHEDULER_GROUP) for entry in entry_points(group=group)
    ]
    return [LOCAL, *SCHEDULERS, *sorted(brought)]


def _entry(group: str, name: str) -> EntryPoint | None:
    return next(iter(entry_points(group=group, name=name)), None)
