"""Data files of code models, looked at before anything is simulated."""

from __future__ import annotations

from pathlib import Path

import pytest

from simorc.config.project import Project
from simorc.errors import ConfigError
from simorc.launch.build import build_run
from simorc.netlist.checks.data_files import data_fault
from simorc.netlist.checks.lint_data_files import lint_data_files

TABLE = "* a table\n3\n2\n0 1 2\n0 1\n# rows\n1 2 3\n2 3 4\n"
CUBE = "2\n2\n2\n0 1\n0 1\n0 1\n1 2\n3 4\n* second\n5 6\n7 8\n"


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("table2d", TABLE),
        ("table2d", TABLE.replace("2 3 4", "2m, 3m, 4m, 5m")),
        ("table2d", TABLE + "9 9 9\n"),
        ("table3d", CUBE),
        ("filesource", "time v\n0 0\n1e-6 1\n1e-6,2\n"),
        ("filesource", "* c\n0 0 1\n1 2 3\n"),
        ("filesource", "0 0 ; start\n+1.5e-6, -2 volts\n"),
    ],
)
def test_files_with_all_data(kind: str, text: str) -> None:
    assert data_fault(kind, "", text) == ""


@pytest.mark.parametrize(
    ("kind", "text", "fault"),
    [
        ("table2d", TABLE.replace("2 3 4\n", ""), "1 of 2 rows missing at the end"),
        ("table2d", TABLE.replace("1 2 3\n", "1 2\n"), "line 7: 2 of 3 numbers"),
        ("table2d", TABLE.replace("0 1 2\n", "0 x 2\n"), "line 4: 'x' is not a number"),
        ("table2d", TABLE.replace("* a table\n3\n", "hello world\n"), "line 1: not a size of the table"),
        ("table2d", "", "the 2 sizes of the table are missing"),
        ("table2d", "3\n2\n", "the values of 2 axes and 2 rows are missing"),
        ("table2d", "3\n2\n0 1 2\n", "the values of 1 axes and 2 rows are missing"),
        ("table3d", CUBE.replace("7 8\n", ""), "1 of 4 rows missing at the end"),
        ("table3d", CUBE.replace("5 6\n7 8\n", ""), "2 of 4 rows missing at the end"),
        ("filesource", "", "no line has a time and a value"),
        ("filesource", "hello world\nthis is rubbish\n", "no line has a time and a value"),
        ("filesource", "0\n1e-6\n", "line 1: a time without a value"),
        ("filesource", "0 0\n1u 1\n", "line 2: '1u' is not a number: write it without a unit"),
        ("filesource", "0 0\n1 2m\n", "line 2: '2m' is not a number: write it without a unit"),
        ("filesource", "0 1 2\n1 2\n", "line 2: a time without its 2 values"),
        ("filesource", "0 0\n3e-6 1\n1e-6 2\n", "line 3: the time 1e-06 is before 3e-06 of the line above"),
    ],
)
def test_files_that_lack_data(kind: str, text: str, fault: str) -> None:
    assert data_fault(kind, "", text) == fault


def test_relative_times_may_go_down() -> None:
    assert data_fault("filesource", "(timerelative = true)", "0 0\n3e-6 1\n1e-6 2\n") == ""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "tb/sub").mkdir(parents=True)
    (tmp_path / "sim_setup.yaml").write_text("testbenches: {tb: tb}\nsweeps: {s: s.yaml}\n")
    (tmp_path / "s.yaml").write_text("testbench: tb\nparameters: {r: [1k]}\n")
    (tmp_path / "tb/config.yaml").write_text("parameters: {r: 1k}\n")
    (tmp_path / "tb/data.txt").write_text("rubbish\n")
    (tmp_path / "tb/tb.spice.j2").write_text(
        "* t\nr1 x 0 {{ parameters.r }}\n.include sub/models.inc\na1 %v([x]) fs\n"
        '.model fs filesource (amploffset=[0]\n+ file="data.txt" amplscale=[1])\n.tran 1u 5u\n.end\n'
    )
    (tmp_path / "tb/sub/models.inc").write_text('* t\n.MODEL tab TABLE2D (order=2 file="table.dat")\n')
    (tmp_path / "tb/sub/table.dat").write_text(TABLE.replace("2 3 4\n", ""))
    return tmp_path


def test_validate_names_model_and_file(root: Path) -> None:
    found = [str(each).replace(f"{root}/", "") for each in lint_data_files(Project.load(root))]
    assert found == [
        "tb/sub/models.inc:2:1: tb/sub/table.dat: 1 of 2 rows missing at the end (data of table2d 'tab')",
        "tb/tb.spice.j2:5:1: tb/data.txt: no line has a time and a value (data of filesource 'fs')",
    ]


def test_a_run_is_refused(root: Path) -> None:
    with pytest.raises(ConfigError, match=r"data\.txt: no line has a time and a value"):
        build_run(Project.load(root), "s")


def test_good_and_missing_files_are_left_to_ngspice(root: Path) -> None:
    (root / "tb/data.txt").write_text("0 0\n1e-6 1\n")
    (root / "tb/sub/table.dat").unlink()
    assert lint_data_files(Project.load(root)) == ()
