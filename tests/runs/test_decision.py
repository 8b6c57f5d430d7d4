from __future__ import annotations

import pytest

from simorc.runs.decision import Attempt, Budgets, decide
from simorc.simulators.outcome import FailureKind, Outcome

BUDGETS = Budgets(retries=2, ladder=(("gear", (".option method=gear",)), ("gmin", (".option gminsteps=50",))))


def failed(kind: FailureKind, *, warm: bool = False) -> Outcome:
    return Outcome(status="failed", kind=kind, message="it failed", warm=warm)


def play(*outcomes: Outcome) -> list[str]:
    """The names of the actions after each outcome."""
    attempts: list[Attempt] = []
    names: list[str] = []
    for number, outcome in enumerate(outcomes, 1):
        action = decide([*attempts, Attempt(number, outcome)], BUDGETS)
        attempts.append(Attempt(number, outcome, action.name, action.rung))
        names.append(action.name if action.rung is None else f"{action.name} {action.rung}")
    return names


def test_a_completed_case_is_done() -> None:
    assert play(Outcome.completed()) == ["done"]


def test_a_cancelled_case_is_left() -> None:
    assert play(Outcome.cancelled()) == ["cancelled"]


def test_what_fails_warm_is_tried_cold_before_anything_else() -> None:
    assert play(failed(FailureKind.NO_CONVERGENCE, warm=True), failed(FailureKind.BAD_NETLIST)) == [
        "cold",
        "give_up",
    ]


def test_transient_failures_are_retried_with_growing_pauses() -> None:
    first = [Attempt(1, failed(FailureKind.CRASHED))]
    second = [Attempt(1, failed(FailureKind.CRASHED), "retry"), Attempt(2, failed(FailureKind.CRASHED))]
    assert decide(second, BUDGETS).delay == pytest.approx(2 * decide(first, BUDGETS).delay)
    assert play(*[failed(FailureKind.SPAWN_FAILED)] * 3) == ["retry", "retry", "give_up"]


def test_the_ladder_is_climbed_rung_by_rung() -> None:
    stuck = failed(FailureKind.TIMESTEP_TOO_SMALL)
    assert play(stuck, stuck, stuck) == ["rung gear", "rung gmin", "give_up"]


@pytest.mark.parametrize("kind", [FailureKind.BAD_NETLIST, FailureKind.MISSING_MODEL, FailureKind.TIMEOUT])
def test_what_will_not_pass_is_given_up_at_once(kind: FailureKind) -> None:
    assert play(failed(kind)) == ["give_up"]
