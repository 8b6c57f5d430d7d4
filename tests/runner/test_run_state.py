"""The state of a run under any order of events, without a clock, a file or a simulator.

No case is lost, none is in two places, none runs twice at a time, and none starts once the run is cancelled,
paused, or the case is left out.
"""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from simorc.runner.case_queue import CaseQueue
from simorc.runner.retry_policy import Action, Attempt, Budgets, decide
from simorc.runner.run_state import RunState
from simorc.runner.steering import REUSING, GiveBack, Kill, MakePending, Record, SetMeta, Steering, WakeAt
from simorc.simulators.outcome import FailureKind, Outcome

CASES = 6
IDS = range(1, CASES + 1)
BUDGETS = Budgets(retries=2, first_delay=1.0, longest_delay=4.0, ladder=[("gear", ["x"])])
COMPLETED = Outcome.completed({"gain": 1.0})
WARM = Outcome("completed", warm=True)
CRASHED = Outcome.failed(FailureKind.CRASHED, "SIGSEGV")
STUCK = Outcome.failed(FailureKind.NO_CONVERGENCE, "timestep too small")
BROKEN = Outcome.failed(FailureKind.BAD_NETLIST, "unknown card")

some_cases = st.lists(st.integers(1, CASES), max_size=3)


def decided(attempts: Sequence[Attempt]) -> Action:
    return decide(attempts, BUDGETS)


def new_state(*groups: Sequence[int]) -> RunState:
    return RunState(CaseQueue(groups or [IDS]), decided)


