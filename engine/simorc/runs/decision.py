"""What to do after a failed attempt: the one place that decides, for simulated cases and for pipelines.

A `DecisionManager` asks its remedies in order; the first that applies and has budget left answers. A new
remedy is one class with the `Remedy` shape, put into `REMEDIES`. `decide` is the manager of simulated cases.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from simorc.simulators.outcome import FailureKind, Outcome

DONE = frozenset({"completed", "passed"})
"""What a good end is called: of a case, of a stage."""

# What another attempt of the very same deck may well survive.
TRANSIENT = frozenset(
    {FailureKind.SPAWN_FAILED, FailureKind.CRASHED, FailureKind.OUT_OF_MEMORY, FailureKind.LOST_WORKER}
)


class Judged(Protocol):
    """What became of an attempt; `status` is completed or passed, cancelled, or else a failure."""

    @property
    def status(self) -> str: ...


Verdict = TypeVar("Verdict", bound=Judged, covariant=True)
AnyVerdict = TypeVar("AnyVerdict", bound=Judged)
AnyBudgets = TypeVar("AnyBudgets")
AskedVerdict = TypeVar("AskedVerdict", bound=Judged, contravariant=True)
AskedBudgets = TypeVar("AskedBudgets", contravariant=True)


@dataclass(frozen=True)
class Tried(Generic[Verdict]):
    """One attempt as far as decisions go: its number, its outcome, and what was decided after it."""

    number: int
    outcome: Verdict
    action: str = ""
    rung: str | None = None


class Attempt(Tried[Outcome]):
    """One attempt at simulating a case."""


@dataclass(frozen=True)
class Action:
    """What to do now. `name` is done, retry, cold, rung, the name of a pipeline's remedy, or give_up; the
    reason is for people.

    `delay` is in seconds. `options` are simulator options of the rung, `forced_cold` keeps the next attempt
    out of warm sessions. `back_to` is the stage a pipeline goes back to.
    """

    name: str
    reason: str
    delay: float = 0.0
    forced_cold: bool = False
    rung: str | None = None
    options: Sequence[str] = ()
    back_to: str | None = None

    @property
    def again(self) -> bool:
        return self.name in {"retry", "cold", "rung"}


@dataclass(frozen=True)
class Budgets:
    """How often each remedy may be used for one case."""

    retries: int = 2
    first_delay: float = 0.5
    longest_delay: float = 30.0
    ladder: Sequence[tuple[str, Sequence[str]]] = field(default_factory=tuple)


class Remedy(Protocol[AskedVerdict, AskedBudgets]):
    """Looks at the attempts so far and answers with an action, or None if it has nothing to offer."""

    def offer(self, attempts: Sequence[Tried[AskedVerdict]], budgets: AskedBudgets) -> Action | None: ...


class DecisionManager(Generic[AnyVerdict, AnyBudgets]):
    """Decides what follows an attempt, from a registry of remedies in the order they are asked."""

    def __init__(self, remedies: Sequence[Remedy[AnyVerdict, AnyBudgets]]) -> None:
        self.remedies = remedies

    def decide(self, attempts: Sequence[Tried[AnyVerdict]], budgets: AnyBudgets) -> Action:
        """The action after the last of `attempts` (oldest first, at least one)."""
        last = attempts[-1].outcome
        if last.status in DONE:
            return Action("done", "")
        if last.status == "cancelled":
            return Action("cancelled", "cancelled")
        for remedy in self.remedies:
            offered = remedy.offer(attempts, budgets)
            if offered is not None:
                return offered
        return Action("give_up", f"nothing left to try after {len(attempts)} attempt(s)")


class RunColdAfterWarm:
    """A warm session is never blamed on the case: whatever failed in one is tried once in a process of its
    own.
    """

    def offer(self, attempts: Sequence[Tried[Outcome]], budgets: Budgets) -> Action | None:
        last = attempts[-1].outcome
        return Action("cold", "failed in a warm session", forced_cold=True) if last.warm else None


class RetryTransient:
    """Spawn failures, signals, lost memory or workers: the same again, after a pause that doubles."""

    def offer(self, attempts: Sequence[Tried[Outcome]], budgets: Budgets) -> Action | None:
        last = attempts[-1].outcome
        used = sum(1 for attempt in attempts if attempt.action == "retry")
        if last.kind not in TRANSIENT or used >= budgets.retries:
            return None
        delay = min(budgets.longest_delay, budgets.first_delay * 2.0**used)
        return Action(
            "retry", f"{last.kind} may pass, retry {used + 1} of {budgets.retries}", delay, forced_cold=True
        )


class ClimbConvergenceLadder:
    """No convergence: the next rung of simulator options."""

    kinds = frozenset({FailureKind.NO_CONVERGENCE, FailureKind.TIMESTEP_TOO_SMALL, FailureKind.PARTIAL})

    def offer(self, attempts: Sequence[Tried[Outcome]], budgets: Budgets) -> Action | None:
        if attempts[-1].outcome.kind not in self.kinds:
            return None
        tried = {attempt.rung for attempt in attempts}
        for name, options in budgets.ladder:
            if name not in tried:
                return Action(
                    "rung", f"convergence rung {name}", forced_cold=True, rung=name, options=tuple(options)
                )
        return None


REMEDIES: list[Remedy[Outcome, Budgets]] = [RunColdAfterWarm(), ClimbConvergenceLadder(), RetryTransient()]


def decide(
    attempts: Sequence[Tried[Outcome]],
    budgets: Budgets,
    remedies: Sequence[Remedy[Outcome, Budgets]] | None = None,
) -> Action:
    """The action after the last attempt at a case."""
    return DecisionManager(REMEDIES if remedies is None else remedies).decide(attempts, budgets)


def budgets_from(execution: Mapping[str, object]) -> Budgets:
    """The budgets of a run's execution settings."""
    retries = execution.get("retries")
    return Budgets(retries=retries if isinstance(retries, int) else Budgets.retries)
