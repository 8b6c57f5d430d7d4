"""Yields count samples, spreads need two values, and every view counts the same cases."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

from simorc.cli.output.across_table import verdict_lines
from simorc.cli.output.spec_table import spec_table
from simorc.config.definitions import AcrossDefinition
from simorc.reports.datasheet import datasheet
from simorc.reports.html import page_of
from simorc.reports.junit import junit
from simorc.results.aggregates import REDUCTIONS, across_frame
from simorc.results.case_counts import CaseCounts
from simorc.results.frame import Frame, column_of, texts_of
from simorc.results.open_run import OpenRun
from simorc.results.sample_yields import count_yields
from simorc.results.specs import Spec
from simorc.results.statistics import capability, summarise_values
from simorc.rundir.layout import RunLayout
from simorc.sweeps.plan import Plan
from simorc_tui.data.run_results import read_results
from simorc_tui.data.spec_violations import read_violations

MakeRun = Callable[..., RunLayout]


def monte_carlo(values: Sequence[float], status: Sequence[str] = (), **grid: Any) -> tuple[Frame, Plan]:
    """Cases of a grid by samples by seed alone, and their plan."""
    count = len(values)
    combinations = int(np.prod([len(each) for each in grid.values()]))
    plan = Plan.expand(
        {"parameters": grid, "monte_carlo": {"samples": count // combinations, "seed": 1}},
        defaults=dict.fromkeys(grid, 0.0),
    )
    cases = list(plan.cases())
    frame = Frame(
        np.arange(1, count + 1),
        texts_of(list(status) or ["completed"] * count),
        {name: column_of([float(case.parameters[name]) for case in cases]) for name in grid},
        {"y": np.array(values, dtype=float)},
        samples=plan.sample_numbers(),
    )
    return frame, plan


def test_a_sample_is_good_if_it_is_good_in_all_its_cases() -> None:
    # Three samples at two temperatures: the second fails in the cold, the third in the heat.
    frame, plan = monte_carlo([1, 0, 1, 1, 1, 0], temp=[-40, 125])
    found = count_yields(frame, [Spec("y", min=0.5)], {}, plan.sample_numbers())
    assert (found.total.passed, found.total.total) == (1, 3)
    assert (found.by_spec["y"].passed, found.by_spec["y"].total) == (1, 3)
    assert [(name, each.passed, each.total) for name, each in found.by_combination.items()] == [
        ("temp=-40", 2, 3),
        ("temp=125", 2, 3),
    ]
    assert found.total.low == pytest.approx(0.0615, abs=1e-4), "Wilson over three samples"


def test_each_spec_has_its_own_yield_over_samples() -> None:
    frame, plan = monte_carlo([1, 0, 2, 1, 1, 2], temp=[-40, 125])
    specs = [Spec("y", min=0.5), Spec("z", max=5)]
    frame = Frame(
        frame.ids, frame.status, frame.parameters, {**frame.measurements, "z": np.arange(6.0)},
        samples=frame.samples,
    )  # fmt: skip
    found = count_yields(frame, specs, {}, plan.sample_numbers())
    assert (found.by_spec["y"].passed, found.by_spec["z"].passed, found.total.passed) == (2, 3, 2)


def test_failed_and_missing_count_against_a_sample_and_incomplete_ones_not_at_all() -> None:
    status = ["completed", "failed", "completed", "completed"] * 2
    frame, plan = monte_carlo([1, 1, np.nan, 1, 1, 1, 1, 1], status, temp=[-40, 125])
    found = count_yields(frame, [Spec("y", min=0.5)], {}, plan.sample_numbers())
    assert (found.total.passed, found.total.total, found.incomplete) == (2, 4, 0)
    frame, plan = monte_carlo([1, 1, 1, 1, 1, 1], [*["completed"] * 4, "pending", "in_progress"], t=[1, 2])
    found = count_yields(frame, [Spec("y", min=0.5)], {}, plan.sample_numbers())
    assert (found.total.passed, found.total.total, found.incomplete) == (1, 1, 2)
    part = frame.select(frame.ids <= 3)
    none = count_yields(part, [Spec("y", min=0.5)], {}, plan.sample_numbers())
    assert (none.total.total, none.text) == (0, "no sample is complete"), (
        "rows of the second half are not there"
    )


def test_filtered_plans_know_the_sample_of_every_case() -> None:
    definition = {
        "parameters": {"temp": [-40, 27, 125]},
        "monte_carlo": {"samples": 4, "seed": 1},
        "exclude": ["temp == 27 and sample > 2"],
    }
    plan = Plan.expand(definition, defaults={"temp": 27.0})
    assert plan.sample_numbers().tolist() == [case.sample for case in plan.cases()]


def test_a_measurement_across_cases_holds_samples_that_differ_by_seed_alone() -> None:
    frame, plan = monte_carlo([1, 5, 9, 2, 5, 6], temp=[-40, 125])
    spread = across_frame(
        frame, "drift", AcrossDefinition.of_json({"reduce": "spread", "over": "temp", "of": "y"})
    )
    assert spread.measurements["drift"].tolist() == [1, 0, 3]
    found = count_yields(frame, [Spec("drift", max=2)], {"drift": spread}, plan.sample_numbers())
    assert (found.total.passed, found.total.total) == (2, 3)
    over_samples = across_frame(
        frame, "width", AcrossDefinition.of_json({"reduce": "spread", "over": "sample", "of": "y"})
    )
    assert over_samples.measurements["width"].tolist() == [8, 4]


@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_what_needs_two_values_is_missing_for_one(reduction: str) -> None:
    one = reduction in ("max", "min", "mean", "median")
    value, over = np.array([3.0]), np.array([27.0])
    assert np.isfinite(REDUCTIONS[reduction](value, over)) == one
    two = REDUCTIONS[reduction](np.array([3.0, 3.0]), np.array([27.0, 127.0]))
    assert two == (0 if reduction in ("spread", "sigma", "tempco") else 3), "equal values are fine"


def made_run(make_run: MakeRun) -> RunLayout:
    """60 cases: 8 violate, 3 have no value, 40 failed, 9 meet the spec."""
    rows: list[tuple[str, dict[str, Any], dict[str, float]]] = []
    for number in range(60):
        status = "failed" if number >= 20 else "completed"
        measured = {} if 17 <= number < 20 else {"gain": 30.0 if number < 8 else 50.0}
        rows.append((status, {"r": float(number)}, measured))
    values = [str(number) for number in range(60)]
    plan = Plan.expand({"parameters": {"r": values}}, defaults={"r": 0.0}).to_json()
    specs, measurements = {"gain": {"min": 40}}, {"gain": {"meas": "gain"}}
    return make_run(rows, specs=specs, measurements=measurements, plan=plan)


def test_every_view_counts_the_same_cases(make_run: MakeRun) -> None:
    layout = made_run(make_run)
    run = OpenRun(layout)
    assert run.case_counts == CaseCounts(meeting=9, violating=8, missing=3, failed=40)
    of_spec = "8 of 60 violate, 3 without a value, 40 failed"
    of_run = "8 of 60 violate a spec, 3 without a value, 40 failed"
    assert f"cases: {of_run}" in list(verdict_lines(run))
    assert "fail (8 of 60, 3 without a value, 40 failed)" in "\n".join(spec_table(run))
    in_report = "40 simulations failed; 8 of 60 cases violate a spec; 3 have no value"
    why = "of 60 cases: 8 outside the limits, 3 without a value, 40 failed in simulation"
    assert in_report in datasheet(run) and why in datasheet(run)
    page = page_of(run)
    assert in_report in page["verdict"]
    assert page["specs"][0]["why"] == why
    (failure,) = ElementTree.fromstring(junit(run)).iter("failure")
    assert failure.get("message") == why
    assert read_violations(layout).text == of_run
    results = read_results(layout)
    assert (results.summary, results.specs[0].counts.against) == (
        f"9 of 60 cases meet every spec: {of_run}",
        of_spec,
    )


def test_a_grid_has_a_pass_count_and_no_yield(make_run: MakeRun) -> None:
    rows = [("completed", {"r": float(n)}, {"gain": 50.0}) for n in range(5)]
    plan = Plan.expand({"parameters": {"r": [0, 1, 2, 3, 4]}}, defaults={"r": 0.0})
    layout = make_run(rows, specs={"gain": {"min": 40}}, plan=json.loads(json.dumps(plan.to_json())))
    run = OpenRun(layout)
    assert run.yields is None
    assert "5 of 5 meet" in datasheet(run)
    assert "Yield" not in datasheet(run)
    assert page_of(run)["yield_text"] == ""
    assert list(verdict_lines(run)) == []


def test_equal_values_have_no_spread_and_no_capability() -> None:
    summary = summarise_values(np.full(7, 0.1))
    assert summary is not None
    assert summary.sigma == 0
    assert capability(summary, Spec("y", min=0, max=1)) == (None, None)
    almost = summarise_values(np.array([0.1, np.nextafter(0.1, 1), np.nan, np.inf, 0.1]))
    assert almost is not None
    assert almost.n == 3
    assert capability(almost, Spec("y", min=0)) == (None, None)
