"""Corners that decide the limits of runs, and the smallest sets of them."""

from __future__ import annotations

import itertools
import random
from pathlib import Path
from typing import Any

import pytest

from simorc.errors import UsageError
from simorc.results.corner_doubts import doubts_about, earlier_verdicts, limit_name
from simorc.results.corner_points import CornerPoint
from simorc.results.deciding_corners import DecidingCorners, deciding_corners, undecided
from simorc.results.open_run import OpenRun
from simorc.results.set_cover import smallest_cover
from simorc.rundir.layout import RunLayout
from simorc.sweeps.plan import Plan
from simorc.units import Number
from tests.made_runs import write_run

CORNERS = ("tt", "ss", "ff")
TEMPS = (Number("-40"), Number("27"), Number("125"))
SWEEP: dict[str, Any] = {"parameters": {"corner": [*CORNERS], "temp": [*TEMPS]}}


def run_of(
    root: Path,
    values: dict[str, list[float | None]],
    specs: dict[str, dict[str, Any]],
    *,
    sweep: dict[str, Any] = SWEEP,
    name: str = "pvt_20260101000000",
) -> OpenRun:
    """A run of a sweep with these values of each measurement; None is a failed simulation."""
    plan = Plan.expand(sweep, defaults={"corner": "tt", "temp": Number("27"), "cl": Number("1p")})
    rows = []
    for place, case in enumerate(plan):
        own = {measurement: column[place] for measurement, column in values.items()}
        found = {measurement: value for measurement, value in own.items() if value is not None}
        rows.append(("completed" if found else "failed", case.parameters, found))
    layout: RunLayout = write_run(root, rows, name=name, plan=plan.to_json(), specs=specs)
    return OpenRun(layout)


def names_of(found: DecidingCorners) -> list[str]:
    return [found.points[place].name for place in found.chosen]


def test_the_worst_corner_of_each_limit_is_chosen_once(tmp_path: Path) -> None:
    """Nine cases: corner by temperature. ss_125 has the least gain and bandwidth, ff_-40 the most current."""
    values: dict[str, list[float | None]] = {
        "gain": [60, 59, 58, 57, 56, 50, 63, 62, 61],
        "bw": [9, 8, 7, 8, 7, 5, 9, 9, 8],
        "idd": [20, 19, 18, 17, 16, 15, 30, 28, 26],
    }
    specs = {"gain": {"min": 55}, "bw": {"min": 4}, "idd": {"max": 40}}
    run = run_of(tmp_path, values, specs)
    found = deciding_corners([run])
    assert names_of(found) == ["ss_temp125", "ff_tempm40"] and found.fewest
    assert [each.status for each in found.limits] == ["fail", "pass", "pass"]
    places = found.by_run[run.name]
    assert not list(undecided(run, found.chosen, places))
    assert list(undecided(run, found.chosen[1:], places)) == ["gain: pass instead of fail"]


def test_any_violating_corner_decides_a_verdict_where_the_worst_is_not_asked_for(tmp_path: Path) -> None:
    values: dict[str, list[float | None]] = {
        "gain": [60, 60, 60, 50, 60, 60, 40, 60, 60],
        "idd": [1, 1, 1, 9, 1, 1, 1, 1, 1],
    }
    run = run_of(tmp_path, values, {"gain": {"min": 55}, "idd": {"max": 10}})
    assert names_of(deciding_corners([run])) == ["ss_tempm40", "ff_tempm40"]
    fewer = deciding_corners([run], verdict_only=True)
    assert names_of(fewer) == ["ss_tempm40"]
    assert not list(undecided(run, fewer.chosen, fewer.by_run[run.name]))


def test_corners_nearly_as_bad_decide_too_where_that_is_allowed(tmp_path: Path) -> None:
    values: dict[str, list[float | None]] = {
        "gain": [60, 60, 60, 50.1, 60, 60, 50, 60, 60],
        "idd": [1, 1, 1, 9, 1, 1, 1, 1, 1],
    }
    run = run_of(tmp_path, values, {"gain": {"min": 45}, "idd": {"max": 10}})
    assert len(deciding_corners([run]).chosen) == 2
    assert names_of(deciding_corners([run], within=0.02)) == ["ss_tempm40"]


def test_a_case_that_is_near_a_limit_is_not_replaced_by_one_that_is_not(tmp_path: Path) -> None:
    values: dict[str, list[float | None]] = {"gain": [60, 60, 60, 56.1, 60, 60, 55.9, 60, 60]}
    run = run_of(tmp_path, values, {"gain": {"min": 55, "near": 1}})
    found = deciding_corners([run], within=0.5)
    assert names_of(found) == ["ff_tempm40"] and found.limits[0].status == "near"


