"""Runs that take completed cases over from an earlier one: with real ngspice, counted by a wrapper."""

from __future__ import annotations

import json
import os
import signal
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from simorc.config.project import Project
from simorc.launch.build import build_run
from simorc.launch.start import start_runner
from simorc.rundir.layout import RunLayout
from simorc.rundir.lock import runner_alive
from simorc.rundir.requests import request
from simorc.rundir.store.reader import RunReader
from simorc.waveforms.sections import same_data
from tests.divider_projects import MakeProject
from tests.waiting import until

pytestmark = pytest.mark.ngspice

TEMPLATE = """* divider of {{ parameters.r }} ohms
.include ../../../../parts.spice
V1 in 0 1
R1 in out {{ parameters.r }}
R2 out 0 {rload}
.tran 1u 10u
.meas tran vout find v(out) at=5u
.end
"""


@pytest.fixture
def project(make_project: MakeProject, tmp_path: Path) -> Path:
    """A divider at r = 1k and 2k, whose simulator notes every deck it is given in ``decks``."""
    counting = tmp_path / "ngspice-counted"
    counting.write_text(
        '#!/bin/sh\ncase "$*" in *-b*) echo "$PWD" >> '
        + str(tmp_path / "decks")
        + ';; esac\nexec ngspice "$@"\n'
    )
    counting.chmod(counting.stat().st_mode | stat.S_IXUSR)
    text = TEMPLATE.replace("{rload}", "{{'{rload}'}}")
    root = make_project(text, execution="warm: off", sweep="parameters: {r: [1k, 2k]}\n").root
    (root / "parts.spice").write_text(".param rload=1k\n")
    with (root / "sim_setup.yaml").open("a") as setup:
        setup.write(f"simulator: {{executable: {counting}}}\n")
    return root


@pytest.fixture
def run(project: Path) -> Callable[..., RunLayout]:
    """Runs the sweep of the project to its end, ``reuse`` being earlier runs."""

    def through(*reuse: RunLayout) -> RunLayout:
        layout = build_run(Project.load(project), "s", reuse=reuse)
        start_runner(layout)
        until(lambda: not runner_alive(layout))
        return layout

    return through


def simulated(tmp_path: Path) -> int:
    """How many cases were given to the simulator since the last call."""
    noted = tmp_path / "decks"
    count = len(noted.read_text().splitlines()) if noted.exists() else 0
    noted.unlink(missing_ok=True)
    return count


def sweep(root: Path, values: str) -> None:
    (root / "s.yaml").write_text(f"testbench: tb\nparameters: {{r: [{values}]}}\n")


def reported(layout: RunLayout, kind: str) -> str:
    with RunReader(layout) as view:
        return "\n".join(row["message"] for row in view.events_of(kind))


def test_only_new_cases_are_simulated_and_all_results_are_those_of_a_full_run(
    project: Path, run: Callable[..., RunLayout], tmp_path: Path
) -> None:
    earlier = run()
    assert simulated(tmp_path) == 2
    sweep(project, "3k, 1k, 2k")
    reusing = run(earlier)
    assert simulated(tmp_path) == 1
    full = run()
    assert simulated(tmp_path) == 3
    with RunReader(reusing) as one, RunReader(full) as other:
        assert one.counts() == {"pending": 0, "in_progress": 0, "completed": 3, "failed": 0}
        for case_id in (1, 2, 3):
            mine, theirs = one.case(case_id), other.case(case_id)
            assert mine is not None and theirs is not None and mine["m_vout"] == theirs["m_vout"]
            assert same_data(reusing.raw(case_id), full.raw(case_id))
            assert reusing.deck(case_id).read_bytes() == full.deck(case_id).read_bytes()
        (attempt,) = one.attempts(2)
    assert (attempt["action"], attempt["place"]) == ("reused", f"{earlier.name} case 1")
    lines = [json.loads(line) for line in reusing.trace.read_text().splitlines()]
    assert {line["case_id"]: line["action"] for line in lines} == {1: "done", 2: "reused", 3: "reused"}
    assert all(line["metrics"]["vout"] for line in lines)
    assert json.loads(reusing.manifest.read_text())["reuse"] == [f"../{earlier.name}"]


