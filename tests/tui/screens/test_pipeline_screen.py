"""Design pipelines on screen: the tree, the ladder while a run goes on, files, differences, waveforms."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from simorc.config.models.pipeline import PipelineDefinition
from simorc.errors import ToolMissing
from simorc.pipeline.rundir.layout import PipelineLayout
from simorc.pipeline.tools import find_tool
from simorc.pipeline.verilog.vcd import read_vcd
from simorc_tui.data.lanes import read_waves, usual_signals
from simorc_tui.data.launcher import Launcher
from simorc_tui.data.pipelines.attempt_files import difference, files_of, log_of, waves_of
from simorc_tui.data.pipelines.runs import read_ladder
from simorc_tui.screens.pipeline.pipeline_screen import PipelineScreen
from tests.tui.flows import Terminal, terminal

RUN = "toggle_20261121120000"
STAGES = {"a5": {"enable": False}, "a4": {"enable": False}, "qualify": {"enable": False}}
VCD = """\
$timescale 1ns $end
$scope module testbench $end
$var reg 1 ! clk $end
$var wire 4 " count [3:0] $end
$scope module dut $end
$var wire 4 # count [3:0] $end
$upscope $end
$upscope $end
$enddefinitions $end
#0
0!
b0 "
b0 #
#5
1!
b1 "
b1 #
#10
0!
"""


class FakePipeline:
    """A run of a pipeline written by hand: a1, a7, simulation."""

    def __init__(self, root: Path) -> None:
        self.layout = PipelineLayout(root / "pipeline_runs" / RUN)
        self.layout.path.mkdir(parents=True)
        definition = PipelineDefinition.model_validate(
            {"top": "toggle", "spec": "spec.md", "stages": {**STAGES, "a1": {"template": "t.j2"}}}
        )
        manifest = {
            "format": 1,
            "kind": "pipeline",
            "files": {},
            "definition": definition.model_dump(mode="json"),
        }
        self.layout.manifest.write_text(json.dumps(manifest))
        self.seq = 0

    def attempt(self, stage: str, attempt: int, following: str | None, /, **printed: Any) -> None:
        """One more line of the trace, with the `files` it left, and the decision."""
        self.seq += 1
        directory = self.layout.attempt_dir(self.seq, stage)
        for name, text in printed.get("files", {}).items():
            (directory / name).parent.mkdir(parents=True, exist_ok=True)
            (directory / name).write_text(text)
        below = directory.relative_to(self.layout.path).as_posix()
        decision = {"action": printed.get("action", "done"), "reason": printed.get("reason", "")}
        state = printed.get("state", "running")
        line = {
            "seq": self.seq,
            "stage": stage,
            "attempt": attempt,
            "status": "failed" if printed.get("kind") else "passed",
            "kind": printed.get("kind"),
            "message": printed.get("message", ""),
            "metrics": {"errors": 0},
            "artefacts": {key: f"{below}/{path}" for key, path in printed.get("artefacts", {}).items()},
            "blamed": "",
            "details": printed.get("details", ""),
            "seconds": 0.5,
            "decision": {**decision, "next": following, "state": state},
        }
        with self.layout.trace.open("a") as stream:
            stream.write(json.dumps(line) + "\n")

    def rtl(self, attempt: int, text: str) -> None:
        files = {"out/toggle.sv": text, "request.json": "{}"}
        self.attempt("a1", attempt, "a7", files=files, artefacts={"rtl": "out/toggle.sv"})

    def failed_once(self) -> None:
        """RTL wrong once, then regenerated, not simulated again yet."""
        self.rtl(1, "module toggle;\n  assign q = 0;\nendmodule\n")
        self.attempt("a7", 1, "simulation", files={"out/testbench.sv": "module testbench;\nendmodule\n"})
        self.attempt(
            "simulation", 1, "a1",
            kind="test_failed", message="step 1: q is 0, expected 1", action="regenerate",
            reason="test_failed in simulation: back to a1, 1 of 1",
            files={"simulation.log": "ERROR: step 1\nTEST FAILED\n", "compile.log": ""},
        )  # fmt: skip
        self.rtl(2, "module toggle;\n  assign q = 1;\nendmodule\n")

    def passed(self) -> None:
        """The testbench again and a simulation that passes."""
        self.attempt("a7", 2, "simulation", files={"out/testbench.sv": "module testbench;\nendmodule\n"})
        files = {"simulation.log": "TEST PASSED\n", "out/waves.vcd": VCD}
        self.attempt("simulation", 2, None, state="passed", files=files, artefacts={"vcd": "out/waves.vcd"})


@pytest.fixture
def fake(project: Path) -> FakePipeline:
    setup = project / "sim_setup.yaml"
    (project / "spec.md").write_text("q toggles\n")
    (project / "t.j2").write_text("module toggle;\nendmodule\n")
    stages = {**STAGES, "a1": {"template": "t.j2"}}
    setup.write_text(setup.read_text() + _section({"top": "toggle", "spec": "spec.md", "stages": stages}))
    return FakePipeline(project)


def _section(pipeline: dict[str, Any]) -> str:
    return f"pipelines: {json.dumps({'toggle': pipeline})}\n"


class NotingLauncher(Launcher):
    """Writes down what it is asked to do; a run it is asked for is the fake one."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.asked: list[tuple[str, ...]] = []

    async def command(self, *arguments: str) -> str:
        self.asked.append(arguments)
        return RUN


