"""Specs, statistics and measurements across cases, on runs made by hand."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simorc.config.definitions import AcrossDefinition
from simorc.errors import UsageError
from simorc.results.aggregates import across_frame
from simorc.results.case_counts import CaseCounts, counts_of
from simorc.results.case_verdicts import count_cases
from simorc.results.frame import Frame, column_of, load_frame, texts_of
from simorc.results.open_run import OpenRun
from simorc.results.specs import Spec, evaluate_spec, judge_cases
from simorc.results.statistics import (
    capability,
    sensitivities,
    summarise_values,
    yield_of,
)
from simorc.rundir.layout import RunLayout
from tests.counted_work import lines_run

MakeRun = Callable[..., RunLayout]


def frame_of(values: list[float], status: list[str] | None = None, **parameters: list[Any]) -> Frame:
    return Frame(
        ids=np.arange(1, len(values) + 1),
        status=texts_of(status or ["completed"] * len(values)),
        parameters={name: column_of(column) for name, column in parameters.items()},
        measurements={"gain": np.array(values, dtype=float)},
    )


def test_a_run_loads_as_columns(make_run: MakeRun) -> None:
    rows = [
        ("completed", {"vdda": 3.0, "corner": "ss"}, {"gain": 40.0}),
        ("failed", {"vdda": 3.3, "corner": "tt"}, {"gain": 41.0}),
        ("completed", {"vdda": 3.6, "corner": "ff"}, {}),
    ]
    frame = load_frame(make_run(rows, units={"gain": "dB"}))
    assert frame.ids.tolist() == [1, 2, 3]
    assert frame.parameters["vdda"].dtype == np.float64
    assert frame.parameters["corner"].tolist() == ["ss", "tt", "ff"]
    np.testing.assert_equal(frame.values("gain"), [40.0, np.nan, np.nan])
    np.testing.assert_equal(frame.values_if_measured("nothing"), [np.nan] * 3)
    with pytest.raises(
        UsageError, match=r"no measurement 'gian' \(did you mean 'gain'\?\); the run has gain"
    ):
        frame.values("gian")
    assert frame.units["gain"] == "dB"
    assert frame.select(frame.failed).messages == ["no_convergence"]


@pytest.mark.parametrize(
    ("written", "value", "status"),
    [
        ({"min": 40}, 40, "pass"),
        ({"min": 40}, 39.999, "fail"),
        ({"min": 40}, 1e9, "pass"),
        ({"max": 0}, 0, "pass"),
        ({"max": 0}, 1e-15, "fail"),
        ({"max": "1m"}, 0.0010000000000000002, "pass"),
        ({"min": 0, "max": 10, "near": "5%"}, 0.4, "near"),
        ({"min": 0, "max": 10, "near": "5%"}, 0.6, "pass"),
        ({"min": 40, "near": 1}, 40.5, "near"),
        ({"min": 40, "near": 1}, 41.5, "pass"),
        ({"max": 100, "near": "5%"}, 96, "near"),
        ({"typ": "10u", "tolerance": "10%"}, 10.9e-6, "pass"),
        ({"typ": "10u", "tolerance": "10%"}, 11.1e-6, "fail"),
        ({"typ": -10, "tolerance": "10%"}, -11.1, "fail"),
        ({"typ": -10, "tolerance": 2}, -11.1, "pass"),
        ({"typ": 5}, 123, "pass"),
        ({"min": 1}, math.nan, "missing"),
        ({"min": 1}, math.inf, "missing"),
        ({"min": 0}, 0.0, "pass"),
    ],
)
def test_one_value_against_limits(written: dict[str, Any], value: float, status: str) -> None:
    result = evaluate_spec(frame_of([value]), Spec.of_json("gain", written))
    assert result.status == status
    assert result.passed == (status in ("pass", "near"))


def test_corners_have_their_own_limits() -> None:
    spec = Spec.of_json("gain", {"min": 40, "corners": {"ss": {"min": 35}, "ff": {"max": 50}}})
    frame = frame_of([36, 36, 60], corner=["ss", "tt", "ff"])
    assert judge_cases(frame, spec).status.tolist() == ["pass", "fail", "fail"]


def test_the_worst_case_is_named_with_its_margin() -> None:
    frame = frame_of([42, 38, 55], temp=[-40, 27, 125])
    worst = evaluate_spec(frame, Spec("gain", min=40, max=60)).worst
    assert worst is not None
    assert (worst.case_id, worst.value, worst.parameters, worst.limit) == (2, 38, {"temp": 27}, 40)
    assert worst.margin == -2
    assert worst.percent == pytest.approx(-5)


def test_failed_simulations_count_against_a_spec() -> None:
    result = evaluate_spec(frame_of([50, 50, 50], ["completed", "failed", "pending"]), Spec("gain", min=40))
    assert result.status == "missing"
    assert not result.passed
    assert result.counts == {"pass": 1, "near": 0, "fail": 0, "missing": 0, "error": 1, "pending": 1}
    assert counts_of(result.counts) == CaseCounts(meeting=1, failed=1, pending=1)
    assert counts_of(result.counts).against == "1 of 2 failed"


def test_all_failed_and_empty_runs_pass_nothing() -> None:
    failed = evaluate_spec(frame_of([1, 2], ["failed", "failed"]), Spec("gain", min=0))
    assert (failed.status, failed.worst, failed.passed) == ("missing", None, False)
    empty = evaluate_spec(frame_of([]), Spec("gain", min=0))
    assert (empty.status, empty.passed) == ("empty", False)
    assert summarise_values(frame_of([]).values("gain")) is None
    assert sensitivities(frame_of([]), "gain") == []


def test_one_sample_has_no_spread() -> None:
    summary = summarise_values(np.array([3.0]))
    assert summary is not None
    assert (summary.n, summary.mean, summary.sigma, summary.median) == (1, 3.0, None, 3.0)
    assert capability(summary, Spec("gain", min=1)) == (None, None)
    assert summary.normality == "too few values"


def test_summary_of_a_normal_sample() -> None:
    values = np.random.default_rng(1).normal(10, 2, 20_000)
    summary = summarise_values(np.append(values, np.nan))
    assert summary is not None
    assert summary.n == 20_000
    assert summary.mean == pytest.approx(10, abs=0.05)
    assert summary.sigma == pytest.approx(2, rel=0.02)
    assert summary.normality == "looks normal"
    cp, cpk = capability(summary, Spec("gain", min=4, max=19))
    assert cp == pytest.approx(15 / 12, rel=0.02)
    assert cpk == pytest.approx(1.0, rel=0.03)
    other = Spec("gain", min=4, max=19, corners={"ss": (2, 19)})
    assert capability(summary, other) == (None, None), "its limits are not those of every value"
    assert capability(summary, Spec("gain", min=4))[0] is None
    skewed = summarise_values(np.exp(values / 4))
    assert skewed is not None and skewed.normality == "not normal" and (skewed.skew or 0) > 0.5


def test_wilson_interval() -> None:
    # Agresti and Coull (1998) use 0 of 10: the upper bound is z^2 / (n + z^2).
    assert yield_of(0, 10).high == pytest.approx(1.959964**2 / (10 + 1.959964**2), rel=1e-6)
    assert yield_of(10, 10).low == pytest.approx(1 - yield_of(0, 10).high)
    assert (yield_of(0, 0).low, yield_of(0, 0).high) == (0.0, 1.0)
    assert math.isnan(yield_of(0, 0).fraction)


@given(st.integers(0, 500), st.integers(1, 500))
def test_wilson_interval_holds_the_fraction(passed: int, more: int) -> None:
    found = yield_of(passed, passed + more)
    assert 0 <= found.low <= found.fraction + 1e-12
    assert found.fraction - 1e-12 <= found.high <= 1


def test_a_case_meets_the_specs_if_it_meets_every_one() -> None:
    frame = frame_of([1, 2, 3, 4], ["completed", "completed", "completed", "failed"])
    found = count_cases(frame, [Spec("gain", min=2), Spec("gain", max=2)], 6)
    assert found == CaseCounts(meeting=1, violating=2, failed=1, pending=2)
    assert found.summary == "2 of 4 violate a spec, 1 failed"


def test_sensitivities_rank_the_parameters() -> None:
    random = np.random.default_rng(4)
    a, b = random.uniform(-1, 1, 500), random.uniform(0, 10, 500)
    corner = ["ss", "ff"] * 250
    gain = 3 * a + 0.01 * b + np.where(np.array(corner) == "ff", 2, 0)
    frame = frame_of(gain.tolist(), a=a.tolist(), b=b.tolist(), fixed=[1.0] * 500, corner=corner)
    found = sensitivities(frame, "gain")
    assert [each.parameter for each in found] == ["a", "corner", "b"]
    assert found[0].slope == pytest.approx(3, rel=0.1)
    assert found[0].correlation > 0.8
    assert found[1].rank is None


def test_across_cases() -> None:
    frame = frame_of(
        [1, 3, 2, 5, math.nan, 7],
        temp=[0, 50, 100, 0, 50, 100],
        vdda=[3.0, 3.0, 3.0, 3.6, 3.6, 3.6],
    )
    top = across_frame(
        frame, "top", AcrossDefinition.of_json({"reduce": "max", "over": ["temp"], "of": "gain"})
    )
    assert top.parameters["vdda"].tolist() == [3.0, 3.6]
    np.testing.assert_equal(top.values("top"), [3, np.nan])
    assert top.ids.tolist() == [2, 5]
    assert evaluate_spec(top, Spec("top", max=4)).status == "missing"
    drift = across_frame(
        frame.select(frame.ids < 4),
        "tc",
        AcrossDefinition.of_json({"reduce": "tempco", "over": "temp", "of": "gain"}),
    )
    assert drift.values("tc")[0] == pytest.approx(0.01 / 2)
    with pytest.raises(UsageError, match="did you mean 'temp'"):
        across_frame(frame, "x", AcrossDefinition.of_json({"reduce": "max", "over": "tempp", "of": "gain"}))


def test_a_failed_member_fails_its_group() -> None:
    frame = frame_of([1, 2, 3], ["completed", "failed", "completed"], temp=[0, 1, 0], v=[1, 1, 2])
    top = across_frame(
        frame, "top", AcrossDefinition.of_json({"reduce": "spread", "over": "temp", "of": "gain"})
    )
    assert top.status.tolist() == ["failed", "completed"]


def test_an_open_run_answers_its_specs(make_run: MakeRun) -> None:
    rows = [
        ("completed", {"temp": t, "vdda": v}, {"gain": 40 + v - t / 100}) for v in (3, 4) for t in (0, 100)
    ]
    run = OpenRun(
        make_run(
            rows,
            measurements={
                "gain": {"meas": "gain"},
                "drift": {"across": {"reduce": "spread", "over": ["temp"], "of": "gain"}},
            },
            specs={"gain": {"min": "42.5"}, "drift": {"max": 2, "unit": "dB"}},
        )
    )
    assert [(r.spec.measurement, r.status) for r in run.spec_results] == [("gain", "fail"), ("drift", "pass")]
    assert run.unit("drift") == "dB"


def test_a_hundred_thousand_cases_are_loaded_and_judged_in_few_steps(make_run: MakeRun) -> None:
    rows = [
        (
            "completed",
            {"vdda": 3 + i % 7 / 10, "temp": i % 165, "corner": "ss"},
            {"gain": i % 97, "bw": float(i)},
        )
        for i in range(100_000)
    ]
    layout = make_run(rows)
    frame = load_frame(layout)
    assert lines_run(lambda: load_frame(layout)) < 4 * len(rows)
    assert lines_run(lambda: evaluate_spec(frame, Spec("gain", min=3, near="5%"))) < 1000
    for name in frame.measurements:
        assert lines_run(partial(summarise_values, frame.values(name))) < 2000
        assert lines_run(partial(sensitivities, frame, name)) < 3000
