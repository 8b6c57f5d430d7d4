"""What a run says of a simulator that is too old, or that gives it no warm sessions."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from simorc.cli.main import run as simorc
from simorc.cluster.array_files import JobArray
from simorc.cluster.chunk_ledger import WARM_LOST
from simorc.cluster.chunk_log import Line
from simorc.cluster.log_collector import Gathering, OpenChunk
from simorc.config.execution_record import Site
from simorc.config.project import Project
from simorc.errors import ToolMissing
from simorc.launch.build import build_run
from simorc.launch.case_plan import plan_of
from simorc.launch.one_case import run_case
from simorc.launch.start import start_runner
from simorc.rundir.layout import RunLayout
from simorc.rundir.lock import runner_alive
from simorc.rundir.store.reader import RunReader
from simorc.rundir.store.writer import Store
from simorc.rundir.summary import summarise
from tests.divider_projects import MakeProject
from tests.waiting import until

pytestmark = pytest.mark.ngspice
DIVIDER = "* divider\nV1 in 0 1\nR1 in out {{ parameters.r }}\nR2 out 0 1k\n.op\n.end\n"
SWEEP = "parameters: {r: [1k, 2k, 3k, 4k, 5k]}\n"


def with_simulator(project: Project, simulator: str) -> Project:
    """`project` with the section ``simulator: {...}``."""
    setup = project.root / "sim_setup.yaml"
    setup.write_text(f"{setup.read_text()}simulator: {{{simulator}}}\n")
    return Project.load(project.root)


@pytest.fixture
def without_pipe(tmp_path: Path) -> Path:
    """An ngspice that runs decks but no session, as versions from 44 on do without a display."""
    program = tmp_path / "bin" / "ngspice"
    program.parent.mkdir()
    program.write_text(
        f'#!/bin/sh\ncase "$*" in *-p*) exit 139;; esac\nexec {shutil.which("ngspice")} "$@"\n'
    )
    program.chmod(0o755)
    return program


def test_a_run_without_warm_sessions_says_so_everywhere(
    make_project: MakeProject,
    without_pipe: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    demands = f"executable: {without_pipe}, library: none"
    project = with_simulator(make_project(DIVIDER, sweep=SWEEP), demands)
    monkeypatch.chdir(project.root)
    assert simorc(["run", "s"]) == 0
    assert "warning: warm sessions are not available, every case runs cold" in capfd.readouterr().err
    layout = next(iter(sorted((project.root / "simulations").iterdir())))
    with RunReader(RunLayout(layout)) as view:
        warnings = [event["message"] for event in view.events_of("warning")]
        assert [row["warm"] for row in view.page(0, 10)] == [0] * 5
    assert len(warnings) == 1
    assert "simulator.library is none" in warnings[0]
    assert f"{without_pipe} -p ends at once without a display" in warnings[0]
    assert simorc(["status", "last"]) == 0
    assert warnings[0] in capfd.readouterr().out
    assert simorc(["status", "--json"]) == 0
    assert json.loads(capfd.readouterr().out)["runs"][0]["warm_lost"] == warnings[0]
    assert simorc(["show", "last", "2"]) == 0
    assert "warm sessions are not available" in capfd.readouterr().out


def test_a_run_that_wants_none_says_nothing(
    make_project: MakeProject, without_pipe: Path, run_through: Callable[..., RunLayout]
) -> None:
    project = make_project(DIVIDER, sweep=SWEEP, execution="warm: off")
    layout = run_through(with_simulator(project, f"executable: {without_pipe}, library: none"))
    assert summarise(layout).warm_lost == ""
    with RunReader(layout) as view:
        assert not view.events_of("warning")


def test_a_run_whose_warm_sessions_are_back_says_nothing_any_more(
    make_project: MakeProject,
    without_pipe: Path,
    run_through: Callable[..., RunLayout],
    start: Callable[..., RunLayout],
) -> None:
    project = make_project(DIVIDER, sweep=SWEEP)
    layout = run_through(with_simulator(project, f"executable: {without_pipe}, library: none"))
    assert summarise(layout).warm_lost
    manifest = json.loads(layout.manifest.read_text())
    manifest["settings"]["simulator"] |= {"executable": "ngspice", "library": None}
    layout.manifest.write_text(json.dumps(manifest))
    start(layout, cases=[1])
    until(lambda: not runner_alive(layout))
    assert summarise(layout).warm_lost == ""


@pytest.mark.parametrize("command", ["run", "build"])
def test_a_simulator_older_than_demanded_is_refused_before_a_run_exists(
    make_project: MakeProject,
    command: str,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    project = with_simulator(make_project(DIVIDER), "min_version: 999.1")
    monkeypatch.chdir(project.root)
    assert simorc([command, "s"]) == 5
    assert "is older than simulator.min_version 999.1" in capfd.readouterr().err
    assert not (project.root / "simulations").exists()


def test_a_demand_is_kept_where_a_run_is_started_or_a_case_is_run_alone(make_project: MakeProject) -> None:
    layout = build_run(make_project(DIVIDER), "s")
    manifest = json.loads(layout.manifest.read_text())
    manifest["settings"]["simulator"]["min_version"] = "999"
    layout.manifest.write_text(json.dumps(manifest))
    with pytest.raises(ToolMissing, match=r"older than simulator\.min_version 999"):
        start_runner(layout)
    with pytest.raises(ToolMissing, match=r"older than simulator\.min_version 999"):
        run_case(layout.path, 1)


def test_a_version_that_is_none_is_refused_with_its_place(
    make_project: MakeProject, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    project = make_project(DIVIDER)
    setup = project.root / "sim_setup.yaml"
    setup.write_text(f"{setup.read_text()}simulator: {{min_version: newest}}\n")
    monkeypatch.chdir(project.root)
    assert simorc(["validate"]) == 2
    assert "invalid version 'newest': write 44 or 44.2" in capfd.readouterr().err


def test_chunks_that_lack_warm_sessions_are_heard_once(make_project: MakeProject, tmp_path: Path) -> None:
    project = make_project(DIVIDER)
    layout = build_run(project, "s")
    wave = JobArray(tmp_path / "w1", "fake", "job", 0.0, Site())
    chunk = OpenChunk(wave, 1, [], 0)
    with Store(layout, plan_of(project, project.sweeps["s"].definition)) as store:
        gathering = Gathering(store, 1)
        for message in ("no library", "no library", "another version"):
            gathering._take(chunk, 1, Line(event=(WARM_LOST, message, None)))
        store.flush()
    with RunReader(layout) as view:
        assert [event["message"] for event in view.events_of("warning")] == ["no library", "another version"]
        assert view.meta()["warm_lost"] == "another version"
