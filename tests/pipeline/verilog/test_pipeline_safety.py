"""Reading Verilog, refusing what reaches outside, and taking code out of a model's answer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simorc.pipeline.generation.answers import extract_verilog
from simorc.pipeline.outcome import Fault, StageFailed
from simorc.pipeline.verilog.modules import Port, code_only, module_names, read_header, without_comments
from simorc.pipeline.verilog.safety import complaint, forged_verdict

HEADER = """
// module decoy (input x);
module automatic fifo #(
    parameter int WIDTH = 8,  /* bits, of one word */
    parameter DEPTH = f(2, 3)
) (
    input wire clk, rst_n,
    input  logic [WIDTH-1:0] din,
    output logic [WIDTH-1:0] dout, extra,
    output reg full = 1'b0,
    inout pad
);
endmodule
"""


@pytest.mark.parametrize(
    "source",
    [
        'initial $fopen("/etc/passwd");',
        'initial $fopen("../../x");',
        "initial $fopen(name);",
        'initial $display("//"); initial $fopen("/x", "w");',
        '`include "/etc/passwd"',
        '`include "../x.v"',
        "`include `NAME",
        "initial $readmemh(NAME, memory);",
        'initial $writememh ({"/t", "mp"}, memory);',
        '`define F $fopen\ninitial `F("/x");',
        "initial $dumpfile(path);",
        'initial $system("id");',
        "initial $save;",
        "\0",
        "x" * (4 * 1024**2 + 1),
    ],
)
def test_reaching_outside_is_refused(source: str) -> None:
    assert complaint(source)


@pytest.mark.parametrize(
    "source",
    [
        'initial $dumpfile("waves.vcd");',
        'initial $readmemh("rom.hex", memory);',
        '`include "defines.vh"',
        "real x = $log(2.0);",
        '// $fopen("/etc/passwd")',
        'initial $display("a /* b");',
    ],
)
def test_staying_inside_is_allowed(source: str) -> None:
    assert complaint(source) == ""


def test_the_complaint_names_the_line() -> None:
    assert complaint('module a;\n\ninitial $fopen("/x");').startswith("line 3: $fopen")


@pytest.mark.parametrize("rtl", ['$display("TEST PASSED");', "initial $finish;", "always $stop;"])
def test_rtl_does_not_judge_itself(rtl: str) -> None:
    assert forged_verdict(rtl, "TEST PASSED")


def test_a_comment_may_say_anything() -> None:
    assert forged_verdict("// prints TEST PASSED and calls $finish\nmodule a; endmodule", "TEST PASSED") == ""


def test_a_header_is_read() -> None:
    header = read_header(HEADER, "fifo")
    assert header is not None
    assert header.parameters == (("WIDTH", "8"), ("DEPTH", "f(2, 3)"))
    assert header.ports == (
        Port("input", "", "clk"),
        Port("input", "", "rst_n"),
        Port("input", "[WIDTH-1:0]", "din"),
        Port("output", "[WIDTH-1:0]", "dout"),
        Port("output", "[WIDTH-1:0]", "extra"),
        Port("output", "", "full"),
        Port("inout", "", "pad"),
    )
    assert read_header(HEADER, "decoy") is None
    assert module_names(HEADER) == ["fifo"]


@given(st.text(alphabet='ab"/\\*\n $(', max_size=60))
def test_removing_comments_keeps_lines_and_length(source: str) -> None:
    cleaned = without_comments(source)
    assert len(cleaned) == len(source) and cleaned.count("\n") == source.count("\n")
    assert len(code_only(source)) <= len(source)


@given(st.text(max_size=200))
def test_a_header_of_anything_does_not_raise(source: str) -> None:
    read_header(f"module a {source}", "a")


CODE = "module toggle (input logic clk);\nendmodule"


@pytest.mark.parametrize(
    "answer",
    [
        CODE,
        f"Here it is:\n{CODE}\nEnjoy!",
        f"Sure.\n```verilog\n{CODE}\n```\n",
        f"```systemverilog title\n{CODE}\n```\nand ```sh\nrm -rf /\n```\n",
        f"```sh\nrm -rf /\n```\n```\n{CODE}\n```",
        f"First try:\n```sv\nmodule other; endmodule\n```\nthen\n```sv\n{CODE}\n```",
    ],
)
def test_code_is_taken_out_of_an_answer(answer: str) -> None:
    assert extract_verilog(answer, "toggle") == f"{CODE}\n"


@pytest.mark.parametrize(
    "answer",
    ["", "I cannot do that.", "```sh\nrm -rf /\n```", "module toggle (", "```\nmodule other; endmodule\n```"],
)
def test_an_answer_without_the_module_is_refused(answer: str) -> None:
    with pytest.raises(StageFailed) as caught:
        extract_verilog(answer, "toggle")
    assert caught.value.outcome.kind is Fault.BAD_ANSWER
    assert len(caught.value.outcome.message) < 200


@given(st.text(max_size=400))
def test_any_answer_gives_code_or_a_refusal(answer: str) -> None:
    try:
        assert "module" in extract_verilog(answer)
    except StageFailed as error:
        assert error.outcome.kind is Fault.BAD_ANSWER
