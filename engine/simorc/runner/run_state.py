"""The pure state of a run: which cases are pending, running or retried.

Pure, like the steering it builds on: events come in as calls, commands come out. Times are the caller's, in
seconds: `now` of a clock that does not go back, `started` of the wall clock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from simorc.runner.case_queue import CaseQueue
from simorc.runner.early_stop import Known, Stopping
from simorc.runner.retry_policy import COMPLETED, Action, Attempt, current_fallback_step, with_fallback_note
from simorc.runner.steering import GiveBack, MakePending, Record, Steering, WakeAt
from simorc.simulators.outcome import FailureKind, Outcome

Decide = Callable[[Sequence[Attempt]], Action]
"""What follows the last of some attempts at a case."""


class Start(NamedTuple):
    """Run this attempt of a case, after `action` if an attempt before it failed."""

    case_id: int
    attempt: int
    action: Action | None = None


class Concluded(NamedTuple):
    """A finished attempt as it is to be recorded; `final` if no other follows."""

    case_id: int
    attempt: int
    outcome: Outcome
    action: Action
    started: float
    fallback_step: str | None

    @property
    def final(self) -> bool:
        return not self.action.again


class RunState:
    """Decides what runs next and what follows an attempt.

    Each case is in at most one place: in the queue, between two attempts with a time at which the next is
    due, or in progress.
    """

    def __init__(self, queue: CaseQueue, decide: Decide, stop_rule: Stopping | None = None) -> None:
        """`stop_rule` ends Monte Carlo early."""
        self.steering = Steering()
        self._queue, self._decide, self._stop_rule = queue, decide, stop_rule
        self._attempts: dict[int, list[Attempt]] = {}
        self._next_action: dict[int, Action] = {}
        self._due: dict[int, float] = {}
        self._distrusted: dict[int, str] = {}
        self._ending_soon = False
        self._actions: dict[int, Action] = {}
        """What the attempts in progress follow, where an attempt failed before."""
        self._numbers: dict[int, int] = {}
        self.under_way: dict[int, tuple[int, float]] = {}
        """Case -> attempt, and when it was started."""

    # Properties -----------------------------------------------------------------------------------

    @property
    def waiting(self) -> int:
        """How many cases are in the queue."""
        return len(self._queue)

    @property
    def starts_cases(self) -> bool:
        """Whether a case may start now, if one waits."""
        return not (self.over or self.steering.pause_reasons)

    @property
    def over(self) -> bool:
        """Whether no further case will be started, even if cases are pending."""
        return bool(self.steering.cancelled) or self._ending_soon

    @property
    def idle(self) -> bool:
        """Whether the run has finished: no case waits, is due later, or is in progress."""
        return not (self.under_way or self._due or len(self._queue))

    def between_attempts(self) -> list[int]:
        """Cases that failed, are to be tried again, and are not in progress."""
        return list(self._next_action)

    # Cases ----------------------------------------------------------------------------------------

    def start_next(self, slot: int, recorded: Callable[[int], int], started: float) -> Start | None:
        """Start the next case on `slot`, None if none waits; `recorded` counts the attempts at a case that
        earlier runners recorded.
        """
        case_id = self._queue.next(slot) if self.starts_cases else None
        if case_id is None:
            return None
        try:
            attempt = self._attempts_at(case_id, recorded) + 1
        except BaseException:
            self._queue.put_first([case_id])
            raise
        self.under_way[case_id] = (attempt, started)
        action = self._next_action.pop(case_id, None)
        if action is not None:
            self._actions[case_id] = action
        return Start(case_id, attempt, action)

    def start_range(self, slot: int, most: int, recorded: Callable[[int], int], started: float) -> list[int]:
        """Start up to `most` cases on `slot` that run as they are: no action follows an earlier attempt."""
        case_ids = self._start_group(slot, most, recorded, started) if self.starts_cases else []
        while len(case_ids) < most and self._queue.prioritised not in self._next_action:
            start = self.start_next(slot, recorded, started)
            if start is None:
                break
            case_ids.append(start.case_id)
        return case_ids

    def _start_group(self, slot: int, most: int, recorded: Callable[[int], int], started: float) -> list[int]:
        """Start up to `most` cases of one group on `slot`, if none comes before the groups."""
        case_ids = list(self._queue.next_of_group(slot, most))
        try:
            attempts = [self._attempts_at(case_id, recorded) for case_id in case_ids]
        except BaseException:
            self._queue.put_first(case_ids)
            raise
        for case_id, before in zip(case_ids, attempts, strict=True):
            self.under_way[case_id] = (before + 1, started)
        return case_ids

    def _attempts_at(self, case_id: int, recorded: Callable[[int], int]) -> int:
        """How many attempts at a case came before."""
        earlier = self._attempts.get(case_id)
        before = earlier[-1].number if earlier else self._numbers.get(case_id)
        return recorded(case_id) if before is None else before

    def begin(self, case_id: int, started: float) -> int:
        """A case of a range begins; the number of its attempt."""
        attempt, _ = self.under_way[case_id]
        self.under_way[case_id] = (attempt, started)
        return attempt

    def may_begin(self, case_id: int) -> bool:
        """Whether a case of a range that has not begun may begin now: nothing has stopped it since."""
        wanted = case_id in self.under_way and case_id not in self.steering.left_out
        return self.starts_cases and wanted

    def unstart(self, case_ids: Sequence[int]) -> None:
        """Cases of a range that did not begin, or were not concluded, wait again, before all others."""
        case_ids = [case_id for case_id in case_ids if case_id in self.under_way]
        for case_id in case_ids:
            attempt, _ = self.under_way.pop(case_id)
            self._actions.pop(case_id, None)
            self._distrusted.pop(case_id, None)
            self._numbers[case_id] = attempt - 1
        left_out = self.steering.left_out
        if not self.steering.cancelled:
            self._queue.put_back([case_id for case_id in case_ids if case_id not in left_out])

    def start_of(self, case_id: int) -> Start:
        """The attempt in progress at a case."""
        return Start(case_id, self.under_way[case_id][0], self._actions.get(case_id))

    def give_back(self, case_id: int) -> None:
        """An attempt in progress met a fault of the machine: it does not count, and the case is pending as
        before.
        """
        attempt, _ = self.under_way.pop(case_id)
        action = self._actions.pop(case_id, None)
        self._distrusted.pop(case_id, None)
        self.steering.add(GiveBack(case_id, attempt - 1))
        self._numbers[case_id] = attempt - 1
        if self.steering.cancelled or case_id in self.steering.left_out:
            self._attempts.pop(case_id, None)
            return
        if action is not None:
            self._next_action[case_id] = action
        self._queue.put_first([case_id])

    def completed_at_once(self, case_id: int, outcome: Outcome) -> Concluded | None:
        """As `finished` for the first attempt at a case, if that has completed and counts; None, and nothing
        is changed, for any other.
        """
        if outcome.status != "completed" or case_id in self._attempts or case_id in self._distrusted:
            return None
        attempt, started = self.under_way.pop(case_id)
        self._actions.pop(case_id, None)
        self._numbers.pop(case_id, None)
        return Concluded(case_id, attempt, outcome, COMPLETED, started, None)

    def finished(self, case_id: int, outcome: Outcome, now: float) -> Concluded:
        """An attempt in progress has ended."""
        outcome = self._without_trust(case_id, outcome)
        done = self.completed_at_once(case_id, outcome)
        if done is not None:
            return done
        attempt, started = self.under_way.pop(case_id)
        self._actions.pop(case_id, None)
        self._numbers.pop(case_id, None)
        history = self._attempts.setdefault(case_id, [])
        tried = [*history, Attempt(attempt, outcome)]
        action, step = self._decide(tried), current_fallback_step(tried)
        outcome = with_fallback_note(outcome, step, tried, action)
        if outcome.status != "completed" and (self.steering.cancelled or case_id in self.steering.left_out):
            action = Action("cancelled", self.steering.cancelled or "cancelled")
            if outcome.was_ended:  # the scheduler of a cluster ends simulators by itself
                outcome = Outcome.cancelled(seconds=outcome.seconds)
        history.append(Attempt(attempt, outcome, action.name, action.rung))
        if action.again:
            self._retry_later(case_id, action, now)
        else:
            self._attempts.pop(case_id)
        return Concluded(case_id, attempt, outcome, action, started, step)

    def judge_yield(self, concluded: Concluded) -> None:
        """Count a recorded attempt for the stop rule; leave out the samples that are not needed any more."""
        outcome = concluded.outcome
        if self._stop_rule is None or not concluded.final or outcome.status == "cancelled":
            return
        values = outcome.measurements if outcome.status == "completed" else None
        known = self._stop_rule.concluded(concluded.case_id, values, outcome.fingerprint)
        self.leave_out_samples([known] if known else [])

    def _without_trust(self, case_id: int, outcome: Outcome) -> Outcome:
        """A result of a warm session counts as a failure once its deck is distrusted."""
        reason = self._distrusted.pop(case_id, "")
        if not (reason and outcome.warm and outcome.status == "completed"):
            return outcome
        return Outcome.failed(FailureKind.INTERNAL, reason, seconds=outcome.seconds)._replace(warm=True)

    def _retry_later(self, case_id: int, action: Action, now: float) -> None:
        self._next_action[case_id] = action
        self.steering.add(Record("retry", f"case {case_id}: {action.reason}", case_id))
        if action.delay:
            self._due[case_id] = now + action.delay
            self.steering.add(WakeAt(self._due[case_id]))
        else:
            self._queue.put_first([case_id])

    def tick(self, now: float) -> None:
        """Retries that are due by `now` wait in the queue."""
        due = [case_id for case_id, time in self._due.items() if time <= now]
        for case_id in due:
            del self._due[case_id]
        self._queue.put_first(due)

    # Queries --------------------------------------------------------------------------------------

    def leave_out(self, case_ids: Sequence[int]) -> None:
        """Stop or skip these; they stay pending."""
        self.withdraw(case_ids)
        self.steering.leave_out(case_ids)

    def leave_out_samples(self, combinations: Sequence[Known], *, again: bool = False) -> None:
        """Run no further sample of these. `again`: an earlier runner has recorded so."""
        for known in combinations:
            if self.withdraw(known.case_ids) and not again:
                self.steering.add(Record("stopped", known.message))

    def withdraw(self, case_ids: Iterable[int]) -> list[int]:
        """Take these out of everything that waits, now or for a due time; returns those that did wait,
        which are pending.
        """
        cases = list(case_ids)
        waited = self._queue.drop(cases)
        waited += [case_id for case_id in cases if self._due.pop(case_id, None) is not None]
        between = [case_id for case_id in waited if self._next_action.pop(case_id, None) is not None]
        for case_id in between:
            self._attempts.pop(case_id, None)
        if between:
            self.steering.add(MakePending(tuple(between)))
        return waited

    def retry(self, case_ids: Iterable[int]) -> int:
        """Run these again, from scratch; those in progress are not changed. Returns how many."""
        again = [case_id for case_id in dict.fromkeys(case_ids) if case_id not in self.under_way]
        self.withdraw(again)
        self.steering.left_out.difference_update(again)
        self.steering.add(MakePending(tuple(again)))
        self._queue.put_first(again)
        return len(again)

    def move_to_front(self, case_ids: Iterable[int]) -> None:
        """Those of these that wait run next."""
        self._queue.move_to_front(case_ids)

    def distrust(self, case_ids: Sequence[int], reason: str) -> None:
        """Completed cases rest on something that turned out wrong: they run again."""
        cases = frozenset(case_ids)
        again = f"; {len(cases)} cases run again" if cases else ""
        self.steering.add(Record("warm", f"{reason}{again}"))
        self._distrusted.update((case_id, reason) for case_id in cases if case_id in self.under_way)
        self.retry(case_ids)

    def end_soon(self) -> None:
        """Start no more cases: the run ends when the cases in progress have ended."""
        self._ending_soon = True
