"""Monte Carlo that ends when its yield is known."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from simorc.config.definitions import Spec, StopRule
from simorc.config.models.sweep import SweepDefinition
from simorc.measurements.yield_interval import yield_of
from simorc.rundir.layout import RunLayout
from simorc.rundir.manifest import Manifest
from simorc.rundir.store import connection as database
from simorc.rundir.store.columns import add_column
from simorc.runner.early_stop import Stopping, already_known, stopping_of
from simorc.sweeps.plan import Plan

DEFAULTS = {"temp": 27, "corner": "tt"}
PLAN = {"parameters": {"temp": [-40, 125]}, "monte_carlo": {"samples": 100, "seed": 3}}
GAIN = Spec.of_json("gain", {"min": 40})


def plan_of(definition: dict[str, Any]) -> Plan:
    return Plan.expand(definition, defaults=DEFAULTS)


def test_a_narrow_interval_ends_a_combination_and_only_that() -> None:
    stopping = Stopping(plan_of(PLAN), StopRule(width=0.1), [GAIN])
    reported = [stopping.concluded(case_id, {"gain": 45.0}) for case_id in range(1, 101)]
    (known,) = [each for each in reported if each is not None]
    needed = next(n for n in range(20, 100) if 1 - yield_of(n, n).low <= 0.1)
    assert reported.index(known) == needed - 1
    assert list(known.case_ids) == list(range(1, 101))
    assert known.message.startswith("temp=-40: yield 100 %") and f"after {needed} of 100" in known.message
    assert stopping.concluded(101, {"gain": 45.0}) is None


@pytest.mark.parametrize(
    ("values", "side"),
    [({"gain": 45.0}, 1), ({"gain": 39.0}, 0), ({}, 0), (None, 0)],
    ids=["good", "outside", "no value", "failed simulation"],
)
def test_a_target_is_known_from_either_side(values: dict[str, float] | None, side: int) -> None:
    stopping = Stopping(plan_of(PLAN), StopRule(target=0.5, least=5), [GAIN])
    reported = [stopping.concluded(case_id, values) for case_id in range(1, 21)]
    assert reported.index(next(each for each in reported if each)) == 4
    assert f"yield {100 * side} %" in str(next(each for each in reported if each))


@pytest.mark.parametrize("failed", [0, 3])
def test_samples_that_are_all_the_same_have_no_yield(failed: int) -> None:
    stopping = Stopping(plan_of(PLAN), StopRule(target=0.5, least=5), [GAIN])
    reported = [stopping.concluded(case_id, None, None) for case_id in range(1, 1 + failed)]
    reported += [stopping.concluded(case_id, {"gain": 45.0}, 77) for case_id in range(1 + failed, 100)]
    assert reported == [None] * 99
    assert stopping.concluded(100, {"gain": 45.0}, 78) is not None


def test_a_case_that_is_run_again_counts_once() -> None:
    stopping = Stopping(plan_of(PLAN), StopRule(target=0.5, least=5), [GAIN])
    assert all(stopping.concluded(1, {"gain": 45.0}) is None for _ in range(50))


def test_corners_have_their_own_limits() -> None:
    plan = plan_of({"corners": {"slow": {"corner": "ss"}}, "monte_carlo": {"samples": 30}})
    spec = Spec.of_json("gain", {"min": 40, "corners": {"slow": {"min": 30}, "ss": {"min": 50}}})
    stopping = Stopping(plan, StopRule(target=0.5, least=5), [spec])
    reported = [stopping.concluded(case_id, {"gain": 35.0}) for case_id in range(1, 6)]
    assert "yield 100 %" in str(reported[-1])


def test_what_an_earlier_runner_finished_counts(tmp_path: Path) -> None:
    layout = RunLayout(tmp_path)
    database.create(layout.database, {"total": "200"})
    db = database.open_for_writing(layout.database)
    add_column(db, "m_gain", "measurement", "gain", "")
    rows = [(case_id, "completed", 45.0) for case_id in range(1, 80)] + [(101, "failed", None)]
    db.executemany("INSERT INTO cases (id, status, m_gain) VALUES (?, ?, ?)", rows)
    db.close()
    stopping = Stopping(plan_of(PLAN), StopRule(width=0.1), [GAIN])
    (known,) = already_known(layout, stopping)
    assert list(known.case_ids) == list(range(1, 101))


def test_the_rule_of_a_sweep_file() -> None:
    definition = SweepDefinition.model_validate(
        {"testbench": "dc", "monte_carlo": {"samples": 9, "stop_when": {"width": 0.05, "least": 5}}}
    )
    body = {
        "definition": definition.model_dump(mode="json", exclude_defaults=True),
        "measurements": {"gain": {}, "swing": {"across": {"reduce": "max", "over": "temp", "of": "gain"}}},
        "specs": {"gain": {"min": 40}, "swing": {"max": 1}},
    }
    stopping = stopping_of(RunLayout(Path()), Manifest(Path("manifest.json"), body), plan_of(PLAN))
    assert stopping is not None and stopping.measurements == ["gain"]
    undefined = Manifest(Path("manifest.json"), {**body, "definition": {}})
    assert stopping_of(RunLayout(Path()), undefined, plan_of(PLAN)) is None


@pytest.mark.parametrize(
    ("rule", "message"),
    [({}, "width or target"), ({"width": 2}, "not between 0 and 1"), ({"widht": 0.1}, "Extra inputs|widht")],
)
def test_rules_that_make_no_sense(rule: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        SweepDefinition.model_validate({"testbench": "dc", "monte_carlo": {"samples": 9, "stop_when": rule}})
