"""The rows of the spec sheet: texts, strips and what needs attention first."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from simorc.plots.from_run import bars_of
from simorc.reports.datasheet import datasheet
from simorc.reports.html import page_of
from simorc.reports.spec_sheet import spec_rows, tightest
from simorc.reports.wording import DASH
from simorc.results.open_run import OpenRun
from simorc.rundir.layout import RunLayout
from simorc.sweeps.plan import Plan

MakeRun = Callable[..., RunLayout]


def rows(*gains: float) -> list[Any]:
    return [
        ("completed", {"cl": 1e-12 * n}, {"gain": gain, "loss": 0.1 * n}) for n, gain in enumerate(gains, 1)
    ]


def made(make_run: MakeRun, specs: dict[str, Any], *gains: float, **more: Any) -> OpenRun:
    return OpenRun(make_run(rows(*gains), specs=specs, units={"gain": "dB"}, **more))


def test_a_row_has_limits_values_worst_case_and_count(make_run: MakeRun) -> None:
    run = made(make_run, {"gain": {"min": 46, "max": 60}}, 50, 40, 57)
    (row,) = spec_rows(run)
    assert (row.low, row.high, row.least, row.mean, row.most) == ("46 dB", "60 dB", "40 dB", "49 dB", "57 dB")
    assert (row.passing, row.worst_case, row.worst, row.margin_text) == ("2/3", 2, "40 dB", "-13 %")
    assert row.strip.violated and (row.strip.low, row.strip.most) == (46, 57)
    assert (row.yield_text, row.cpk) == ("", ""), "a grid has neither"


def test_a_negative_scale_turns_limits_and_values(make_run: MakeRun) -> None:
    measurements = {"gain": {"meas": "gain", "unit": "dB", "scale": -1}}
    run = made(make_run, {"gain": {"min": 46}}, 50, 47, measurements=measurements)
    (row,) = spec_rows(run)
    assert (row.low, row.high, row.least, row.most) == ("", "-46 dB", "-50 dB", "-47 dB")
    assert (row.strip.low, row.strip.high, row.strip.violated) == (None, -46, False)


def test_a_spec_without_values_has_an_empty_strip(make_run: MakeRun) -> None:
    (row,) = spec_rows(made(make_run, {"other": {"max": 1}}, 50))
    assert (row.status, row.passing, row.worst_case, row.strip.least) == ("missing", "0/1", None, None)


def test_what_needs_attention_first(make_run: MakeRun) -> None:
    near = {"gain": {"min": 46}, "loss": {"max": 0.201}}
    first = tightest(spec_rows(made(make_run, near, 50, 60)))
    assert first is not None and first.name == "loss"
    specs = {"gain": {"min": 49.9}, "loss": {"max": 0.15}}
    broken = tightest(spec_rows(made(make_run, specs, 50, 60, name="broken_20260101000000")))
    assert broken is not None and broken.name == "loss" and broken.counts.violating == 1
    assert tightest(()) is None


def test_samples_have_yield_and_cpk(make_run: MakeRun) -> None:
    plan = Plan.expand({"monte_carlo": {"samples": 4, "seed": 1}}, defaults={})
    found = [("completed", {"sample": n}, {"gain": 50.0 + n}) for n in range(1, 5)]
    layout = make_run(found, specs={"gain": {"min": 46}}, plan=json.loads(json.dumps(plan.to_json())))
    (row,) = spec_rows(OpenRun(layout))
    assert row.yield_text.startswith("100 % (51")
    assert row.cpk == "1.68"


def test_reports_show_the_strips(make_run: MakeRun) -> None:
    run = made(make_run, {"gain": {"min": 46, "max": 60}}, 50, 40, 57)
    assert "═" in datasheet(run)
    assert "<svg" in page_of(run)["strips"]
    bare = OpenRun(make_run(rows(50), name="bare_20260101000000"))
    assert page_of(bare)["strips"] == ""


@pytest.mark.parametrize(("samples", "population"), [(True, True), (False, False)])
def test_statistics_of_a_population_are_those_of_samples_alone(
    make_run: MakeRun, samples: bool, population: bool
) -> None:
    gains = [50.0 + 0.1 * n * (-1) ** n for n in range(24)]
    sweep = {"monte_carlo": {"samples": 24, "seed": 1}} if samples else {"parameters": {"n": list(range(24))}}
    plan = Plan.expand(sweep, defaults={"n": 0})
    name = "sample" if samples else "n"
    found = [("completed", {name: n + samples}, {"gain": gain}) for n, gain in enumerate(gains)]
    layout = make_run(found, specs={"gain": {"min": 46}}, plan=json.loads(json.dumps(plan.to_json())))
    run = OpenRun(layout)
    (spec,) = run.specs
    assert run.is_one_population("gain") == population
    assert (run.capability(spec)[1] is not None) == population
    (row,) = page_of(run)["statistics"]
    assert (row["numbers"][-2] != DASH, row["numbers"][-1] != DASH) == (population, population)
    assert ("norm" in row["normality"]) == population
    bars = bars_of(run, "gain", run.frame.values("gain"))
    assert bars is not None and (bars.sigma is not None) == population
