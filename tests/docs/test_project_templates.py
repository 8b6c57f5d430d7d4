"""Every template of `simorc init`: sound as made, with schemas that fit, and it simulates."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from simorc.cli.command_table import COMMANDS
from simorc.cli.commands.project.init import KITS, TEMPLATES
from simorc.cli.main import run
from simorc.cli.main import simorc as program
from simorc.config.project import Project
from simorc.config.schema.json_schema import FILES
from simorc.config.yaml.source import read_yaml
from tests.docs.stand_in_kits import gf180, ihp
from tests.schemas import complaints, schemas_accept

ROOT = Path(__file__).resolve().parents[2]


def made(template: str, directory: Path) -> Path:
    done = CliRunner().invoke(program, ["init", str(directory), "--template", template])
    assert done.exit_code == 0, done.output
    return directory


@pytest.fixture(params=list(TEMPLATES))
def project(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    if request.param in KITS:
        spinit = tmp_path / "kit" / "libs.tech" / "ngspice"
        spinit.mkdir(parents=True)
        (spinit / "spinit").touch()
        (spinit / ".spiceinit").touch()
        monkeypatch.setenv("PDK_ROOT", str(tmp_path))
        monkeypatch.setenv("PDK", "kit")
    return made(request.param, tmp_path / "project")


def test_a_template_is_sound_and_names_its_first_sweep(project: Path) -> None:
    loaded = Project.load(project)
    assert set(loaded.sweeps) & set(TEMPLATES.values())


def test_every_file_names_a_schema_that_accepts_it(project: Path) -> None:
    schemas_accept(project)


@pytest.mark.parametrize(
    ("name", "text", "place"),
    [
        ("setup", "testbench: {}", "testbench"),
        ("setup", "execution: {jbos: 3}", "execution"),
        ("testbench", "specs: {f: {mni: 1}}", "specs"),
        ("sweep", "testbench: ac\nparameters: {r: {start: 1, stop: 2, nmu: 3}}", "parameters"),
        ("sweep", "parameters: {r: 1}", "testbench"),
    ],
)
def test_a_schema_marks_a_mistake(name: str, text: str, place: str, tmp_path: Path) -> None:
    path = tmp_path / "file.yaml"
    path.write_text(text)
    found = complaints(name, read_yaml(path).data)
    assert any(place in each for each in found), found


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("testbench", "measurements: [f_3db, gain]"),
        ("testbench", "measurements: {f: , g: max(v(out)), h: {measure: gain_at, at: 1k}}"),
        ("testbench", "specs:\nsave: v(out)\nplot_specs: a.yaml"),
        ("sweep", "testbench: ac\nparameters: {r: 10k, c: [1n, 2n]}\nzip: {a: [1, 2], b: [3, 4]}"),
        ("sweep", "testbench: ac\nzip: [{a: [1, 2]}]\nexclude: a > 1\ncorners: {slow: }"),
        ("setup", "execution: {timeout: 10m, jobs: 4, warm: off}"),
    ],
)
def test_a_schema_accepts_every_short_form_the_models_do(name: str, text: str, tmp_path: Path) -> None:
    path = tmp_path / "file.yaml"
    path.write_text(text)
    data = read_yaml(path).data
    FILES[name].model_validate(data)
    assert complaints(name, data) == []


def test_the_schema_command_prints_and_writes(tmp_path: Path) -> None:
    done = CliRunner().invoke(program, ["schema", "sweep"])
    assert json.loads(done.stdout)["$schema"].endswith("2020-12/schema")
    done = CliRunner().invoke(program, ["schema", "--write", str(tmp_path / "s")])
    assert {path.name for path in (tmp_path / "s").iterdir()} == {f"{name}.json" for name in FILES}
    assert "schema" in COMMANDS


@pytest.mark.ngspice
@pytest.mark.parametrize("sweep", ["corners", "yield", "step_load"])
def test_the_rc_project_meets_its_specs_or_says_so(sweep: str, tmp_path: Path) -> None:
    made("rc", tmp_path / "rc")
    assert run(["--project", str(tmp_path / "rc"), "run", sweep]) == 0


@pytest.mark.ngspice
def test_the_sky130_project_simulates(
    tmp_path: Path, pdk_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PDK", "sky130A")
    made("sky130", tmp_path / "inverter")
    chosen = ["--corner", "tt", "--case", "1,5,9"]
    assert run(["--project", str(tmp_path / "inverter"), "run", "pvt", *chosen]) == 0


@pytest.mark.ngspice
@pytest.mark.parametrize(("template", "pdk"), [("gf180", "gf180mcuD"), ("ihp", "ihp-sg13g2")])
def test_the_projects_of_other_kits_simulate_in_every_corner(
    template: str,
    pdk: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    kit = {"gf180": gf180, "ihp": ihp}[template](tmp_path / "pdk")
    monkeypatch.setenv("PDK_ROOT", str(kit))
    monkeypatch.setenv("PDK", pdk)
    project = made(template, tmp_path / "inverter")
    corners = Project.load(project).sweeps["pvt"].definition.parameters["corner"]
    assert isinstance(corners, tuple)
    code = run(["--project", str(project), "run", "pvt", "--case", "1,2,3,4,5"])
    assert code == 0, capsys.readouterr().err
    capsys.readouterr()
    assert run(["--project", str(project), "results", "pvt", "--json"]) == 0
    cases = json.loads(capsys.readouterr().out)[:5]
    thresholds = {case["parameters"]["corner"]: case["measurements"]["v_th"] for case in cases}
    assert list(thresholds) == list(corners)
    assert len(set(thresholds.values())) >= 3, "corners differ"


@pytest.mark.ngspice
def test_a_case_beyond_the_last_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    project = made("minimal", tmp_path / "project")
    assert run(["--project", str(project), "run", "corners", "--case", "3,10"]) == 2
    printed = capsys.readouterr().err
    assert "no case 10 in " in printed and "its cases are 1 to 9" in printed
