"""Saved points of random variables, used as corners of sweeps."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import pytest

from simorc.analysis.corners.choice import sample_of, sample_of_run, sigma_point
from simorc.analysis.corners.saved import save_corner
from simorc.analysis.evaluation import Evaluator
from simorc.analysis.points import Point
from simorc.analysis.subject import subject_of
from simorc.config.models.analysis import Samples
from simorc.config.project import Project
from simorc.errors import ConfigError, NetlistError, UsageError
from simorc.netlist.random_variables.matching import matched
from simorc.netlist.random_variables.variables import RandomVariable
from simorc.results.open_run import OpenRun
from simorc.rundir.layout import RunLayout
from simorc.units import Number
from tests.analysis.projects import divider_project, vout

VARIABLES = {"xa dr": 1.2345678901234567, "xl.xb dr": -2.1}
SWEEP = "corners: {plain: {}, bad: {statistical_corner: worst}}"


def saved_project(root: Path, sweep: str = SWEEP) -> Project:
    divider_project(root, sweep="parameters: {vdda: [2]}")
    save_corner(root, "worst", "tb", {"vdda": Number("2.5")}, VARIABLES, "the worst point of vout > 0.97")
    (root / "s.yaml").write_text(f"testbench: tb\n{sweep}\n")
    return Project.load(root)


@pytest.mark.ngspice
def test_a_corner_reproduces_its_point_to_the_bit(
    tmp_path: Path, run_through: Callable[..., RunLayout]
) -> None:
    project = saved_project(tmp_path)
    frame = OpenRun(run_through(project)).frame
    assert [str(each) for each in frame.status] == ["completed", "completed"]
    with Evaluator(project, jobs=1) as evaluator:
        found = evaluator.run([Point("tb", {"vdda": Number("2.5")}, "bad", VARIABLES)])[0]
    assert frame.values("vout")[1] == found.value("vout")
    assert found.value("vout") == pytest.approx(vout(2.5, *VARIABLES.values()), abs=1e-9)


MONTE_CARLO = "parameters: {vdda: [2, 2.1]}\nmonte_carlo: {samples: 6, seed: 3}"


@pytest.mark.ngspice
def test_the_worst_sample_of_a_run_is_saved_and_reproduces_to_the_bit(
    tmp_path: Path, run_through: Callable[..., RunLayout]
) -> None:
    project = divider_project(tmp_path, sweep=MONTE_CARLO)
    run = OpenRun(run_through(project))
    values = run.frame.values("vout")
    point = sample_of_run(run, "vout", None)
    worst = min(range(12), key=lambda case: min(values[case] - 0.97, 1.04 - values[case]))
    assert (
        point.value == values[worst]
        and point.parameters["vdda"] == run.plan.case(worst + 1).parameters["vdda"]
    )
    save_corner(tmp_path, "worst", "tb", point.parameters, {}, point.description, point.seed)
    other = "corners: {bad: {statistical_corner: worst}, hot: {statistical_corner: worst, vdda: 3}}"
    (tmp_path / "s.yaml").write_text(f"testbench: tb\n{other}\n")
    again = OpenRun(run_through(Project.load(tmp_path))).frame.values("vout")
    assert again[0] == values[worst] and again[1] != again[0]
    assert again[1] / 3 == pytest.approx(again[0] / float(point.parameters["vdda"]), rel=1e-9)


def test_the_sample_of_a_run_is_refused_in_another_testbench(tmp_path: Path) -> None:
    divider_project(tmp_path)
    save_corner(tmp_path, "worst", "other", {}, {}, "sample 3 of a run", 17)
    (tmp_path / "s.yaml").write_text("testbench: tb\ncorners: {bad: {statistical_corner: worst}}\n")
    with pytest.raises(ConfigError) as caught:
        Project.load(tmp_path)
    assert "is a sample of testbench 'other'" in str(caught.value.problems[0])


@pytest.mark.ngspice
def test_samples_and_sigma_points_of_an_analysis_are_chosen(tmp_path: Path) -> None:
    """The divider violates its minimum, 0.97 V, when its lower resistor (2 % of sigma) is small."""
    project = divider_project(tmp_path, sweep="parameters: {vdda: [2]}")
    subject, drawn = subject_of(project, "s"), Samples.model_construct(samples=50, seed=4)
    with Evaluator(project, jobs=1) as evaluator:
        low = sigma_point(subject, evaluator, "vout", 3.0, upper=False)
        worst = sample_of(subject, evaluator, "vout", drawn, None)
        same = sample_of(subject, evaluator, "vout", drawn, int(worst.description.split()[7]))
        alone = evaluator.run([Point("tb", worst.parameters, None, worst.variables)])[0]
    assert math.hypot(*low.variables.values()) == pytest.approx(3.0)
    assert low.value == pytest.approx(vout(2.0, low.variables["xa dr"], low.variables["xl.xb dr"]), abs=1e-6)
    assert low.value == pytest.approx(1 - 3 * math.hypot(0.005, 0.01), abs=1e-3)
    assert same.variables == worst.variables and worst.value == alone.value("vout")
    with pytest.raises(UsageError, match="no sample 51: s draws 50"):
        sample_of(subject, None, "vout", drawn, 51)  # type: ignore[arg-type]


def test_a_corner_brings_its_parameters_where_the_sweep_sets_none(tmp_path: Path) -> None:
    corners = saved_project(tmp_path).sweeps["s"].definition.corners
    assert corners["bad"]["vdda"] == 2.5 and corners["plain"] == {}
    own = "corners: {bad: {statistical_corner: worst, vdda: 3}}"
    assert saved_project(tmp_path / "own", own).sweeps["s"].definition.corners["bad"]["vdda"] == 3


def test_an_unknown_corner_is_an_error_with_its_place(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        saved_project(tmp_path, "corners: {bad: {statistical_corner: wrost}}")
    message = str(caught.value.problems[0])
    assert "s.yaml:2:" in message and "no statistical corner 'wrost' (did you mean 'worst'?)" in message


@pytest.mark.parametrize("name", ["none", "a/b", ""])
def test_names_that_no_corner_can_have_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="cannot be the name of a corner"):
        save_corner(tmp_path, name, "tb", {}, VARIABLES, "")


def test_variables_are_found_in_another_testbench() -> None:
    deck = [
        RandomVariable("p1", "xdut.xm3", "vth", "agauss"),
        RandomVariable("p2", "xdut.xp.xm1", "vth", "agauss"),
        RandomVariable("p3", "", "rsh", "agauss"),
    ]
    values = {"xo.xm3 vth": 1.0, "xdut.xp.xm1 vth": 2.0, "process rsh": 3.0}
    expected = {"xdut.xm3 vth": 1.0, "xdut.xp.xm1 vth": 2.0, "process rsh": 3.0}
    assert matched(values, deck) == expected
    with pytest.raises(NetlistError, match=r"no variable 'xo\.xm9 vth'"):
        matched({"xo.xm9 vth": 1.0}, deck)
    twice = [*deck, RandomVariable("p4", "xother.xm3", "vth", "agauss")]
    with pytest.raises(NetlistError, match=r"several variables 'xo\.xm3 vth'"):
        matched({"xo.xm3 vth": 1.0}, twice)
