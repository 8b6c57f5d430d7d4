"""Chipify datasheets as projects, and the numbers that Chipify computed for them."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from simorc.cli.main import run as simorc
from simorc.config.project import Project
from simorc.errors import UsageError
from simorc.importers.chipify.datasheet import from_chipify
from simorc.importers.chipify.parameters import grid
from simorc.importers.chipify.template import deck_of
from simorc.importers.result import Carried
from simorc.launch.case_plan import plan_of

RECORDED = Path(__file__).parent / "recorded"


@pytest.fixture
def recorded(tmp_path: Path) -> Callable[[str], Path]:
    """A copy of a recorded project."""

    def copied(name: str) -> Path:
        return Path(shutil.copytree(RECORDED / name, tmp_path / name))

    return copied


@pytest.fixture
def carried(tmp_path: Path) -> Carried:
    return Carried(tmp_path / "made")


def expected(root: Path) -> list[dict[str, str]]:
    with (root / "expected.csv").open(newline="") as stream:
        return list(csv.DictReader(stream))


def test_the_grid_has_the_cases_of_chipify_in_its_order(recorded: Callable[[str], Path]) -> None:
    root = recorded("chipify_amp")
    made = from_chipify(root / "datasheets/amp.yaml")
    made.write()
    project = Project.load(made.directory)
    plan = plan_of(project, project.sweeps["cs_amp"].definition)
    cases = [[float(plan.case(i).parameters[n]) for n in ("mc_run", "vdd", "cload")] for i in range(1, 25)]
    assert cases == [[float(row[n]) for n in ("mc_run", "vdd", "cload")] for row in expected(root)]
    assert (made.directory / "testbenches/cs_amp/amp_models.inc").is_file()
    assert project.testbenches["cs_amp"].config.specs["gain"].min == 12.7
    assert any("fom" in remark for remark in made.left)


@pytest.mark.parametrize(
    ("written", "values"),
    [
        ([1.0e-9, "2n"], [1e-9, "2n"]),
        ("range(3)", [0.0, 1.0, 2.0]),
        ("range(1, 7, 2)", [1.0, 3.0, 5.0]),
        ("range(2.9)", [0.0, 1.0]),
        ("linspace(1, 2, 3)", [1.0, 1.5, 2.0]),
        ("linspace(1, 2, 2, 0)", [1.0, 1.5]),
        ("logspace(-1, 1, 3)", [0.1, 1.0, 10.0]),
        ("logspace(1, 3, 3, 1, 2)", [2.0, 4.0, 8.0]),
        ("nominal", ["nominal"]),
        (True, ["True"]),
        (["range(3)"], ["range(3)"]),
    ],
)
def test_values_of_a_parameter(carried: Carried, written: Any, values: list[Any]) -> None:
    assert grid({"p": written}, carried) == {"p": values}


@pytest.mark.parametrize(
    "written", ["sin(3)", "range(x)", "linspace(1, 2)", "range(1, 2, 0)", "linspace(0, 1, 2.5)"]
)
def test_calls_that_chipify_refuses(carried: Carried, written: str) -> None:
    with pytest.raises(UsageError, match=r"parameters\.p"):
        grid({"p": written}, carried)


def test_a_value_that_comes_twice_is_said(carried: Carried) -> None:
    assert grid({"p": [1, 2, 1]}, carried) == {"p": [1, 2]}
    assert carried.changed == ["parameters.p: values that come twice are simulated once"]


def test_a_deck_prints_its_measurements_by_name(carried: Carried, tmp_path: Path) -> None:
    source = (
        "* t {{ r }} {r}\n{% if corner == 'r' %}.lib k.lib {{ corner }}\n{% endif %}\n"
        ".control\nop\necho MY_DATA: $&a\nquit\necho never\n.endc\n.end\n"
    )
    text = deck_of(source, ["a", "b"], {"r", "corner"}, tmp_path, carried).text
    assert text == (
        "* t {{ parameters.r }} {r}\n{% if parameters.corner == 'r' %}.lib k.lib {{ parameters.corner }}\n"
        "{% endif %}\n.control\nop\nprint a\nprint b\nquit\necho never\n.endc\n.end\n"
    )
    assert carried.changed
    assert (
        deck_of("* t\n.end\n", ["a"], set(), tmp_path, carried).text
        == "* t\n.control\nprint a\n.endc\n.end\n"
    )


def write(root: Path, tests: str) -> Path:
    (root / "datasheets").mkdir()
    (root / "tb").mkdir()
    (root / "tb" / "a.spice").write_text("* a\nv1 a 0 {{ v }}\n.control\nop\nlet x = v(a)\n.endc\n.end\n")
    sheet = root / "datasheets" / "d.yaml"
    sheet.write_text(f"parameters: {{v: [1, 2]}}\ntests:\n{tests}")
    return sheet


def test_what_cannot_be_carried_is_said(tmp_path: Path) -> None:
    tests = (
        "  a: {source: netlist, x: {min: 1, typ: 2, colour: red}, measure: {y: interp(x)}}\n"
        "  b: {source: netlist, engine: vacask}\n  c: {}\n  d: {source: netlist}\n  e: 3\n"
    )
    left = from_chipify(write(tmp_path, tests)).left
    for part in (
        "measurement x: colour",
        "measure y",
        "engine vacask",
        "source xschem",
        "no file",
        "no mapping",
    ):
        assert any(part in remark for remark in left), (part, left)


def test_a_datasheet_of_which_nothing_can_be_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="engine vacask"):
        from_chipify(write(tmp_path, "  a: {engine: vacask}\n"))


def test_the_import_ends_with_a_report(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    sheet = write(tmp_path, "  a: {source: netlist, x: {min: 1}}\n  b: {}\n")
    assert simorc(["import", "chipify", str(sheet), "--out", str(tmp_path / "p")]) == 0
    printed = capfd.readouterr().err.splitlines()
    assert printed[0] == "imported: a: 2 cases, 1 measurements, 1 specs"
    assert printed[1].startswith("not imported: testbench b: source xschem")
    assert printed[-1] == f"checked, no problems; next: simorc run a --project {tmp_path / 'p'}"


def test_an_import_that_needs_a_correction_says_which(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    sheet = write(tmp_path, "  a: {source: netlist, x: {min: 1}}\n")
    (tmp_path / "tb" / "a.spice").write_text("* a\nv1 a 0 {{ parameters.w }}\n.include nowhere.inc\n.end\n")
    assert simorc(["import", "chipify", str(sheet), "--out", str(tmp_path / "p")]) == 2
    printed = capfd.readouterr().err
    assert "to correct: " in printed and "parameters.w: not a parameter" in printed
    assert "then: simorc validate" in printed


@pytest.mark.ngspice
@pytest.mark.parametrize(
    ("name", "sheet", "sweep", "good"),
    [("chipify_rc", "rc", "step", 4), ("chipify_amp", "amp", "cs_amp", 18)],
)
def test_the_numbers_and_verdicts_are_those_of_chipify(
    recorded: Callable[[str], Path],
    capfd: pytest.CaptureFixture[str],
    name: str,
    sheet: str,
    sweep: str,
    good: int,
) -> None:
    root = recorded(name)
    project = str(root / "made")
    assert simorc(["import", "chipify", str(root / f"datasheets/{sheet}.yaml"), "--out", project]) == 0
    assert simorc(["run", sweep, "--project", project]) == 3
    capfd.readouterr()
    assert simorc(["results", sweep, "--json", "--project", project]) == 0
    cases, rows = json.loads(capfd.readouterr().out), expected(root)
    assert len(cases) == len(rows)
    for case, row in zip(cases, rows, strict=True):
        for measurement, value in case["measurements"].items():
            assert value == pytest.approx(float(row[measurement]), rel=1e-5), (case["case_id"], measurement)
    assert sum(row["global_pass"] == "True" for row in rows) == good
    assert simorc(["results", sweep, "--project", project]) == 0
    assert f"{len(rows) - good} of {len(rows)} violate a spec" in capfd.readouterr().out
