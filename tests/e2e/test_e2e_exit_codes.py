"""The exit codes scripts rely on: 0 good, 1 failed cases, 2 configuration, 3 spec violated, 5 tool missing.

4, cancelled, is what `test_e2e_terminal` sees after Ctrl-C. The first and last test start the real program.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.driving import RC_TEMPLATE, Project, assert_sound, counts

pytestmark = [pytest.mark.ngspice, pytest.mark.e2e]

MISSING_MODEL = "{% if parameters.r == 1020 %}d1 out 0 nosuchmodel\n{% endif %}.end\n"


def test_all_good_is_0(make_project: Callable[..., Project]) -> None:
    project = make_project(5)
    assert project.process("run", "rc").returncode == 0
    assert_sound(project.newest, 5)


def test_a_failed_case_is_1_and_stops_no_other(make_project: Callable[..., Project]) -> None:
    project = make_project(5, template=RC_TEMPLATE.replace(".end\n", MISSING_MODEL))
    done = project.simorc("run", "rc")
    assert done.returncode == 1, done.stderr
    assert counts(project.newest) == {"completed": 4, "failed": 1}
    assert json.loads(project.ok("results", "last", "--format", "json"))[2]["kind"] == "missing_model"


def test_wrong_configuration_is_2_with_its_place(make_project: Callable[..., Project]) -> None:
    project = make_project(5, sweep="parameters:\n  rr: [1k, 2k]\n")
    done = project.simorc("run", "rc")
    assert done.returncode == 2
    assert "sweeps/rc.yaml:3:" in done.stderr
    assert not (project.root / "simulations").exists()


def test_an_unknown_sweep_is_2(make_project: Callable[..., Project]) -> None:
    assert make_project(5).simorc("run", "nosuch").returncode == 2


def test_a_violated_spec_is_3(make_project: Callable[..., Project]) -> None:
    project = make_project(5, config="specs: {rise: {max: 1p}}\n")
    done = project.simorc("run", "rc")
    assert done.returncode == 3, done.stderr
    assert counts(project.newest) == {"completed": 5}


def test_a_missing_simulator_is_5(make_project: Callable[..., Project], tmp_path: Path) -> None:
    project = make_project(3, settings=f"simulator: {{executable: {tmp_path / 'no' / 'ngspice'}}}\n")
    done = project.process("run", "rc")
    assert done.returncode == 5, done.stderr
