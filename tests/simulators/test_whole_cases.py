"""Ranges of whole cases in the process of a session: the same results as cold, whatever ends that process."""

from __future__ import annotations

import math
import os
import signal
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import anyio
import numpy as np
import pytest

from simorc.errors import TemplateError
from simorc.processes import processes_with
from simorc.simulators.case_warnings import CaseWarning, WarningKind
from simorc.simulators.job import Callbacks, Job, Limits
from simorc.simulators.ngspice.cold import Ngspice
from simorc.simulators.ngspice.deck_split import DeckSplit
from simorc.simulators.ngspice.session import Session
from simorc.simulators.ngspice.session_way import WarmWay, find_warm_way
from simorc.simulators.ngspice.slot_session import SessionLife
from simorc.simulators.ngspice.verified_decks import VerifiedDecks
from simorc.simulators.ngspice.whole_cases.loader import NAME, ForkedProcess, Loader, start_forked
from simorc.simulators.ngspice.whole_cases.messages import CaseRecord, RangeEnd, RangeOrder, packed, unpacked
from simorc.simulators.ngspice.whole_cases.page import CasePage, new_page
from simorc.simulators.ngspice.whole_cases.range_under_way import RangeUnderWay
from simorc.simulators.ngspice.worker import NgspiceWorker
from simorc.simulators.outcome import FailureKind, Outcome
from simorc.waveforms.sections import first_difference

DECK = """divider
.param r={r} stop={stop}
V1 in 0 dc 1 pulse(0 1 0 1n 1n 1 2)
R1 in out {{r}}
C1 out 0 1n
.tran 1u {{stop}}
.meas tran top max v(out)
.end
"""
ENDLESS = "1k"
"""A stop time (s) that is not reached in a million steps."""
OTHER_DECK = 5
"""A case with one more element than the others."""
NO_DECK = 6
"""A case whose template fails."""


def deck_of(case_id: int, stop: str = "") -> str:
    return DECK.format(r=f"{case_id}k", stop=stop or f"{20 + case_id}u")


@dataclass(frozen=True)
class Source:
    """The cases of a test: case n has r = n k; those in `endless` do not come to an end."""

    root: Path
    limits: Limits = field(default_factory=Limits)
    endless: frozenset[int] = frozenset()

    def job(self, case_id: int) -> Job:
        if case_id == NO_DECK:
            raise TemplateError("no such parameter")
        deck = deck_of(case_id, ENDLESS if case_id in self.endless else "")
        deck = deck.replace(".end\n", "R2 out 0 1k\n.end\n") if case_id == OTHER_DECK else deck
        others = [(deck_of(other), None) for other in (2, 3) if other != case_id]
        directory = self.root / "results" / str(case_id)
        return Job(case_id, directory, deck, self.limits, siblings=8, partners=partial(iter, others))

    def clear(self, job: Job) -> None:
        job.directory.mkdir(parents=True)

    def measured(self, case_id: int, outcome: Outcome) -> Outcome:
        return outcome._replace(measurements={**outcome.measurements, "id": case_id})


@dataclass
class Watch:
    """What a range reported."""

    root: Path
    holds: bool = False
    outcomes: dict[int, Outcome] = field(default_factory=dict)
    began: list[int] = field(default_factory=list)
    on_begun: anyio.Event = field(default_factory=anyio.Event)

    def directory(self, case_id: int) -> Path:
        return self.root / "results" / str(case_id)

    def begun(self, case_id: int) -> None:
        self.began.append(case_id)
        self.on_begun.set()

    def progressed(self, case_id: int, fraction: float) -> None: ...

    def measured(self, case_id: int, started: float, outcome: Outcome) -> None:
        self.outcomes[case_id] = outcome


CALLBACKS = Callbacks(lambda _: None, lambda _: None, lambda _: None, lambda _, why: pytest.fail(why))


class Slot:
    """A slot whose deck is verified, so that ranges may follow."""

    def __init__(self, source: Source, loader: Loader, way: WarmWay) -> None:
        self.source, self.watch = source, Watch(source.root)
        start = partial(start_forked, loader)
        sessions, life = source.root / ".warm" / "0", SessionLife()
        decks = VerifiedDecks("auto", 0)
        simulator = Ngspice(run=source.root / "run")
        self.worker = NgspiceWorker(simulator, decks, sessions, life, way, start=start)

    async def verify(self) -> None:
        for case_id in (1, 2):
            job = self.source.job(case_id)
            self.source.clear(job)
            outcome = await self.worker.run(job, CALLBACKS)
            assert outcome.status == "completed", outcome

    async def run(self, *case_ids: int) -> tuple[list[int], bool]:
        assert self.worker.ranges.most() > 0
        left = await self.worker.ranges.run(case_ids, self.watch, CALLBACKS)
        return list(left.case_ids), left.other


@pytest.fixture(scope="module")
def way() -> WarmWay:
    found = find_warm_way(Ngspice())
    if found.kind != "library":
        pytest.skip("no ngspice library")
    return found


