"""Limits of their own in corners: a swept parameter ``corner``, named bundles, and both at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from simorc.plots.from_run import limits_of
from simorc.results.open_run import OpenRun
from simorc.rundir.layout import RunLayout
from simorc.sweeps.plan import Plan

MakeRun = Callable[..., RunLayout]
DEFAULTS = {"corner": "tt", "temp": 27, "vdda": 3.3}


def opened(make_run: MakeRun, corners: dict[str, Any], limits: dict[str, Any]) -> OpenRun:
    plan = Plan.expand({"corners": corners}, defaults=DEFAULTS)
    rows = [("completed", dict(case.scope()), {"gain": 40.0 + case.id}) for case in plan]
    specs = {"gain": {"min": 41.5, "corners": limits}}
    return OpenRun(make_run(rows, plan=plan.to_json(), specs=specs))


@pytest.mark.parametrize("bundle", [{"temp": 125}, {"corner": "ss", "temp": 125}])
def test_the_limit_of_a_bundle_counts_there(make_run: MakeRun, bundle: dict[str, Any]) -> None:
    run = opened(make_run, {"slow": bundle, "fast": {"temp": -40}}, {"slow": {"min": 40.5}})
    (result,) = run.spec_results
    assert result.status == "pass" and result.worst is not None
    assert (result.worst.case_id, result.worst.limit) == (1, 40.5)
    assert [limit.label for limit in limits_of(run, "gain")] == ["min 41.5", "min 40.5 in slow"]


def test_a_bundle_comes_before_the_parameter_it_sets(make_run: MakeRun) -> None:
    limits = {"ss": {"min": 99}, "slow": {"min": 40.5}}
    run = opened(make_run, {"slow": {"corner": "ss"}, "other": {"corner": "ss"}}, limits)
    (result,) = run.spec_results
    assert result.counts["pass"] == 1 and result.worst is not None
    assert (result.worst.case_id, result.worst.limit) == (2, 99)
