"""Which failures are the machine's and which the case's, without a machine and without waiting."""

from __future__ import annotations

import errno

import pytest

from simorc.machine_faults import machine_errno
from simorc.runner.machine.breaker import FIRST_WAIT, LONGEST_WAIT, MOST_STRIKES, Breaker
from simorc.runner.machine.watch import MachineWatch
from simorc.simulators.outcome import FailureKind, Outcome

BAD_DECK = Outcome.failed(FailureKind.BAD_NETLIST, "unknown card")


def met(number: int) -> Outcome:
    return Outcome.met(OSError(number, "so it is"), "start ngspice")


@pytest.mark.parametrize("outcome", [BAD_DECK, met(errno.EIO), Outcome.failed(FailureKind.CRASHED, "SIGBUS")])
def test_a_probe_that_fails_blames_the_machine_whatever_the_case_says(outcome: Outcome) -> None:
    assert (
        Breaker().blames_machine(1, outcome, "cannot write below results/") == "cannot write below results/"
    )


def test_a_failure_of_the_deck_is_the_case_s() -> None:
    assert Breaker().blames_machine(1, BAD_DECK, "") == ""


@pytest.mark.parametrize(
    "kind",
    [
        FailureKind.TEMPLATE_ERROR,
        FailureKind.TIMEOUT,
        FailureKind.STUCK,
        FailureKind.RAW_LIMIT,
        FailureKind.LOG_LIMIT,
    ],
)
def test_no_probe_is_made_where_the_case_is_known_to_be_at_fault(kind: FailureKind) -> None:
    def probe() -> str:
        raise AssertionError("probed")

    assert MachineWatch(probe).blames_machine(1, Outcome.failed(kind, "so it is")) == ""
    assert MachineWatch(probe).blames_machine(1, Outcome.cancelled()) == ""


@pytest.mark.parametrize(
    "number",
    [
        errno.ENOSPC,
        errno.EDQUOT,
        errno.EIO,
        errno.EMFILE,
        errno.ENFILE,
        errno.ENOMEM,
        errno.EAGAIN,
        errno.EROFS,
        errno.ESTALE,
    ],
)
def test_an_error_that_strikes_different_cases_is_the_machine_s_however_often(number: int) -> None:
    breaker = Breaker()
    blamed = [breaker.blames_machine(1 + turn % 2, met(number), "") for turn in range(20)]
    assert all(blamed)


def test_an_error_that_strikes_one_case_alone_is_its_own_in_the_end() -> None:
    breaker = Breaker()
    blamed = [breaker.blames_machine(7, met(errno.ENOSPC), "") for _ in range(MOST_STRIKES + 1)]
    assert all(blamed[:-1]) and not blamed[-1]


def test_cases_that_complete_in_between_show_that_a_case_is_at_fault() -> None:
    breaker, blamed = Breaker(), []
    for turn in range(2 * (MOST_STRIKES + 1)):
        blamed.append(breaker.blames_machine(turn % 2, met(errno.ENOMEM), ""))
        breaker.completed(99)
    assert not blamed[-1] and not blamed[-2] and all(blamed[:-2])


def test_a_full_disk_that_only_the_simulator_met_counts() -> None:
    full = Outcome.failed(FailureKind.OUT_OF_DISK, "out of disk: No space left on device")
    assert "disk space" in Breaker().blames_machine(1, full, "")


def test_a_missing_file_is_the_machine_s_only_if_a_probe_says_so() -> None:
    missing = BAD_DECK._replace(errno=errno.ENOENT)
    assert Breaker().blames_machine(1, missing, "") == ""


def test_waits_grow_until_a_case_completes() -> None:
    breaker = Breaker()
    waits = [breaker.wait() for _ in range(10)]
    assert waits[:3] == [FIRST_WAIT, 2 * FIRST_WAIT, 4 * FIRST_WAIT] and waits[-1] == LONGEST_WAIT
    breaker.completed(1)
    assert breaker.wait() == FIRST_WAIT


async def test_recovery_ends_with_the_first_probe_that_succeeds() -> None:
    waits: list[float] = []
    answers = iter(["full", "full", ""])

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    await MachineWatch(lambda: next(answers), sleep).recovery()
    assert waits == [FIRST_WAIT, 2 * FIRST_WAIT, 4 * FIRST_WAIT]


def test_the_machine_s_error_is_found_behind_other_exceptions() -> None:
    try:
        try:
            raise OSError(errno.EMFILE, "Too many open files")
        except OSError as error:
            raise ValueError("cannot read") from error
    except ValueError as error:
        assert machine_errno(error) == errno.EMFILE
    assert machine_errno(MemoryError()) == errno.ENOMEM
    assert machine_errno(RuntimeError("can't start new thread")) == errno.EAGAIN
    assert machine_errno(ExceptionGroup("two", [ValueError(), OSError(errno.EIO, "x")])) == errno.EIO
    assert machine_errno(FileNotFoundError(errno.ENOENT, "x")) is None


def test_a_run_that_was_moved_and_is_back_costs_no_case() -> None:
    breaker = Breaker()
    assert "No such file" in breaker.blames_machine(1, met(errno.ENOENT), "")
    assert "No such file" in breaker.blames_machine(2, met(errno.ENOENT), "")


def test_a_file_that_one_case_alone_misses_again_and_again_is_its_own() -> None:
    breaker = Breaker()
    verdicts = [breaker.blames_machine(1, met(errno.ENOENT), "") for _ in range(MOST_STRIKES + 1)]
    assert all(verdicts[:MOST_STRIKES]) and verdicts[-1] == ""


def test_a_simulator_that_is_missing_is_no_moved_run() -> None:
    outcome = Outcome.not_started("ngspice", FileNotFoundError(errno.ENOENT, "No such file", "ngspice"))
    assert Breaker().blames_machine(1, outcome, "") == ""
