"""Findings read back from the tools' own words, and the fixes simorc knows, against the real verilator."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from simorc.pipeline.verilog.findings import Finding, counted, headline, read_verible, read_verilator
from simorc.pipeline.verilog.lint_fixes import FIXES, apply_fixes
from tests.waiting import PATIENCE

VERILATOR = """\
%Warning-WIDTH: c.v:4:45: Operator ADD expects 4 bits on the RHS, but RHS's CONST '2'h1' generates 2 bits.
                        : ... In instance counter
    4 |     if (!rst_n) q <= 0; else if (en) q <= q + 2'd1;
%Error: bad.v:1:27: syntax error, unexpected output, expecting ')'
%Error-UNSUPPORTED: out/bad.v:7: Unsupported: that
%Error: Cannot find file containing module: 'x'
%Error: Exiting due to 2 warning(s)
"""
VERIBLE = """\
c.v:1:8-14: Declared module does not match "c" [Style: file-names] [module-filename]
c.v:4:52: Remove trailing spaces. [Style: trailing-spaces] [no-trailing-spaces]
bad.v:1:27-32: syntax error at token "output"
bad.v: bad.v:2:2-3:7: syntax error at token "assign"
"""

SEEDED = """module toggle (
    input  logic       clk,
    input  logic [1:0] s,
    output logic [3:0] count,
    output logic [3:0] r
);
  logic spare;
  localparam Unread = 3;
  always_ff @(posedge clk) begin
    count <= count + 2'd1;
  end
  always_comb begin
    r <= 4'd0;
    case (s)
      2'd0: r = 4'd1;
      2'd1: r = 4'd2;
    endcase
  end
endmodule"""


def test_verilators_findings() -> None:
    found = read_verilator(VERILATOR)
    assert [(each.file, each.line, each.column, each.severity, each.code) for each in found] == [
        ("c.v", 4, 45, "warning", "WIDTH"),
        ("bad.v", 1, 27, "error", "ERROR"),
        ("bad.v", 7, 0, "error", "UNSUPPORTED"),
        ("", 0, 0, "error", "ERROR"),
    ]
    assert counted(found) == {"errors": 3, "warnings": 1}
    assert headline(found).startswith("c.v:4:45: WIDTH: Operator ADD") and "(and 3 more)" in headline(found)


def test_veribles_findings() -> None:
    found = read_verible(VERIBLE)
    assert [(each.line, each.column, each.code) for each in found] == [
        (1, 8, "module-filename"),
        (4, 52, "no-trailing-spaces"),
        (1, 27, "syntax"),
        (2, 2, "syntax"),
    ]
    assert found[1].message == "Remove trailing spaces."


def lint(path: Path) -> list[Finding]:
    command = ["verilator", "--lint-only", "-Wall", path.name]
    done = subprocess.run(
        command, cwd=path.parent, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    return read_verilator(done.stdout + done.stderr)


def test_every_seeded_finding_is_mended(tmp_path: Path, needs: Callable[..., None]) -> None:
    needs("verilator")
    source, path = SEEDED, tmp_path / "toggle.sv"
    seen: set[str] = set()
    for _ in range(5):
        path.write_text(source)
        findings = lint(path)
        seen |= {each.code for each in findings}
        source, mended = apply_fixes(source, findings)
        if not mended:
            break
    assert {"EOFNEWLINE", "CASEINCOMPLETE", "COMBDLY"} <= seen
    assert lint(path) == []
    assert "4'd1;\n  end" in source and "spare" not in source and "Unread" not in source
    assert "    r = 4'd0;\n" in source and "      default: ;\n    endcase" in source


def test_a_blocking_assignment_in_sequential_logic(tmp_path: Path, needs: Callable[..., None]) -> None:
    needs("verilator")
    path = tmp_path / "b.sv"
    path.write_text(
        "module b (input logic clk, output logic q);\n  always_ff @(posedge clk) q = 1'b0;\nendmodule\n"
    )
    findings = lint(path)
    assert [each.code for each in findings] == ["BLKSEQ"]
    mended, count = apply_fixes(path.read_text(), findings)
    assert count == 1 and "q <= 1'b0;" in mended


def finding(code: str, line: int, column: int, message: str = "") -> Finding:
    return Finding("a.sv", line, column, "warning", code, message)


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("a == b;\n", finding("BLKSEQ", 1, 3)),
        ("logic a, spare;\n", finding("UNUSEDSIGNAL", 1, 10, "Signal is not used: 'spare'")),
        ("x + 2'd3\n", finding("WIDTH", 1, 3, "expects 1 bits, but RHS's CONST '2'h3' generates 2 bits")),
        ("x + 2'd2\n", finding("WIDTH", 1, 3, "expects 4 bits, but RHS's CONST '2'h3' generates 2 bits")),
        ("case (x) 1: y = 2; endcase\n", finding("CASEINCOMPLETE", 1, 1)),
        ("case (x)\n", finding("CASEINCOMPLETE", 1, 1)),
        ("anything\n", finding("LATCH", 1, 1)),
        ("anything\n", finding("BLKSEQ", 99, 1)),
        ("anything\n", finding("UNUSED", 0, 0)),
    ],
)
def test_what_is_not_certain_is_left_alone(source: str, found: Finding) -> None:
    assert apply_fixes(source, [found]) == (source, 0)


def test_the_registry_takes_another_fix(monkeypatch: pytest.MonkeyPatch) -> None:
    def blank(lines: list[str], found: Finding) -> bool:
        lines[found.line - 1] = "\n"
        return True

    monkeypatch.setitem(FIXES, "NEW", blank)
    assert apply_fixes("a\nb\n", [finding("NEW", 2, 1)]) == ("a\n\n", 1)
