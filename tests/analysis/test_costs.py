"""What analyses cost, before anything is simulated."""

from __future__ import annotations

from pathlib import Path

import pytest

from simorc.analysis.costs import costs_of
from simorc.config.project import Project
from simorc.errors import UsageError
from tests.analysis.projects import CONFIG, divider_project

ANALYSIS = """testbench: tb
corners: {typical: {}, high: {vdda: 2.02}}
worst_case_distance: {at: worst_corner, verify: {samples: 60}}
monte_carlo: {samples: 60, seed: 3}
"""


def _project(root: Path, analysis: str = ANALYSIS, config: str = CONFIG) -> Project:
    divider_project(root, config=config)
    (root / "out.yaml").write_text(analysis)
    setup = root / "sim_setup.yaml"
    setup.write_text(f"{setup.read_text()}analyses: {{out: out.yaml}}\n")
    return Project.load(root)


def test_the_simulations_of_each_analysis_are_counted(tmp_path: Path) -> None:
    """Three variables at two conditions, two limits of one spec; vdda is the parameter that is a number."""
    found = {each.kind: each for each in costs_of(_project(tmp_path), "out")}
    star = 2 * (2 * 3 + 1)
    assert (found["mismatch"].least, found["mismatch"].most) == (star, star)
    assert found["mismatch"].about == "3 random variables at 2 conditions"
    assert (found["wcd"].least, found["wcd"].most) == (star + 2 * (60 + 4), star + 2 * (60 + 12))
    assert found["yield"].least == star + 2 * 60 + 4 * (60 + 4)
    assert found["sensitivity"].least == found["sensitivity"].most == 3 * 2
    assert not any(each.problem for each in found.values())


def test_a_regression_costs_its_samples(tmp_path: Path) -> None:
    project = _project(tmp_path, f"{ANALYSIS}mismatch: {{method: regression}}\n")
    assert next(each for each in costs_of(project, "out") if each.kind == "mismatch").most == 120


def test_what_is_not_possible_says_why(tmp_path: Path) -> None:
    project = _project(tmp_path, config=CONFIG.replace("specs: {vout: {min: 0.97, max: 1.04}}\n", ""))
    found = {each.kind: each for each in costs_of(project, "out")}
    assert "no spec" in found["wcd"].problem and "no spec" in found["mismatch"].problem
    assert not found["sensitivity"].problem
    alone = {each.kind: each for each in costs_of(project, "tb")}
    assert "a testbench alone" in alone["yield"].problem and alone["yield"].remedy
    with pytest.raises(UsageError, match=r"no sweep or testbench 'ou'.*out"):
        costs_of(project, "ou")


def test_a_deck_without_random_variables_says_so(tmp_path: Path) -> None:
    project = _project(tmp_path, "testbench: tb\nparameters: {corner: [nom]}\n")
    found = {each.kind: each for each in costs_of(project, "out")}
    assert all(found[kind].problem or found[kind].most for kind in found)