def test_a_missing_value_is_kept_and_doubted(tmp_path: Path) -> None:
    values: dict[str, list[float | None]] = {"gain": [60, 60, None, 60, 60, 60, 56, 60, 60]}
    run = run_of(tmp_path, values, {"gain": {"min": 55}})
    found = deciding_corners([run])
    assert names_of(found) == ["tt_temp125", "ff_tempm40"]
    assert not list(undecided(run, found.chosen, found.by_run[run.name]))
    assert "gain (minimum): no value at tt_temp125, which may be worse" in list(doubts_about(found, [run]))


def test_a_worst_value_between_others_and_a_close_second_are_doubted(tmp_path: Path) -> None:
    values: dict[str, list[float | None]] = {"gain": [60, 55.1, 60, 60, 55.2, 60, 60, 60, 60]}
    run = run_of(tmp_path, values, {"gain": {"min": 55}})
    found = deciding_corners([run])
    doubts = list(doubts_about(found, [run]))
    assert any("the worst temp (27) is between others" in each for each in doubts)
    assert any("ss_temp27, which is left out, is only 2.0 % of the spread better" in each for each in doubts)


def test_other_parameters_have_verdicts_of_their_own(tmp_path: Path) -> None:
    sweep = {"parameters": {"corner": ["tt", "ss"], "cl": [Number("1p"), Number("2p")]}}
    values: dict[str, list[float | None]] = {"gain": [50, 60, 60, 50]}
    run = run_of(tmp_path, values, {"gain": {"min": 40}}, sweep=sweep)
    assert len(deciding_corners([run]).chosen) == 1
    found = deciding_corners([run], ["corner"])
    assert names_of(found) == ["tt", "ss"]
    assert [limit_name(each) for each in found.limits] == [
        "gain (minimum) at cl=1p",
        "gain (minimum) at cl=2p",
    ]
    with pytest.raises(UsageError, match=r"no run sweeps 'crner' \(did you mean 'corner'\?\)"):
        deciding_corners([run], ["crner"])


def test_named_corners_keep_their_names_and_samples_make_none(tmp_path: Path) -> None:
    sweep = {
        "corners": {"hot": {"temp": Number("125")}, "cold": {"temp": Number("-40")}},
        "monte_carlo": {"samples": 2, "seed": 1},
    }
    values: dict[str, list[float | None]] = {"gain": [60, 59, 57, 58]}
    run = run_of(tmp_path, values, {"gain": {"min": 55}}, sweep=sweep)
    found = deciding_corners([run])
    assert len(found.points) == 2 and names_of(found) == ["cold"]


def test_equal_corners_of_two_runs_are_one(tmp_path: Path) -> None:
    specs = {"gain": {"min": 55}}
    first = run_of(tmp_path, {"gain": [60, 60, 60, 60, 60, 56, 60, 60, 60]}, specs)
    other = run_of(tmp_path, {"gain": [60, 60, 60, 60, 60, 50, 60, 60, 60]}, specs, name="ac_20260101000000")
    found = deciding_corners([first, other])
    assert len(found.points) == 9 and names_of(found) == ["ss_temp125"]


def test_what_the_corners_would_have_missed_in_earlier_runs_is_named(tmp_path: Path) -> None:
    specs = {"gain": {"min": 55}}
    newest = run_of(tmp_path, {"gain": [60, 60, 60, 60, 60, 56, 60, 60, 60]}, specs)
    same = run_of(tmp_path, {"gain": [60, 60, 60, 60, 60, 50, 60, 60, 60]}, specs, name="pvt_20250101000000")
    missed = run_of(
        tmp_path, {"gain": [50, 60, 60, 60, 60, 60, 60, 60, 60]}, specs, name="pvt_20250102000000"
    )
    found = deciding_corners([newest])
    assert earlier_verdicts(found, [same, missed], ()) == {
        same.name: [],
        missed.name: ["gain: pass instead of fail"],
    }


@pytest.mark.parametrize(
    ("point", "name"),
    [
        (CornerPoint({"vdda": Number("1.62"), "temp": Number("-40"), "corner": "ss"}), "vdda1p62_tempm40_ss"),
        (CornerPoint({}, "slow hot".replace(" ", "_")), "slow_hot"),
        (CornerPoint({}), "nominal"),
    ],
)
def test_a_corner_without_a_name_is_named_by_its_values(point: CornerPoint, name: str) -> None:
    assert point.name == name


def test_the_smallest_cover_is_that_of_trying_everything() -> None:
    rng = random.Random(3)
    for _ in range(60):
        demands = [set(rng.sample(range(7), rng.randint(1, 3))) for _ in range(rng.randint(1, 9))]
        found, proved = smallest_cover(demands)
        sizes = (
            size
            for size in range(1, 8)
            for chosen in itertools.combinations(range(7), size)
            if all(demand & set(chosen) for demand in demands)
        )
        assert proved and len(found) == next(sizes) and all(demand & set(found) for demand in demands)
    assert smallest_cover([]) == ([], True)
    with pytest.raises(ValueError, match="nothing meets"):
        smallest_cover([set()])
