from __future__ import annotations

import json
import shutil
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
    session = ["warm"] if shutil.which("ngspice") else []
    assert names == [
        *("python", "ngspice", *session, "xschem", "iverilog", "terminal", "locale"),
        *("cpus", "file system", "disk", "project"),
    ]


def test_without_ngspice_exit_code_5_and_a_remedy(
    simorc: Simorc, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    printed = simorc("doctor")
    assert printed.code == 5
    assert "apt-get install ngspice" in printed.out


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
    monkeypatch.setattr(checkup, "file_system_of", lambda place: "nfs4")
    monkeypatch.setattr(checkup, "is_network", lambda place: True)
    finding = checkup.file_system_finding(tmp_path)
    assert finding.state == "note"
    assert "nfs4" in finding.text


def project_with(directory: Path, simulator: str) -> Path:
    root = directory / "p"
    (root / "tb").mkdir(parents=True)
    (root / "tb" / "tb.spice.j2").write_text("* rc\nv1 in 0 1\nr1 in 0 1k\n.op\n.end\n")
    (root / "tb" / "config.yaml").write_text("template: tb.spice.j2\n")
    (root / "dut.spice").write_text("* none\n")
    (root / "sim_setup.yaml").write_text(
        f"dut: {{netlist: dut.spice}}\ntestbenches: {{tb: tb}}\nsimulator: {{{simulator}}}\n"
    )
    return root


def findings_of(simorc: Simorc, *, code: int) -> dict[str, dict[str, str]]:
    printed = simorc("doctor", "--json")
    assert printed.code == code, printed.err
    return {finding["name"]: finding for finding in json.loads(printed.out)}


@pytest.mark.ngspice
def test_a_session_is_tried_and_its_way_told(
    simorc: Simorc, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project_with(tmp_path, "library: none"))
    if (found := findings_of(simorc, code=0)["warm"])["state"] != "good":
        pytest.skip("this ngspice has no session over a pipe")
    assert found["text"].startswith("by ngspice -p over a pipe")


@pytest.mark.ngspice
def test_no_way_to_warm_sessions_is_told_with_its_remedy(
    simorc: Simorc, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "ngspice"
    program.write_text(
        f'#!/bin/sh\ncase "$*" in *-p*) exit 139;; esac\nexec {shutil.which("ngspice")} "$@"\n'
    )
    program.chmod(0o755)
    named = tmp_path / "libngspice.so"
    named.write_text("no library")
    monkeypatch.chdir(project_with(tmp_path, f"executable: {program}, library: {named}"))
    found = findings_of(simorc, code=0)["warm"]
    assert found["state"] == "note"
    assert f"warm sessions are not available, every case runs cold: {named} cannot be loaded" in found["text"]
    assert f"{program} -p ends at once without a display" in found["text"]
    assert "package libngspice0" in found["remedy"]


@pytest.mark.ngspice
def test_a_simulator_older_than_the_project_wants_is_exit_code_5(
    simorc: Simorc, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project_with(tmp_path, "min_version: 999"))
    found = findings_of(simorc, code=5)["min version"]
    assert found["state"] == "bad"
    assert "older than simulator.min_version 999" in found["text"]
