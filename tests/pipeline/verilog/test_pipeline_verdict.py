"""The verdict on a Verilog simulation, from its log."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simorc.config.models.pipeline_stages import Simulate
from simorc.pipeline.outcome import Fault
from simorc.pipeline.tools import Ended, log_lines
from simorc.pipeline.verilog.verdict import judge_compilation, judge_simulation

WORDS = Simulate()
GOOD_END = Ended(0, False, 0.1)


@pytest.mark.parametrize(
    ("log", "fault"),
    [
        ("TEST PASSED\n", None),
        ("VCD info: dumpfile waves.vcd opened for output.\n  TEST PASSED: 12 checks\n", None),
        ("", Fault.NO_VERDICT),
        ("all is well\n", Fault.NO_VERDICT),
        ("NOT TEST PASSED\n", Fault.NO_VERDICT),
        ("ERROR: tb.sv:9: q is 0\n       Time: 5 Scope: tb\nTEST PASSED\n", Fault.TEST_FAILED),
        ("FATAL: tb.sv:9: dead\nTEST PASSED\n", Fault.TEST_FAILED),
        ("TEST PASSED\nTEST FAILED: 2 errors\n", Fault.TEST_FAILED),
        ("Assertion p1 failed\nTEST PASSED\n", Fault.TEST_FAILED),
        ("assertion violated at 5\nTEST PASSED\n", Fault.TEST_FAILED),
        ("TIMEOUT after 1000 cycles\nTEST PASSED\n", Fault.TIMEOUT),
        ("errors: 0\nno errors found\nTEST PASSED\n", None),
    ],
)
def test_what_a_log_says(log: str, fault: Fault | None) -> None:
    assert judge_simulation(log.splitlines(), GOOD_END, WORDS).fault is fault


@pytest.mark.parametrize(
    ("ended", "fault"),
    [
        (Ended(1, False, 0.1), Fault.TEST_FAILED),
        (Ended(-signal.SIGSEGV, False, 0.1), Fault.CRASHED),
        (Ended(-signal.SIGXFSZ, False, 0.1), Fault.OUTPUT_LIMIT),
        (Ended(-signal.SIGKILL, True, 9.0), Fault.TIMEOUT),
    ],
)
def test_a_bad_end_outweighs_the_marker(ended: Ended, fault: Fault) -> None:
    assert judge_simulation("TEST PASSED\n".splitlines(), ended, WORDS).fault is fault


def test_markers_come_from_the_configuration() -> None:
    words = Simulate(pass_marker="OK", fail_markers=("BAD",))
    assert judge_simulation("OK\n".splitlines(), GOOD_END, words).fault is None
    assert judge_simulation("TEST PASSED\n".splitlines(), GOOD_END, words).fault is Fault.NO_VERDICT
    assert judge_simulation("OK\nvery BAD\n".splitlines(), GOOD_END, words).fault is Fault.TEST_FAILED


def test_the_message_names_the_first_error_and_counts() -> None:
    verdict = judge_simulation("ERROR: a.sv:1: one\nERROR: a.sv:2: two\n".splitlines(), GOOD_END, WORDS)
    assert verdict.message == "ERROR: a.sv:1: one (and 1 more)" and verdict.errors == 2


@given(st.text(max_size=300))
def test_nothing_passes_without_the_marker(log: str) -> None:
    if not any(line.strip().startswith(WORDS.pass_marker) for line in log.splitlines()):
        assert judge_simulation(log.splitlines(), GOOD_END, WORDS).fault is not None


@pytest.mark.parametrize(
    ("log", "blamed", "message"),
    [
        ("toggle.sv:3: syntax error\nI give up.\n", "rtl", "toggle.sv:3: syntax error"),
        ("testbench.sv:9: error: Unknown module type: x\n", "testbench", "testbench.sv:9: error"),
        ("something else\n", "rtl", "something else"),
        ("", "rtl", "exit code 2"),
    ],
)
def test_a_compilation_blames_a_file(log: str, blamed: str, message: str) -> None:
    verdict, who = judge_compilation(log, Ended(2, False, 0.1), "testbench.sv")
    assert verdict.fault is Fault.COMPILE_ERROR and who == blamed
    assert verdict.message.startswith(message)


def test_warnings_do_not_fail_a_compilation() -> None:
    verdict, blamed = judge_compilation("a.sv:1: warning: that\n", GOOD_END, "testbench.sv")
    assert (verdict.fault, blamed) == (None, "")


def test_an_error_in_the_middle_of_a_large_log_is_found(tmp_path: Path) -> None:
    log = tmp_path / "simulation.log"
    noise = b"." * 100 + b"\n"
    end = b"." * 200_000 + b"\nTEST PASSED\n"
    log.write_bytes(noise * 20_000 + b"ERROR: tb.sv:1: q\n" + noise * 20_000 + end)
    verdict = judge_simulation(log_lines(log), GOOD_END, WORDS)
    assert (verdict.fault, verdict.message, verdict.errors) == (Fault.TEST_FAILED, "ERROR: tb.sv:1: q", 1)
