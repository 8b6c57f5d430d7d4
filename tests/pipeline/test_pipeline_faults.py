"""Seeded faults: each takes the documented path, with the documented trace, within budgets."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

import pytest

from simorc.errors import ToolMissing
from tests.toggle_design import GOOD
from tests.waiting import PATIENCE

pytestmark = pytest.mark.iverilog

WRONG = GOOD.replace("q <= ~q", "q <= q")
BROKEN = GOOD.replace("q <= ~q;", "q <= ;")
ENDLESS = "module testbench;\n  initial forever #1;\nendmodule\n"
SILENT = "module testbench;\n  initial #10 $finish;\nendmodule\n"

Make = Callable[..., Any]


def path(trace: list[dict[str, Any]]) -> list[str]:
    """``stage:status`` or ``stage:kind>action`` of every attempt."""
    steps = []
    for line in trace:
        action = line["decision"]["action"]
        said = f"{line['stage']}:{line['kind'] or line['status']}"
        steps.append(said if action == "done" else f"{said}>{action}")
    return steps


GOES_ROUND = [
    "a1:passed",
    "a7:passed",
    "simulation:{0}>regenerate",
    "a1:passed",
    "a7:passed",
    "simulation:{0}>abort",
]


REMADE = [
    *["a1:passed", "a7:passed", "simulation:{0}>remake_testbench"],
    *["a7:passed", "simulation:{0}>abort"],
]


def test_good_rtl_passes_at_once(loop: Make) -> None:
    work = loop()
    assert path(work.run()) == ["a1:passed", "a7:passed", "simulation:passed"]
    result = work.result
    assert result["state"] == "passed" and result["functional_success"] is None
    assert result["verification"]["state"] == "unverified"
    assert "no contract" in result["verification"]["reasons"][0]
    assert "TEST PASSED" in result["simulation_log"]
    assert "module testbench" in result["a7_testbench"]
    assert (work.layout.path / result["testbench_file"]).is_file()
    assert (work.layout.path / result["vcd_file"]).stat().st_size > 100
    assert (work.layout.verification / "testbench.sv").read_text() == result["a7_testbench"]


def test_rtl_wrong_once_is_right_on_regeneration(loop: Make) -> None:
    work = loop([WRONG, GOOD])
    assert path(work.run()) == [
        *["a1:passed", "a7:passed", "simulation:test_failed>regenerate"],
        *["a1:passed", "a7:passed", "simulation:passed"],
    ]
    first, second = work.asked()
    assert first["failure"] == ""
    assert "test_failed" in second["failure"] and "q is 0, expected 1" in second["failure"]
    assert work.result["state"] == "passed"
    assert [each["action"] for each in work.result["decisions"]] == ["regenerate"]


def test_rtl_wrong_for_ever_is_given_up_within_its_budget(loop: Make) -> None:
    work = loop([WRONG])
    assert path(work.run()) == [step.format("test_failed") for step in GOES_ROUND]
    assert work.result["state"] == "failed" and work.result["functional_success"] is False
    assert work.result["failed_stage"] == "simulation" and work.result["kind"] == "test_failed"


def test_budgets_come_from_the_configuration(loop: Make) -> None:
    work = loop([WRONG])
    setup = work.root / "sim_setup.yaml"
    written = json.loads(setup.read_text())
    written["pipelines"]["toggle"]["budgets"] = {"a1": 3}
    setup.write_text(json.dumps(written))
    actions = [line["decision"]["action"] for line in work.run() if line["stage"] == "simulation"]
    assert actions == ["regenerate", "regenerate", "regenerate", "abort"]


def test_a_compile_error_goes_back_to_a1(loop: Make) -> None:
    work = loop([BROKEN, GOOD])
    trace = work.run()
    assert path(trace)[2] == "simulation:compile_error>regenerate"
    assert trace[2]["message"].startswith("toggle.sv:8: ")
    assert work.result["state"] == "passed"


@pytest.mark.parametrize("header", ["module toggle;", "module toggle (clk, q);\n  input clk;\n  output q;"])
def test_rtl_without_a_readable_port_list_goes_back_to_a1(loop: Make, header: str) -> None:
    work = loop([f"{header}\nendmodule\n", GOOD])
    assert path(work.run())[:3] == ["a1:passed", "a7:compile_error>regenerate", "a1:passed"]
    assert work.result["state"] == "passed"


def test_a_testbench_that_never_ends_is_killed(loop: Make) -> None:
    work = loop(answers={"a7": [ENDLESS]}, a7={"backend": "command"}, simulation={"timeout": 1})
    assert path(work.run()) == [step.format("timeout") for step in REMADE]


def test_a_testbench_without_a_verdict_does_not_pass(loop: Make) -> None:
    work = loop(answers={"a7": [SILENT]}, a7={"backend": "command"})
    assert path(work.run()) == [step.format("no_verdict") for step in REMADE]


def test_a_testbench_that_does_not_compile_is_made_again(loop: Make) -> None:
    good = 'module testbench;\n  initial $display("TEST PASSED");\nendmodule\n'
    broken = "module testbench;\n  initial $display(;\nendmodule\n"
    work = loop(answers={"a7": [broken, good]}, a7={"backend": "command"})
    assert path(work.run()) == [
        *["a1:passed", "a7:passed", "simulation:compile_error>remake_testbench"],
        *["a7:passed", "simulation:passed"],
    ]
    assert "testbench.sv:2" in work.asked()[-1]["failure"]


def test_a_crashing_generator_is_tried_again(loop: Make) -> None:
    work = loop(["CRASH", GOOD])
    trace = work.run()
    assert path(trace)[:2] == ["a1:backend_failed>regenerate", "a1:passed"]
    assert "the generator fell over" in trace[0]["message"]
    assert work.result["state"] == "passed"


def test_a_generator_that_crashes_for_ever_is_given_up(loop: Make) -> None:
    work = loop(["CRASH"])
    assert path(work.run()) == ["a1:backend_failed>regenerate", "a1:backend_failed>abort"]
    assert work.result["functional_success"] is None


def test_a_hanging_generator_is_killed(loop: Make) -> None:
    work = loop(["HANG", GOOD], a1={"timeout": 5})
    assert path(work.run())[:2] == ["a1:backend_timeout>regenerate", "a1:passed"]


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ("NOTHING", "backend_failed"),
        ("no verilog at all", "bad_answer"),
        ("module other; endmodule\n", "bad_answer"),
        (GOOD.replace("always_ff", '  initial $readmemh("/etc/passwd", q);\n  always_ff'), "unsafe_code"),
    ],
)
def test_what_a_generator_may_leave(loop: Make, answer: str, kind: str) -> None:
    work = loop([answer])
    assert path(work.run()) == [f"a1:{kind}>regenerate", f"a1:{kind}>abort"]


def test_rtl_that_prints_the_verdict_itself_is_refused(loop: Make) -> None:
    forged = WRONG.replace("  always_ff", '  initial $display("TEST PASSED");\n  always_ff')
    work = loop([forged])
    assert path(work.run()) == [step.format("unsafe_code") for step in GOES_ROUND]


def test_a_file_task_assembled_by_macros_is_refused(loop: Make) -> None:
    hidden = "`define TASK(name) $``name``open\n"
    bench = f'{hidden}module testbench;\n  integer f;\n  initial f = `TASK(f)("/tmp/out", "w");\nendmodule\n'
    work = loop(answers={"a7": [bench]}, a7={"backend": "command"})
    trace = work.run()
    assert trace[-1]["kind"] in ("unsafe_code", "compile_error")
    assert not any(line["status"] == "passed" for line in trace if line["stage"] == "simulation")


def test_macros_that_explode_are_refused(loop: Make) -> None:
    lines = ["`define A0 initial #1;"]
    lines += [f"`define A{level} {' '.join([f'`A{level - 1}'] * 16)}" for level in range(1, 6)]
    bench = "\n".join([*lines, "module testbench;", "`A5", "endmodule", ""])
    work = loop(answers={"a7": [bench]}, a7={"backend": "command"})
    trace = work.run()
    assert trace[2]["kind"] == "unsafe_code" and "macros expand" in trace[2]["message"]


def test_a_testbench_that_prints_for_ever_is_stopped(loop: Make) -> None:
    bench = 'module testbench;\n  initial forever begin #1; $display("more"); end\nendmodule\n'
    limits = {"output_limit": 1_000_000, "timeout": PATIENCE}
    work = loop(answers={"a7": [bench]}, a7={"backend": "command"}, simulation=limits)
    assert path(work.run()) == [step.format("output_limit") for step in REMADE]


def test_a_tool_missing_from_the_start_is_told_before_anything_is_made(
    loop: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = loop()
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(ToolMissing, match="iverilog is not installed"):
        work.build()
    assert not (work.root / "pipeline_runs").exists()


def test_a_lint_error_is_mended_by_a4(loop: Make, needs: Callable[..., None]) -> None:
    needs("verilator")
    seeded = GOOD.replace("  always_ff", "  logic spare;\n  always_ff")
    work = loop([seeded], a4={"enable": True})
    trace = work.run()
    assert path(trace) == [
        *["a1:passed", "a4:lint>fix_lint", "a4:passed"],
        *["a7:passed", "simulation:passed"],
    ]
    assert trace[1]["metrics"] == {"errors": 0, "warnings": 1, "mended": 0}
    assert trace[2]["metrics"] == {"errors": 0, "warnings": 0, "mended": 1}
    assert "spare" not in work.result["rtl"]


def test_a_lint_error_nobody_mends_goes_back_to_a1(loop: Make, needs: Callable[..., None]) -> None:
    needs("verilator")
    latch = GOOD.replace("  always_ff", "  logic l;\n  always_comb if (clk) l = q;\n  always_ff")
    work = loop([latch, GOOD], a4={"enable": True})
    assert path(work.run()) == [
        *["a1:passed", "a4:lint>fix_lint", "a4:lint>regenerate"],
        *["a1:passed", "a4:passed", "a7:passed", "simulation:passed"],
    ]


def test_a_failed_simulation_asks_a4_then_a1_then_gives_up(loop: Make, needs: Callable[..., None]) -> None:
    needs("verilator")
    work = loop([WRONG], a4={"enable": True})
    assert path(work.run()) == [
        *["a1:passed", "a4:passed", "a7:passed", "simulation:test_failed>fix_lint"],
        *["a4:nothing_to_fix>regenerate"],
        *["a1:passed", "a4:passed", "a7:passed", "simulation:test_failed>abort"],
    ]


def test_a_program_of_a4_may_mend_what_the_simulation_found(loop: Make, needs: Callable[..., None]) -> None:
    needs("verilator")
    # The second attempt at a4 is the way back; its program then writes the right RTL.
    work = loop([WRONG], answers={"a4": [WRONG, GOOD]}, a4={"enable": True, "fix": {"backend": "command"}})
    assert path(work.run()) == [
        *["a1:passed", "a4:passed", "a7:passed", "simulation:test_failed>fix_lint"],
        *["a4:passed", "simulation:passed"],
    ]
    assert "q is 0, expected 1" in work.asked()[-1]["failure"]


def test_rtl_verible_cannot_parse_goes_back_to_a1(loop: Make, needs: Callable[..., None]) -> None:
    needs("verible-verilog-lint", "verible-verilog-format")
    work = loop([BROKEN, GOOD.replace("    else", "        else")], a5={"enable": True})
    trace = work.run()
    assert path(trace)[:4] == ["a1:passed", "a5:syntax>regenerate", "a1:passed", "a5:passed"]
    assert trace[3]["metrics"]["changed"] is True
    assert "    else q" in work.result["rtl"] and "        else" not in work.result["rtl"]


def test_a_missing_tool_ends_the_run_with_its_remedy(loop: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    from simorc.pipeline import tools

    work = loop()
    opened_by = work.build
    work.build = lambda: _without_tools(opened_by(), monkeypatch, tools)
    assert path(work.run())[-1] == "simulation:tool_missing>abort"
    assert "apt-get install iverilog" in work.result["message"]


def _without_tools(layout: Any, monkeypatch: pytest.MonkeyPatch, tools: Any) -> Any:
    """The tool is there when the run is made and gone when it is needed."""
    monkeypatch.setattr(tools.shutil, "which", lambda name, path=None: None if name == "iverilog" else name)
    return layout


def test_a_gate_comes_only_after_a_passed_simulation(loop: Make) -> None:
    gate = {"kind": "command", "command": ["cp", "{rtl}", "{output}/exported.sv"], "outputs": ["exported.sv"]}
    work = loop([WRONG], export=gate)
    assert "export" not in {line["stage"] for line in work.run()}


def test_a_gate_exports_the_verified_rtl(loop: Make) -> None:
    gate = {"kind": "command", "command": ["cp", "{rtl}", "{output}/exported.sv"], "outputs": ["exported.sv"]}
    work = loop(export=gate)
    trace = work.run()
    assert path(trace)[-1] == "export:passed"
    assert (work.layout.path / trace[-1]["artefacts"]["exported.sv"]).read_text() == work.result["rtl"]


@pytest.mark.parametrize("command", [["false"], ["true"]])
def test_a_gate_that_fails_or_leaves_nothing_ends_the_run(loop: Make, command: list[str]) -> None:
    work = loop(export={"kind": "command", "command": command, "outputs": ["exported.sv"]})
    assert path(work.run())[-1] == "export:gate_failed>abort"
    assert work.result["state"] == "failed" and work.result["functional_success"] is None