def _pipeline_screen(user: Terminal) -> PipelineScreen | None:
    return next((s for s in user.pilot.app.screen_stack if isinstance(s, PipelineScreen)), None)


async def _open(user: Terminal) -> None:
    """The newest run, by the list of pipelines."""
    await user.sees(RUN)
    await user.press("D")
    await user.sees("Design pipelines")
    await user.press("down", "enter")
    await user.until(lambda: _pipeline_screen(user) is not None)


# Without a terminal ---------------------------------------------------------------------------------


def test_a_ladder_tells_what_was_done_decided_and_is_to_come(fake: FakePipeline) -> None:
    fake.failed_once()
    ladder = read_ladder(fake.layout)
    reported = [
        (stage_attempt.seq, stage_attempt.stage, stage_attempt.attempt, stage_attempt.status)
        for stage_attempt in ladder.attempts
    ]
    assert reported == [
        (1, "a1", 1, "passed"),
        (2, "a7", 1, "passed"),
        (3, "simulation", 1, "failed"),
        (4, "a1", 2, "passed"),
        (0, "a7", 2, "pending"),
        (0, "simulation", 0, "pending"),
    ]
    assert ladder.attempts[2].verdict == "regenerate: test_failed in simulation: back to a1, 1 of 1"
    assert ladder.attempts[2].back_to == "a1"
    assert ladder.state == "dead"


def test_a_run_that_cannot_be_read_is_a_broken_ladder(fake: FakePipeline) -> None:
    fake.layout.manifest.write_text("{")
    ladder = read_ladder(fake.layout)
    assert ladder.state == "broken" and "manifest.json" in ladder.message


