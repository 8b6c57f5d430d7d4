"""A small CACE project with the numbers that CACE computed for it."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest

from simorc.cli.main import run as simorc

RECORDED = Path(__file__).parent / "recorded" / "cace_rc"


@pytest.mark.ngspice
@pytest.mark.xschem
def test_the_numbers_are_those_of_cace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    root = shutil.copytree(RECORDED, tmp_path / "rc")
    kit = tmp_path / "kit" / "sky130A" / "libs.tech" / "xschem"
    kit.mkdir(parents=True)
    (kit / "xschemrc").write_text("")
    monkeypatch.setenv("PDK_ROOT", str(tmp_path / "kit"))
    monkeypatch.setenv("PDK", "sky130A")
    made = ["--project", str(root / "made")]
    assert simorc(["import", "cace", str(root / "cace/rcdut.yaml"), "--out", made[1]]) == 0
    assert "next: simorc netlist --update" in capfd.readouterr().err
    assert simorc(["netlist", "--update", *made]) == 0
    assert simorc(["run", "divider", *made]) == 3
    capfd.readouterr()
    simorc(["results", "divider", "--json", *made])
    found = {
        (float(case["parameters"]["vin"]), float(case["parameters"]["rload"])): case["measurements"]
        for case in json.loads(capfd.readouterr().out)
    }
    with (root / "expected.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(found) == len(rows)
    for row in rows:
        values = found[float(row["vin"]), float(row["rload"])]
        assert {name: values[name] for name in ("dcv", "f3db")} == pytest.approx(
            {name: float(row[name]) for name in ("dcv", "f3db")}, rel=5e-6
        )