class AnyOrder(RuleBasedStateMachine):
    """A run, beside the plainest model of where each of its cases is."""

    def __init__(self) -> None:
        super().__init__()
        self.state = new_state([1, 2, 3], [4, 5, 6])
        self.now = 0.0
        self.recorded = dict.fromkeys(IDS, 0)
        self.status = dict.fromkeys(IDS, "pending")
        self.wanted = set(IDS)
        """Cases that must wait, be due, or be under way."""
        self.wake: list[float] = []
        self.given_back: set[int] = set()

    def obey(self) -> None:
        for command in self.state.steering.commands():
            match command:
                case WakeAt(moment):
                    self.wake.append(moment)
                case MakePending(case_ids):
                    assert not {*case_ids} & self.state.under_way.keys()
                    self.status.update(dict.fromkeys(case_ids, "pending"))
                case GiveBack(case_id, attempts):
                    assert attempts == self.recorded[case_id]
                    self.status[case_id] = "pending"

    @rule(slot=st.integers(0, 2))
    def start(self, slot: int) -> None:
        running = set(self.state.under_way)
        may = self.state.starts_cases
        start = self.state.start_next(slot, self.recorded.__getitem__, self.now)
        if start is None:
            return
        assert may and not self.state.steering.cancelled and not self.state.steering.pause_reasons
        assert start.case_id not in running and start.case_id in self.wanted
        assert start.attempt == self.recorded[start.case_id] + 1
        self.status[start.case_id] = "in_progress"
        self.given_back.discard(start.case_id)

    @rule(slot=st.integers(0, 2), most=st.integers(1, 4))
    def start_range(self, slot: int, most: int) -> None:
        running, may = set(self.state.under_way), self.state.starts_cases
        between = set(self.state.between_attempts())
        started = self.state.start_range(slot, most, self.recorded.__getitem__, self.now)
        assert len(started) <= most and (may or not started)
        assert not {*started} & (running | between) and {*started} <= self.wanted
        for case_id in started:
            assert self.state.start_of(case_id).attempt == self.recorded[case_id] + 1
            self.status[case_id] = "in_progress"
            self.given_back.discard(case_id)

    @precondition(lambda self: self.state.under_way)
    @rule(data=st.data())
    def unstart(self, data: st.DataObject) -> None:
        """A worker gives cases back that it has not begun."""
        plain = [each for each in self.state.under_way if self.state.start_of(each).action is None]
        if not plain:
            return
        case_ids = data.draw(st.lists(st.sampled_from(sorted(plain)), unique=True))
        self.state.unstart(case_ids)
        for case_id in case_ids:
            self.status[case_id] = "pending"
            self.given_back.add(case_id)
            if case_id in self.state.steering.left_out or self.state.steering.cancelled:
                self.wanted.discard(case_id)
        self.obey()

    @precondition(lambda self: self.state.under_way)
    @rule(data=st.data(), outcome=st.sampled_from([COMPLETED, WARM, CRASHED, STUCK, BROKEN]))
    def finish(self, data: st.DataObject, outcome: Outcome) -> None:
        case_id = data.draw(st.sampled_from(sorted(self.state.under_way)))
        done = self.state.finished(case_id, outcome, self.now)
        assert done.case_id == case_id and done.attempt == self.recorded[case_id] + 1
        self.recorded[case_id] += 1
        if done.final:
            self.status[case_id] = done.outcome.status
            self.wanted.discard(case_id)
        else:
            assert case_id not in self.state.steering.left_out and not self.state.steering.cancelled
        self.obey()

    @precondition(lambda self: self.state.under_way)
    @rule(data=st.data())
    def give_back(self, data: st.DataObject) -> None:
        """The machine failed the attempt: it does not count, and the case is wanted as it was."""
        case_id = data.draw(st.sampled_from(sorted(self.state.under_way)))
        self.state.give_back(case_id)
        self.given_back.add(case_id)
        if case_id in self.state.steering.left_out or self.state.steering.cancelled:
            self.wanted.discard(case_id)
        self.obey()

    @rule(case_ids=some_cases)
    def retry(self, case_ids: list[int]) -> None:
        expected = {*case_ids} - self.state.under_way.keys()
        assert self.state.retry(case_ids) == len(expected)
        self.wanted |= expected
        self.obey()

    @rule(case_ids=some_cases)
    def leave_out(self, case_ids: list[int]) -> None:
        self.state.leave_out(case_ids)
        self.wanted -= {*case_ids} - self.state.under_way.keys()
        self.obey()

    @rule(case_ids=some_cases)
    def distrust(self, case_ids: list[int]) -> None:
        self.state.distrust(case_ids, "the waveforms differ")
        self.wanted |= {*case_ids} - self.state.under_way.keys()
        self.obey()

    @rule(case_ids=some_cases)
    def to_front(self, case_ids: list[int]) -> None:
        self.state.move_to_front(case_ids)

    @rule(reason=st.sampled_from(["on request", "disk"]), on=st.booleans())
    def pause(self, reason: str, on: bool) -> None:
        steering = self.state.steering
        steering.pause(reason) if on else steering.resume(reason)
        self.obey()

    @rule(seconds=st.floats(0, 5))
    def pass_time(self, seconds: float) -> None:
        self.now += seconds
        self.state.tick(self.now)

    @precondition(lambda self: self.now > 3)
    @rule()
    def cancel(self) -> None:
        self.state.steering.cancel("on request")
        self.obey()

    @invariant()
    def a_wake_is_asked_for_whatever_is_due(self) -> None:
        if not self.state.under_way and not self.state.waiting and not self.state.idle:
            assert any(moment > self.now for moment in self.wake)

    @invariant()
    def only_cases_between_attempts_are_in_progress_and_not_under_way(self) -> None:
        between = {case_id for case_id in IDS if self.status[case_id] == "in_progress"}
        waits_again = {*self.state.between_attempts()} - self.given_back
        assert between - self.state.under_way.keys() == waits_again

    def teardown(self) -> None:
        """Let everything end: exactly the cases that are wanted come, each once."""
        if self.state.steering.cancelled:
            assert self.state.start_next(0, self.recorded.__getitem__, self.now) is None
            return
        for reason in list(self.state.steering.pause_reasons):
            self.state.steering.resume(reason)
        self.state.tick(self.now + 1000.0)
        came = list(self.state.under_way)
        while (start := self.state.start_next(0, self.recorded.__getitem__, self.now)) is not None:
            came.append(start.case_id)
        assert sorted(came) == sorted(self.wanted)
        for case_id in came:
            self.state.finished(case_id, COMPLETED, self.now)
        assert self.state.idle


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(max_examples=60, stateful_step_count=40)


def started(state: RunState) -> int:
    start = state.start_next(0, lambda case_id: 0, 0.0)
    assert start is not None
    return start.case_id


def test_a_retry_waits_until_it_is_due_and_runs_first() -> None:
    state = new_state()
    assert started(state) == 1
    done = state.finished(1, CRASHED, 10.0)
    assert not done.final and done.action.name == "retry"
    assert WakeAt(11.0) in state.steering.commands()
    state.tick(10.9)
    assert started(state) == 2
    state.tick(11.0)
    assert started(state) == 1


def test_a_tick_of_an_earlier_attempt_does_not_start_the_next_one_early() -> None:
    state = new_state([1])
    started(state)
    state.finished(1, CRASHED, 0.0)
    state.retry([1])
    started(state)
    state.finished(1, CRASHED, 0.9)
    state.tick(1.0)
    assert not state.waiting and not state.idle


def test_a_distrusted_result_of_a_warm_session_runs_again_cold() -> None:
    state = new_state([1])
    started(state)
    state.distrust([1], "case 9: the waveforms differ")
    done = state.finished(1, WARM, 0.0)
    assert done.action.name == "cold" and done.outcome.message == "case 9: the waveforms differ"
    start = state.start_next(0, lambda case_id: 1, 0.0)
    assert start is not None and start.action is not None and start.action.forced_cold


