"""The page of file formats has every key and file that a real run has, and no other."""

from __future__ import annotations

import inspect
import json
import re
import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner
from playing import ROOT

from simorc.cli.main import run
from simorc.cli.main import simorc as program
from simorc.pipeline.rundir.results import result_of
from simorc.results.baseline import write_baseline
from simorc.results.open_run import open_run

PAGE = (ROOT / "docs" / "formats.md").read_text(encoding="utf-8")
ONLY_AT_TIMES = {"reuse"}


def reported(heading: str) -> set[str]:
    """The names in the first column of the table below a heading."""
    text = PAGE.split(f"## {heading}\n")[1].split("\n## ")[0]
    rows = re.findall(r"^\| (`[^|]+) \|", text, re.M)
    return {name for row in rows for name in re.findall(r"`([^`]+)`", row)}


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of a run of the smallest project."""
    project = tmp_path_factory.mktemp("formats") / "project"
    assert CliRunner().invoke(program, ["init", str(project)]).exit_code == 0
    assert run(["--project", str(project), "run", "corners"]) == 0
    return next((project / "simulations").glob("corners_*"))


@pytest.mark.ngspice
def test_the_manifest(finished: Path) -> None:
    assert (
        reported("manifest.json") == set(json.loads((finished / "manifest.json").read_text())) | ONLY_AT_TIMES
    )


@pytest.mark.ngspice
def test_the_trace(finished: Path) -> None:
    lines = [json.loads(line) for line in (finished / "trace.jsonl").read_text().splitlines()]
    assert len(lines) >= 9
    assert all(set(line) == reported("trace.jsonl") for line in lines)
    (example,) = re.findall(r"```json\n(.*?)```", PAGE, re.S)
    assert list(json.loads(example)) == list(lines[0])


@pytest.mark.ngspice
def test_the_metadata(finished: Path) -> None:
    header = (finished / "metadata.csv").read_text().splitlines()[0].split(",")
    fixed = reported("metadata.csv")
    assert fixed <= set(header)
    assert set(header) - fixed == {"temp", "r", "c", "corner"}


@pytest.mark.ngspice
def test_the_state(finished: Path) -> None:
    with sqlite3.connect(f"file:{finished / 'run.sqlite'}?mode=ro", uri=True) as db:
        tables = {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        columns = [name for _, name, *_ in db.execute("PRAGMA table_info(cases)")]
    assert reported("run.sqlite") == {name for name in tables if not name.startswith("sqlite_")}
    row = next(line for line in PAGE.splitlines() if line.startswith("| `cases`"))
    assert [name for name in columns if name[:2] not in ("p_", "m_")] == re.findall(r"`(\w+)`", row)[1:]


def test_the_result_of_a_pipeline() -> None:
    keys = re.findall(r'^        "(\w+)":', inspect.getsource(result_of), re.M)
    assert reported("result.json") - {"passed", "failed", "cancelled"} == set(keys)


@pytest.mark.ngspice
def test_the_files_of_a_run(finished: Path) -> None:
    table = PAGE.split("\n## ")[0]
    for path in finished.iterdir():
        name = path.name.replace("test_corners", "test_<sweep>")
        assert f"`{name}" in table or name.startswith((".warm", "run.sqlite-")), name


@pytest.mark.ngspice
def test_a_baseline(finished: Path, tmp_path: Path) -> None:
    write_baseline(open_run(finished), tmp_path / "b.json")
    row = next(line for line in PAGE.splitlines() if line.startswith("| `baselines/"))
    assert list(json.loads((tmp_path / "b.json").read_text())) == re.findall(r"`(\w+)`", row)
