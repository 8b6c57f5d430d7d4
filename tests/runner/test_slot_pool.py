"""The limit all runs of a project share: who gets how many slots, and that it holds."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simorc.config.project import Project
from simorc.launch.build import build_run
from simorc.rundir.layout import RunLayout
from simorc.rundir.store.reader import RunReader
from simorc.runner.machine.admission import Admission
from simorc.runner.machine.load import LoadSense, running_processes
from simorc.runner.machine.slot_pool import Member, SlotPool, fair_shares
from tests.waiting import PATIENCE

OTHER = """
import sys, time
from pathlib import Path
from simorc.runner.machine.slot_pool import SlotPool
pool = SlotPool(Path(sys.argv[1]), "other", int(sys.argv[2]))
pool.enter()
pool.look(4, 4)
while pool.take(4):
    pass
print("there", flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize(
    ("limit", "members", "expected"),
    [
        (4, {"a": Member(1, 9)}, {"a": 4}),
        (4, {"a": Member(1, 9), "b": Member(1, 9)}, {"a": 2, "b": 2}),
        (4, {"a": Member(3, 9), "b": Member(1, 9)}, {"a": 3, "b": 1}),
        (4, {"a": Member(1, 9), "b": Member(1, 1)}, {"a": 3, "b": 1}),
        (4, {"a": Member(1, 9), "b": Member(1, 0)}, {"a": 4, "b": 1}),
        (1, {"a": Member(1, 9), "b": Member(1, 9)}, {"a": 1, "b": 1}),
        (5, {"a": Member(1, 9), "b": Member(1, 9)}, {"a": 3, "b": 2}),
    ],
)
def test_shares(limit: int, members: dict[str, Member], expected: dict[str, int]) -> None:
    assert fair_shares(limit, members) == expected


runs = st.dictionaries(
    st.text("abcdef", min_size=1), st.builds(Member, st.integers(1, 9), st.integers(0, 40)), min_size=1
)


@given(st.integers(1, 64), runs)
def test_shares_are_fair(limit: int, members: dict[str, Member]) -> None:
    shares = fair_shares(limit, members)
    assert shares.keys() == members.keys()
    assert all(share >= 1 for share in shares.values())
    assert sum(shares.values()) <= limit + len(members)
    wanting = sum(member.wanted for member in members.values())
    assert sum(shares.values()) >= min(limit, wanting), "no slot stays empty that somebody wants"


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    started: list[subprocess.Popen[str]] = []

    def begin(weight: int = 1) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", OTHER, str(tmp_path), str(weight)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        started.append(process)
        assert process.stdout is not None and process.stdout.readline() == "there\n"
        return process

    yield begin
    for process in started:
        process.kill()
        process.communicate()


def test_what_a_killed_runner_held_is_free(
    tmp_path: Path, other: Callable[..., subprocess.Popen[str]]
) -> None:
    process = other()
    mine = SlotPool(tmp_path, "mine", 1)
    mine.enter()
    mine.look(4, 9)
    assert not mine.take(4), "it holds all four"
    process.kill()
    process.wait()
    mine.look(4, 9)
    assert [mine.take(4) for _ in range(5)] == [True] * 4 + [False]
    assert not (tmp_path / "other.member").exists()
    mine.leave()
    assert not list(tmp_path.glob("*.member"))


def test_a_newcomer_is_given_its_share_as_cases_end(
    tmp_path: Path, other: Callable[..., subprocess.Popen[str]]
) -> None:
    mine = SlotPool(tmp_path, "mine", 3)
    mine.enter()
    mine.look(4, 9)
    assert all(mine.take(4) for _ in range(4))
    other()
    mine.look(4, 9)
    mine.give()
    mine.give()
    assert mine.take(4), "three of four are its share"
    assert not mine.take(4)
    mine.leave()


def test_no_slots_where_nothing_can_be_locked(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    admission = Admission(SlotPool(tmp_path / "file" / "slots", "r", 1), None, None)
    assert "not enforced" in admission.enter(2, 9)
    assert admission.admit()


def test_load_of_others_takes_slots_away() -> None:
    sense = LoadSense(4.0)
    assert sense.advise(4, own=4, running=5) == 4
    for _ in range(8):
        advised = sense.advise(4, own=2, running=6)
    assert advised == 1
    for _ in range(8):
        advised = sense.advise(4, own=1, running=2)
    assert advised == 4
    assert LoadSense(4.0).advise(3, own=0, running=None) == 3


def test_the_kernel_tells_what_runs(tmp_path: Path) -> None:
    assert (running_processes() or 0) >= 1
    assert running_processes(tmp_path / "none") is None


SLOW = "* slow\nV1 in 0 sin(0 1 1meg)\nR1 in 0 {{ parameters.r }}\n.tran 1n 250u\n.save v(in)\n.end\n"


@pytest.mark.ngspice
def test_two_runs_at_once_keep_one_limit(
    make_project: Callable[..., Project], start: Callable[..., RunLayout]
) -> None:
    project = make_project(
        SLOW,
        execution="jobs: 2, shared_jobs: 2, warm: 'off'",
        sweep="parameters: {r: {start: 1, stop: 8, num: 8}}\n",
    )
    runs = [start(build_run(project, "s")) for _ in range(2)]
    most, both = 0, False
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        counts = []
        for layout in runs:
            with RunReader(layout) as view:
                counts.append(view.counts())
        most = max(most, sum(count["in_progress"] for count in counts))
        both |= all(count["completed"] for count in counts) and any(count["pending"] for count in counts)
        if all(count["completed"] == 8 for count in counts):
            break
        time.sleep(0.03)
    assert [count["completed"] for count in counts] == [8, 8]
    assert most <= 3, "two, and one whose end is not yet written"
    assert both, "both went on side by side"
    for layout in runs:
        assert all(
            json.loads(line)["status"] == "completed" for line in layout.trace.read_text().splitlines()
        )
