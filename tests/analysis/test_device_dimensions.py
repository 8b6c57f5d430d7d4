"""Sensitivities to the dimensions of devices, on a transistor whose current is known."""

from __future__ import annotations

from pathlib import Path

import pytest

from simorc.analysis.conditions import Condition
from simorc.analysis.evaluation import Evaluator
from simorc.analysis.parameter_steps import AllowedSteps, dimension_steps
from simorc.analysis.points import Evaluation, Point
from simorc.analysis.sensitivity import sensitivities
from simorc.config.project import Project
from simorc.netlist.random_variables.dimensions import Dimension
from simorc.netlist.random_variables.hoist import hoist

DECK = """two stages
.param wn=4u
.subckt cell d g w=1u l=1u
M1 d g 0 0 n w={w} l={l}
.ends
.subckt stage d g
Xm1 d g cell w='wn*2' l=2u m=3
M2 d g 0 0 n w=10u l={wn/4} off
C1 d 0 1p m=2
R1 d 0 {agauss(1k,1,1)} w=2u
.ends
.model n nmos (level=1 vto=0.5 kp=100u)
Vg g 0 1.5
Vd d 0 2
Xa d g stage
Xb d g stage
.op
.end
"""


def test_each_dimension_of_each_device_of_the_schematic_is_named_once(tmp_path: Path) -> None:
    found = hoist(DECK, tmp_path, whole=True, dimensions=True)
    assert [(each.name, each.written) for each in found.dimensions] == [
        ("xa.xm1.w", "'wn*2'"),
        ("xa.xm1.l", "2u"),
        ("xa.xm1.m", "3"),
        ("xa.m2.w", "10u"),
        ("xa.c1.m", "2"),
        ("xa.r1.w", "2u"),
    ]
    text = found.text({"xa.m2.w": 0.01}, str)
    assert "+ w={((wn*2))*(1+simorc_d1)}" in text and "+ l={wn/4} off" in text
    assert ".param simorc_d4=0.01" in text and ".param simorc_d1=0.0" in text
    assert not hoist(DECK, tmp_path, whole=True).dimensions


def test_a_multiplier_that_is_a_whole_number_is_stepped_by_one() -> None:
    steps = dimension_steps(
        [
            Dimension("d1", "xm1", "m", "3"),
            Dimension("d2", "xm1", "m", "1"),
            Dimension("d3", "xm1", "m", "{mult}"),
            Dimension("d4", "xm1", "w", "10u"),
        ]
    )
    assert [[round(change, 9) for change in step.changes] for step in steps] == [
        [pytest.approx(1 / 3), pytest.approx(-1 / 3)],
        [1.0],
        [0.01, -0.01],
        [0.01, -0.01],
    ]
    assert [step.shown_value for step in steps] == ["3", "1", "{mult}", "10u"]
    assert [step.is_whole for step in steps] == [True, True, False, False]


@pytest.fixture
def transistor(tmp_path: Path) -> Project:
    (tmp_path / "tb").mkdir()
    deck = DECK.replace("R1 d 0 {agauss(1k,1,1)} w=2u\n", "").replace("Xb d g stage\n", "")
    (tmp_path / "tb" / "tb.spice").write_text(deck)
    (tmp_path / "tb" / "config.yaml").write_text(
        'template: tb.spice\nparameters: {temp: 27}\nmeasurements: {id: {expr: "-i(vd)"}}\n'
    )
    (tmp_path / "sim_setup.yaml").write_text("testbenches: {tb: tb}\n")
    return Project.load(tmp_path)


@pytest.mark.ngspice
def test_the_current_follows_the_dimensions_of_each_device(transistor: Project) -> None:
    """In saturation id = kp/2 w/l (vgs - vto)²: xm1 has 3 * 8u/2u = 12 squares, m2 10u/1u = 10."""
    with Evaluator(transistor, jobs=1, dimensions=True) as evaluator:
        dimensions = evaluator.deck_of(Point("tb")).dimensions
        (found,) = sensitivities(
            *(evaluator.run, "tb", {}, [Condition("nominal")], ["id"], AllowedSteps()),
            dimensions=lambda condition: dimensions,
        )
    assert found.nominal == pytest.approx(50e-6 * 22, rel=1e-6)
    share = {each.step.parameter: each.normalised for each in found.effects}
    assert share["xa.xm1.w"] == pytest.approx(12 / 22, rel=1e-4)
    assert share["xa.xm1.m"] == pytest.approx(12 / 22, rel=1e-4)
    assert share["xa.xm1.l"] == pytest.approx(-12 / 22, rel=1e-3)
    assert share["xa.m2.w"] == pytest.approx(10 / 22, rel=1e-4)
    assert share["xa.c1.m"] == pytest.approx(0, abs=1e-6)


def test_a_dimension_at_the_end_of_its_model_is_stepped_to_the_other_side() -> None:
    dimension = Dimension("d1", "xm1", "l", "2u")

    def simulate(points: list[Point], heard: object) -> list[Evaluation]:
        changes = [(point.variables or {}).get("xm1.l", 0.0) for point in points]
        return [
            Evaluation(point, {"id": 1 - change}, "no model bin" if change < 0 else "")
            for point, change in zip(points, changes, strict=True)
        ]

    (found,) = sensitivities(
        *(simulate, "tb", {}, [Condition("nominal")], ["id"], AllowedSteps()),  # type: ignore[arg-type]
        dimensions=lambda condition: [dimension],
    )
    (effect,) = found.effects
    assert effect.step.low is None and effect.normalised == pytest.approx(-1) and not found.gaps