@pytest.fixture
def slot(tmp_path: Path, way: WarmWay, request: pytest.FixtureRequest) -> Iterator[Slot]:
    settings: Mapping[str, object] = getattr(request, "param", {})
    source = Source(tmp_path, **settings)  # type: ignore[arg-type]
    with closing(Loader(source)) as loader:
        yield Slot(source, loader, way)


def waits_forever(limits: Limits | None = None) -> Mapping[str, object]:
    return {"endless": frozenset({4}), **({} if limits is None else {"limits": limits})}


@pytest.mark.ngspice
async def test_a_range_has_the_results_of_cold_runs(slot: Slot, tmp_path: Path) -> None:
    await slot.verify()
    assert await slot.run(3, 4, 7) == ([], False)
    assert sorted(slot.watch.outcomes) == [3, 4, 7]
    for case_id, outcome in slot.watch.outcomes.items():
        cold = slot.source.job(case_id)
        beside = replace(cold, directory=tmp_path / "cold" / str(case_id))
        beside.directory.mkdir(parents=True)
        expected = await Ngspice().run_cold(beside, on_spawn=lambda _: None, on_exit=lambda _: None)
        assert outcome.warm and outcome.status == "completed"
        assert outcome.measurements == {**expected.measurements, "id": case_id}
        assert first_difference(cold.raw, beside.raw) is None
        assert outcome.fingerprint == expected.fingerprint
        assert {path.name for path in cold.directory.iterdir()} >= {"netlist.spice", "simulator.log"}
    await slot.worker.close()


@pytest.mark.ngspice
async def test_the_process_of_a_session_is_seen_under_a_name_and_with_its_run(slot: Slot) -> None:
    await slot.verify()
    session = slot.worker.ranges._session.current
    assert session is not None
    place = Path("/proc", str(session.pid))
    assert (place / "comm").read_text() == f"{NAME}\n"
    assert (place / "cmdline").read_bytes().rstrip(b"\0") == NAME.encode()
    run = str(slot.source.root / "run")
    assert f"SIMORC_RUN={run}".encode() in (place / "environ").read_bytes().split(b"\0")
    assert session.pid in processes_with("SIMORC_RUN", run)
    await slot.worker.close()
    assert session.pid not in processes_with("SIMORC_RUN", run)


@pytest.mark.ngspice
@pytest.mark.parametrize("stranger", [OTHER_DECK, NO_DECK])
async def test_a_range_stops_before_a_case_that_is_not_one_for_its_session(slot: Slot, stranger: int) -> None:
    await slot.verify()
    assert await slot.run(3, stranger, 4) == ([stranger, 4], True)
    assert list(slot.watch.outcomes) == [3]
    assert not slot.source.job(4).directory.exists()
    assert await slot.run(4) == ([], False)
    await slot.worker.close()


@pytest.mark.ngspice
async def test_an_unproved_setting_is_not_one_for_a_range(slot: Slot) -> None:
    await slot.verify()
    slot.worker.ranges._decks.covered = lambda key: frozenset()  # type: ignore[method-assign]
    assert await slot.run(3) == ([3], True)
    await slot.worker.close()


@asynccontextmanager
async def case_in_progress(slot: Slot) -> AsyncIterator[tuple[Session, list[tuple[list[int], bool]]]]:
    """The session of a slot while it runs case 4 of a range, and what is left of the range afterwards."""
    async with anyio.create_task_group() as tasks:
        left: list[tuple[list[int], bool]] = []

        async def run() -> None:
            left.append(await slot.run(3, 4, 7))

        tasks.start_soon(run)
        await slot.watch.on_begun.wait()
        session = slot.worker.ranges._session.current
        assert session is not None
        yield session, left


@pytest.mark.ngspice
@pytest.mark.parametrize("slot", [waits_forever()], indirect=True)
async def test_a_killed_process_fails_the_case_in_progress_and_no_other(slot: Slot) -> None:
    await slot.verify()
    async with case_in_progress(slot) as (session, left):
        os.killpg(session.pid, signal.SIGKILL)
    assert left == [([7], False)]
    assert slot.watch.outcomes[3].status == "completed"
    assert slot.watch.outcomes[4].kind == FailureKind.OUT_OF_MEMORY and slot.watch.outcomes[4].warm
    assert slot.worker.ranges.most() == 0, "its session is gone"


@pytest.mark.ngspice
async def test_a_range_for_a_process_that_has_ended_is_left_whole(slot: Slot) -> None:
    await slot.verify()
    session = slot.worker.ranges._session.current
    assert session is not None
    session.process.signal(signal.SIGKILL)
    assert session.process.wait() == -signal.SIGKILL
    assert await slot.run(3, 4) == ([3, 4], False)
    assert slot.watch.outcomes == {}
    await slot.worker.close()


