"""simorc run with the real ngspice, through the real processes."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from simorc.launch.start import runner_alive, runner_info
from simorc.rundir.layout import RunLayout, find_run
from simorc.rundir.store.reader import RunReader
from tests.waiting import PATIENCE, until

pytestmark = [
    pytest.mark.ngspice,
    # A run's runner outlives whoever starts it; here that is this process.
    pytest.mark.filterwarnings("ignore:subprocess:ResourceWarning"),
]

Simorc = Callable[..., Any]

SLOW_TEMPLATE = """* a transient of about half a second
v1 in 0 sin(0 1 1k)
r1 in out {{ parameters.r }}
c1 out 0 1n
.tran 10n 2m 0 10n
.meas tran peak max v(out)
.end
"""


def statuses(layout: RunLayout) -> list[str]:
    with layout.metadata_csv.open() as file:
        return [row["status"] for row in csv.DictReader(file)]


@pytest.fixture
def slow_project(project: Path) -> Path:
    """The same project with a sweep of 40 cases that takes some ten seconds."""
    testbench = project / "testbenches" / "slow"
    testbench.mkdir()
    (testbench / "tb.spice.j2").write_text(SLOW_TEMPLATE)
    (testbench / "config.yaml").write_text("parameters: {r: 1k}\nmeasurements: {peak: {meas: peak}}\n")
    (project / "sweeps" / "slow.yaml").write_text(
        "testbench: slow\nparameters:\n  r: {start: 1k, stop: 40k, step: 1k}\n"
    )
    setup = project / "sim_setup.yaml"
    text = setup.read_text().replace("testbenches:\n", "testbenches:\n  slow: testbenches/slow\n")
    setup.write_text(text.replace("sweeps:\n", "sweeps:\n  slow: sweeps/slow.yaml\n"))
    return project


@pytest.fixture
def started(slow_project: Path) -> Iterator[tuple[subprocess.Popen[bytes], RunLayout]]:
    """`simorc run slow` in a session of its own, its first case done; its runner never outlives it."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    command = [sys.executable, "-m", "simorc", "run", "slow", "--jobs", "1", "--project", str(slow_project)]
    process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, start_new_session=True)
    until(lambda: bool(list(slow_project.glob("simulations/slow_*/runner.json"))))
    layout = find_run(slow_project, "slow")
    until(lambda: layout.case_dir(2).is_dir())
    yield process, layout
    process.kill()
    process.communicate(timeout=PATIENCE)
    info = runner_info(layout)
    if info is not None and info.is_alive():
        os.kill(info.pid, signal.SIGTERM)
        until(lambda: not runner_alive(layout))


def test_a_sweep_from_nothing_to_results(simorc: Simorc, project: Path) -> None:
    printed = simorc("run", "corners", "--project", project)
    assert printed.code == 0, printed.err
    layout = find_run(project, "corners")
    assert f"{layout.name}: finished, 9 of 9 completed" in printed.err
    assert statuses(layout) == ["completed"] * 9
    cases = json.loads(simorc("results", "corners", "--json", "--project", project).out)
    at_27 = [case for case in cases if case["parameters"]["temp"] == 27]
    by_corner = {case["parameters"]["r"]: case["measurements"]["f_3db"] for case in at_27}
    assert len({case["measurements"]["f_3db"] for case in cases}) == 9  # the temperature counts as well
    assert by_corner[10e3] == pytest.approx(1 / (2 * 3.14159265 * 10e3 * 1e-9), rel=2e-3)


def test_json_lines_then_a_summary(simorc: Simorc, project: Path) -> None:
    printed = simorc("run", "corners", "--json", "--jobs", "2", "--project", project)
    assert printed.code == 0, printed.err
    *cases, last = [json.loads(line) for line in printed.out.splitlines()]
    assert sorted(case["case_id"] for case in cases) == list(range(1, 10))
    assert all(case["status"] == "completed" for case in cases)
    assert last["summary"]["counts"]["completed"] == 9


