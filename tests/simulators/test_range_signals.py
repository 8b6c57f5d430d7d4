"""A signal that is meant for one case of a range and meets the next one: no healthy case fails for it."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from simorc.simulators.job import Limits
from simorc.simulators.ngspice.deck_split import DeckSplit
from simorc.simulators.ngspice.whole_cases.messages import CaseRecord, RangeEnd, RangeOrder, packed
from simorc.simulators.ngspice.whole_cases.page import CasePage, new_page
from simorc.simulators.ngspice.whole_cases.range_under_way import RangeUnderWay
from simorc.simulators.outcome import FailureKind, Outcome

HERE, NEXT = 3, 4
ORDER = RangeOrder((HERE, NEXT), "key", "", frozenset(), DeckSplit("", "key", (), None, None), {}, b"")
DEADLINE = 1e-6
"""A time-out (s) that each case has passed when it is looked at."""


class Process:
    """A process of a session that does what a test says when it is signalled."""

    def __init__(self) -> None:
        page = new_page()
        self.page = CasePage(page)
        os.close(page)
        self.records, self.to_runner = os.pipe()
        os.set_blocking(self.records, False)
        self.on_signal: Callable[[], object] = lambda: None
        self.sent: list[signal.Signals] = []
        self.exit_code = 0

    def signal(self, number: signal.Signals) -> None:
        self.sent.append(number)
        self.on_signal()

    def wait(self) -> int:
        return self.exit_code

    def dies(self, exit_code: int) -> None:
        self.exit_code = exit_code
        os.close(self.to_runner)

    def reports(self, message: CaseRecord | RangeEnd) -> None:
        os.write(self.to_runner, packed(message))


class Session:
    """The session of that process: its memory is beyond every limit."""

    def __init__(self, directory: Path) -> None:
        self.directory, self.cases = directory, 0

    async def send(self, text: bytes) -> None: ...

    def resident_bytes(self) -> int:
        return 1 << 40


class Watch:
    holds = False

    def begun(self, case_id: int) -> None: ...


@pytest.fixture
def process() -> Iterator[Process]:
    made = Process()
    made.page.begin(HERE, 0.0)
    yield made
    os.close(made.records)
    made.page.close()


def range_of(process: Process, directory: Path, **limits: Any) -> RangeUnderWay:
    session, watch = Session(directory), Watch()
    return RangeUnderWay(session, process, (HERE, NEXT), Limits(**limits), watch)  # type: ignore[arg-type]


def look(started: RangeUnderWay) -> None:
    started._look()


def stop(started: RangeUnderWay) -> None:
    started.stop([HERE])


KILLS = {
    "memory": ({"memory": 1}, look),
    "raw_limit": ({"raw": 0}, look),
    "cancelled": ({}, stop),
}


@pytest.mark.parametrize("kill", KILLS)
async def test_a_kill_that_meets_the_next_case_leaves_that_to_be_repeated(
    process: Process, tmp_path: Path, kill: str
) -> None:
    limits, act = KILLS[kill]
    (tmp_path / "results.raw").write_bytes(b"raw")
    started = range_of(process, tmp_path, **limits)

    def moves_on_and_dies() -> None:
        process.page.begin(NEXT, 1.0)
        process.dies(-signal.SIGKILL)

    process.on_signal = moves_on_and_dies
    act(started)
    await started.run(ORDER, lambda record: None)
    assert process.sent == [signal.SIGKILL]
    assert (started.lost, started.left) == (0, [HERE, NEXT])


@pytest.mark.parametrize("kill", KILLS)
async def test_a_kill_that_meets_its_case_is_the_verdict_of_that_case(
    process: Process, tmp_path: Path, kill: str
) -> None:
    limits, act = KILLS[kill]
    (tmp_path / "results.raw").write_bytes(b"raw")
    started = range_of(process, tmp_path, **limits)
    process.on_signal = lambda: process.dies(-signal.SIGKILL)
    act(started)
    await started.run(ORDER, lambda record: None)
    assert started.lost == HERE
    expected = {
        "memory": FailureKind.OUT_OF_MEMORY,
        "raw_limit": FailureKind.RAW_LIMIT,
        "cancelled": FailureKind.CANCELLED,
    }
    assert started.verdict().kind == expected[kill]


@pytest.mark.parametrize("exit_code", [-signal.SIGSEGV, -signal.SIGKILL, 1])
async def test_a_process_that_dies_of_an_interrupt_for_the_case_before_is_no_crash_of_the_next(
    process: Process, tmp_path: Path, exit_code: int
) -> None:
    started = range_of(process, tmp_path, timeout=DEADLINE)

    def moves_on_and_dies() -> None:
        process.reports(CaseRecord(HERE, 0.0, Outcome.completed()))
        process.page.begin(NEXT, 1.0)
        process.dies(exit_code)

    process.on_signal = moves_on_and_dies
    look(started)
    records: list[CaseRecord] = []
    await started.run(ORDER, records.append)
    assert [record.case_id for record in records] == [HERE]
    assert (started.lost, started.left) == (0, [NEXT])


@pytest.mark.parametrize("exit_code", [-signal.SIGSEGV, -signal.SIGKILL, 1])
async def test_a_process_that_ends_by_itself_is_the_verdict_of_the_case_in_progress(
    process: Process, tmp_path: Path, exit_code: int
) -> None:
    started = range_of(process, tmp_path)
    process.reports(CaseRecord(HERE, 0.0, Outcome.completed()))
    process.page.begin(NEXT, 1.0)
    process.dies(exit_code)
    await started.run(ORDER, lambda record: None)
    assert (started.lost, started.left) == (NEXT, [NEXT])


@pytest.mark.parametrize("act", [look, stop])
async def test_a_process_that_was_signalled_when_its_range_ended_runs_no_other(
    process: Process, tmp_path: Path, act: Callable[[RangeUnderWay], None]
) -> None:
    started = range_of(process, tmp_path, timeout=DEADLINE)
    process.on_signal = lambda: process.reports(RangeEnd([], {}, True, False, 0.0))
    act(started)
    await started.run(ORDER, lambda record: None)
    assert started.end is not None and started.end.usable
    assert started.signalled
    os.close(process.to_runner)
