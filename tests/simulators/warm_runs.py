"""Cases for a worker that runs them warm, and what it tells while it runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from simorc.simulators.job import Callbacks, Job, Limits
from simorc.simulators.ngspice.worker import NgspiceWorker
from tests.waiting import PATIENCE

RC = """* rc
.param r={r} cl=1n
V1 in 0 dc 1 ac 1 pulse(0 1 1u 1n 1n 5u 10u)
R1 in out {{r}} tc=1m
C1 out 0 {{cl}}
.temp {temp}
.tran 20n 20u
.ac dec 5 1k 1meg
.meas tran vmax max v(out)
.end
"""


@dataclass
class Told:
    """What a bench told while it ran."""

    spawned: list[int] = field(default_factory=list)
    exited: list[int] = field(default_factory=list)
    mismatches: list[tuple[list[int], str]] = field(default_factory=list)
    progress: list[float] = field(default_factory=list)

    @property
    def callbacks(self) -> Callbacks:
        return Callbacks(
            self.spawned.append,
            self.exited.append,
            self.progress.append,
            lambda cases, why: self.mismatches.append((cases, why)),
        )


Make = Callable[..., NgspiceWorker]


def job(root: Path, case_id: int, deck: str, **changes: object) -> Job:
    """A job of a run with 100 such cases, of which one other is known: RC with other values."""
    directory = root / "results" / str(case_id)
    directory.mkdir(parents=True)
    limits = changes.pop("limits", Limits(timeout=PATIENCE))
    other = RC.format(r="17k", temp=-17)
    known = {"siblings": 100, "partners": lambda: [(other, None)], **changes}
    return Job(case_id, directory, deck, limits, **known)  # type: ignore[arg-type]
