"""What simorc reports is what ngspice says when the same decks are run by hand."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from simorc.waveforms.sections import same_data
from tests.e2e.driving import Project, QuickProject, assert_sound, rows
from tests.waiting import PATIENCE

pytestmark = [pytest.mark.ngspice, pytest.mark.e2e]

_PRINTED = re.compile(r"^(\w+)\s+=\s+([-+.\de]+)", re.MULTILINE)


def by_hand(directory: Path) -> dict[str, float]:
    """Run netlist.spice as a user would, beside the case so that its paths hold; its raw goes to hand.raw."""
    text = (directory / "netlist.spice").read_text().replace("write results.raw", "write hand.raw")
    (directory / "hand.spice").write_text(text)
    done = subprocess.run(
        ["ngspice", "-b", "hand.spice"],
        cwd=directory,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=True,
    )
    return {name: float(number) for name, number in _PRINTED.findall(done.stdout)}


def agree(project: Project, measured: list[str]) -> None:
    layout = project.newest
    names = ", ".join(f"m_{name}" for name in measured)
    for case_id, *stored in rows(layout, f"SELECT id, {names} FROM cases ORDER BY id"):
        directory = layout.case_dir(int(str(case_id)))
        printed = by_hand(directory)
        assert same_data(directory / "results.raw", directory / "hand.raw")
        for name, value in zip(measured, stored, strict=True):
            assert float(str(value)) == pytest.approx(printed[name], rel=2e-6), f"case {case_id}: {name}"


def test_rc_values(make_project: Callable[..., Project]) -> None:
    project = make_project(12)
    project.ok("run", "rc")
    agree(project, ["rise"])


def test_sample_project_over_pvt(sample_project: Path) -> None:
    """All 45 cases of pvt_dc, most of them simulated warm."""
    project = QuickProject(sample_project)
    project.ok("run", "pvt_dc")
    assert_sound(project.newest, 45)
    agree(project, ["offset", "idd", "vin_min", "vin_max"])
