"""The decision manager of pipelines, and a run's state as its trace tells it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simorc.errors import StoreError
from simorc.pipeline import remediations as remedies
from simorc.pipeline.outcome import Fault, StageOutcome
from simorc.pipeline.remediations import StageBudgets, decision_manager
from simorc.pipeline.rundir.attempt_log import append_line, mend_trace, read_trace
from simorc.pipeline.rundir.progress import Progress
from simorc.runner.retry_policy import Action, Tried

ORDER = ("a1", "a5", "a4", "a7", "simulation", "export")


def failed(stage: str, kind: Fault, blamed: str = "") -> StageOutcome:
    return StageOutcome("failed", kind, "it failed", blamed=blamed, stage=stage)


def play(*outcomes: StageOutcome, budgets: StageBudgets | None = None) -> list[str]:
    """The action after each outcome."""
    attempts: list[Tried[StageOutcome]] = []
    for number, outcome in enumerate(outcomes, 1):
        action = decision_manager().decide([*attempts, Tried(number, outcome)], budgets or StageBudgets())
        attempts.append(Tried(number, outcome, action.name))
    return [attempt.action for attempt in attempts]


def test_a_failed_simulation_a4_once_a1_once_then_the_end() -> None:
    wrong = failed("simulation", Fault.TEST_FAILED, "rtl")
    assert play(wrong, wrong, wrong) == ["fix_lint", "regenerate", "give_up"]


def test_lint_findings_take_the_same_path() -> None:
    findings = failed("a4", Fault.LINT, "rtl")
    assert play(findings, findings, findings) == ["fix_lint", "regenerate", "give_up"]


def test_a_way_back_that_changes_nothing_is_not_tried_twice() -> None:
    outcomes = (failed("simulation", Fault.TEST_FAILED), failed("a4", Fault.NOTHING_TO_FIX))
    assert play(*outcomes, budgets=StageBudgets(a4=5)) == ["fix_lint", "regenerate"]


@pytest.mark.parametrize(
    ("outcome", "actions"),
    [
        (failed("a1", Fault.BAD_ANSWER), ["regenerate", "give_up"]),
        (failed("a5", Fault.SYNTAX), ["regenerate", "give_up"]),
        (failed("a7", Fault.BACKEND_FAILED), ["remake_testbench", "give_up"]),
        (failed("simulation", Fault.TOOL_MISSING), ["give_up"]),
        (failed("a1", Fault.TEMPLATE_ERROR), ["give_up"]),
        (failed("export", Fault.GATE_FAILED), ["give_up"]),
    ],
)
def test_each_failure_has_its_path(outcome: StageOutcome, actions: list[str]) -> None:
    assert play(*[outcome] * len(actions)) == actions


def test_a_testbench_at_fault_is_made_again_and_no_rtl_is_asked_for() -> None:
    outcome = failed("simulation", Fault.COMPILE_ERROR, "testbench")
    assert play(*[outcome] * 2) == ["remake_testbench", "give_up"]


def test_a_weak_testbench_is_strengthened_once_and_no_rtl_is_asked_for() -> None:
    outcome = failed("qualify", Fault.WEAK_TESTBENCH, "testbench")
    assert play(*[outcome] * 2) == ["strengthen_testbench", "give_up"]


def test_wrong_ports_are_no_matter_for_lint() -> None:
    outcome = failed("simulation", Fault.INTERFACE, "rtl")
    assert play(*[outcome] * 2) == ["regenerate", "give_up"]


def test_a_new_remedy_is_one_entry_of_the_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    class AskAgain:
        def offer(self, attempts: Any, budgets: StageBudgets) -> Action | None:
            return Action("ask_again", "why not", back_to="a1") if len(attempts) < 3 else None

    monkeypatch.setattr(remedies, "REMEDIATIONS", [AskAgain()])
    assert play(*[failed("a1", Fault.BAD_ANSWER)] * 3) == ["ask_again", "ask_again", "give_up"]


STAGES = st.sampled_from(("passed", *[kind for kind in Fault if kind is not Fault.CANCELLED]))


@given(st.lists(STAGES, max_size=60), st.integers(0, 3), st.integers(0, 3), st.integers(0, 3))
def test_whatever_fails_a_run_ends_within_its_budgets(verdicts: list[str], a4: int, a1: int, a7: int) -> None:
    progress = Progress.start(ORDER, {})
    budgets = StageBudgets(a4, a1, a7)
    for verdict in verdicts:
        if progress.next is None:
            break
        stage, seq = progress.next, progress.seq + 1
        kind = None if verdict == "passed" else Fault(verdict)
        outcome = StageOutcome("failed" if kind else "passed", kind, stage=stage)
        if kind is None and stage in ("a1", "a5", "a4", "a7"):
            made = "testbench" if stage == "a7" else "rtl"
            outcome = StageOutcome("passed", artefacts={made: f"{stage}/{seq}"}, stage=stage)
        action = decision_manager().decide([*progress.history, Tried(seq, outcome)], budgets)
        following, state = progress.after(outcome, action)
        decision = {"action": action.name, "reason": action.reason, "next": following, "state": state}
        progress.advance({"seq": seq, **outcome.as_json(), "details": "", "decision": decision})
    assert progress.seq <= len(ORDER) * (1 + a4 + a1 + a7 + budgets.strengthen)
    assert (progress.next is None) == (progress.state in ("passed", "failed"))
    if progress.state == "passed":
        assert "testbench" in progress.files and progress.history[-1].outcome.stage == "export"


def test_a_torn_line_is_cut_off_and_the_stage_repeated(tmp_path: Path) -> None:
    trace = tmp_path / "trace.jsonl"
    append_line(trace, {"seq": 1, "text": "µ"})
    append_line(trace, {"seq": 2})
    whole = trace.read_bytes()
    for cut in range(len(whole) + 1):
        trace.write_bytes(whole[:cut])
        lines = read_trace(trace)
        mend_trace(trace)
        append_line(trace, {"seq": len(lines) + 1})
        assert [line["seq"] for line in read_trace(trace)] == list(range(1, len(lines) + 2))


@pytest.mark.parametrize("content", ["not json\n", "[1]\n", "{}\n", "3\n"])
def test_what_is_no_trace_says_so(tmp_path: Path, content: str) -> None:
    (tmp_path / "trace.jsonl").write_text(content)
    with pytest.raises(StoreError, match="not a trace"):
        read_trace(tmp_path / "trace.jsonl")


def test_no_trace_is_an_empty_one(tmp_path: Path) -> None:
    mend_trace(tmp_path / "trace.jsonl")
    assert read_trace(tmp_path / "trace.jsonl") == []
