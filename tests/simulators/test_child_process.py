"""One process in a session of its own: waited for, interrupted, ended with everything it started."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from simorc.simulators import child_process
from simorc.simulators.child_process import Child
from simorc.simulators.job import Limits
from tests.waiting import PATIENCE, until


def start(directory: Path, script: str, limits: Limits | None = None) -> Child:
    environment = {"PATH": os.environ["PATH"]}
    return Child(["sh", "-c", script], directory, environment, directory / "log", limits or Limits())


def said(directory: Path) -> str:
    return (directory / "log").read_text()


async def test_output_and_exit_code(tmp_path: Path) -> None:
    child = start(tmp_path, "echo out; echo err >&2; pwd; exit 3")
    assert await child.ends_within(PATIENCE)
    assert child.reap().exit_code == 3
    assert said(tmp_path) == f"out\nerr\n{tmp_path}\n"


async def test_it_is_waited_for_no_longer_than_asked(tmp_path: Path) -> None:
    child = start(tmp_path, "exec sleep 600")
    assert not await child.ends_within(0.01)
    await child.stop()
    assert await child.ends_within(PATIENCE)
    assert child.reap().exit_code < 0


async def test_who_obeys_an_interrupt_ends_by_itself(tmp_path: Path) -> None:
    child = start(tmp_path, "trap 'echo saved; exit 0' INT; echo ready; while :; do sleep 0.01; done")
    until(lambda: "ready" in said(tmp_path))
    await child.interrupt(PATIENCE)
    assert child.reap().exit_code == 0
    assert said(tmp_path).endswith("saved\n")


async def test_who_does_not_is_killed(tmp_path: Path) -> None:
    child = start(tmp_path, "trap '' INT TERM; echo ready; while :; do sleep 0.01; done")
    until(lambda: "ready" in said(tmp_path))
    await child.interrupt(0.01)
    assert await child.ends_within(PATIENCE)
    assert child.reap().exit_code == -9


async def test_what_it_leaves_behind_is_killed(tmp_path: Path) -> None:
    child = start(tmp_path, "sleep 600 & echo $!; exit 0")
    assert await child.ends_within(PATIENCE)
    left = int(said(tmp_path))
    assert child.reap().exit_code == 0
    until(lambda: not Path(f"/proc/{left}").exists() or " Z " in Path(f"/proc/{left}/stat").read_text())


async def test_a_program_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Child([str(tmp_path / "none")], tmp_path, {}, tmp_path / "log", Limits())


async def test_limits_are_set_where_only_a_process_itself_can_set_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child_process, "_LIMITS_FROM_OUTSIDE", False)
    child = start(tmp_path, "ulimit -v; ulimit -f", Limits(memory=1 << 30, raw=5 << 20, log=1 << 20))
    assert await child.ends_within(PATIENCE)
    assert child.reap().exit_code == 0
    assert said(tmp_path).split() == [str(1 << 20), str((6 << 20) >> 9)]
