"""kill -9 of everything that can be killed: nothing is lost, nothing counted twice, nothing left behind."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from simorc.launch import start as start_module
from simorc.launch.start import runner_alive, start_runner
from simorc.rundir.layout import RunLayout
from simorc.simulators.ngspice.session_way import worker_command
from simorc.simulators.ngspice.whole_cases.loader import NAME
from tests.e2e.driving import (
    SLOW,
    MetadataReader,
    Project,
    assert_sound,
    completed,
    processes_of,
    rows,
    wait_for_end,
)
from tests.forked_runner import fork_runner
from tests.waiting import until

pytestmark = [
    pytest.mark.ngspice,
    pytest.mark.e2e,
    pytest.mark.filterwarnings("ignore:subprocess:ResourceWarning"),
]

_SESSION = [word.encode() for word in worker_command("")[:4]]
"""How the command line of a session begins that drives the ngspice library."""


def kill_runner(layout: RunLayout, after: float, **options: object) -> None:
    """Start a runner and kill it that many seconds later."""
    info = start_runner(layout, jobs=2, **options)  # type: ignore[arg-type]
    time.sleep(after)
    if runner_alive(layout):
        os.kill(info.pid, signal.SIGKILL)
        until(lambda: not runner_alive(layout))


@pytest.mark.parametrize("warm", ["auto", "off"])
def test_runner_killed_at_random_moments(
    make_project: Callable[..., Project], monkeypatch: pytest.MonkeyPatch, warm: str
) -> None:
    """Twenty times in 200 cases, ten of them warm, ten cold. The runners are forks: they start at once."""
    monkeypatch.setattr(start_module, "spawn_runner", fork_runner)
    layout = make_project(200, step="2n", settings=f"execution: {{warm: {warm}}}\n").build()
    moments = random.Random(warm)
    with MetadataReader(layout, 200) as reader:
        for _ in range(10):
            kill_runner(layout, moments.uniform(0.0, 0.3))
            until(lambda: processes_of(layout) == [])
        start_runner(layout, jobs=2)
        wait_for_end(layout)
    assert reader.problems == [] and reader.times > 50
    assert_sound(layout, 200)


def test_simulators_killed_while_cases_run_cold(make_project: Callable[..., Project]) -> None:
    """A case whose simulator is killed is tried again; the others never notice."""
    layout = make_project(24, step=SLOW, settings="execution: {warm: off, retries: 5}\n").build()
    start_runner(layout, jobs=2)
    killed = kill_simulators(layout, 6)
    wait_for_end(layout)
    assert_sound(layout, 24)
    lost = rows(layout, "SELECT count(*) FROM attempts WHERE kind IN ('crashed', 'out_of_memory')")
    assert 0 < int(str(lost[0][0])) <= killed


def test_warm_sessions_killed_fifty_times(make_project: Callable[..., Project]) -> None:
    """500 cases, a session killed in mid-case 50 times: all complete, with the bytes of cold runs."""
    from simorc.waveforms.sections import same_data

    project = make_project(500, step="4n", settings="execution: {warm_check: 0, retries: 50}\n")
    layout = project.build()
    start_runner(layout, jobs=2)
    assert kill_simulators(layout, 50) == 50
    wait_for_end(layout)
    assert_sound(layout, 500)
    warm = rows(layout, "SELECT count(*) FROM cases WHERE warm")
    assert int(str(warm[0][0])) > 300, "a session killed from outside says nothing against its deck"
    sample = random.Random(5).sample(range(1, 501), 40)
    cold = project.build()
    start_runner(cold, jobs=2, warm="off", cases=sample)
    wait_for_end(cold)
    assert [case_id for case_id in sample if not same_data(layout.raw(case_id), cold.raw(case_id))] == []


def kill_simulators(layout: RunLayout, times: int) -> int:
    """Kill one of the run's simulators again and again while the run lasts; how often that worked."""
    choice, killed = random.Random(times), 0
    while killed < times and runner_alive(layout):
        found = [pid for pid in processes_of(layout) if _is_simulator(pid)]
        if found and completed(layout) >= killed:
            try:
                os.kill(choice.choice(found), signal.SIGKILL)
                killed += 1
            except ProcessLookupError:
                pass
        time.sleep(0.03)
    return killed


def _is_simulator(pid: int) -> bool:
    """Whether it runs ngspice: the program itself, or a session that drives its library."""
    try:
        process = Path("/proc", str(pid))
        words = (process / "cmdline").read_bytes().split(b"\0")
        return (process / "comm").read_text().strip() in {"ngspice", NAME} or words[:4] == _SESSION
    except OSError:
        return False
