"""RTL with what no circuit has is named; ordinary designs are not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pyslang")

from benchmarks.digital import STYLES, problems
from simorc.pipeline.stages.circuit import conditional_macros
from simorc.pipeline.verilog import circuit_process

DESIGN = "module toggle(input clk, input en, output reg q);\n  always @(posedge clk) q <= #1 ~q;\n"


def objections(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rtl: str, **parameters: Any) -> list[str]:
    source, request, answer = (tmp_path / name for name in ("rtl.sv", "request.json", "answer.json"))
    source.write_text(rtl)
    asked = {"files": [str(source)], "raw": str(source), "tested": conditional_macros(rtl)}
    asked |= {"outside": ["testbench"], "parameters": parameters}
    request.write_text(json.dumps(asked))
    monkeypatch.setattr("sys.argv", ["circuit_process", str(request), str(answer)])
    assert circuit_process.main() == 0
    found: list[str] = json.loads(answer.read_text())["objections"]
    return found


@pytest.mark.parametrize(
    ("extra", "reason"),
    [
        ('initial $display("%s%s", "TEST ", "PASSED");', "line 3: $display"),
        ("always @(posedge clk) if (q) $finish;", "line 3: $finish"),
        ('initial $info("\\nTEST PASSED");', "line 3: $info"),
        ("wire unused = testbench.expected_after_q;", "testbench.expected_after_q"),
        ("wire unused = bench.dut.q;", "bench, which is not part of the design"),
        ("initial $root.testbench.simorc_errors = 0;", "$root"),
        ("initial stop_checking;", "stop_checking"),
        ("defparam bench.rows = 0;", "bench, which is not part of the design"),
        ("initial force q = 0;", "line 3: force"),
        ("initial release q;", "line 3: release"),
        ("always @(en) assign q = 0;", "assign in a process"),
        ("bind testbench toggle spy();", "bind"),
        ('import "DPI-C" function int peek();', "a DPI import"),
        ('reg r; initial r = $test$plusargs("simorc_errors");', "$test$plusargs"),
        ('reg [1:0] m [0:0]; initial $readmemb("vectors.mem", m);', "$readmemb"),
        ('integer f; initial f = $fopen("testbench.sv");', "$fopen"),
        ("reg r; always @(posedge clk) r = $time > 7;", "$time"),
        ("reg r = 0; always #1 r = !r;", "a delay"),
        ("wire #2 late = q;", "a delay"),
        ("reg r; initial begin wait (en); r = 1; end", "wait"),
        ("reg r; initial begin repeat (9) @(posedge clk); r = 1; end", "an initial block that waits"),
        ("final q = 0;", "final"),
        ("`ifdef __ICARUS__\n wire r = en;\n`else\n wire r = q;\n`endif", "the macro __ICARUS__"),
        ("`ifndef SYNTHESIS\n initial q = 0;\n`endif", "the macro SYNTHESIS"),
    ],
)
def test_what_no_circuit_has_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, extra: str, reason: str
) -> None:
    assert reason in " ".join(objections(tmp_path, monkeypatch, f"{DESIGN}  {extra}\nendmodule\n"))


def test_a_branch_that_only_the_parameters_of_the_contract_enable_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rtl = "module toggle #(parameter W = 1) (output q);\n if (W == 3) assign q = bench.x;\nendmodule\n"
    assert objections(tmp_path, monkeypatch, rtl) == []
    assert "bench" in objections(tmp_path, monkeypatch, rtl, W=3)[0]


@pytest.mark.parametrize(
    "extra",
    [
        '`ifndef SYNTHESIS\n always @(posedge clk) assert (q !== 1\'bx) else $error("x");\n`endif',
        "`ifdef COCOTB_SIM\n initial $dumpvars;\n`endif",
        "`define WIDTH 4\n`ifdef WIDTH\n wire [$clog2(`WIDTH):0] w = $signed(q);\n`endif",
        "// force testbench.q\n initial q = 0;",
    ],
)
def test_what_ordinary_designs_have_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, extra: str
) -> None:
    assert objections(tmp_path, monkeypatch, f"{DESIGN}  {extra}\nendmodule\n") == []


def test_the_right_designs_of_the_benchmark_are_circuits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for problem in problems():
        parameters = problem.contract().get("parameters", {})
        for style in STYLES:
            found = objections(tmp_path, monkeypatch, problem.design(style), **parameters)
            assert found == [], f"{problem.name}, {style}"
