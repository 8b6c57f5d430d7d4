"""A project with another simulator, through the command line."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from simorc.cli.main import run
from simorc.launch.one_case import run_case

FAKE = f"""#!{sys.executable}
import sys
from pathlib import Path
if "-v" in sys.argv:
    print("Xyce Release 7.8.0-opensource")
    sys.exit()
deck = Path(sys.argv[-1]).read_text()
assert sys.argv[1:] == ["-r", "results.raw", "netlist.spice"], sys.argv
Path("netlist.spice.mt0").write_text("F_3DB = 1.6e4\\nGAIN_1K = -0.02\\n")
Path("results.raw").write_text(
    "Title: x\\nPlotname: AC Analysis\\nFlags: complex\\nNo. Variables: 2\\nNo. Points: 1\\nVariables:\\n"
    "\\t0\\tfrequency\\tfrequency\\n\\t1\\tv(out)\\tvoltage\\nValues:\\n0\\t10,0\\n\\t1,0\\n"
)
print("***** End of Xyce(TM) Simulation")
"""


@pytest.fixture
def project(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """The minimal project with a fake Xyce."""
    assert run(["init", str(tmp_path / "project")]) == 0
    program = tmp_path / "Xyce"
    program.write_text(FAKE)
    program.chmod(0o755)
    setup = tmp_path / "project" / "sim_setup.yaml"
    setup.write_text(setup.read_text() + f"simulator: {{name: xyce, executable: {program}}}\n")
    capsys.readouterr()
    return tmp_path / "project"


def test_a_sweep_runs_on_it(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--project", str(project), "run", "corners"]) == 0
    assert "9 of 9 completed" in capsys.readouterr().err
    run(["--project", str(project), "results", "--json"])
    cases = json.loads(capsys.readouterr().out)
    assert cases[0]["measurements"] == {"f_3db": 16000.0, "gain_1k": -0.02}


def test_the_pytest_face_runs_on_it_too(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--project", str(project), "build", "corners"]) == 0
    name = capsys.readouterr().out.strip()
    outcome = run_case(project / "simulations" / name, 1)
    assert outcome.status == "completed", outcome.message


def test_doctor_looks_at_it(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["--project", str(project), "doctor", "--json"])
    findings = {each["name"]: each for each in json.loads(capsys.readouterr().out)}
    assert findings["xyce"]["state"] == "good"
    assert "7.8.0" in findings["xyce"]["text"]
    assert "Xyce" not in findings["ngspice"]["text"]


def test_doctor_tells_that_wine_is_missing(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = tmp_path / "LTspice.exe"
    program.write_text("MZ")
    setup = project / "sim_setup.yaml"
    named = setup.read_text().replace("name: xyce", "name: ltspice")
    setup.write_text(named.replace(str(tmp_path / "Xyce"), str(program)))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert run(["--project", str(project), "doctor", "--json"]) == 5
    findings = {each["name"]: each for each in json.loads(capsys.readouterr().out)}
    assert findings["ltspice"]["state"] == "bad"
    assert findings["ngspice"]["state"] == "note", "the project does not need it"
    assert "wine not found" in findings["ltspice"]["text"]


def test_an_unknown_simulator_is_refused_before_a_run_is_made(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    setup = project / "sim_setup.yaml"
    setup.write_text(setup.read_text().replace("name: xyce", "name: xycee"))
    assert run(["--project", str(project), "run", "corners"]) == 2
    assert "unknown simulator 'xycee'" in capsys.readouterr().err
    assert not list(project.glob("simulations/*"))
