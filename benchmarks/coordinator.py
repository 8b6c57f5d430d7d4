"""What one runner spends on a case when its workers answer at once, and how many cases a second it feeds.

The workers are processes that receive ranges of cases as real ones do and answer with a completed record for
each case, without a simulation. What is left is the runner: its queue, retries, SQLite, the attempt log,
metadata.csv, statuses and events.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.contestants import SIMORC
from benchmarks.machine import quiet_environment
from benchmarks.workloads import rc
from simorc.simulators.job import Callbacks, Job, Limits
from simorc.simulators.ngspice.deck_split import DeckSplit
from simorc.simulators.ngspice.whole_cases.messages import CaseRecord, RangeEnd, RangeOrder, packed
from simorc.simulators.ngspice.whole_cases.page import CasePage, new_page
from simorc.simulators.ngspice.whole_cases.range_under_way import RangeUnderWay, RangeWatch
from simorc.simulators.outcome import Outcome

CASES = 20_000
SLOTS = 4
_FORM = DeckSplit("", "key", (), None, None)


def measure_coordinator(directory: Path) -> dict[str, float]:
    """``{"cases", "runner_ms", "feeds"}``: CPU time per case (ms), and cases per second of one runner."""
    project = directory / "coordinator"
    project.mkdir()
    rc(project, resistors=CASES // 100, capacitors=100)
    built = subprocess.run(
        (*SIMORC, "build", "bench"), cwd=project, capture_output=True, text=True, check=True
    )
    run = project / "simulations" / built.stdout.strip()
    done = subprocess.run(
        (sys.executable, "-m", "benchmarks.coordinator", str(run)),
        capture_output=True,
        text=True,
        check=True,
        env=quiet_environment(),
    )
    shutil.rmtree(project)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


# A worker that answers at once ---------------------------------------------------------------------------


@dataclass
class _Process:
    """The runner's end of a worker, as `RangeUnderWay` uses it."""

    pid: int
    input: int
    records: int
    page: CasePage

    def signal(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    def wait(self) -> int:
        return 0


@dataclass
class _Session:
    """The session of such a worker."""

    process: _Process
    cases: int = 0

    async def send(self, text: bytes) -> None:
        while text:
            text = text[os.write(self.process.input, text) :]


def _fork_worker() -> _Process:
    orders, records = os.pipe(), os.pipe()
    descriptor = new_page()
    pid = os.fork()
    if pid == 0:
        os.close(orders[1])
        _answer(orders[0], records[1])
    os.close(orders[0])
    os.close(records[1])
    os.set_blocking(records[0], False)
    page = CasePage(descriptor)
    os.close(descriptor)
    return _Process(pid, orders[1], records[0], page)


def _answer(orders: int, records: int) -> None:
    with os.fdopen(orders, "rb") as stream:
        while line := stream.readline():
            order = RangeOrder.unpacked(stream.read(int(line.split()[1])))
            now = time.time()
            values = {"rise": 1.25e-7}
            answers = [
                packed(CaseRecord(case_id, now, Outcome("completed", None, "", values, 1e-3, True)))
                for case_id in order.case_ids
            ]
            text = b"".join([*answers, packed(RangeEnd((), {}, True, False, 1e-3))])
            while text:
                text = text[os.write(records, text) :]
    os._exit(0)


class _Ranges:
    """The ranges of a slot with such a worker."""

    def __init__(self) -> None:
        self.session = _Session(_fork_worker())

    def most(self) -> int:
        return 256

    def granted(self, wanted: int) -> int:
        return wanted

    async def run(self, case_ids: Sequence[int], watch: RangeWatch, callbacks: Callbacks) -> Any:
        session: Any = self.session
        under_way = RangeUnderWay(session, session.process, case_ids, Limits(), watch)
        order = RangeOrder(tuple(case_ids), "key", "", frozenset(), _FORM, {}, b"")
        await under_way.run(order, lambda each: watch.measured(each.case_id, each.started, each.outcome))
        return _Left((), False)

    def stop(self, case_ids: Collection[int] | None) -> None:
        """Nothing takes time."""


@dataclass(frozen=True)
class _Left:
    case_ids: Sequence[int]
    other: bool


class _Worker:
    """The worker of a slot."""

    def __init__(self, slot: int) -> None:
        self.ranges = _Ranges()

    async def run(self, job: Job, callbacks: Callbacks) -> Outcome:
        return Outcome.completed({"rise": 1.25e-7})

    async def close(self) -> None:
        """End its process."""
        process = self.ranges.session.process
        process.signal(signal.SIGKILL)
        os.waitpid(process.pid, 0)


def _main() -> None:
    from simorc.executors.local import LocalExecutor
    from simorc.launch import runner

    def executor(*_: object) -> LocalExecutor:
        return LocalExecutor(_Worker, SLOTS)

    runner.make_executor = executor  # type: ignore[assignment]
    sys.stdin = io.StringIO()  # no options
    marks: list[tuple[float, float]] = []
    run = runner.LocalScheduler.run

    async def timed(scheduler: Any) -> None:
        marks.append((time.process_time(), time.monotonic()))
        await run(scheduler)

    runner.LocalScheduler.run = timed  # type: ignore[method-assign]
    code = runner.main()
    cpu, wall = time.process_time() - marks[0][0], time.monotonic() - marks[0][1]
    assert code == 0
    print(json.dumps({"cases": CASES, "runner_ms": 1e3 * cpu / CASES, "wall": wall, "feeds": CASES / cpu}))


if __name__ == "__main__":
    _main()
