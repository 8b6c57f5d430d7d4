"""Axes that change nothing: reported when they do, and only then."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from simorc.rundir.layout import RunLayout
from simorc.rundir.metadata_csv import swept_columns
from simorc.rundir.store import connection as database
from simorc.rundir.store.columns import declare_columns
from simorc.rundir.store.finished import Finished
from simorc.rundir.store.reader import RunReader
from simorc.rundir.store.writer import Store
from simorc.rundir.unvaried import monte_carlo_varies_nothing, unvaried
from simorc.simulators.outcome import FailureKind, Outcome
from simorc.sweeps.cases import Case
from simorc.sweeps.plan import Plan

Result = Callable[[Case], Outcome | None]
DEFAULTS = {"r": 1.0, "c": 1.0, "l": 1.0}
GRID = {"parameters": {"r": [1.0, 2.0, 3.0], "c": [1.0, 2.0]}}


def completed(fingerprint: int | None, **values: float) -> Outcome:
    return Outcome("completed", measurements=values, fingerprint=fingerprint)


@pytest.fixture
def swept(tmp_path: Path) -> Callable[[Mapping[str, Any], Result], tuple[str, ...]]:
    """What a run of this definition with these results swept in vain."""

    def run(definition: Mapping[str, Any], result: Result) -> tuple[str, ...]:
        plan = Plan.expand(definition, defaults=DEFAULTS)
        layout = made(tmp_path, plan, result)
        with RunReader(layout) as view:
            return tuple(
                "monte carlo" if each.monte_carlo else "corners" if each.corners else ",".join(each.names)
                for each in unvaried(view, plan)
            )

    return run


def made(root: Path, plan: Plan, result: Result) -> RunLayout:
    layout = RunLayout(root / "simulations" / "s_20260101000000")
    layout.results.mkdir(parents=True)
    database.create(layout.database, {"total": str(len(plan)), "state": "finished"})
    declare_columns(layout, swept_columns(plan), {}, len(plan))
    with Store(layout, plan) as store:
        for case in plan:
            outcome = result(case)
            if outcome is not None:
                store.attempt_finished(Finished(case.id, 1, outcome, "done", True, 0.0, "here"))
        store.flush()
    return layout


def of_c(case: Case) -> Outcome:
    return completed(int(case.parameters["c"]))  # type: ignore[arg-type]


def test_a_parameter_that_changes_nothing(swept: Any) -> None:
    assert swept(GRID, of_c) == ("r",)


def test_both_of_them(swept: Any) -> None:
    assert swept(GRID, lambda case: completed(7)) == ("r", "c")


def test_one_case_that_differs_is_enough(swept: Any) -> None:
    definition = {"parameters": {"r": [float(n) for n in range(40)], "c": [1.0, 2.0]}}
    assert swept(definition, lambda case: completed(case.id if case.id == 77 else case.id % 2)) == ()


def test_a_measurement_that_differs_is_enough(swept: Any) -> None:
    assert swept(GRID, lambda case: completed(7, gain=float(case.parameters["c"]))) == ("r",)


@pytest.mark.parametrize("missing", [1, 4, 6])
def test_nothing_is_claimed_of_a_partial_run(swept: Any, missing: int) -> None:
    assert swept(GRID, lambda case: None if case.id == missing else of_c(case)) == ()


@pytest.mark.parametrize("failing", [1, 4, 6])
def test_a_value_that_fails_alone_changes_something(swept: Any, failing: int) -> None:
    failed = Outcome.failed(FailureKind.NO_CONVERGENCE, "no")
    assert swept(GRID, lambda case: failed if case.id == failing else of_c(case)) == ()


def test_combinations_that_fail_as_a_whole_say_nothing_against_it(swept: Any) -> None:
    failed = Outcome.failed(FailureKind.NO_CONVERGENCE, "no")
    assert swept(GRID, lambda case: failed if case.parameters["c"] == 2.0 else of_c(case)) == ("r",)


def test_a_run_without_a_completed_case_says_nothing(swept: Any) -> None:
    assert swept(GRID, lambda case: Outcome.failed(FailureKind.BAD_NETLIST, "no")) == ()


def test_waveforms_that_are_not_known_say_nothing(swept: Any) -> None:
    assert swept(GRID, lambda case: completed(None)) == ()


def test_a_single_value_says_nothing(swept: Any) -> None:
    assert swept({"parameters": {"r": [1.0], "c": [1.0, 2.0]}}, of_c) == ()


def test_zip_groups_corners_and_sensitivities(swept: Any) -> None:
    zipped = {"zip": [{"r": [1.0, 2.0], "l": [1.0, 2.0]}], "parameters": {"c": [1.0, 2.0]}}
    assert swept(zipped, of_c) == ("r,l",)


def test_corners(swept: Any) -> None:
    corners = {"corners": {"a": {"r": 1.0}, "b": {"r": 2.0}}, "parameters": {"c": [1.0, 2.0]}}
    assert swept(corners, of_c) == ("corners",)


def test_one_parameter_of_a_sensitivity(swept: Any) -> None:
    one = {"sensitivity": {"parameters": {"r": [0.5, 2.0], "c": [0.5, 2.0]}}}
    assert swept(one, of_c_hash) == ("r",)


def of_c_hash(case: Case) -> Outcome:
    return completed(int(10 * float(case.parameters["c"])))


MONTE_CARLO = {"parameters": {"c": [1.0, 2.0]}, "monte_carlo": {"samples": 5, "seed": 1}}


def test_monte_carlo_that_varies_nothing(swept: Any) -> None:
    assert swept(MONTE_CARLO, of_c) == ("monte carlo",)


def test_monte_carlo_that_varies(swept: Any) -> None:
    assert swept(MONTE_CARLO, lambda case: completed(case.sample)) == ("c",)


@pytest.mark.parametrize(
    ("result", "nothing"),
    [
        (lambda case: of_c(case) if case.sample < 3 else None, True),
        (lambda case: of_c(case) if case.sample < 2 else None, False),
        (lambda case: of_c(case) if case.sample != 3 else Outcome.failed(FailureKind.PARTIAL, "no"), True),
        (lambda case: completed(case.sample), False),
        (lambda case: completed(None), False),
    ],
    ids=["early end", "one sample", "a failed sample", "varies", "unknown"],
)
def test_no_yield_of_samples_that_are_alike(tmp_path: Path, result: Any, nothing: bool) -> None:
    plan = Plan.expand(MONTE_CARLO, defaults=DEFAULTS)
    assert monte_carlo_varies_nothing(made(tmp_path, plan, result), plan) is nothing


def test_combinations_left_out_by_the_sweep(swept: Any) -> None:
    definition = {**GRID, "exclude": ["r == 2 and c == 1"]}
    assert swept(definition, of_c) == ("r",)
