"""Sizing an amplifier of formulas: every result is verified at every corner, and repeats."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from simorc.analysis.sizing.linear_search import Step
from simorc.analysis.sizing.problem import Corner, Problem, Readings, Wish
from simorc.analysis.sizing.run import Found, SizingRun
from simorc.analysis.sizing.space import Space, Variable
from simorc.analysis.sizing.trials import BudgetSpent, Trials
from simorc.config.definitions import Spec
from tests.analysis.sizing.analytic import CORNERS, IDD, SPACE, SPEED, Formulas, amplifier, problem


def size(
    *wishes: Wish,
    method: str = "linear",
    budget: int = 500,
    space: Space = SPACE,
    steps: list[Step] | None = None,
) -> tuple[Found, Formulas]:
    formulas = Formulas()
    heard = (lambda step: None) if steps is None else steps.append
    trials = Trials(formulas, budget=budget)
    return SizingRun(space, problem, wishes, trials, heard=heard, method=method).run(), formulas


def met_everywhere(found: Found) -> bool:
    values = [amplifier(**SPACE.values(found.place), speed=speed) for speed in SPEED]
    return all(
        each["gbw"] >= 15e6 and each.get("pm", 0) >= 60 and each["area"] <= 60 and each["slew"] >= 5e6
        for each in values
    )


def test_a_sized_circuit_meets_every_spec_at_every_corner() -> None:
    found, formulas = size(IDD)
    assert found.met and met_everywhere(found)
    assert not met_everywhere(replace(found, place=SPACE.start))
    assert found.simulations == len(formulas.trials) == len(set(formulas.trials)) < 150
    assert found.met_after is not None and found.met_after < 60
    assert "slow" in found.active and "fast" not in found.active


def test_the_goal_is_as_small_as_a_search_of_the_whole_space_finds() -> None:
    found, _ = size(IDD)
    grid = np.geomspace(1, 100, 80)
    w, ib, cc = np.meshgrid(grid, grid, 0.1 * grid)
    good = (w + 5 * cc <= 60) & (1e6 * ib / cc >= 5e6)
    for speed in SPEED:
        gbw = 1e-5 * speed * np.sqrt(w * ib) / (6.3e-12 * cc)
        good &= (gbw >= 15e6) & (90 - 6e-7 * gbw * w**0.3 >= 60)
    assert found.goal is not None
    assert found.goal < 1.03 * float((3e-6 * ib[good]).min())


def test_without_a_wish_the_first_place_that_meets_all_is_the_result() -> None:
    found, _ = size()
    assert found.met and met_everywhere(found) and found.goal is None
    assert found.simulations == found.met_after


def test_a_start_that_meets_all_specs_is_kept_without_a_wish() -> None:
    good, _ = size()
    values = SPACE.values(good.place)
    space = Space([replace(each, start=values[each.name]) for each in SPACE.variables])
    found, _ = size(space=space)
    assert found.place == good.place and found.simulations == len(CORNERS)


def test_later_wishes_do_not_spoil_earlier_ones() -> None:
    fast = Wish(("ac", "gbw"), maximize=True, until=20e6, log=True)
    found, _ = size(fast, IDD)
    worst = min(amplifier(**SPACE.values(found.place), speed=speed)["gbw"] for speed in SPEED)
    assert found.met and met_everywhere(found) and worst >= 20e6
    alone, _ = size(fast)
    assert alone.goal is not None and alone.goal >= 20e6
    assert found.wish == IDD and found.goal is not None
    assert found.goal < amplifier(**SPACE.values(alone.place))["idd"]


def test_what_cannot_be_met_is_said_with_the_closest_place() -> None:
    formulas = Formulas()
    specs = {"ac": [Spec("gbw", min=1e12, unit="Hz"), Spec("area", max=60)]}
    trials = Trials(formulas, budget=120)
    found = SizingRun(
        SPACE, lambda wish: Problem(specs, CORNERS, {}, wish), [], trials, heard=lambda step: None
    ).run()
    assert not found.met and found.budget_spent and found.simulations <= 120
    gbw = next(each for each in found.reached if each.key == ("ac", "gbw"))
    assert not gbw.met and gbw.margin < 0
    assert found.met_after is None and found.goal is None


def test_the_same_task_has_the_same_trajectory() -> None:
    first: list[Step] = []
    second: list[Step] = []
    size(IDD, steps=first)
    size(IDD, steps=second)
    assert [(step.what, step.place, step.simulations) for step in first] == [
        (step.what, step.place, step.simulations) for step in second
    ]
    assert "all corners met" in [step.what for step in first]


def test_cures_say_what_a_change_of_a_tenth_does() -> None:
    found, _ = size(IDD)
    cures = next(each for each in found.cures if each.key == ("ac", "gbw"))
    speed = SPEED[[corner.label for corner in CORNERS].index(cures.corner)]
    assert cures.value < cures.limit
    by_name = {each.variable: each for each in cures.cures}
    # gbw is proportional to the root of ib, and to 1/cc.
    assert by_name["ib"].gain == pytest.approx(0.05 * cures.value, rel=0.1)
    assert by_name["cc"].change == -0.1 and by_name["cc"].gain > 0
    assert by_name["ib"].cost > 0 and by_name["cc"].cost == 0
    assert speed > 0


def test_failed_simulations_are_avoided_and_never_a_result() -> None:
    class Failing(Formulas):
        def _read(self, trial: tuple[tuple[float, ...], int]) -> Readings:
            if SPACE.values(trial[0])["cc"] < 0.3:
                return Readings({}, {"ac": "timestep too small"})
            return super()._read(trial)

    found = SizingRun(SPACE, problem, [IDD], Trials(Failing(), budget=400), heard=lambda step: None).run()
    assert found.met and met_everywhere(found)
    assert SPACE.values(found.place)["cc"] >= 0.3


def test_the_budget_is_never_exceeded() -> None:
    for budget in range(1, 80, 7):
        found, formulas = size(IDD, budget=budget)
        assert len(formulas.trials) <= budget
        assert found.met_after is None or found.met_after <= budget
    trials = Trials(Formulas(), budget=5, cost=3)
    trials.at([(SPACE.start, 0)])
    with pytest.raises(BudgetSpent):
        trials.at([(SPACE.start, 0), (SPACE.start, 1)])
    assert trials.simulations == 3


def test_a_spec_of_one_corner_counts_there_alone() -> None:
    spec = Spec("x", min=1.0, corners={"slow": (2.0, None)})
    corners = [Corner("a", {"corner": "tt"}), Corner("b", {"corner": "slow"}), Corner("c", {}, "slow")]
    judge = Problem({"tb": [spec]}, corners, {})
    readings = Readings({("tb", "x"): 1.5})
    assert [judge.judged(readings, at).met for at in range(3)] == [True, False, False]
    assert [judge.limit(0, at) for at in range(3)] == [1.0, 2.0, 2.0]
    assert not judge.judged(Readings({("tb", "x"): math.nan}), 0).met
    assert not judge.judged(Readings({}), 0).met
    assert not judge.judged(Readings({("tb", "x"): 3.0}, {"other": "failed"}), 0).met


def test_margins_grow_with_the_value_however_far_it_is() -> None:
    judge = Problem({"tb": [Spec("x", min=1e-3), Spec("y", max=0.0)]}, [Corner("a")], {})

    def margins(value: float) -> list[float]:
        judged = judge.judged(Readings({("tb", "x"): value, ("tb", "y"): -value}), 0)
        return [float(each) for each in judged.margins]

    points = [margins(value) for value in (-100.0, -1.0, -1e-3, 0.0, 5e-4, 1e-3, 1.0)]
    assert points == sorted(points)
    assert points[5][0] == 0


def test_cma_finds_the_same_kind_of_result() -> None:
    pytest.importorskip("cmaes")
    found, _ = size(IDD, method="cma", budget=3000)
    assert found.met and met_everywhere(found)
    linear, _ = size(IDD)
    assert found.goal is not None and linear.goal is not None
    assert found.goal < 1.1 * linear.goal


def test_a_variable_of_whole_numbers_is_sized() -> None:
    whole = Variable("ib", 1.0, 100.0, 5.0, log=True, grid=1.0)
    space = Space([SPACE.variables[0], whole, SPACE.variables[2]])
    formulas = Formulas()
    found = SizingRun(space, problem, [IDD], Trials(formulas, budget=500), heard=lambda step: None).run()
    assert found.met and space.values(found.place)["ib"].is_integer()
