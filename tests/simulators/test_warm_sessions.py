"""Warm sessions on the real ngspice: the same bytes, and never worse than cold."""

from __future__ import annotations

import os
import signal
from dataclasses import replace
from pathlib import Path

import anyio
import pytest

from simorc.netlist.deck.deck import Deck
from simorc.simulators.job import Callbacks, Job, Limits
from simorc.simulators.ngspice.cold import Ngspice
from simorc.simulators.ngspice.session_check import KILLS_FORGIVEN
from simorc.simulators.ngspice.slot_session import SessionLife
from simorc.simulators.ngspice.verified_decks import WarmCase, as_warm_case
from simorc.simulators.ngspice.worker import NgspiceWorker
from simorc.simulators.outcome import FailureKind, Outcome
from simorc.waveforms.sections import same_data
from tests.simulators.clock import Clock
from tests.simulators.warm_runs import RC, Make, Told, job

pytestmark = pytest.mark.ngspice


async def test_warm_cases_equal_cold_ones_byte_for_byte(tmp_path: Path, make_bench: Make, told: Told) -> None:
    bench, cold = make_bench(), Ngspice()
    settings = [("1k", 27), ("2.2k", -40), ("0.7k", 125), ("1k", 27), ("33", 85)]
    outcomes = [
        await bench.run(job(tmp_path, number, RC.format(r=r, temp=temp)), told.callbacks)
        for number, (r, temp) in enumerate(settings, 1)
    ]
    await bench.close()
    assert [outcome.status for outcome in outcomes] == ["completed"] * 5
    assert [outcome.warm for outcome in outcomes] == [False, True, True, True, True]
    assert told.mismatches == []
    assert sorted(told.spawned) == sorted(told.exited)
    for number, (r, temp) in enumerate(settings, 1):
        alone = job(tmp_path / "cold", number, RC.format(r=r, temp=temp))
        result = await cold.run_cold(alone)
        assert same_data(alone.raw, tmp_path / "results" / str(number) / "results.raw")
        assert dict(result.measurements) == dict(outcomes[number - 1].measurements)


async def test_the_log_of_a_warm_case_is_its_own(tmp_path: Path, make_bench: Make, told: Told) -> None:
    bench = make_bench()
    for number in range(1, 4):
        deck = RC.format(r=f"{number}k", temp=27).replace("vmax", f"peak{number}")
        await bench.run(job(tmp_path, number, RC.format(r=f"{number}k", temp=27)), told.callbacks)
        assert deck
    await bench.close()
    log = (tmp_path / "results" / "3" / "simulator.log").read_text()
    assert log.count("vmax  ") == 1
    assert "simorc-" not in log


async def test_a_deck_of_its_own_commands_runs_warm_if_they_are_safe(
    tmp_path: Path, make_bench: Make, told: Told
) -> None:
    deck = (
        "* own\n.param r={r}\nV1 a 0 dc 1\nR1 a b {{r}}\nR2 b 0 1k\n.control\nop\nlet x = v(b)*2\nprint x\n"
        "write results.raw\nwrdata extra.txt v(b)\nquit\n.endc\n.end\n"
    )
    bench = make_bench()
    outcomes = [
        await bench.run(job(tmp_path, number, deck.format(r=f"{number}k")), told.callbacks)
        for number in (1, 2, 3)
    ]
    await bench.close()
    assert [outcome.warm for outcome in outcomes] == [False, False, True]
    assert outcomes[2].status == "completed"
    assert "x = " in (tmp_path / "results" / "3" / "simulator.log").read_text()
    assert (tmp_path / "results" / "3" / "extra.txt").exists() or list(
        (tmp_path / "results" / "3").glob("extra*")
    )


@pytest.mark.parametrize(
    "command", ["shell echo hi", "source other.spice", "set askquit", "alterparam r=3", "cd /"]
)
async def test_unsafe_commands_keep_a_case_cold(
    tmp_path: Path, make_bench: Make, told: Told, command: str
) -> None:
    circuit = "* own\n.param r=1k\nV1 a 0 1\nR1 a 0 {r}\n"
    deck = f"{circuit}.control\n{command}\nop\nwrite results.raw\n.endc\n.end\n"
    bench = make_bench()
    for number in (1, 2):
        outcome = await bench.run(job(tmp_path, number, deck), told.callbacks)
    await bench.close()
    assert not outcome.warm
    assert command.split()[0] in str(outcome.cold_reason)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("R2 out 0 {nosuch}", "parameter 'nosuch' is not defined"),
        ("X1 out part w=1\n.subckt part a\nR2 a 0 1k\n.ends", "subcircuit called with 1 parameters"),
    ],
)
async def test_a_deck_that_makes_ngspice_ask_fails_in_a_session_as_in_batch(
    tmp_path: Path, make_bench: Make, told: Told, line: str, message: str
) -> None:
    bench, text = make_bench(), RC.format(r="1k", temp=27).replace(".tran", f"{line}\n.tran")
    case = bench._decks.admit(job(tmp_path, 1, text), Deck.parse(text))
    assert not isinstance(case, str)
    with anyio.fail_after(20):
        bench._session.prepare(job(tmp_path, 3, text), case, None, told.callbacks)
        warm = await bench._warm.run(job(tmp_path, 2, text), case, told.callbacks)
    assert (warm.status, warm.kind) == ("failed", FailureKind.BAD_NETLIST)
    assert message in warm.message


