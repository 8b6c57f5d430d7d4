from __future__ import annotations

from collections.abc import Sequence

import pytest

from simorc.config.execution_record import ExecutionRecord
from simorc.plugin_loading import Plugin
from simorc.runner import retry_policy as decision
from simorc.runner.retry_policy import (
    Action,
    Attempt,
    Budgets,
    Tried,
    budgets_from,
    decide,
    with_fallback_note,
)
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


def test_a_kind_may_have_retries_of_its_own() -> None:
    budgets = Budgets(retries=1, retries_of={"timeout": 2, "crashed": 0})
    late = failed(FailureKind.TIMEOUT)
    assert decide([Attempt(1, late)], budgets).name == "retry"
    twice = [Attempt(1, late, "retry"), Attempt(2, late, "retry"), Attempt(3, late)]
    assert decide(twice, budgets).name == "give_up"
    assert decide([Attempt(1, failed(FailureKind.CRASHED))], budgets).name == "give_up"
    spent = [Attempt(1, late, "retry"), Attempt(2, failed(FailureKind.LOST_WORKER))]
    assert decide(spent, budgets).name == "retry", "retries of its own do not use up the common ones"


def test_a_retry_stays_on_its_rung() -> None:
    climbed = [Attempt(1, failed(FailureKind.NO_CONVERGENCE), "rung", "gear")]
    action = decide([*climbed, Attempt(2, failed(FailureKind.CRASHED))], BUDGETS)
    assert (action.name, action.rung, list(action.options)) == ("retry", "gear", [".option method=gear"])


def test_the_message_tells_the_rungs() -> None:
    climbed = [Attempt(1, failed(FailureKind.NO_CONVERGENCE), "rung", "gear")]
    done = Outcome.completed()
    reported = with_fallback_note(done, "gear", [*climbed, Attempt(2, done)], Action("done", ""))
    assert reported.message == "converged with fallback step 'gear'"


class NextTimeMaybe:
    """A remedy as another package may bring it."""

    def offer(self, attempts: Sequence[Tried[Outcome]], budgets: Budgets) -> Action | None:
        return Action("retry", "once more") if len(attempts) == 1 else None


def test_an_installed_retry_rule_is_asked_first(monkeypatch: pytest.MonkeyPatch) -> None:
    brought = Plugin("simorc.retry_rules", "maybe", "maybe", NextTimeMaybe)
    monkeypatch.setattr(decision, "plugins", lambda group: (brought,))
    found = decision.installed_retry_rules()
    bad = Attempt(1, failed(FailureKind.BAD_NETLIST))
    assert decide([bad], BUDGETS, found).reason == "once more"


def test_budgets_come_from_the_settings() -> None:
    budgets = budgets_from(
        ExecutionRecord.of_json({"retries": 4, "retry": {"kinds": {"timeout": 1}, "delay": 2.0}})
    )
    assert (budgets.retries, budgets.retries_of, budgets.first_delay) == (4, {"timeout": 1}, 2.0)
    assert [name for name, _ in budgets_from(ExecutionRecord()).ladder][:2] == [
        "iterations",
        "gear",
    ]
    assert not budgets_from(ExecutionRecord.of_json({"convergence": {"ladder": []}})).ladder


class Stubborn:
    """A remedy that always has something to offer."""

    def offer(self, attempts: Sequence[Tried[Outcome]], budgets: Budgets) -> Action | None:
        return Action("retry", "once more")


def test_no_remedy_keeps_a_case_for_ever() -> None:
    attempts: list[Attempt] = []
    while True:
        attempts.append(Attempt(len(attempts) + 1, failed(FailureKind.BAD_NETLIST), "retry"))
        if not decide(attempts, BUDGETS, [Stubborn()]).again:
            break
    assert len(attempts) == decision.MOST_ATTEMPTS


def test_the_number_of_retries_by_kind_is_decided_in_one_place() -> None:
    budgets = Budgets(retries=2, retries_of={"lost_worker": 7, "timeout": 1, "crashed": 0})
    assert budgets.retries_after(FailureKind.LOST_WORKER) == 7
    assert budgets.retries_after(FailureKind.TIMEOUT) == 1
    assert budgets.retries_after(FailureKind.CRASHED) == 0
    assert budgets.retries_after(FailureKind.OUT_OF_MEMORY) == 2, "temporary: the common number"
    assert budgets.retries_after(FailureKind.BAD_NETLIST) == budgets.retries_after(None) == 0
