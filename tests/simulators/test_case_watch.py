"""Cases that take too long: which may go on, which are ended early, what is left of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from simorc.simulators.case_watch import Pace
from simorc.simulators.job import Callbacks, Job, Limits
from simorc.simulators.ngspice.cold import Ngspice
from simorc.simulators.ngspice.slot_session import SessionLife
from simorc.simulators.ngspice.verified_decks import VerifiedDecks
from simorc.simulators.ngspice.worker import NgspiceWorker
from simorc.simulators.outcome import FailureKind, Outcome
from simorc.waveforms.rawfile import RawFile
from tests.simulators.clock import Clock

HOUR = 3600.0

# A step of 1 ns over 20 ms: a few million points, many seconds.
LONG = "long\nV1 in 0 sin(0 1 1meg)\nR1 in out 1k\nC1 out 0 1n\n.tran 1n {stop}\n.save v(out)\n.end\n"


def test_who_progresses_is_given_grace() -> None:
    pace = Pace(Limits(timeout=10.0, grace=20.0), started=0.0)
    pace.sees(0.1, 9.0)
    assert pace.over(9.9) is None
    assert pace.over(11.0) is None, "it moved two seconds ago"
    assert pace.over(14.5) == "timeout", "it has not moved for five seconds"
    pace.sees(0.2, 29.0)
    assert pace.over(29.5) is None
    assert pace.over(30.0) == "timeout", "grace has an end"


def test_without_grace_the_timeout_is_hard() -> None:
    pace = Pace(Limits(timeout=10.0), started=0.0)
    pace.sees(0.9, 9.99)
    assert pace.over(10.0) == "timeout"


def test_who_is_stuck_is_ended_before_the_timeout() -> None:
    pace = Pace(Limits(timeout=100.0, stuck=3.0), started=0.0)
    pace.sees(0.1, 1.0)
    pace.sees(0.1, 2.0)
    assert pace.over(3.9) is None
    assert pace.over(4.0) == "stuck"


async def cold(
    directory: Path,
    deck: str,
    limits: Limits,
    executable: str = "ngspice",
    hears: Callable[[float], None] = lambda fraction: None,
) -> Outcome:
    directory.mkdir(parents=True)
    return await Ngspice(executable).run_cold(Job(1, directory, deck, limits), on_progress=hears)


@pytest.mark.ngspice
async def test_a_timed_out_case_leaves_the_part_simulated(tmp_path: Path, clock: Clock) -> None:
    job = tmp_path / "results" / "1"
    outcome = await cold(job, LONG.format(stop="1"), Limits(timeout=HOUR), hears=clock.forward_past(1e-5))
    assert outcome.kind == FailureKind.TIMEOUT
    assert "results.raw holds the part simulated" in outcome.message
    plot = RawFile.open(job / "results.raw").plots[0]
    assert plot.n_points > 1000


@pytest.mark.ngspice
async def test_a_case_that_progresses_ends_in_its_grace(tmp_path: Path, clock: Clock) -> None:
    deck = LONG.format(stop="1m")
    limits = Limits(timeout=HOUR)
    refused = await cold(tmp_path / "a" / "1", deck, limits, hears=clock.forward_past(1e-3))
    limits = Limits(timeout=HOUR, grace=HOUR)
    granted = await cold(tmp_path / "b" / "1", deck, limits, hears=clock.forward_past(1e-3))
    assert (refused.kind, granted.status) == (FailureKind.TIMEOUT, "completed")


@pytest.mark.ngspice
async def test_a_warm_case_is_salvaged_too(tmp_path: Path, clock: Clock) -> None:
    ignored = lambda *_: None  # noqa: E731
    told = Callbacks(ignored, ignored, clock.forward_past(1e-5, below=0.9), ignored)
    desk = VerifiedDecks("auto", 500)
    bench = NgspiceWorker(Ngspice(), desk, tmp_path / ".warm" / "0", SessionLife())

    def job(case_id: int, stop: str) -> Job:
        directory = tmp_path / "results" / str(case_id)
        directory.mkdir(parents=True)
        deck = LONG.format(stop="{stop}").replace(".tran", f".param stop={stop}\n.tran")
        return Job(case_id, directory, deck, Limits(timeout=HOUR), marked=deck, siblings=100)

    warm = None
    for case_id, stop in enumerate(["1u", "1u", "1u", "1"], 1):
        warm = await bench.run(job(case_id, stop), told)
    await bench.close()
    assert warm is not None and warm.kind == FailureKind.TIMEOUT
    assert RawFile.open(tmp_path / "results" / "4" / "results.raw").plots[0].n_points > 1000


async def test_a_hung_simulator_is_ended_early(tmp_path: Path) -> None:
    fake = tmp_path / "hung"
    fake.write_text("#!/bin/sh\ntrap '' INT TERM\nwhile :; do sleep 0.1; done\n")
    fake.chmod(0o755)
    deck = LONG.format(stop="1")
    outcome = await cold(tmp_path / "results" / "1", deck, Limits(timeout=HOUR, stuck=0.5), str(fake))
    assert outcome.kind == FailureKind.STUCK
