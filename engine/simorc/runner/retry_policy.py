"""Decides what to do after a failed attempt, for cases and for pipelines.

A `DecisionManager` evaluates its rules in order; the first that applies and has attempts left decides. A rule
is one class with the `RetryRule` shape, in `RETRY_RULES` or from an installed package. `decide` is the
manager of simulated cases.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from simorc.config.execution_record import ExecutionRecord
from simorc.config.models import defaults
from simorc.plugin_loading import plugins
from simorc.simulators.outcome import FailureKind, Outcome

DONE = frozenset({"completed", "passed"})
"""What a good end is called: of a case, of a stage."""

ENTRY_POINTS = "simorc.retry_rules"

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
    """One attempt as the rules see it: its number, its outcome, and the decision after it."""

    number: int
    outcome: Verdict
    action: str = ""
    rung: str | None = None


class Attempt(Tried[Outcome]):
    """One attempt at simulating a case."""


@dataclass(frozen=True)
class Action:
    """What to do now. `name` is done, retry, cold, rung, the name of a pipeline's remediation, or give_up;
    `reason` is the explanation for people.

    `delay` is in seconds. `options` are the lines of the fallback step, `forced_cold` runs the next attempt
    outside warm sessions. `back_to` is the stage to which a pipeline returns.
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


COMPLETED = Action("done", "")
"""Nothing more is to be done."""


@dataclass(frozen=True)
class Budgets:
    """How often each action may be used for one case.

    `retries` is the total for the failure kinds that may be temporary; a kind named in `retries_of` has its
    own number. Delays are in seconds. `ladder` contains the name and the lines of each fallback step, see
    `simorc.netlist.convergence_options`.
    """

    retries: int = defaults.RETRIES
    first_delay: float = defaults.RETRY_DELAY
    longest_delay: float = defaults.LONGEST_RETRY_DELAY
    ladder: Sequence[tuple[str, Sequence[str]]] = field(default_factory=tuple)
    retries_of: Mapping[str, int] = field(default_factory=dict)

    def retries_after(self, kind: FailureKind | None) -> int:
        """How often a case is repeated unchanged after failures of this kind."""
        return self.retries_of.get(str(kind), self.retries if kind in TRANSIENT else 0)

    def lines_of(self, rung: str | None) -> tuple[str, ...]:
        """The lines that a fallback step adds to the deck; empty for None."""
        return next((tuple(lines) for name, lines in self.ladder if name == rung), ())


class RetryRule(Protocol[AskedVerdict, AskedBudgets]):
    """Evaluates the attempts so far and returns an action, or None if the rule does not apply."""

    def offer(self, attempts: Sequence[Tried[AskedVerdict]], budgets: AskedBudgets) -> Action | None: ...


MOST_ATTEMPTS = 50
"""The upper limit of attempts for all rules: a rule that always applies must not retry a case for ever."""


class DecisionManager(Generic[AnyVerdict, AnyBudgets]):
    """Decides what follows an attempt, from a registry of rules in the order in which they are evaluated."""

    def __init__(self, remedies: Sequence[RetryRule[AnyVerdict, AnyBudgets]]) -> None:
        self.remedies = remedies

    def decide(self, attempts: Sequence[Tried[AnyVerdict]], budgets: AnyBudgets) -> Action:
        """The action after the last of `attempts` (oldest first, at least one)."""
        last = attempts[-1].outcome
        if last.status in DONE:
            return COMPLETED
        if last.status == "cancelled":
            return Action("cancelled", "cancelled")
        if len(attempts) >= MOST_ATTEMPTS:
            return Action("give_up", f"limit of {len(attempts)} attempts reached")
        for remedy in self.remedies:
            offered = remedy.offer(attempts, budgets)
            if offered is not None:
                return offered
        return Action("give_up", f"no retry rule applies after {len(attempts)} attempt(s)")


class RunColdAfterWarm:
    """A failure in a warm session is not a fault of the case until it is repeated: the case is tried once in
    a new process.
    """

    def offer(self, attempts: Sequence[Tried[Outcome]], budgets: Budgets) -> Action | None:
        last = attempts[-1].outcome
        return Action("cold", "failed in a warm session", forced_cold=True) if last.warm else None


