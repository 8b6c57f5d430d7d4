"""Points of testbenches, simulated and measured."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import anyio
import pytest

from simorc.analysis.evaluation import Evaluator
from simorc.analysis.points import Evaluation, Point
from simorc.errors import RunError, UsageError
from simorc.units import Number
from tests.analysis.projects import CONFIG, divider_project, vout

NOMINAL = Point("tb")


@pytest.mark.ngspice
def test_points_give_the_measurements_of_their_parameters_and_variables(tmp_path: Path) -> None:
    project = divider_project(tmp_path)
    points = [
        NOMINAL,
        replace(NOMINAL, variables={"xa dr": 1.5}),
        replace(NOMINAL, variables={"xl.xb dr": -2.0}),
        Point("tb", {"vdda": Number("3")}, variables={"xa dr": -1.0, "xl.xb dr": 1.0}),
        Point("tb", {"vdda": 2.5}),
        Point("tb", {"corner": "nom"}, corner="nominal"),
    ]
    heard: dict[int, Evaluation] = {}
    with Evaluator(project, jobs=2) as evaluator:
        assert [each.name for each in evaluator.deck_of(NOMINAL).variables] == [
            *("xa dr", "xl.xb dr", "xc dr"),
        ]
        found = evaluator.run(points, heard.__setitem__)
        again = evaluator.run(points[:2])
        simulations = evaluator.simulations
    expected = [vout(), vout(xa=1.5), vout(xb=-2.0), vout(3.0, -1.0, 1.0), vout(2.5), vout()]
    assert [each.value("vout") for each in found] == pytest.approx(expected, abs=1e-9)
    assert [each.point for each in found] == points and not any(each.failure for each in found)
    assert heard == dict(enumerate(found))
    assert [each.value("vout") for each in again] == [each.value("vout") for each in found[:2]]
    assert simulations == len(points) + 2


@pytest.mark.ngspice
def test_points_have_operating_points_where_a_measurement_needs_them(tmp_path: Path) -> None:
    config = CONFIG.replace("measurements:\n", "measurements:\n  ia: op(xa.i)\n")
    project = divider_project(tmp_path, config=config)
    drawn = [0.0, 1.5, -2.0]
    points = [NOMINAL, *(replace(NOMINAL, variables={"xa dr": each}) for each in drawn[1:])]
    with Evaluator(project, jobs=1) as evaluator:
        found = evaluator.run(points)
    assert not any(each.failure for each in found)
    dropped = [2 - (each.value("vout") or 0.0) for each in found]
    expected = [volts / (1e3 * (1 + 0.01 * dr)) for volts, dr in zip(dropped, drawn, strict=True)]
    assert [each.value("ia") for each in found] == pytest.approx(expected, rel=1e-9)


@pytest.mark.ngspice
def test_a_point_that_fails_is_a_failure_and_no_number(tmp_path: Path) -> None:
    project = divider_project(tmp_path)
    (tmp_path / "tb" / "tb.spice.j2").write_text(
        "* a resistor of no value at 3 V\nV1 in 0 {{ parameters.vdda }}\n"
        "R1 in out {1k/({{ parameters.vdda }}-3)}\nR2 out 0 1k\n.op\n"
        "{% if parameters.vdda > 3 %}.include 'nothing.spice'\n{% endif %}.end\n"
    )
    with Evaluator(project, jobs=1) as evaluator:
        good, bad = evaluator.run([NOMINAL, Point("tb", {"vdda": 4}, variables=None)])
    assert good.completed and good.value("vout") is not None
    assert (bad.completed, bad.value("vout"), bad.kind) == (False, None, "missing_file")
    assert "nothing.spice" in bad.failure


@pytest.mark.parametrize(
    ("point", "message"),
    [
        (Point("tbx"), "no testbench 'tbx'"),
        (Point("tb", {"vdaa": 3}), "'vdaa' is no parameter of testbench 'tb'"),
        (replace(NOMINAL, variables={"xz dr": 1.0}), "no random variable 'xz dr'"),
    ],
)
def test_unknown_names_are_errors_before_any_simulation(tmp_path: Path, point: Point, message: str) -> None:
    with Evaluator(divider_project(tmp_path), jobs=1) as evaluator:
        with pytest.raises(UsageError, match=message):
            evaluator.run([NOMINAL, point])
        assert evaluator.simulations == 0


@pytest.mark.ngspice
def test_cancelling_ends_the_simulations(tmp_path: Path) -> None:
    project = divider_project(tmp_path)

    async def cancelled() -> int:
        count = 0
        with anyio.CancelScope() as scope:

            def heard(place: int, evaluation: Evaluation) -> None:
                nonlocal count
                count += 1
                scope.cancel()

            points = [replace(NOMINAL, variables={"xa dr": float(each)}) for each in range(5)]
            await evaluator.evaluate(points, heard)
        assert scope.cancelled_caught
        return count

    with Evaluator(project, jobs=1) as evaluator:
        assert anyio.run(cancelled) == 1
        assert evaluator.run([NOMINAL])[0].value("vout") == pytest.approx(vout())


@pytest.mark.ngspice
def test_results_on_a_refused_session_are_simulated_again(tmp_path: Path) -> None:
    """What a comparison refutes is not returned; results that were returned before are an error."""
    project = divider_project(tmp_path)
    with Evaluator(project, jobs=1) as evaluator:
        reported: list[int] = []

        def heard(place: int, evaluation: Evaluation) -> None:
            reported.append(place)
            if reported == [0]:
                evaluator._distrust([1], "made up")  # the first simulation

        found = evaluator.run([NOMINAL, replace(NOMINAL, variables={"xa dr": 1.0})], heard)
        assert reported == [0, 1, 0] and all(each.completed for each in found)
        evaluator._distrust([2], "made up")
        with pytest.raises(RunError, match="do not count: made up"):
            evaluator.run([NOMINAL])
