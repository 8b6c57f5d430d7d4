"""simorc corners, on a divider whose output is known."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from simorc.config.project import Project
from simorc.rundir.layout import RunLayout
from tests.analysis.projects import divider_project
from tests.cli.conftest import Said


@pytest.mark.ngspice
def test_the_corners_that_decide_a_run_are_simulated_again_and_saved(
    simorc: Callable[..., Said], tmp_path: Path, run_through: Callable[..., RunLayout]
) -> None:
    """vout is half of vdda, between 0.97 and 1.04: 1.9 violates the minimum, 2.2 the maximum."""
    project = divider_project(tmp_path, sweep="parameters: {vdda: [2, 1.9, 1.92, 2.2], corner: [nom]}")
    run = run_through(project)
    words = ("corners", "worst", "--project", tmp_path, "--jobs", "1")
    result = simorc(*words, "--json", "--simulate", "--save", "ends")
    assert result.code == 0, result.err
    body = json.loads(result.out)
    assert [each["name"] for each in body["corners"]] == ["vdda1p9_nom", "vdda2p2_nom"]
    assert body["verified"] and body["fewest"] and body["corners_in_all"] == 4
    assert body["simulated"] == [{"run": run.name, "measurement": "vout", "met": False, "was": False}]
    assert body["limits"][0]["margins"]["vdda1p9_nom"] == pytest.approx(-0.02)
    (tmp_path / "s.yaml").write_text("testbench: tb\ncorner_set: ends\n")
    assert [*Project.load(tmp_path).sweeps["s"].definition.corners] == ["vdda1p9_nom", "vdda2p2_nom"]
    template = tmp_path / "tb" / "tb.spice.j2"
    template.write_text(template.read_text() + "* changed\n")
    text = simorc(*words)
    assert "2 of 4 corners, the fewest that decide every limit:" in text.out
    assert f"{run.name}: every verdict is that of all corners" in text.out
    assert "the project has changed since: tb/tb.spice.j2" in text.err


def test_a_project_without_runs_has_no_worst_corners(simorc: Callable[..., Said], tmp_path: Path) -> None:
    divider_project(tmp_path)
    result = simorc("corners", "worst", "--project", tmp_path)
    assert result.code == 2 and "no run with specs" in result.err
