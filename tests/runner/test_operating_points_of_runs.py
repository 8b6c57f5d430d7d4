"""Runs that store operating points: in a simulation of their own, the same warm and cold."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from simorc.config.project import Project
from simorc.errors import ConfigError, RunError
from simorc.launch.build import build_run
from simorc.launch.one_case import run_case
from simorc.launch.operating_point import operating_point_of
from simorc.operating_point.table import FILE, read_operating_point
from simorc.rundir.layout import RunLayout
from simorc.rundir.lock import runner_alive
from simorc.rundir.store.connection import Row
from simorc.rundir.store.reader import RunReader
from tests.divider_projects import MakeProject
from tests.waiting import until

pytestmark = pytest.mark.ngspice

MIRROR = """current mirror
.param r={{ parameters.r }}
VDD vdd 0 2
Vb load 0 {vdd_of_load}
R1 vdd d {r}
M1 d d 0 0 nm w=10u l=1u
X2 load d 0 nmos_kit
.subckt nmos_kit d g s
M0 d g s s nm w=20u l=1u
.ends
.model nm nmos level=1 vto=0.5 kp=100u lambda=0.05
.param vdd_of_load=0.3
.dc Vb 0 2 0.1
.meas dc iout find i(Vb) at=1
.end
"""
CONFIG = """template: tb.spice.j2
parameters: {r: 1k}
measurements:
  gm: op(x2.gm)
  unsaturated: {operating_point: saturation}
specs: {unsaturated: {max: 0}}
"""
SWEEP = "parameters: {r: [10k, 20k, 30k, 40k, 50k, 60k, 70k, 80k]}\n"


def _project(make_project: MakeProject, name: str, config: str = CONFIG, execution: str = "") -> Project:
    project = make_project(MIRROR, sweep=SWEEP, name=name, execution=execution or "jobs: 1")
    (project.root / "tb" / "config.yaml").write_text(config)
    return Project.load(project.root)


def _rows(layout: RunLayout) -> list[Row]:
    with RunReader(layout) as view:
        rows = [view.case(number) for number in range(1, 9)]
    return [row for row in rows if row is not None]


def _data(path: Path) -> bytes:
    return path.read_bytes().partition(b"Binary:")[2]


def test_warm_and_cold_give_the_same_and_the_case_is_not_touched(
    make_project: MakeProject, run_through: Callable[..., RunLayout]
) -> None:
    plain = CONFIG.partition("measurements")[0]
    warm = run_through(_project(make_project, "warm"))
    cold = run_through(_project(make_project, "cold", execution="jobs: 1, warm: off"))
    without = run_through(_project(make_project, "without", plain))
    assert [row["status"] for row in _rows(warm)] == ["completed"] * 8
    assert any(row["warm"] for row in _rows(warm))
    for case in range(1, 9):
        points = [(run.case_dir(case) / FILE).read_text() for run in (warm, cold)]
        assert points[0] == points[1]
        assert len({_data(run.raw(case)) for run in (warm, cold, without)}) == 1
    assert not list(without.results.glob(f"*/{FILE}"))
    assert not [path.name for path in warm.path.iterdir() if path.name == ".warm"]
    first, last = (_rows(warm)[place] for place in (0, 7))
    assert first["m_gm"] > last["m_gm"] > 0
    assert (first["m_unsaturated"], last["m_unsaturated"]) == (1, 0)
    assert first["message"] == "unsaturated: not in saturation: x2 (linear)"
    assert last["message"] is None
    assert [row["m_gm"] for row in _rows(cold)] == [row["m_gm"] for row in _rows(warm)]


def test_a_case_is_reused_with_its_operating_point_only(
    make_project: MakeProject, start: Callable[..., RunLayout]
) -> None:
    plain = CONFIG.partition("measurements")[0]
    project = _project(make_project, "reused", plain)

    def run(*earlier: RunLayout) -> tuple[RunLayout, list[str]]:
        layout = start(build_run(Project.load(project.root), "s", where="r<=20k", reuse=earlier))
        until(lambda: not runner_alive(layout))
        with RunReader(layout) as view:
            return layout, [attempt["action"] for case in (1, 2) for attempt in view.attempts(case)]

    without, _ = run()
    (project.root / "tb" / "config.yaml").write_text(CONFIG)
    stored, actions = run(without)
    assert "reused" not in actions
    again, actions = run(stored)
    assert actions == ["reused", "reused"]
    assert (again.case_dir(1) / FILE).read_text() == (stored.case_dir(1) / FILE).read_text()


def test_an_operating_point_on_demand_equals_the_stored_one(
    make_project: MakeProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    layout = build_run(_project(make_project, "stored"), "s")
    assert run_case(layout.path, 1).status == "completed"
    stored = operating_point_of(layout, 1)
    (layout.case_dir(1) / FILE).unlink()
    before = {path: path.stat().st_mtime_ns for path in layout.path.rglob("*")}
    assert operating_point_of(layout, 1) == stored
    assert {path: path.stat().st_mtime_ns for path in layout.path.rglob("*")} == before
    assert [path.name for path in layout.path.parent.iterdir()] == [layout.name]
    with pytest.raises(RunError, match=r"case 2 of s_\d+ has no netlist"):
        operating_point_of(layout, 2)


def test_save_alone_stores_it_and_signals_are_saved(make_project: MakeProject) -> None:
    config = "template: tb.spice.j2\nparameters: {r: 1k}\nsave: [v(load), operating_point]\n"
    layout = build_run(_project(make_project, "saved", config), "s")
    assert run_case(layout.path, 1).status == "completed"
    assert [each.instance for each in read_operating_point(layout.case_dir(1) / FILE).devices][:2] == [
        "m1",
        "x2",
    ]
    assert ".save v(load)\n" in layout.deck(1).read_text()


def test_another_simulator_is_refused(make_project: MakeProject) -> None:
    project = _project(make_project, "xyce", CONFIG + "simulator: {name: xyce, executable: Xyce}\n")
    with pytest.raises(ConfigError, match="operating points need ngspice, and the simulator is xyce"):
        build_run(project, "s")
