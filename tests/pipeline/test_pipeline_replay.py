"""Replaying an attempt, and runs as a data set."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from simorc.errors import ExpressionError, UsageError
from simorc.pipeline.replay import replay
from simorc.pipeline.rundir.dataset import compile_test, records
from simorc.pipeline.rundir.layout import find_pipeline_runs
from simorc.pipeline.rundir.results import exit_code
from simorc.pipeline.tools import Unwatched
from tests.toggle_design import GOOD

Make = Callable[..., Any]

WRONG = GOOD.replace("q <= ~q", "q <= q")


@pytest.mark.iverilog
def test_a_failure_is_replayed_on_its_exact_inputs(loop: Make) -> None:
    work = loop([WRONG, GOOD])
    trace = work.run()
    before = (work.layout.trace.read_bytes(), work.layout.result.read_bytes())
    (work.root / "answers.json").write_text(json.dumps({"a1": ["module else; endmodule"]}))
    replayed = replay(work.opened, Unwatched())
    assert replayed.line["seq"] == 3 and replayed.line["kind"] == "test_failed"
    assert replayed.same and replayed.outcome.message == trace[2]["message"]
    assert (replayed.directory / "in" / "rtl.sv").read_text() == WRONG
    assert replayed.directory.parent == work.layout.replays
    assert (work.layout.trace.read_bytes(), work.layout.result.read_bytes()) == before


@pytest.mark.iverilog
def test_a_stage_is_chosen_by_name(loop: Make) -> None:
    work = loop()
    work.run()
    assert replay(work.opened, Unwatched(), "simulation").outcome.status == "passed"
    assert replay(work.opened, Unwatched(), "simulation").directory.is_dir()
    assert replay(work.opened, Unwatched(), "testbench").line["stage"] == "a7"
    with pytest.raises(UsageError, match="there are: generate, testbench, simulation"):
        replay(work.opened, Unwatched(), "a5")


@pytest.mark.iverilog
def test_runs_become_a_data_set(loop: Make) -> None:
    work = loop([WRONG, GOOD])
    work.run()
    runs = find_pipeline_runs(work.root)
    assert list(records(runs, "simulation.status==passed")) == []
    (record,) = records(runs, "simulation.status==passed and simulation.attempts>1", unverified=True)
    assert record["rtl"] == GOOD and "q changes with each clock" in record["spec"]
    assert record["functional_success"] is None and record["a7_testbench"].startswith("// Testbench")
    assert json.loads(json.dumps(record)) == record
    assert list(records(runs, "simulation.status==failed", unverified=True)) == []
    assert [each["rtl"] for each in records(runs, "verification.state==unverified")] == [GOOD]


RESULT: dict[str, Any] = {
    "state": "failed",
    "kind": "lint",
    "functional_success": None,
    "seconds": 2.5,
    "stages": {"a4": {"status": "failed", "attempts": 2, "metrics": {"warnings": 3, "clean": False}}},
}


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("", True),
        ("state==failed", True),
        ("state=failed", True),
        ("state!=failed", False),
        ("a4.metrics.warnings==3", True),
        ("lint.metrics.warnings==3", True),
        ("a4.metrics.warnings > 3", False),
        ("a4.metrics.clean==false", True),
        ("functional_success==null", True),
        ("functional_success==true", False),
        ("simulation.status==passed", False),
        ("simulation.status!=passed", False),
        ("simulation.status!=passed or simulation.status=missing", True),
        ("not state==passed and seconds<=2.5", True),
        ("kind~LIN", True),
        ("kind=='lint'", True),
        ("state==passed or kind==lint and a4.attempts>=2", True),
        ("state==passed or kind==lint and a4.attempts>2", False),
        ("state>2", False),
        ("(state==passed or kind==lint) and a4.attempts>=2", True),
        ("not (state==passed or kind==lint)", False),
        ("NOT state==passed AND kind~'LI'", True),
        ("kind==lint(x)", False),
    ],
)
def test_conditions(condition: str, holds: bool) -> None:
    test: Callable[[Mapping[str, Any]], bool] = compile_test(condition)
    assert test(RESULT) is holds


@pytest.mark.parametrize(
    ("condition", "column"),
    [("state", 1), ("state==a b", 10), ("a==b and", 9), ("==b", 1), ("(a==b", 6), ('a==b"', 5)],
)
def test_a_condition_that_makes_no_sense_says_where(condition: str, column: int) -> None:
    with pytest.raises(ExpressionError) as caught:
        compile_test(condition)
    assert caught.value.column == column


@pytest.mark.parametrize(
    ("state", "kind", "code"),
    [
        ("passed", None, 0),
        ("failed", "test_failed", 1),
        ("failed", "spec_violated", 3),
        ("cancelled", None, 4),
        ("failed", "tool_missing", 5),
    ],
)
def test_exit_codes(state: str, kind: str | None, code: int) -> None:
    assert exit_code({"state": state, "kind": kind}) == code
