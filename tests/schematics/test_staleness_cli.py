"""simorc netlist and simorc watch, as a user calls them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from simorc.cli.commands.project.netlist import command
from tests.waiting import PATIENCE, until


def netlist(root: Path, *arguments: str) -> Result:
    return CliRunner().invoke(command, ["--project", str(root), *arguments])


def listed(root: Path, *arguments: str) -> dict[str, str]:
    found = json.loads(netlist(root, "--json", *arguments).stdout)
    return {one["name"]: one["state"] for one in found}


def edit(path: Path) -> None:
    path.write_text(path.read_text() + "T {edited} 0 0 0 0 0.2 0.2 {}\n")


def test_the_sample_project_is_up_to_date(sample_project: Path) -> None:
    result = netlist(sample_project)
    assert result.exit_code == 0
    assert result.stdout.count("up to date") == 4


def test_a_stale_netlist_is_told_with_its_reason(netlisted: Path) -> None:
    edit(netlisted / "schematics/leaf.sch")
    result = netlist(netlisted)
    assert result.exit_code == 1
    assert "schematics/leaf.sch changed" in result.stdout
    assert listed(netlisted) == {"dut": "stale", "leafy": "stale", "other": "up to date"}
    assert listed(netlisted, "other") == {"other": "up to date"}


@pytest.mark.xschem
def test_update_netlists_what_is_not_up_to_date(hierarchy: Path) -> None:
    assert netlist(hierarchy).exit_code == 1
    assert netlist(hierarchy, "--update").exit_code == 0
    before = (hierarchy / "testbenches/other/tb_other.spice.j2").stat().st_mtime_ns
    leaf = hierarchy / "schematics/leaf.sch"
    leaf.write_text(leaf.read_text().replace("10k", "22k"))
    shown = netlist(hierarchy, "--diff", "dut")
    assert "+R1 p m 22k m=1" in shown.stdout
    result = netlist(hierarchy, "--update")
    assert result.exit_code == 0
    assert "dut: netlist regenerated" in result.stderr and "other: netlist regenerated" not in result.stderr
    assert (hierarchy / "testbenches/other/tb_other.spice.j2").stat().st_mtime_ns == before


@pytest.mark.xschem
def test_one_failure_does_not_keep_the_others(hierarchy: Path) -> None:
    other = hierarchy / "testbenches/other/tb_other.sch"
    other.write_text(other.read_text() + "C {nosuch.sym} 0 500 0 0 {name=X9}\n")
    result = netlist(hierarchy, "--update")
    assert result.exit_code == 1
    assert "symbol nosuch.sym of X9 is missing" in result.stderr and "library_paths" in result.stderr
    assert listed(hierarchy) == {"dut": "up to date", "leafy": "up to date", "other": "missing"}


def test_accept_records_an_edit_by_hand(netlisted: Path) -> None:
    top = netlisted / "netlists/top.spice"
    top.write_text(top.read_text() + "C1 p m 1p\n")
    assert listed(netlisted)["dut"] == "stale"
    assert netlist(netlisted, "--accept", "dut").exit_code == 0
    assert listed(netlisted)["dut"] == "up to date"


def test_watch_tells_of_a_save(netlisted: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "simorc", "watch", "--json", "--project", str(netlisted)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    try:
        assert process.stdout is not None
        assert [json.loads(process.stdout.readline())["state"] for _ in range(3)] == ["up to date"] * 3
        edit(netlisted / "schematics/top.sch")
        reported = json.loads(process.stdout.readline())
        assert (reported["name"], reported["state"], reported["changed"]) == (
            "dut",
            "stale",
            ["schematics/top.sch"],
        )
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == 0
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


@pytest.mark.e2e
@pytest.mark.xschem
@pytest.mark.ngspice
def test_saving_the_schematic_reruns_the_sweep(sample_project: Path) -> None:
    config = sample_project / "testbenches/dc/config.yaml"
    config.write_text(config.read_text() + "\non_change: rerun vdda_sweep\n")
    process = subprocess.Popen(
        [sys.executable, "-m", "simorc", "watch", "--json", "--project", str(sample_project)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None and process.stderr is not None
        for _ in range(4):
            process.stdout.readline()
        schematic = sample_project / "schematics/ota_5t.sch"
        schematic.write_text(schematic.read_text().replace("name=M5 w", "name=MTAIL w"))
        assert json.loads(process.stdout.readline())["state"] == "stale"
        assert json.loads(process.stdout.readline())["sweep"] == "vdda_sweep"
        assert json.loads(process.stdout.readline())["state"] == "up to date"
        until(lambda: finished_cases(sample_project) == 13)
        assert "XMTAIL tail ibias" in (sample_project / "netlists/ota_5t.spice").read_text()
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=PATIENCE)


def finished_cases(root: Path) -> int:
    """Completed cases of all runs, as metadata.csv tells."""
    files = list((root / "simulations").glob("vdda_sweep_*/metadata.csv"))
    return sum(file.read_text().count(",completed,") for file in files)