async def test_a_deck_of_its_own_commands_that_was_not_read_is_no_success(
    tmp_path: Path, make_bench: Make, told: Told
) -> None:
    text = (
        "* rc\n.param r=1k\nV1 in 0 1\nR1 in 0 {r}\n.include nosuch.inc\n"
        ".control\nop\nwrite results.raw\n.endc\n.end\n"
    )
    bench, first = make_bench(), job(tmp_path, 1, text)
    refused = bench._decks.admit(first, Deck.parse(text))
    assert isinstance(refused, str) and "nosuch.inc not found" in refused
    included = first.directory / "nosuch.inc"
    included.write_text("R2 in 0 1k\n")
    case = bench._decks.admit(first, Deck.parse(text))
    assert not isinstance(case, str)
    included.unlink()
    bench._session.prepare(job(tmp_path, 3, text), case, None, told.callbacks)
    warm = await bench._warm.run(job(tmp_path, 2, text), case, told.callbacks)
    await bench.close()
    assert (warm.status, warm.kind) == ("failed", FailureKind.MISSING_FILE)
    assert "nosuch.inc" in warm.message


async def test_a_session_that_is_killed_fails_its_case_as_warm(
    tmp_path: Path, make_bench: Make, told: Told
) -> None:
    slow = RC.replace("20n 20u", "1n 40m")
    bench = make_bench()
    await bench.run(job(tmp_path, 1, RC.format(r="1k", temp=27)), told.callbacks)
    await bench.run(job(tmp_path, 2, RC.format(r="2k", temp=27)), told.callbacks)
    killed: list[int] = []

    def kill(fraction: float) -> None:
        if not killed:
            killed.append(told.spawned[-1])
            os.kill(told.spawned[-1], signal.SIGKILL)

    callbacks = Callbacks(told.spawned.append, told.exited.append, kill, lambda cases, why: None)
    desk_case = job(tmp_path, 3, slow.format(r="2k", temp=27))
    trust(bench, desk_case)
    outcome = await bench.run(desk_case, callbacks)
    assert killed
    assert outcome.status == "failed"
    assert outcome.warm
    after = await bench.run(job(tmp_path, 4, RC.format(r="3k", temp=27)), told.callbacks)
    await bench.close()
    assert after.status == "completed"
    assert after.warm


def fatal_to_sessions(told: Told, number: signal.Signals, times: int) -> Callbacks:
    """The callbacks of `told`, but the first `times` simulators after the cold one get a signal at once."""

    def spawned(pid: int) -> None:
        told.spawned.append(pid)
        if 1 < len(told.spawned) <= 1 + times:
            os.kill(pid, number)

    return replace(told.callbacks, on_spawn=spawned)


@pytest.mark.parametrize(
    ("number", "times"), [(signal.SIGKILL, KILLS_FORGIVEN), (signal.SIGTERM, 3), (signal.SIGSEGV, 1)]
)
async def test_sessions_killed_during_the_check_say_nothing_against_the_deck(
    tmp_path: Path, make_bench: Make, told: Told, number: signal.Signals, times: int
) -> None:
    bench, callbacks = make_bench(), fatal_to_sessions(told, number, times)
    outcomes = [
        await bench.run(job(tmp_path, case_id, RC.format(r=f"{case_id}k", temp=27)), callbacks)
        for case_id in (1, 2)
    ]
    await bench.close()
    assert told.mismatches == []
    assert [(outcome.status, outcome.warm) for outcome in outcomes] == [
        ("completed", False),
        ("completed", True),
    ]
    assert len(told.spawned) == 1 + times + 1
    assert sorted(told.spawned) == sorted(told.exited)


