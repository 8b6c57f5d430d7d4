"""When a runner on another host counts as dead."""

from __future__ import annotations

import dataclasses

import pytest

from simorc.rundir import lock as holder
from simorc.rundir.lock import RunnerInfo


class Clocks:
    """The viewer's two clocks (s)."""

    wall = 1_000_000.0
    steady = 50.0

    def time(self) -> float:
        return self.wall

    def monotonic(self) -> float:
        return self.steady

    def pass_by(self, seconds: float) -> None:
        self.wall += seconds
        self.steady += seconds


@pytest.fixture
def clocks(monkeypatch: pytest.MonkeyPatch) -> Clocks:
    clocks = Clocks()
    monkeypatch.setattr(holder, "time", clocks)
    monkeypatch.setattr(holder, "_heard", {})
    return clocks


def runner(heartbeat: float) -> RunnerInfo:
    return RunnerInfo("elsewhere", 77, 0.0, 12, heartbeat)


def test_silence_is_death_within_fifteen_seconds(clocks: Clocks) -> None:
    word = runner(clocks.wall)
    assert word.is_alive()
    clocks.pass_by(11.0)
    assert word.is_alive()
    clocks.pass_by(3.0)
    assert not word.is_alive()


def test_a_word_long_ago_is_death_at_once(clocks: Clocks) -> None:
    assert not runner(clocks.wall - 60.0).is_alive()


@pytest.mark.parametrize("skew", [-3600.0, 3600.0])
def test_clocks_that_differ_deceive_only_the_first_look(clocks: Clocks, skew: float) -> None:
    first = runner(clocks.wall + skew)
    first.is_alive()
    clocks.pass_by(2.0)
    assert dataclasses.replace(first, heartbeat=first.heartbeat + 2.0).is_alive()


@pytest.mark.parametrize("jump", [-7200.0, 7200.0])
def test_a_clock_that_jumps_kills_nobody_and_keeps_nobody_alive(clocks: Clocks, jump: float) -> None:
    word = runner(clocks.wall)
    assert word.is_alive()
    clocks.pass_by(2.0)
    word = dataclasses.replace(word, heartbeat=word.heartbeat + 2.0)
    assert word.is_alive()
    clocks.wall += jump
    assert word.is_alive()
    clocks.pass_by(14.0)
    assert not word.is_alive()
