"""Executors by name: this machine, the batch schedulers of simorc, and those of installed packages.

Entry points of the group ``simorc.executors`` name a function ``make(offer: Offer) -> Executor``; those of
``simorc.schedulers`` name a class with the shape of `scheduler.Scheduler`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import EntryPoint
from pathlib import Path

from simorc.config.execution_record import ExecutionRecord
from simorc.errors import UsageError
from simorc.executors.base import Executor
from simorc.executors.batch_scheduler import Scheduler
from simorc.executors.local import CaseWorker
from simorc.plugin_loading import plugin_called, plugin_names
from simorc.simulators.ngspice.cold import Ngspice
from simorc.simulators.ngspice.cut.decks import CutDecks
from simorc.simulators.ngspice.cut.store import CutStore
from simorc.simulators.ngspice.simulator_identity import simulator_identity
from simorc.simulators.ngspice.slot_session import SessionLife
from simorc.simulators.ngspice.verified_decks import VerifiedDecks
from simorc.simulators.ngspice.worker import NgspiceWorker

LOCAL = "local"
EXECUTOR_GROUP, SCHEDULER_GROUP = "simorc.executors", "simorc.schedulers"
SCHEDULERS: Mapping[str, str] = {
    "slurm": "simorc.cluster.slurm:Slurm",
    "lsf": "simorc.cluster.lsf:Lsf",
    "sge": "simorc.cluster.sge:GridEngine",
}
"""Named like entry points: `cluster` is above this package and loads only where it is used."""


@dataclass(frozen=True)
class Offer:
    """The arguments for creating an executor of another package.

    `run` is the run's directory, `simulator` the ngspice of the run, which can be pickled and sent to another
    host; `jobs` how many cases are requested at once, None: as many as fit. `execution` has the run's
    settings of that name.
    """

    run: Path
    simulator: Ngspice
    jobs: int | None = None
    execution: ExecutionRecord = field(default_factory=ExecutionRecord)

    def case_worker(self, slot: int) -> CaseWorker:
        """What simulates cases here, each in a process of its own; `slot` counts from 0."""
        store = CutStore() if self.execution.cut_kit else None
        cuts = CutDecks(store, partial(simulator_identity, self.simulator, None))
        session = self.run / ".warm" / str(slot)
        return NgspiceWorker(self.simulator, VerifiedDecks("off", 0), session, SessionLife(), cuts=cuts)


def scheduler_called(name: str) -> Scheduler | None:
    """The cluster scheduler of that name, None if the name is no scheduler's."""
    if name in SCHEDULERS:
        kind = EntryPoint(name, SCHEDULERS[name], SCHEDULER_GROUP).load()
    else:
        kind = plugin_called(SCHEDULER_GROUP, name)
    made: Scheduler | None = None if kind is None else kind()
    return made


def executor_called(name: str, offer: Offer) -> Executor:
    """The executor another package brings under that name; raises `UsageError` if there is none."""
    make = plugin_called(EXECUTOR_GROUP, name)
    if make is None:
        known = ", ".join(executor_names())
        raise UsageError(f"unknown executor {name!r}", remedy=f"execution.executor is one of: {known}")
    made: Executor = make(offer)
    return made


def executor_names() -> list[str]:
    """Every name `execution.executor` may have here."""
    brought = [*plugin_names(EXECUTOR_GROUP), *plugin_names(SCHEDULER_GROUP)]
    return [LOCAL, *SCHEDULERS, *sorted(brought)]
