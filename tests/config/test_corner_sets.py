"""Corner sets: corners that sweeps and analyses of a project share."""

from __future__ import annotations

from pathlib import Path

import pytest

from simorc.analysis.corners.saved import save_corner_set
from simorc.config.project import Project
from simorc.errors import ConfigError, UsageError
from simorc.launch.case_plan import plan_of
from simorc.units import Number
from tests.analysis.projects import divider_project

CORNERS = {
    "low": {"vdda": Number("1.80"), "load": Number("1p")},
    "low_2p": {"vdda": Number("1.80"), "load": Number("2p")},
    "high": {"vdda": Number("2.2"), "corner": "nom"},
}


def project_with(root: Path, sweep: str) -> Project:
    divider_project(root)
    save_corner_set(root, "worst", CORNERS, "decide every limit")
    (root / "s.yaml").write_text(f"testbench: tb\n{sweep}\n")
    return Project.load(root)


def test_a_sweep_has_the_corners_of_its_set_as_far_as_its_testbench_knows_them(tmp_path: Path) -> None:
    project = project_with(tmp_path, "corner_set: worst\ncorners: {own: {vdda: 3}}")
    definition = project.sweeps["s"].definition
    assert definition.corners == {
        "low": {"vdda": 1.8},
        "high": {"vdda": 2.2, "corner": "nom"},
        "own": {"vdda": 3},
    }
    assert str(definition.corners["low"]["vdda"]) == "1.80"
    assert [case.corner for case in plan_of(project, definition)] == ["low", "high", "own"]


def test_an_analysis_has_them_too(tmp_path: Path) -> None:
    project_with(tmp_path, "parameters: {vdda: [2]}")
    (tmp_path / "a.yaml").write_text("testbench: tb\ncorner_set: worst\n")
    with (tmp_path / "sim_setup.yaml").open("a") as setup:
        setup.write("analyses: {a: a.yaml}\n")
    definition = Project.load(tmp_path).analyses["a"].definition
    assert [*definition.as_sweep().corners] == ["low", "high"]


@pytest.mark.parametrize(
    ("sweep", "message"),
    [
        ("corner_set: wrost", "s.yaml:2:13: corner_set: no corner set 'wrost' (did you mean 'worst'?)"),
        ("corner_set: worst\ncorners: {low: {vdda: 3}}", "corner set 'worst' has a corner of this name"),
        (
            "corner_set: worst\nparameters: {vdda: [2]}",
            "s.yaml:2:13: corner_set: also varied under parameters",
        ),
    ],
)
def test_a_set_that_cannot_be_used_is_an_error_with_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sweep: str, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError) as caught:
        project_with(tmp_path, sweep)
    assert any(message in str(problem) for problem in caught.value.problems)


def test_a_set_needs_a_name_and_corners(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be the name of a corner set"):
        save_corner_set(tmp_path, "a/b", CORNERS, "")
    with pytest.raises(UsageError, match="would have no corners"):
        save_corner_set(tmp_path, "none_left", {}, "")