class RetryTransient:
    """Spawn failures, signals, lack of memory, lost workers, and kinds with their own number of retries:
    repeat the attempt on the same fallback step after a delay that doubles each time.
    """

    def offer(self, attempts: Sequence[Tried[Outcome]], budgets: Budgets) -> Action | None:
        kind = attempts[-1].outcome.kind
        allowed = budgets.retries_after(kind)
        used = _retries_used(attempts, str(kind), str(kind) in budgets.retries_of, budgets)
        if used >= allowed:
            return None
        delay = min(budgets.longest_delay, budgets.first_delay * 2.0**used)
        reason = f"{kind} may be temporary: retry {used + 1} of {allowed}"
        rung = current_fallback_step(attempts)
        return Action("retry", reason, delay, True, rung, budgets.lines_of(rung))


def _retries_used(attempts: Sequence[Tried[Outcome]], kind: str, own: bool, budgets: Budgets) -> int:
    """Retries after failures of this kind, or of all kinds that share the common number."""
    retried = [str(attempt.outcome.kind) for attempt in attempts if attempt.action == "retry"]
    return sum(1 for each in retried if (each == kind if own else each not in budgets.retries_of))


def current_fallback_step(attempts: Sequence[Tried[Outcome]]) -> str | None:
    """The fallback step of the last attempt, taken from the decision after the attempt before it."""
    return attempts[-2].rung if len(attempts) > 1 else None


class NextFallbackStep:
    """No convergence: use the next fallback step of simulator options."""

    kinds = frozenset({FailureKind.NO_CONVERGENCE, FailureKind.TIMESTEP_TOO_SMALL, FailureKind.PARTIAL})

    def offer(self, attempts: Sequence[Tried[Outcome]], budgets: Budgets) -> Action | None:
        if attempts[-1].outcome.kind not in self.kinds:
            return None
        tried = {attempt.rung for attempt in attempts}
        for name, options in budgets.ladder:
            if name not in tried:
                return Action(
                    "rung",
                    (f"convergence fallback step {name}"),
                    forced_cold=True,
                    rung=name,
                    options=tuple(options),
                )
        return None


RETRY_RULES: list[RetryRule[Outcome, Budgets]] = [
    RunColdAfterWarm(),
    NextFallbackStep(),
    RetryTransient(),
]


def decide(
    attempts: Sequence[Tried[Outcome]],
    budgets: Budgets,
    remedies: Sequence[RetryRule[Outcome, Budgets]] | None = None,
) -> Action:
    """The action after the last attempt at a case."""
    return DecisionManager(RETRY_RULES if remedies is None else remedies).decide(attempts, budgets)


def with_fallback_note(
    outcome: Outcome, rung: str | None, attempts: Sequence[Tried[Outcome]], action: Action
) -> Outcome:
    """The outcome with a message that names its fallback step, or the steps that did not help."""
    if outcome.status == "completed" and rung:
        message = f"converged with fallback step '{rung}'"
        return outcome._replace(message=f"{outcome.message}; {message}" if outcome.message else message)
    climbed = [attempt.rung for attempt in attempts if attempt.action == "rung" and attempt.rung]
    if action.name == "give_up" and climbed:
        return outcome._replace(
            message=(f"{outcome.message}; fallback steps without success: {', '.join(climbed)}")
        )
    return outcome


def installed_retry_rules() -> list[RetryRule[Outcome, Budgets]]:
    """`RETRY_RULES` after those that installed packages bring: each entry point of the group
    ``simorc.retry_rules`` names a class with the `RetryRule` shape, which is made without arguments.
    """
    return [*(plugin.value() for plugin in plugins(ENTRY_POINTS) if not plugin.problem), *RETRY_RULES]


def budgets_from(execution: ExecutionRecord) -> Budgets:
    """The budgets of a run's execution settings."""
    return Budgets(
        retries=execution.retries,
        first_delay=execution.retry.delay,
        longest_delay=execution.retry.longest_delay,
        ladder=[(step.name, step.cards()) for step in execution.convergence.steps()],
        retries_of=execution.retry.kinds,
    )