def test_a_case_under_way_that_is_left_out_is_not_tried_again() -> None:
    state = new_state([1])
    started(state)
    state.leave_out([1])
    assert Kill((1,)) in state.steering.commands()
    done = state.finished(1, Outcome.cancelled(), 0.0)
    assert done.final and done.action.name == "cancelled" and state.idle


def test_ending_soon_starts_nothing_and_keeps_what_waits() -> None:
    state = new_state()
    started(state)
    state.end_soon()
    assert state.over and state.start_next(0, lambda case_id: 0, 0.0) is None
    assert state.waiting == CASES - 1


def test_each_reason_to_pause_is_taken_back_by_itself() -> None:
    steering = Steering()
    assert steering.pause("disk") and steering.pause("on request") and not steering.pause("disk")
    steering.commands()
    assert steering.resume("disk") and not steering.resume("disk")
    assert steering.commands() == [
        SetMeta({"state": "paused", "pause_reason": "on request"}),
        Record("paused", "on request"),
    ]
    steering.resume("on request")
    assert steering.commands() == [
        SetMeta({"state": "running", "pause_reason": ""}),
        Record("resumed", "no longer: on request"),
    ]


def test_waiting_for_reused_cases_is_no_pause_of_its_own() -> None:
    steering = Steering()
    steering.pause(REUSING)
    assert [type(command) for command in steering.commands()] == [SetMeta]
    steering.report_start(3, 5, "run")
    assert steering.commands() == [Record("started", f"3 of 5 cases to run, after {REUSING}")]


@pytest.mark.parametrize(
    ("reason", "state", "message"),
    [
        ("", "finished", "4 completed, 1 failed, 2 pending"),
        ("on request", "cancelled", "4 completed, 1 failed, 2 pending (on request)"),
    ],
)
def test_the_end_says_how_many_cases_came_to_what(reason: str, state: str, message: str) -> None:
    steering = Steering()
    if reason:
        assert steering.cancel(reason) and not steering.cancel("once more")
        assert steering.commands() == [SetMeta({"state": "cancelling"}), Kill()]
    steering.end({"completed": 4, "failed": 1, "pending": 2, "in_progress": 0}, 7.0)
    assert steering.commands() == [SetMeta({"state": state, "ended": 7.0}), Record(state, message)]


def test_cases_that_a_range_leaves_run_next_and_in_their_order() -> None:
    state = new_state([1, 2, 3, 4])
    assert state.start_range(0, 3, lambda _: 0, 0.0) == [1, 2, 3]
    state.unstart([2, 3])
    assert [start.case_id for _ in range(3) if (start := state.start_next(0, lambda _: 0, 0.0))] == [2, 3, 4]


def test_a_case_that_a_range_leaves_to_run_by_itself_does_not_begin_once_it_is_stopped() -> None:
    state = new_state()
    state.start_range(0, 4, lambda _: 0, 0.0)
    assert [state.may_begin(case_id) for case_id in (1, 4, 5)] == [True, True, False]
    state.leave_out([1])
    state.unstart([4])
    assert [state.may_begin(case_id) for case_id in (1, 2, 4)] == [False, True, False]
    assert state.steering.pause("held")
    assert not state.may_begin(2)
    assert state.steering.resume("held")
    state.steering.cancel("stopped")
    assert not state.may_begin(2)


def test_a_range_ends_before_a_case_that_is_repeated_with_an_action() -> None:
    state = new_state([1, 2, 3])
    state.start_next(0, lambda _: 0, 0.0)
    state.finished(1, Outcome("failed", FailureKind.CRASHED, warm=True), 0.0)
    assert state.start_range(0, 3, lambda _: 0, 0.0) == []
    again = state.start_next(0, lambda _: 0, 0.0)
    assert again is not None and again.case_id == 1 and again.action is not None
    assert state.start_range(0, 3, lambda _: 0, 0.0) == [2, 3]


@pytest.mark.parametrize(("code", "status"), [(-15, "cancelled"), (-9, "cancelled"), (-11, "failed")])
def test_a_simulator_that_a_cancel_of_the_cluster_ended_is_no_failure(code: int, status: str) -> None:
    state = new_state()
    start = state.start_next(0, lambda _: 0, 0.0)
    assert start is not None
    state.steering.cancel("on request")
    ended = Outcome.failed(FailureKind.CRASHED, "the simulator crashed", exit_code=code)
    done = state.finished(start.case_id, ended, 1.0)
    assert (done.action.name, done.outcome.status) == ("cancelled", status)


def test_a_simulator_that_somebody_ended_is_a_failure_while_the_run_continues() -> None:
    state = new_state()
    start = state.start_next(0, lambda _: 0, 0.0)
    assert start is not None
    ended = Outcome.failed(FailureKind.CRASHED, "the simulator crashed", exit_code=-15)
    assert state.finished(start.case_id, ended, 1.0).outcome.status == "failed"
