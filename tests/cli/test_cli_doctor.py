from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from simorc.cli.doctor import machine as checkup

Simorc = Callable[..., Any]


def test_names_everything_it_looked_at(
    simorc: Simorc, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    findings = json.loads(simorc("doctor", "--json").out)
    names = [finding["name"] for finding in findings]
    assert names == [
        *("python", "ngspice", "xschem", "iverilog", "terminal", "locale"),
        *("cpus", "file system", "disk", "project"),
    ]


def test_without_ngspice_exit_code_5_and_a_remedy(
    simorc: Simorc, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    said = simorc("doctor")
    assert said.code == 5
    assert "apt-get install ngspice" in said.out


@pytest.mark.ngspice
def test_tells_the_version_of_ngspice() -> None:
    finding = checkup.program_finding("ngspice", "ngspice", needed=True)
    assert finding.state == "good"
    assert finding.text[0].isdigit()


def test_a_program_that_lies_about_being_ngspice(tmp_path: Path) -> None:
    fake = tmp_path / "ngspice"
    fake.write_text("#!/bin/sh\necho hello\n")
    fake.chmod(0o755)
    assert checkup.program_finding("ngspice", str(fake), needed=True).state == "bad"


def test_small_and_dumb_terminals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    for columns, state in (("120", "good"), ("60", "note")):
        monkeypatch.setenv("COLUMNS", columns)
        monkeypatch.setenv("LINES", "40")
        assert checkup.terminal_finding(True).state == state
    monkeypatch.setenv("TERM", "dumb")
    assert checkup.terminal_finding(True).state == "bad"
    assert checkup.terminal_finding(False).state == "note"


def test_a_project_over_the_network_is_noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkup, "file_system", lambda place: "nfs4")
    monkeypatch.setattr(checkup, "is_network", lambda place: True)
    finding = checkup.file_system_finding(tmp_path)
    assert finding.state == "note"
    assert "nfs4" in finding.text
