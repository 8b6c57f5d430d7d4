"""A long run with the interface open: whether memory, descriptors and threads of every process stay flat.

    python -m benchmarks.soak [--minutes 10]

A sweep of RC low-passes runs with two jobs; the interface shows it live and gets a key a second. Every five
seconds each process is looked at. Prints what the runner, the workers and the interface had a third
of the way through and at the end. Exit code 1 where something grew: memory by more than a tenth (at least
3 MB), descriptors or threads at all.
"""

from __future__ import annotations

import argparse
import itertools
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from benchmarks.contestants import SIMORC
from benchmarks.machine import quiet_environment
from benchmarks.pseudo_terminal import PseudoTerminal
from benchmarks.tables import table
from benchmarks.workloads import rc
from simorc.launch.start import runner_info
from simorc.rundir.layout import RunLayout, find_runs

BETWEEN = 5.0
KEYS = ("j", "j", "j", "k", "\t", "j", "k", "\t", "G", "g")
SHARE, LEAST = 0.10, 3.0


@dataclass(frozen=True)
class Look:
    """What the processes of one role had at one moment: private megabytes, descriptors, threads."""

    memory: float
    descriptors: int
    threads: int


@dataclass
class Role:
    """The looks at one role; the workers of a run are one role, whichever processes they are."""

    name: str
    looks: list[Look] = field(default_factory=list)

    def settled_and_last(self) -> tuple[Look, Look]:
        """The middle of the looks a third of the way through, and of the last ones."""
        third, some = len(self.looks) // 3, max(len(self.looks) // 8, 1)
        return _middle(self.looks[third : third + some]), _middle(self.looks[-some:])

    def growth(self) -> list[str]:
        """What grew, in words; nothing where all is flat."""
        settled, last = self.settled_and_last()
        found = []
        if last.memory - settled.memory > max(SHARE * settled.memory, LEAST):
            found.append(f"{self.name}: memory {settled.memory:.1f} to {last.memory:.1f} MB")
        if last.descriptors > settled.descriptors:
            found.append(f"{self.name}: descriptors {settled.descriptors} to {last.descriptors}")
        if last.threads > settled.threads:
            found.append(f"{self.name}: threads {settled.threads} to {last.threads}")
        return found


def measure(project: Path, minutes: float) -> tuple[list[Role], int]:
    """The looks at every role, and how many cases ended meanwhile."""
    rc(project, 1000, 400)
    _simorc(project, "run", "bench", "--detach", "--jobs", "2", "--yes")
    run = find_runs(project)[0]
    roles = [Role("runner"), Role("workers"), Role("interface")]
    keys = itertools.cycle(KEYS)
    try:
        with PseudoTerminal(project, 160, 48) as terminal:
            for _ in range(int(60 * minutes / BETWEEN)):
                for _ in range(int(BETWEEN)):
                    time.sleep(1)
                    terminal.press(next(keys))
                _look(roles, run, terminal)
        return roles, _ended(project)
    finally:
        _simorc(project, "cancel", run.name)
        while runner_info(run) is not None:
            time.sleep(0.1)


def _look(roles: Sequence[Role], run: RunLayout, terminal: PseudoTerminal) -> None:
    runner, workers, interface = roles
    info = runner_info(run)
    if info is None or terminal.process.poll() is not None:
        raise SystemExit("the run or the interface ended before its time")
    process = psutil.Process(info.pid)
    runner.looks.append(_sum([process]))
    workers.looks.append(_sum(process.children(recursive=True)))
    interface.looks.append(_sum([psutil.Process(terminal.process.pid)]))


def _sum(processes: Sequence[psutil.Process]) -> Look:
    looks = list(_each(processes))
    return Look(
        sum(look.memory for look in looks),
        sum(look.descriptors for look in looks),
        sum(look.threads for look in looks),
    )


def _each(processes: Sequence[psutil.Process]) -> Iterator[Look]:
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            memory = process.memory_full_info().uss / 2**20
            yield Look(memory, process.num_fds(), process.num_threads())


def _middle(looks: Sequence[Look]) -> Look:
    return Look(
        statistics.median(look.memory for look in looks),
        round(statistics.median(look.descriptors for look in looks)),
        round(statistics.median(look.threads for look in looks)),
    )


def _ended(project: Path) -> int:
    (run,) = find_runs(project)
    return sum(1 for _ in run.results.glob("*/simulator.log"))


def _simorc(project: Path, *words: str) -> None:
    subprocess.run((*SIMORC, *words), cwd=project, env=quiet_environment(), capture_output=True, check=True)


def main() -> int:
    """Measure, print the table, say what grew."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=10)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="simorc-soak-") as directory:
        project = Path(directory) / "soak"
        project.mkdir()
        roles, ended = measure(project, asked.minutes)
    rows: list[tuple[str, ...]] = [
        ("", "MB", "MB at the end", "descriptors", "at the end", "threads", "at the end")
    ]
    for role in roles:
        settled, last = role.settled_and_last()
        rows.append(
            (
                role.name,
                *(f"{value:.1f}" for value in (settled.memory, last.memory)),
                *(str(value) for value in (settled.descriptors, last.descriptors)),
                *(str(value) for value in (settled.threads, last.threads)),
            )
        )
    print(f"{ended:,} cases ended in {asked.minutes:g} minutes\n{table(rows)}")
    grown = [word for role in roles for word in role.growth()]
    print("\n".join(grown) or "nothing grew")
    return 1 if grown else 0


if __name__ == "__main__":
    sys.exit(main())
