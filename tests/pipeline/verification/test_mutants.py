"""Mutants of a source, by pyslang, read in this process."""

from __future__ import annotations

import pytest

pytest.importorskip("pyslang")

from simorc.pipeline.verilog.slang_process import mutants

SOURCE = """// µ: offsets count bytes
module m #(parameter int W = 4) (input logic clk, rst_n, en, output logic [W-1:0] q);
  localparam logic [W-1:0] One = 1;
  always_ff @(posedge clk or negedge rst_n)
    if (!rst_n) q <= '0;
    else if (en && q != 4'd9) q <= q + W'(1);
    else for (int i = 0; i < W; i = i + 1) q[i] <= ~q[i];
endmodule
"""


def changes(source: str = SOURCE, **more: int) -> list[str]:
    found = mutants(source, more.get("seed", 1), more.get("most", 80), "rst_n")
    return [f"{each['line']}: {each['change']}" for each in found]


def test_each_mutant_names_its_line_and_its_change() -> None:
    found = changes()
    assert "4: posedge clk -> negedge clk" in found
    assert "5: '0 -> '1" in found
    assert "6: q != 4'd9 -> q == 4'd9" in found
    assert "6: 4'd9 -> 4'd10" in found
    assert "6: q + W'(1) -> q - W'(1)" in found
    assert "7: ~q[i] -> q[i]" in found
    assert "7: q[i] <= ~q[i] -> removed" in found


def test_declarations_widths_and_heads_of_loops_stay() -> None:
    found = changes()
    assert not any("W-1" in each or "i < W" in each or "i + 1" in each for each in found)


def test_edges_and_resets_are_marked() -> None:
    marked = {each["change"] for each in mutants(SOURCE, 1, 80, "rst_n") if each["reset"]}
    assert {"posedge clk -> negedge clk", "!rst_n -> rst_n"} <= marked
    assert "4'd9 -> 4'd10" not in marked


def test_edits_apply_at_bytes() -> None:
    source = SOURCE.encode()
    for each in mutants(SOURCE, 1, 80):
        start, end, text = each["edit"]
        changed = source[:start] + text.encode() + source[end:]
        assert changed != source and changed.decode().startswith("// µ")


def test_the_choice_is_that_of_the_seed() -> None:
    assert len(changes(most=5)) == 5
    assert changes(most=5, seed=2) == changes(most=5, seed=2)
    assert set(changes(most=5, seed=2)) <= set(changes())


def test_what_a_macro_writes_stays() -> None:
    source = "`define SUM a + b\nmodule m (input a, b, output y);\n  assign y = `SUM;\nendmodule\n"
    assert changes(source) == []