def test_files_of_an_attempt_made_first_given_last(tmp_path: Path) -> None:
    for name in ("in/rtl.sv", "compile.log", "simulation.log", "out/waves.vcd", "out/a.sv"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    (tmp_path / "away").symlink_to("/")
    files = files_of(tmp_path)
    assert [f.name for f in files] == [
        "out/a.sv",
        "out/waves.vcd",
        "compile.log",
        "simulation.log",
        "in/rtl.sv",
    ]
    log, waves = log_of(files), waves_of(files)
    assert log is not None and log.name == "simulation.log"
    assert waves is not None and waves.name == "out/waves.vcd"
    assert files_of(tmp_path / "nowhere") == () and log_of(()) is None


def test_the_first_attempt_is_compared_with_what_it_was_given(fake: FakePipeline) -> None:
    fake.rtl(1, "module toggle;\nendmodule\n")
    title, shown = difference(read_ladder(fake.layout), read_ladder(fake.layout).attempts[0])
    assert title == "what generate attempt 1 (001) changed"
    assert "nothing to compare" in str(shown)


def test_usual_signals_leave_out_what_a_port_carries_on(tmp_path: Path) -> None:
    dump = tmp_path / "waves.vcd"
    dump.write_text(VCD)
    assert usual_signals(read_vcd(dump)) == ("testbench.clk", "testbench.count")
    chosen = read_waves(dump, ["testbench.dut.count"])
    assert chosen.shown == ("testbench.dut.count [3:0]",)
    assert chosen.lanes[0].values == ("0", "1") and chosen.lanes[0].width == 4
    assert chosen.end == 10e-9


# On screen ------------------------------------------------------------------------------------------


async def test_the_ladder_grows_while_one_looks(project: Path, fake: FakePipeline) -> None:
    fake.failed_once()
    async with terminal(project) as user:
        await _open(user)
        await user.sees("test_failed", "step 1: q is 0, expected 1", "regenerate: test_failed in simulation")
        await user.sees("· simulation")
        fake.passed()
        await user.sees("try 2", "passed  6 attempts", "TEST PASSED")
        await user.press("q")
        await user.until(lambda: _pipeline_screen(user) is None)


async def test_difference_between_attempts(project: Path, fake: FakePipeline) -> None:
    fake.failed_once()
    async with terminal(project) as user:
        await _open(user)
        await user.sees("generate attempt 2 (004)")
        await user.press("d")
        await user.sees("generate attempt 1 (001)  to  generate attempt 2 (004)")
        await user.sees("assign q = 0;", "assign q = 1;")
        await user.press("D")
        await user.sees("Compare generate attempt 2 (004) with", "simulation attempt 1 (003)")
        await user.press("down", "enter")
        await user.sees("testbench attempt 1 (002)  to  generate attempt 2 (004)", "testbench.sv")


async def test_waveforms_from_any_stage(project: Path, fake: FakePipeline) -> None:
    fake.failed_once()
    fake.passed()
    async with terminal(project) as user:
        await _open(user)
        await user.sees("TEST PASSED")
        await user.press("1", "g", "w")
        await user.sees("testbench.clk", "testbench.count [3:0]", "2 of 3 signals", "10 ns")
        await user.press("c")
        await user.sees("traces: type to search")
        await user.type("dut")
        await user.press("enter")
        await user.sees("1 of 3 signals", "testbench.dut.count")


async def test_why_a_simulation_failed(project: Path, fake: FakePipeline) -> None:
    fake.rtl(1, "module toggle;\nendmodule\n")
    fake.attempt("a7", 1, "simulation", files={"out/testbench.sv": "module testbench;\nendmodule\n"})
    lanes = {
        "ticks": [False, True],
        "inputs": {"en": ["0", "1"]},
        "outputs": {"q": {"expected": [["0", "0"], ["0", "1"]], "got": [["0", "0"], ["0", "0"]]}},
        "first": {"row": 1, "phase": "after", "port": "q", "got": "0", "expected": "1"},
    }
    fake.attempt(
        "simulation", 1, "a1",
        kind="test_failed", message="q is 0, expected 1", action="regenerate",
        files={"counterexample.json": json.dumps(lanes), "simulation.log": "TEST FAILED\n"},
        artefacts={"counterexample_lanes": "counterexample.json"},
    )  # fmt: skip
    async with terminal(project) as user:
        await _open(user)
        await user.sees("TEST FAILED")
        await user.press("1", "g", "v")  # from the first stage to the simulation
        await user.sees("q is 0, expected 1: cycle 1, after the clock edge", "q expected", "q got", "▁╱▔")


async def test_wrong_designs_beside_the_source(project: Path, fake: FakePipeline) -> None:
    fake.rtl(1, "module toggle;\nendmodule\n")
    mutants = {
        "made": 5, "killed": 3, "equivalent": 1, "score": 0.75, "required": 0.9,
        "survivors": [{"line": 2, "change": "0 instead of 1", "kind": "constant"}],
        "by_line": [{"line": 2, "killed": 3, "survived": 1, "equivalent": 1}],
    }  # fmt: skip
    found = {"mutants": mutants, "stubs": {"missed": ["q stuck at 0"]}, "unchecked_outputs": []}
    source = "module toggle;\n  assign q = 1;\nendmodule\n"
    files = {"qualification.json": json.dumps(found), "in/rtl.sv": source}
    artefacts = {"qualification": "qualification.json"}
    fake.attempt("qualify", 1, None, kind="weak_testbench", message="weak", files=files, artefacts=artefacts)
    async with terminal(project) as user:
        await _open(user)
        await user.sees("weak_testbench")
        await user.press("1", "g", "m")
        await user.sees("3 of 4 wrong designs noticed, 1 more do the same", "not noticed: q stuck at 0")
        await user.sees("2 ⚠ 3/4    assign q = 1;", "not noticed: 0 instead of 1")


async def test_what_is_not_there_is_said(project: Path, fake: FakePipeline) -> None:
    fake.failed_once()
    async with terminal(project) as user:
        await _open(user)
        await user.press("v")
        await user.sees("No simulation has left a counterexample.")
        await user.press("m")
        await user.sees("No testbench has been qualified yet.")


async def test_logs_and_files_of_an_attempt(project: Path, fake: FakePipeline) -> None:
    fake.failed_once()
    async with terminal(project) as user:
        await _open(user)
        await user.sees("assign q = 1;")
        await user.press("1", "k", "L")
        await user.sees("ERROR: step 1", "TEST FAILED", "test_failed")
        await user.press("1", "g", "enter", "down")
        await user.sees("request.json", "{}")


async def test_a_pipeline_is_run_from_the_tree(project: Path, fake: FakePipeline) -> None:
    fake.rtl(1, "module toggle;\nendmodule\n")
    launcher = NotingLauncher(project)
    async with terminal(project, launcher=launcher) as user:
        await user.sees(RUN)
        node = next(n for n in user.screen.main.tree.root.children if str(n.label) == "pipelines")
        await user.press("1")
        user.screen.main.tree.move_cursor(node.children[0])
        await user.press("full_stop")
        await user.sees("open the newest run")
        await user.press("escape", "r")
        await user.until(lambda: _pipeline_screen(user) is not None)
        assert launcher.asked == [("pipeline", "run", "toggle", "--detach")]
        await user.press("r")  # its runner is gone: resume
        await user.until(lambda: ("pipeline", "resume", RUN, "--detach") in launcher.asked)


def _set_up(project: Path, a1: dict[str, Any]) -> None:
    (project / "spec.md").write_text("q toggles\n")
    steps = [{"cycles": 1, "expect": {"q": 1}}]
    stages = {**STAGES, "a1": {"backend": "command", **a1}, "a7": {"parameters": {"steps": steps}}}
    setup = project / "sim_setup.yaml"
    setup.write_text(setup.read_text() + _section({"top": "toggle", "spec": "spec.md", "stages": stages}))


@pytest.mark.iverilog
async def test_a_real_run_is_started_by_a_process_and_followed(project: Path, needs_iverilog: None) -> None:
    rtl = "module toggle (input logic clk, input logic rst_n, output logic q);\n"
    rtl += "  always_ff @(posedge clk or negedge rst_n) if (!rst_n) q <= 1'b0; else q <= ~q;\nendmodule\n"
    (project / "rtl.sv").write_text(rtl)
    copy = [sys.executable, "-c", "import sys; open(sys.argv[2], 'w').write(open(sys.argv[1]).read())"]
    _set_up(project, {"command": [*copy, "{project}/rtl.sv", "{output}"]})
    async with terminal(project) as user:
        await user.sees("pipelines", "toggle")
        await user.press("D", "enter")
        await user.until(lambda: _pipeline_screen(user) is not None)
        await user.until(lambda: "TEST PASSED" in user.text and "passed" in user.text)
        await user.press("w")
        await user.sees("testbench.q")


@pytest.mark.iverilog
async def test_a_run_is_cancelled_from_its_screen(project: Path, needs_iverilog: None) -> None:
    _set_up(project, {"command": [sys.executable, "-c", "import time; time.sleep(60)"]})
    async with terminal(project) as user:
        await user.sees("pipelines", "toggle")
        await user.press("D", "enter")
        await user.until(lambda: "generate   running" in user.text)
        await user.press("x")
        await user.sees("Cancel this run?")
        await user.press("y")
        await user.until(lambda: "r resumes it" in user.text)
        await user.press("q")
        await user.until(lambda: _newest_in_tree(user).endswith(" cancelled"))


def _newest_in_tree(user: Terminal) -> str:
    """How the tree names the newest run."""
    top = next(node for node in user.screen.main.tree.root.children if str(node.label) == "pipelines")
    return str(top.children[0].children[0].label)


@pytest.fixture
def needs_iverilog() -> None:
    try:
        find_tool("iverilog")
        find_tool("vvp")
    except ToolMissing as missing:
        pytest.skip(missing.message)


def test_the_fake_run_is_what_the_engine_writes(fake: FakePipeline) -> None:
    """The tests above would prove little on a trace of another form."""
    from simorc.pipeline.control import summarise_pipeline

    fake.failed_once()
    fake.passed()
    summary = summarise_pipeline(fake.layout)
    assert (summary.state, summary.attempts, summary.pipeline) == ("passed", 6, "toggle")
