"""simorc note and simorc rename."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from simorc.cli import main
from tests.made_runs import MakeRun, make_run

__all__ = ["make_run"]  # a fixture


@pytest.fixture
def project(make_run: MakeRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (tmp_path / "sim_setup.yaml").write_text("dut: {netlist: dut.spice}\n")
    monkeypatch.chdir(tmp_path)
    return make_run([("completed", {"vdd": 1.8}, {"gain": 70.0})]).name


def test_note_and_rename_show_in_status(project: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["note", project]) == 0
    assert "has no note" in capsys.readouterr().err
    assert main.run(["note", project, "the old mirror"]) == 0
    assert main.run(["rename", project, "golden"]) == 0
    capsys.readouterr()
    assert main.run(["status"]) == 0
    table = capsys.readouterr().out
    assert "pvt_golden" in table and "the old mirror" in table and project not in table
    assert main.run(["status", "golden", "--json"]) == 0
    (reported,) = json.loads(capsys.readouterr().out)["runs"]
    assert (reported["run"], reported["label"], reported["note"]) == (project, "golden", "the old mirror")
    assert main.run(["note", "golden", "--remove"]) == 0
    assert main.run(["rename", "golden", "--remove"]) == 0
    capsys.readouterr()
    assert main.run(["status", "--json"]) == 0
    (reported,) = json.loads(capsys.readouterr().out)["runs"]
    assert "label" not in reported and "note" not in reported


def test_contradictory_and_unsafe_requests_end_with_2(project: str) -> None:
    assert main.run(["rename", project, "../elsewhere"]) == 2
    assert main.run(["rename", project]) == 2
    assert main.run(["note", project, "text", "--remove"]) == 2
