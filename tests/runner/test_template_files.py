"""Names of files in a template count from its directory, as when ngspice is run there."""

from __future__ import annotations

import shutil
from pathlib import Path

import anyio
import pytest

from simorc.config.project import Project
from simorc.launch.build import build_run
from simorc.rundir.layout import RunLayout
from simorc.rundir.manifest import load_manifest
from simorc.rundir.run_settings import RunSettings
from simorc.runner.preparation import Preparation
from simorc.simulators.ngspice.cold import Ngspice
from simorc.simulators.outcome import Outcome
from tests.simulators.batch_reference import as_ngspice_does, to_its_digits

DECK = """* dividers of every file the template names
.include sub/Top.inc
.lib ../Models/Rc.LIB {{ parameters.corner }}
.include "{{ dut.netlist }}"
.param r={{ parameters.r }}
V1 in 0 1
R1 in out {r}
X1 out 0 load
X2 out 0 dut
R9 out 0 {rr}
.tran 1u 10u
.meas tran m find v(out) at=5u
.end
"""
FILES = {
    "tb/t.spice.j2": DECK,
    "tb/config.yaml": "parameters: {r: 1k, corner: tt}\n",
    "tb/sub/Top.inc": ".include deep/Load.inc\n",
    "tb/sub/deep/Load.inc": ".subckt load a b\nR1 a b 3k\n.ends\n",
    "Models/Rc.LIB": ".lib tt\n.include Own/tt.inc\n.endl\n.lib SS\n.param rr=7k\n.endl\n",
    "Models/Own/tt.inc": ".param rr=5k\n",
    "netlists/dut.spice": ".subckt dut a b\nR1 a b 11k\n.ends\n",
    "sim_setup.yaml": "dut: {netlist: netlists/dut.spice}\ntestbenches: {t: tb}\nsweeps: {s: s.yaml}\n",
    "s.yaml": "testbench: t\nparameters: {r: [1k, 2k], corner: [TT, ss]}\n",
}
PARALLEL = {"TT": 1 / (1 / 3 + 1 / 11 + 1 / 5), "ss": 1 / (1 / 3 + 1 / 11 + 1 / 7)}
FILE_SOURCE = """* t
a1 %v([n]) fs
.model fs filesource (file="wave.txt" amploffset=[0] amplscale=[3] timeoffset=0
+ timescale=1 timerelative=false amplstep=false)
R1 n 0 {{ parameters.r }}
.tran 0.1u 2u
* {{ parameters.corner }}
.meas tran m find v(n) at=1.5u
.end
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / "project" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "project" / name).write_text(text, encoding="utf-8")
    return tmp_path / "project"


def simulated(layout: RunLayout, case_id: int) -> Outcome:
    job = Preparation(layout, load_manifest(layout), RunSettings()).job(case_id)
    return anyio.run(Ngspice().run_cold, job)


def expected(layout: RunLayout, case_id: int) -> float:
    case = Preparation(layout, load_manifest(layout), RunSettings()).plan.case(case_id)
    load = PARALLEL[str(case.parameters["corner"])]
    return load / (load + float(str(case.parameters["r"]).removesuffix("k")))


@pytest.mark.ngspice
def test_every_case_reads_the_files_beside_the_template(project: Path) -> None:
    layout = build_run(Project.load(project), "s")
    for case_id in (1, 2, 3, 4):
        outcome = simulated(layout, case_id)
        assert outcome.status == "completed", outcome.message
        assert outcome.measurements["m"] == pytest.approx(expected(layout, case_id), rel=1e-6)


@pytest.mark.ngspice
def test_it_is_what_ngspice_gives_in_the_templates_directory(project: Path) -> None:
    text = DECK.replace("{{ parameters.corner }}", "tt").replace("{{ parameters.r }}", "1k")
    outcome = simulated(build_run(Project.load(project), "s"), 1)
    reference = as_ngspice_does(text.replace("{{ dut.netlist }}", "../netlists/dut.spice"), project / "tb")
    assert to_its_digits(outcome.measurements["m"], reference.printed["m"]) == reference.printed["m"]


@pytest.mark.ngspice
def test_a_project_that_moved_with_its_runs(project: Path, tmp_path: Path) -> None:
    layout = build_run(Project.load(project), "s")
    shutil.move(project, tmp_path / "Else Where")
    outcome = simulated(RunLayout(tmp_path / "Else Where" / layout.path.relative_to(project)), 4)
    assert outcome.status == "completed", outcome.message


@pytest.mark.ngspice
def test_a_run_elsewhere_still_reads_its_project(project: Path, tmp_path: Path) -> None:
    layout = build_run(Project.load(project), "s")
    shutil.copytree(layout.path, tmp_path / "archive" / "a" / layout.name)
    outcome = simulated(RunLayout(tmp_path / "archive" / "a" / layout.name), 4)
    assert outcome.status == "completed", outcome.message


@pytest.mark.ngspice
def test_the_file_of_a_file_source(project: Path) -> None:
    (project / "tb/wave.txt").write_text("0 0\n1e-6 1\n1 1\n", encoding="utf-8")
    (project / "tb/t.spice.j2").write_text(FILE_SOURCE, encoding="utf-8")
    measured = simulated(build_run(Project.load(project), "s"), 1).measurements
    assert measured["m"] == pytest.approx(3.0)
