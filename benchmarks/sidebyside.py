"""One workload, every contestant, side by side.

Rounds are interleaved (simorc, xargs, simorc, xargs, ...) and the best of each counts, so that a neighbour on
the machine does not decide. What would take minutes is measured on a sample of the cases and scaled.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.contestants import Arena
from benchmarks.identity import Identity, compare
from benchmarks.machine import Took, best
from benchmarks.workloads import Workload
from simorc.rundir.layout import RunLayout
from simorc.rundir.store.reader import RunReader

SLOW_SAMPLE = 40
"""Cases the slow contestants run where a case costs more than `SLOW_CASE` seconds."""
SLOW_CASE = 0.1
RIVAL_SAMPLE = 200
"""Cases spicelib and pytest-xdist run, at most."""
TRIAL = 6


@dataclass
class Row:
    """What one workload gave. `measured` maps contestants to their best round, scaled to all cases."""

    workload: Workload
    jobs: int
    measured: dict[str, Took] = field(default_factory=dict)
    sampled: dict[str, int] = field(default_factory=dict)
    identity: Identity = field(default_factory=Identity)
    simulating: float = 0.0
    """Seconds of the warm run from its first case to its last, without starting two Python programs."""

    def enter(self, contestant: str, took: Took, cases: int) -> None:
        """What `contestant` took for `cases` of the cases."""
        self.measured[contestant] = took.scaled(self.workload.cases / cases)
        if cases < self.workload.cases:
            self.sampled[contestant] = cases

    def ratio(self, contestant: str) -> float:
        """How often simorc (warm) fits into the contestant's wall-clock time."""
        return self.measured[contestant].wall / self.measured["simorc warm"].wall

    def as_json(self) -> dict[str, object]:
        return {
            "workload": self.workload.name,
            "title": self.workload.title,
            "cases": self.workload.cases,
            "jobs": self.jobs,
            "target": self.workload.target,
            "ratio": round(self.ratio("xargs"), 2),
            "seconds": {name: round(took.wall, 3) for name, took in self.measured.items()},
            "cpu_seconds": {name: round(took.cpu, 3) for name, took in self.measured.items()},
            "load": {name: round(took.load, 2) for name, took in self.measured.items()},
            "simulating": round(self.simulating, 3),
            "sampled": self.sampled,
            "identity": str(self.identity),
        }


def measure(workload: Workload, directory: Path, jobs: int, rounds: int, *, full: bool, rivals: bool) -> Row:
    """Let all contestants run `workload` and compare their waveforms."""
    arena, row = Arena(workload, directory, jobs), Row(workload, jobs)
    everything = list(range(1, workload.cases + 1))
    first, decks = arena.simorc("auto")
    runs = [decks]
    arena.lay_out(decks, everything)
    slow = arena.xargs(everything[:TRIAL]).wall / TRIAL > SLOW_CASE
    chosen = _sample(everything, SLOW_SAMPLE) if slow and not full else everything
    warm, cold, xargs = [first], [], []
    for _ in range(rounds):
        xargs.append(arena.xargs(chosen))
        took, run = arena.simorc("auto")
        warm.append(took)
        runs.append(run)
        cold.append(arena.simorc("off", chosen)[0])
    row.enter("simorc warm", best(warm), workload.cases)
    row.enter("simorc cold", best(cold), len(chosen))
    row.enter("xargs", best(xargs), len(chosen))
    row.simulating = min(map(simulating_seconds, runs))
    row.identity = compare(decks, arena.flat, chosen)
    if rivals:
        sample = _sample(chosen, RIVAL_SAMPLE)
        row.enter("spicelib", arena.spicelib(sample), len(sample))
        row.enter("pytest-xdist", arena.pytest(sample), len(sample))
    shutil.rmtree(arena.project)
    return row


def simulating_seconds(run: Path) -> float:
    """From the start of a run's first case to the end of its last, by the run's own clock."""
    with RunReader(RunLayout(run)) as view:
        meta = view.meta()
    return float(meta["ended"]) - float(meta["started"])


def _sample(case_ids: Sequence[int], size: int) -> list[int]:
    """Always the same sample, from everywhere."""
    return sorted(random.Random(1).sample(case_ids, min(size, len(case_ids))))
