"""Runs with a contract: only what is verified says so, whoever wrote the testbench."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

pytest.importorskip("pyslang")

from simorc.pipeline.replay import replay
from simorc.pipeline.rundir.dataset import records
from simorc.pipeline.rundir.layout import find_pipeline_runs
from simorc.pipeline.rundir.results import exit_code
from simorc.pipeline.tools import Unwatched

pytestmark = pytest.mark.iverilog
Make = Callable[..., Any]

CONTRACT = """
module: toggle
clock: clk
reset: {port: rst_n}
ports: {en: input, q: output, n: {direction: output, width: 2}}
"""
RULES = "rules: {state: {q: 0, n: 0}, next: {q: q ^ en, n: n + en}}\n"
GOOD = """module toggle (
    input  logic clk,
    input  logic rst_n,
    input  logic en,
    output logic q,
    output logic [1:0] n
);
  always_ff @(posedge clk or negedge rst_n) begin
    if (!rst_n) begin
      q <= 1'b0;
      n <= 2'd0;
    end else if (en) begin
      q <= ~q;
      n <= n + 2'd1;
    end
  end
endmodule
"""
WRONG = GOOD.replace("n + 2'd1", "n + 2'd2")
NO_DESIGN = 'module testbench;\n  initial $display("TEST PASSED");\nendmodule\n'
NO_CHECK = """module testbench;
  logic clk = 0, rst_n = 0, en = 1, q; logic [1:0] n;
  toggle dut (.*);
  always #5 clk = ~clk;
  initial begin #12 rst_n = 1; #100 {check}$display("TEST PASSED"); $finish; end
endmodule
"""
ONE_OUTPUT = NO_CHECK.replace(
    "#100 {check}", '#98 if (q !== 1\'b0) $error("q"); #10 if (q !== 1\'b1) $error("q"); '
)


def state(work: Any) -> tuple[str, Any, int]:
    found = work.result
    return found["verification"]["state"], found["functional_success"], exit_code(found)


def test_right_rtl_is_verified_and_wrong_rtl_is_not(loop: Make) -> None:
    work = loop([WRONG, GOOD], contract=CONTRACT + RULES)
    trace = work.run()
    kinds = [line["kind"] or line["stage"] for line in trace]
    assert kinds == ["a1", "a7", "test_failed", "a1", "a7", "simulation", "qualify"]
    assert state(work) == ("verified", True, 0)
    told = work.result["verification"]
    assert told["oracle"] == "rules" and told["checks"] > 500 and told["reasons"] == []
    assert told["mutants"]["killed"] == told["mutants"]["made"] == 10 and told["stubs"]["missed"] == []
    again = work.asked()[-1]["failure"]
    assert "cycle" in again and "!=" in again and len(again.splitlines()) < 30  # the shortened table
    assert replay(work.opened, Unwatched(), "qualify").same
    assert replay(work.opened, Unwatched(), "simulation").same
    assert [each["rtl"] for each in records(find_pipeline_runs(work.root))] == [GOOD]


@pytest.mark.parametrize(
    ("testbench", "reason"),
    [
        (NO_DESIGN, "the testbench does not instantiate the design"),
        (NO_CHECK.format(check=""), "unchecked outputs: q, n"),
        (ONE_OUTPUT, "unchecked outputs: n"),
    ],
)
def test_a_testbench_that_checks_too_little_never_verifies(loop: Make, testbench: str, reason: str) -> None:
    work = loop([GOOD], answers={"a7": [testbench]}, contract=CONTRACT, a7={"backend": "command"})
    trace = work.run()
    path = [line["decision"]["action"] for line in trace if line["stage"] == "qualify"]
    assert path == ["strengthen_testbench", "abort"]
    assert trace[-1]["kind"] == "weak_testbench" and reason in trace[-1]["message"]
    assert state(work) == ("unverified", None, 1)
    assert list(records(find_pipeline_runs(work.root))) == []


@pytest.mark.parametrize(
    ("extra", "reason"),
    [
        ("initial testbench.simorc_errors = 0;", "testbench.simorc_errors"),
        ('`define CALL $write\n  initial `CALL("");', "$write"),
    ],
)
def test_rtl_that_could_influence_its_verdict_is_never_verified(loop: Make, extra: str, reason: str) -> None:
    rtl = GOOD.replace("endmodule", f"  {extra}\nendmodule")
    work = loop([rtl], contract=CONTRACT + RULES)
    line = work.run()[-1]
    assert (line["stage"], line["kind"], line["blamed"]) == ("qualify", "unsafe_code", "rtl")
    assert reason in line["message"] and state(work) == ("unverified", None, 1)


def test_a_contract_that_requires_nothing_does_not_verify(loop: Make) -> None:
    work = loop([GOOD], contract=CONTRACT + RULES + "require: {mutation: 0}\n", qualify={"mutants": 4})
    work.run()
    assert work.result["verification"]["reasons"] == ["qualify.mutants is 4, at least 10 are needed"]
    assert state(work) == ("unverified", None, 1)


def test_survivors_go_back_to_the_testbench_with_their_lines(loop: Make) -> None:
    work = loop([GOOD], answers={"a7": [ONE_OUTPUT]}, contract=CONTRACT, a7={"backend": "command"})
    work.run()
    asked = [each["failure"] for each in work.asked() if each["stage"] == "a7"]
    assert asked[0] == "" and "- n stuck at 0" in asked[1]
    survivors = work.result["verification"]["mutants"]["survivors"]
    assert survivors and all(f"line {each['line']}: `" in asked[1] for each in survivors)
    assert all(f"changed: {each['change']}" in asked[1] for each in survivors)


def test_who_wrote_the_rtl_does_not_vouch_for_it(loop: Make) -> None:
    bench = (
        NO_CHECK.replace("#100 {check}", "repeat (9) begin @(negedge clk); c = c + 1; "
        "if (n !== c || q !== c[0]) $error(\"x\"); end rst_n = 0; #1 if (n !== 0 || q !== 0) $error(\"r\"); "
        "en = 0; rst_n = 1; #30 if (n !== 0 || q !== 0) $error(\"e\"); ")
        .replace("logic [1:0] n;", "logic [1:0] n, c = 0;")
    )  # fmt: skip
    work = loop([GOOD], answers={"a7": [bench]}, contract=CONTRACT, a7={"backend": "command"})
    work.run()
    told = work.result["verification"]
    assert work.result["state"] == "passed" and state(work) == ("unverified", None, 1)
    assert told["reasons"] == [
        "the program {project}/generate.py wrote both the RTL and the expected outputs"
    ]


def test_the_program_of_a_testbench_sees_no_design(loop: Make) -> None:
    work = loop([GOOD], answers={"a7": [NO_DESIGN]}, contract=CONTRACT, a7={"backend": "command"})
    work.run()
    given = (work.layout.attempt_dir(2, "a7") / "in" / "rtl.sv").read_text()
    assert "output logic [1:0] n" in given and "always" not in given


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("output logic q", "output logic p"), "p is not in the contract; q is missing"),
        (("[1:0] n", "[2:0] n"), "n is output of 3 bits, not output of 2 bits"),
        (("input  logic en", "output logic en"), "en is output of 1 bit, not input of 1 bit"),
    ],
)
def test_ports_are_compared_first(loop: Make, change: tuple[str, str], message: str) -> None:
    work = loop([GOOD.replace(*change)], contract=CONTRACT + RULES)
    trace = work.run()
    assert [line["kind"] for line in trace] == ["interface", "interface"]
    assert message in trace[-1]["message"] and state(work) == ("failed", False, 1)


def test_rules_become_rtl_that_is_verified(loop: Make) -> None:
    contract = """
