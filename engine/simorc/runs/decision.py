"""What to do after a failed attempt: the one place that decides.

`decide` asks the remedies in order; the first that applies and has budget left answers. A new remedy is one
class with the `Remedy` shape, put into `REMEDIES`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from simorc.simulators.outcome import FailureKind, Outcome

# What another attempt of the very same deck may well survive.
TRANSIENT = frozenset(
    {FailureKind.SPAWN_FAILED, FailureKind.CRASHED, FailureKind.OUT_OF_MEMORY, FailureKind.LOST_WORKER}
)


@dataclass(frozen=True)
class Attempt:
    """One attempt as far as decisions go: its number, its outcome, and what was decided after it."""

    number: int
    outcome: Outcome
    action: str = ""
    rung: str | None = None


@dataclass(frozen=True)
class Action:
    """What to do now. `name` is done, retry, cold, rung or give_up; the reason is for people.

    `delay` is in seconds. `options` are simulator options of the rung, `forced_cold` keeps the next attempt
    out of warm sessions.
    """

    name: str
    reason: str
    delay: float = 0.0
    forced_cold: bool = False
    rung: str | None = None
    options: Sequence[str] = ()

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


class Remedy(Protocol):
    """Looks at the attempts of one case and answers with an action, or None if it has nothing to offer."""

    def offer(self, attempts: Sequence[Attempt], budgets: Budgets) -> Action | None: ...


class RunColdAfterWarm:
    """A warm session is never blamed on the case: whatever failed in one is tried once in a process of its
    own.
    """

    def offer(self, attempts: Sequence[Attempt], budgets: Budgets) -> Action | None:
        last = attempts[-1].outcome
        return Action("cold", "failed in a warm session", forced_cold=True) if last.warm else None


class RetryTransient:
    """Spawn failures, signals, lost memory or workers: the same again, after a pause that doubles."""

    def offer(self, attempts: Sequence[Attempt], budgets: Budgets) -> Action | None:
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

    def offer(self, attempts: Sequence[Attempt], budgets: Budgets) -> Action | None:
        if attempts[-1].outcome.kind not in self.kinds:
            return None
        tried = {attempt.rung for attempt in attempts}
        for name, options in budgets.ladder:
            if name not in tried:
                return Action(
                    "rung", f"convergence rung {name}", forced_cold=True, rung=name, options=tuple(options)
                )
        return None


REMEDIES: list[Remedy] = [RunColdAfterWarm(), ClimbConvergenceLadder(), RetryTransient()]


def decide(attempts: Sequence[Attempt], budgets: Budgets, remedies: Sequence[Remedy] | None = None) -> Action:
    """The action after the last of `attempts` (oldest first, at least one)."""
    last = attempts[-1].outcome
    if last.status == "completed":
        return Action("done", "")
    if last.status == "cancelled":
        return Action("cancelled", "cancelled")
    for remedy in REMEDIES if remedies is None else remedies:
        offered = remedy.offer(attempts, budgets)
        if offered is not None:
            return offered
    return Action("give_up", f"nothing left to try after {len(attempts)} attempt(s)")


def budgets_from(execution: Mapping[str, object]) -> Budgets:
    """The budgets of a run's execution settings."""
    retries = execution.get("retries")
    return Budgets(retries=retries if isinstance(retries, int) else Budgets.retries)