def test_chosen_cases_then_the_rest(simorc: Simorc, project: Path) -> None:
    run = simorc("build", "corners", "--project", project).out.strip()
    assert simorc("run", run, "--case", "2,4-5", "--project", project).code == 0
    layout = find_run(project, run)
    done = [number for number, status in enumerate(statuses(layout), start=1) if status == "completed"]
    assert done == [2, 4, 5]
    assert simorc("run", run, "--where", "temp == 125", "--project", project).code == 0
    assert statuses(layout).count("completed") == 6
    printed = simorc("run", run, "--json", "--project", project)
    assert len(printed.out.splitlines()) == 3 + 1
    assert statuses(layout) == ["completed"] * 9


def test_a_violated_spec_is_exit_code_3(simorc: Simorc, project: Path) -> None:
    config = project / "testbenches" / "ac" / "config.yaml"
    config.write_text(config.read_text().replace("min: 10k", "min: 20k"))
    assert simorc("run", "corners", "--project", project).code == 3


def test_failed_cases_are_exit_code_1(simorc: Simorc, project: Path) -> None:
    template = project / "testbenches" / "ac" / "tb_ac.spice.j2"
    template.write_text(template.read_text().replace("xdut in out lowpass", "xdut in out nosuch"))
    assert simorc("run", "corners", "--project", project).code == 1
    (case, *_) = json.loads(simorc("results", "--json", "--failed", "--project", project).out)
    assert case["kind"] == "missing_model"


def test_detached_prints_the_id_and_goes_on(simorc: Simorc, project: Path) -> None:
    printed = simorc("run", "corners", "--detach", "--project", project)
    assert printed.code == 0, printed.err
    layout = find_run(project, printed.out.strip())
    until(lambda: not runner_alive(layout))
    assert statuses(layout) == ["completed"] * 9


@pytest.mark.e2e
def test_ctrl_c_leaves_unfinished_cases_pending(
    simorc: Simorc, started: tuple[subprocess.Popen[bytes], RunLayout]
) -> None:
    process, layout = started
    process.send_signal(signal.SIGINT)
    _, printed = process.communicate(timeout=PATIENCE)
    assert process.returncode == 4, printed
    assert not runner_alive(layout)
    assert set(statuses(layout)) == {"completed", "pending"}
    assert "cancelled" in simorc("status", layout.name, "--project", layout.root).out.splitlines()[0]


@pytest.mark.e2e
def test_a_lost_terminal_changes_nothing(started: tuple[subprocess.Popen[bytes], RunLayout]) -> None:
    process, layout = started
    os.killpg(process.pid, signal.SIGHUP)
    process.communicate(timeout=PATIENCE)
    assert process.returncode == -signal.SIGHUP
    before = len(list(layout.results.iterdir()))
    until(lambda: len(list(layout.results.iterdir())) > before)
    assert runner_alive(layout)


@pytest.mark.e2e
def test_a_run_somebody_else_holds(
    simorc: Simorc, started: tuple[subprocess.Popen[bytes], RunLayout]
) -> None:
    _, layout = started
    printed = simorc("run", layout.name, "--project", layout.root)
    assert printed.code == 1
    assert str(runner_info(layout).pid) in printed.err  # type: ignore[union-attr]
    assert simorc("clean", layout.name, "--yes", "--project", layout.root).code == 1


def test_a_measurement_declared_with_capitals_is_one_column(simorc: Simorc, project: Path) -> None:
    template = project / "testbenches" / "ac"
    config = template / "config.yaml"
    config.write_text(config.read_text().replace("f_3db", "F_3dB"))
    assert simorc("--project", project, "run", "corners").code == 0
    (case, *_) = json.loads(simorc("--project", project, "results", "last", "--json").out)
    assert [name for name in case["measurements"] if name.lower() == "f_3db"] == ["F_3dB"]
    assert case["measurements"]["F_3dB"] > 0


def test_chosen_cases_leave_the_others_aside(simorc: Simorc, project: Path) -> None:
    run = simorc("build", "corners", "--project", project).out.strip()
    assert simorc("run", run, "--case", "2,4-5", "--project", project).code == 0
    with RunReader(find_run(project, run)) as view:
        assert view.meta()["aside"] == str(view.total - 3)
    assert simorc("run", run, "--project", project).code == 0
    with RunReader(find_run(project, run)) as view:
        assert view.meta()["aside"] == "0"