@pytest.mark.ngspice
async def test_a_defect_met_in_a_range_leaves_its_cases(
    slot: Slot, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    await slot.verify()

    def fails(*_: object) -> None:
        raise RuntimeError("a defect")

    monkeypatch.setattr(slot.watch, "measured", fails)
    assert await slot.run(3, 4) == ([3, 4], False)
    assert "a defect" in capsys.readouterr().err
    assert slot.worker.ranges.most() == 0
    await slot.worker.close()


@pytest.mark.ngspice
@pytest.mark.parametrize("slot", [waits_forever()], indirect=True)
async def test_a_stopped_case_is_cancelled_and_the_rest_of_its_range_left(slot: Slot) -> None:
    await slot.verify()
    async with anyio.create_task_group() as tasks:
        left: list[tuple[list[int], bool]] = []

        async def run() -> None:
            left.append(await slot.run(4, 7))

        tasks.start_soon(run)
        await slot.watch.on_begun.wait()
        slot.worker.ranges.stop([4])
    assert left == [([7], False)]
    assert slot.watch.outcomes[4].status == "cancelled"


@pytest.mark.ngspice
@pytest.mark.parametrize("slot", [waits_forever(Limits(timeout=0.3))], indirect=True)
async def test_a_case_that_takes_too_long_keeps_the_part_that_was_simulated(slot: Slot) -> None:
    await slot.verify()
    assert await slot.run(4, 7) == ([7], False)
    outcome = slot.watch.outcomes[4]
    assert (outcome.status, outcome.kind, outcome.warm) == ("failed", FailureKind.TIMEOUT, True)
    assert slot.source.job(4).raw.stat().st_size > 0
    await slot.worker.close()


@pytest.mark.ngspice
@pytest.mark.parametrize("slot", [waits_forever(Limits(timeout=1000.0))], indirect=True)
async def test_an_interrupt_for_the_case_before_leaves_the_case_it_meets_to_be_repeated(slot: Slot) -> None:
    await slot.verify()
    async with case_in_progress(slot) as (session, left):
        assert isinstance(session.process, ForkedProcess)
        session.process.page.break_off(3, "timeout")
        session.process.signal(signal.SIGINT)
    assert left == [([4, 7], False)]
    assert [each.status for each in slot.watch.outcomes.values()] == ["completed"]
    assert slot.worker.ranges.most() == 0, "its session is gone"
    await slot.worker.close()


@pytest.mark.ngspice
@pytest.mark.parametrize("slot", [waits_forever(Limits(timeout=1000.0))], indirect=True)
async def test_a_range_that_ends_while_its_process_is_signalled_leaves_no_session(
    slot: Slot, monkeypatch: pytest.MonkeyPatch
) -> None:
    await slot.verify()
    monkeypatch.setattr(RangeUnderWay, "signalled", True)
    assert await slot.run(3) == ([], False)
    assert slot.worker.ranges._session.current is None
    await slot.worker.close()


def test_messages_are_read_as_they_were_written_however_they_arrive() -> None:
    warning = CaseWarning(WarningKind.TEMPERATURE, "Could not set temperature", 3)
    failed = Outcome.failed(FailureKind.PARTIAL, "ended at 1 s", measurements={"gain": np.float64(2.5)})
    sent = [
        CaseRecord(7, 12.5, failed._replace(warm=True, warnings=(warning,), fingerprint=-3, errno=28)),
        CaseRecord(8, 13.0, Outcome.completed({"gain": math.pi}, seconds=0.25)),
        RangeEnd([9, 10], {"r": "1k"}, True, False, 0.125),
    ]
    text, buffer, received = b"".join(packed(each) for each in sent), bytearray(), []
    for byte in text:
        buffer.append(byte)
        received += unpacked(buffer)
    assert received[:2] == sent[:2] and not buffer
    assert received[2] == RangeEnd((9, 10), {"r": "1k"}, True, False, 0.125)


def test_an_order_is_read_as_it_was_written() -> None:
    loaded = DeckSplit("base", "key", (("r", "1k"),), "27", None)
    order = RangeOrder((1, 2), "key", ".control run", frozenset({"r"}), loaded, {"r": "2k"}, b"\xff")
    line, _, text = order.packed().partition(b"\n")
    assert line == b"simorc-range %d" % len(text)
    assert RangeOrder.unpacked(text) == replace(order, loaded=replace(loaded, base=""))


def test_a_case_is_broken_off_by_its_number_and_not_the_next_one() -> None:
    descriptor = new_page()
    page, other = CasePage(descriptor), CasePage(descriptor)
    os.close(descriptor)
    page.begin(7, 1.5)
    page.moved(100, 0.25)
    assert (other.case_id, other.begun, other.printed, other.fraction) == (7, 1.5, 100, 0.25)
    other.break_off(7, "timeout")
    assert (page.broken_off(7), page.broken_off(8)) == ("timeout", "")
    page.begin(8, 2.5)
    assert (other.fraction, other.printed, page.broken_off(8), other.hold) == (None, 0, "", False)
    other.hold = True
    assert page.hold
    page.close()
    other.close()
