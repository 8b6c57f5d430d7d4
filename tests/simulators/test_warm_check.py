"""What is, and what is not, evidence that two runs of a case differ."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import NoReturn

import pytest

from simorc.errors import WaveformError
from simorc.simulators import warm_check
from simorc.simulators.ngspice import session_check
from simorc.simulators.outcome import FailureKind, Outcome
from simorc.simulators.warm_check import Undecided, disagreement
from tests.simulators.warm_runs import RC, Make, Told, job

DONE = Outcome.completed({"vmax": 1.0})
OF_MACHINE = [
    Outcome.not_started("ngspice", OSError(errno.ENOSPC, "No space left on device")),
    Outcome.not_started("ngspice", OSError(errno.EAGAIN, "Resource temporarily unavailable")),
    Outcome.met(OSError(errno.EMFILE, "Too many open files"), "write the deck"),
    Outcome.met(OSError(errno.EIO, "Input/output error"), "read results.raw"),
    Outcome.met(MemoryError(), "measure the case"),
    Outcome.failed(FailureKind.OUT_OF_DISK, "disk full"),
    Outcome.failed(FailureKind.CRASHED, "killed by signal 9", exit_code=-9),
    Outcome.failed(FailureKind.CRASHED, "killed by signal 15", exit_code=-15),
]
OF_DECK = [
    Outcome.failed(FailureKind.NO_CONVERGENCE, "no convergence", exit_code=1),
    Outcome.failed(FailureKind.CRASHED, "killed by signal 11", exit_code=-11),
    Outcome.failed(FailureKind.TIMEOUT, "longer than 3 s", exit_code=-9),
    Outcome.failed(FailureKind.OUT_OF_MEMORY, "more than 1 GB", exit_code=-9),
    Outcome.failed(FailureKind.MISSING_FILE, "no such file: a.lib"),
]


@pytest.mark.parametrize("other", OF_MACHINE, ids=lambda each: each.message)
def test_a_fault_of_the_machine_is_no_difference(tmp_path: Path, other: Outcome) -> None:
    with pytest.raises(Undecided) as raised:
        disagreement(job(tmp_path, 1, RC), DONE, other, tmp_path)
    assert raised.value.outcome is other


@pytest.mark.parametrize("other", OF_DECK, ids=lambda each: each.message)
def test_a_failure_of_the_deck_is_one(tmp_path: Path, other: Outcome) -> None:
    found = disagreement(job(tmp_path, 1, RC), DONE, other, tmp_path)
    assert found == f"failed in the session: {other.message}"


def test_waveforms_that_cannot_be_read_now_are_no_difference(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> NoReturn:
        raise WaveformError("results.raw: cannot be read") from OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(warm_check, "first_difference", broken)
    with pytest.raises(WaveformError):
        disagreement(job(tmp_path, 1, RC), DONE, DONE, tmp_path)


@pytest.mark.ngspice
async def test_a_check_that_the_machine_broke_off_proves_nothing_and_runs_again(
    tmp_path: Path, make_bench: Make, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = make_bench()
    with monkeypatch.context() as broken:

        def undecided(*_: object, **__: object) -> NoReturn:
            raise Undecided(OF_MACHINE[0])

        broken.setattr(session_check, "disagreement", undecided)
        given_back = await bench.run(job(tmp_path, 1, RC.format(r="2k", temp=50)), told.callbacks)
    assert (given_back.status, given_back.errno) == ("failed", errno.ENOSPC)
    assert told.mismatches == []
    checked = await bench.run(job(tmp_path, 2, RC.format(r="2k", temp=50)), told.callbacks)
    warm = await bench.run(job(tmp_path, 3, RC.format(r="3k", temp=60)), told.callbacks)
    await bench.close()
    assert (checked.status, warm.status, warm.warm) == ("completed", "completed", True)