@pytest.mark.parametrize(
    ("number", "sessions", "why"),
    [
        (signal.SIGKILL, KILLS_FORGIVEN + 1, f"killed {KILLS_FORGIVEN + 1} times by another process"),
        (signal.SIGSEGV, 2, "died"),
    ],
)
async def test_a_deck_whose_sessions_all_die_runs_cold(
    tmp_path: Path, make_bench: Make, told: Told, number: signal.Signals, sessions: int, why: str
) -> None:
    bench, callbacks = make_bench(), fatal_to_sessions(told, number, 100)
    checked = job(tmp_path, 1, RC.format(r="1k", temp=27))
    trust(bench, checked)
    bench._decks.rests_on(warm_case(checked).key, 9, frozenset())
    bench._decks.mode = "verify"
    outcome = await bench.run(checked, callbacks)
    await bench.close()
    assert outcome.status == "completed"
    reason = f"a warm session of this deck did not reach its end ({why})"
    assert outcome.cold_reason == reason
    assert told.mismatches == [([9], f"case 1: {reason}")]
    assert len(told.spawned) == 1 + sessions


def warm_case(job: Job) -> WarmCase:
    case = as_warm_case(job, Deck.parse(job.deck))
    assert isinstance(case, WarmCase)
    return case


def trust(bench: NgspiceWorker, job: Job) -> None:
    """Nothing of this job's deck is left to be proved."""
    case = warm_case(job)
    bench._decks.prove(case.key, frozenset(case.form.values) | {case.commands_form})


async def test_a_session_is_replaced_after_so_many_cases(
    tmp_path: Path, make_bench: Make, told: Told
) -> None:
    bench = make_bench(life=SessionLife(cases=2))
    for number in range(1, 7):
        outcome = await bench.run(job(tmp_path, number, RC.format(r=f"{number}k", temp=27)), told.callbacks)
        assert outcome.status == "completed"
    await bench.close()
    cold_runs, sessions = 1, 4  # the case that is checked runs twice in its session
    assert len(told.spawned) == cold_runs + sessions


async def test_a_session_is_replaced_when_its_memory_grows(
    tmp_path: Path, make_bench: Make, told: Told
) -> None:
    bench = make_bench(life=SessionLife(memory=1))
    for number in range(1, 4):
        await bench.run(job(tmp_path, number, RC.format(r=f"{number}k", temp=27)), told.callbacks)
    await bench.close()
    assert len(told.spawned) == 1 + 3


async def test_unseeded_randomness_is_noticed_and_the_deck_goes_cold(
    tmp_path: Path, make_bench: Make, told: Told
) -> None:
    deck = "* dice\n.param r={r} x=agauss(1k,100,1)\nV1 a 0 1\nR1 a 0 {{r+x}}\n.op\n.end\n"
    bench = make_bench()
    outcomes = [
        await bench.run(job(tmp_path, number, deck.format(r=f"{number}k")), told.callbacks)
        for number in (1, 2)
    ]
    await bench.close()
    assert [outcome.warm for outcome in outcomes] == [False, False]
    assert "gives different results" in str(outcomes[1].cold_reason)
    assert len(told.mismatches) == 1


async def test_a_seeded_sample_is_the_same_warm_and_cold(
    tmp_path: Path, make_bench: Make, told: Told
) -> None:
    deck = "* dice\n.param x=agauss(1k,100,1)\nV1 a 0 1\nR1 a 0 {{x}}\n.option seed={seed}\n.op\n.end\n"
    bench = make_bench("verify")
    outcomes = [
        await bench.run(job(tmp_path, seed, deck.format(seed=seed)), told.callbacks) for seed in range(1, 6)
    ]
    await bench.close()
    assert told.mismatches == []
    assert {outcome.cold_reason for outcome in outcomes} == {"run cold to verify the warm session"}
    raws = {(tmp_path / "results" / str(seed) / "results.raw").read_bytes()[-24:] for seed in range(1, 6)}
    assert len(raws) == 5


async def test_a_case_without_end_is_stopped_by_its_timeout(
    tmp_path: Path, make_bench: Make, told: Told, clock: Clock
) -> None:
    endless = RC.replace("20n 20u", "1n 400m")
    bench = make_bench()
    desk_case = job(tmp_path, 1, endless.format(r="1k", temp=27), limits=Limits(timeout=3600.0))
    trust(bench, desk_case)
    passes = clock.forward_past(1e-6)

    def hears(fraction: float) -> None:
        told.progress.append(fraction)
        passes(fraction)

    outcome: Outcome = await bench.run(desk_case, replace(told.callbacks, on_progress=hears))
    await bench.close()
    assert outcome.kind is FailureKind.TIMEOUT
    assert outcome.warm
    assert told.progress
    assert sorted(told.spawned) == sorted(told.exited)


async def test_off_is_off(tmp_path: Path, make_bench: Make, told: Told) -> None:
    bench = make_bench("off")
    outcome = await bench.run(job(tmp_path, 1, RC.format(r="1k", temp=27)), told.callbacks)
    assert not outcome.warm
    assert outcome.cold_reason == "warm sessions are off"
