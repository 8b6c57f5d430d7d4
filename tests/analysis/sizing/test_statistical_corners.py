"""Statistical corners in the corners of a sizing: the yield in the loop."""

from __future__ import annotations

from pathlib import Path

import pytest

from simorc.analysis.evaluation import Evaluator
from simorc.analysis.points import Point
from simorc.analysis.sizing.simulation import task_inputs
from simorc.analysis.sizing.task import task_of
from simorc.config.project import Project
from simorc.config.sizing_files import read_sizing
from simorc.errors import ConfigError, UsageError
from simorc.units import Number
from tests.analysis.projects import divider_project, vout

SAVED = """testbench: tb
parameters: {vdda: 2.02, corner: mm}
variables: {"xa dr": -1, "other.xb dr": 2}
"""
SIZING = """testbenches: [tb]
variables: {{vdda: {{low: 1.9, high: 2.1, start: 2}}}}
corners: {{typical: {{}}, worst: {{statistical_corner: {name}}}}}
budget: {{simulations: 40}}
"""


def _project(root: Path, saved: str = SAVED, name: str = "out_2s") -> Project:
    divider_project(root)
    (root / "corners").mkdir()
    (root / "corners" / "out_2s.yaml").write_text(saved)
    (root / "sizing").mkdir()
    (root / "sizing" / "s.yaml").write_text(SIZING.format(name=name))
    return Project.load(root)


def test_a_corner_has_the_parameters_of_its_point_but_for_what_is_sized(tmp_path: Path) -> None:
    project = _project(tmp_path)
    typical, worst = task_of(project, read_sizing(project, "s")).corners
    assert (typical.label, worst.label) == (
        "corner=mm statistical_corner=none",
        "corner=mm statistical_corner=out_2s",
    )
    assert typical.parameters["statistical_corner"] == "none"
    assert (worst.parameters["statistical_corner"], worst.parameters["corner"]) == ("out_2s", "mm")
    assert "vdda" not in worst.parameters


def test_the_deck_of_the_corner_is_that_of_its_variables(tmp_path: Path) -> None:
    project = _project(tmp_path)
    parameters = {"vdda": Number("2.05"), "statistical_corner": "out_2s"}
    with Evaluator(project, jobs=1) as evaluator:
        bench, directory = evaluator.bench("tb"), tmp_path / "results" / "0"
        directory.mkdir(parents=True)
        saved = bench.deck(Point("tb", parameters, variables=None), directory)
        by_hand = {"xa dr": -1.0, "xl.xb dr": 2.0}
        assert saved == bench.deck(Point("tb", {"vdda": Number("2.05")}, variables=by_hand), directory)
        with pytest.raises(UsageError, match="varies the random variables itself"):
            bench.deck(Point("tb", parameters), directory)
        with pytest.raises(UsageError, match="no statistical corner 'out_3s'"):
            bench.deck(Point("tb", {"statistical_corner": "out_3s"}, variables=None), directory)


def test_the_file_of_the_corner_is_an_input_of_the_sizing(tmp_path: Path) -> None:
    project = _project(tmp_path)
    with Evaluator(project, jobs=1) as evaluator:
        inputs = task_inputs(task_of(project, read_sizing(project, "s")), evaluator)
    assert "corners/out_2s.yaml" in inputs


def test_unusable_corners_are_errors_with_their_place(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"s\.yaml:3:.*no statistical corner 'out_3s'.*out_2s"):
        read_sizing(_project(tmp_path / "a", name="out_3s"), "s")
    seeded = SAVED.replace("testbench: tb", "testbench: other").split("variables")[0] + "seed: 7\n"
    with pytest.raises(ConfigError, match="is a sample of testbench 'other'"):
        read_sizing(_project(tmp_path / "b", seeded), "s")


def test_a_sweep_that_sets_what_is_sized_is_no_source_of_corners(tmp_path: Path) -> None:
    project = _project(tmp_path)
    path = tmp_path / "sizing" / "s.yaml"
    path.write_text(path.read_text().split("corners")[0] + "corners: s\n")
    with pytest.raises(UsageError, match="corners set vdda, which is a variable of the sizing"):
        task_of(project, read_sizing(project, "s"))


@pytest.mark.ngspice
def test_a_point_of_the_corner_is_simulated_at_its_variables(tmp_path: Path) -> None:
    parameters = {"vdda": Number("2.05"), "statistical_corner": "out_2s"}
    with Evaluator(_project(tmp_path), jobs=1) as evaluator:
        worst, typical = evaluator.run(
            [Point("tb", parameters, variables=None), Point("tb", {"vdda": Number("2.05")})]
        )
    assert worst.value("vout") == pytest.approx(vout(2.05, -1, 2), abs=1e-6)
    assert typical.value("vout") == pytest.approx(vout(2.05, 0, 0), abs=1e-6)