module: toggle
parameters: {W: 3}
clock: clk
reset: {port: rst, active: high, kind: sync}
ports:
  en: input
  a: {direction: input, width: W}
  b: {direction: input, width: 5}
  q: {direction: output, width: 2 * W}
  lt: output
  y: {direction: output, width: 5}
rules:
  state: {q: 5, acc: {width: 7, reset: 0x7F}}
  let: {last: q + 1 > 2 ** W + a - b}
  next: {q: 0 if last else q + en, acc: acc - b * a + (~a if en else b >> 1)}
  out:
    lt: a - b < acc[2:0] and not (a[0] or parity(b))
    y: cat(a[1:0], ~b[2:0]) ^ max(a, b) % 3
stimulus: {cycles: 120}
require: {mutation: 0.5}
"""
    work = loop(contract=contract, a1={"backend": "rules"}, qualify={"mutants": 10})
    trace = work.run()
    assert [line["kind"] or line["stage"] for line in trace] == ["a1", "a7", "simulation", "qualify"]
    assert state(work) == ("verified", True, 0)


def test_a_model_with_an_error_blames_the_model(loop: Make) -> None:
    work = loop([GOOD], contract=CONTRACT + "model: model.py\n")
    (work.root / "model.py").write_text(
        "class M:\n    def reset(self): pass\n    def clock(self, inputs): pass\n"
        "    def outputs(self, inputs):\n        return {'q': 1 // 0, 'n': 0}\n"
    )
    setup = json.loads((work.root / "sim_setup.yaml").read_text())
    (work.root / "sim_setup.yaml").write_text(json.dumps(setup))
    trace = work.run()
    assert trace[-1]["kind"] == "oracle_failed" and trace[-1]["decision"]["action"] == "abort"
    assert "model.py:5: ZeroDivisionError" in trace[-1]["message"]


def test_an_endless_model_is_ended(loop: Make) -> None:
    work = loop([GOOD], contract=CONTRACT + "model: model.py\n", a7={"timeout": 2})
    (work.root / "model.py").write_text(
        "class M:\n    def reset(self):\n        while True: pass\n"
        "    def clock(self, inputs): pass\n    def outputs(self, inputs): return {}\n"
    )
    assert "the oracle did not end within 2 s" in work.run()[-1]["message"]