def test_results_of_changed_models_are_not_taken_over(
    project: Path, run: Callable[..., RunLayout], tmp_path: Path
) -> None:
    earlier = run()
    simulated(tmp_path)
    (project / "parts.spice").write_text(".param rload=2k\n")
    changed = run(earlier)
    assert simulated(tmp_path) == 2
    assert "parts.spice has changed" in reported(changed, "reused")


def test_results_of_another_deck_or_simulator_are_not_taken_over(
    project: Path, run: Callable[..., RunLayout], tmp_path: Path
) -> None:
    earlier = run()
    simulated(tmp_path)
    template = project / "tb" / "tb.spice.j2"
    template.write_text(template.read_text().replace("V1 in 0 1", "V1 in 0 2"))
    assert "its deck differs" in reported(run(earlier), "reused")
    assert simulated(tmp_path) == 2
    manifest = json.loads(earlier.manifest.read_text())
    manifest["tools"]["simulator"] = "1.0"
    earlier.manifest.write_text(json.dumps(manifest))
    assert "simulated by ngspice 1.0" in reported(run(earlier), "warning")
    assert simulated(tmp_path) == 2


def test_a_reused_case_retried_is_simulated_and_leaves_the_earlier_run_alone(
    project: Path, run: Callable[..., RunLayout], tmp_path: Path
) -> None:
    earlier = run()
    before = earlier.raw(1).read_bytes()
    simulated(tmp_path)
    reusing = run(earlier)
    assert simulated(tmp_path) == 0
    request(reusing, "retry", cases=[1])
    start_runner(reusing, cases=[1])
    until(lambda: not runner_alive(reusing))
    assert simulated(tmp_path) == 1
    assert earlier.raw(1).read_bytes() == before
    assert earlier.raw(1).stat().st_ino != reusing.raw(1).stat().st_ino


def test_new_measurements_are_taken_of_old_waveforms(
    project: Path, run: Callable[..., RunLayout], tmp_path: Path
) -> None:
    earlier = run()
    simulated(tmp_path)
    with (project / "tb" / "config.yaml").open("a") as config:
        config.write('measurements: {double: {expr: "2 * at(v(out), 5u)"}}\n')
    reusing = run(earlier)
    assert simulated(tmp_path) == 0
    with RunReader(reusing) as view:
        row = view.case(1)
    assert row is not None and row["m_double"] == pytest.approx(1.0)


def test_a_run_that_is_gone_costs_nothing_but_a_warning(
    project: Path, run: Callable[..., RunLayout], tmp_path: Path
) -> None:
    gone = RunLayout(project / "simulations" / "s_20200101000000")
    layout = run(gone)
    assert simulated(tmp_path) == 2
    assert "no case of s_20200101000000 is reused" in reported(layout, "warning")


def test_a_runner_killed_while_taking_over_loses_nothing(
    project: Path, run: Callable[..., RunLayout], tmp_path: Path
) -> None:
    sweep(project, ", ".join(f"{number}k" for number in range(1, 31)))
    earlier = run()
    simulated(tmp_path)
    layout = build_run(Project.load(project), "s", reuse=[earlier])
    os.kill(start_runner(layout).pid, signal.SIGKILL)
    until(lambda: not runner_alive(layout))
    start_runner(layout)
    until(lambda: not runner_alive(layout))
    assert simulated(tmp_path) == 0
    with RunReader(layout) as view:
        assert view.counts()["completed"] == 30
        assert [len(view.attempts(case_id)) for case_id in range(1, 31)] == [1] * 30


def test_taking_over_is_told_by_start_and_result_not_as_a_pause(run: Callable[..., RunLayout]) -> None:
    with RunReader(run(run())) as view:
        reported = [(event["kind"], event["message"]) for event in view.events_since(0)]
    assert reported[0] == ("started", "2 of 2 cases to run, after reusing completed cases")
    assert [kind for kind, _ in reported] == ["started", "reused", "finished"]
