"""simorc pipeline through its real processes: the sample, killing and resuming, stopping, exit codes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from simorc.pipeline.control import summarise_pipeline
from simorc.pipeline.rundir.attempt_log import read_trace
from simorc.pipeline.rundir.layout import PipelineLayout, find_pipeline_runs
from simorc.rundir.lock import runner_info
from tests.forked_command import forked_simorc
from tests.toggle_design import GOOD
from tests.waiting import PATIENCE, until

pytestmark = [pytest.mark.e2e, pytest.mark.iverilog]

Make = Callable[..., Any]
Need = Callable[..., None]


SHIM = """#!{python} -S
import os, pathlib, sys, time
if pathlib.Path({flag!r}).exists():
    time.sleep(600)
here = str(pathlib.Path(__file__).parent)
os.environ["PATH"] = os.pathsep.join(part for part in os.environ["PATH"].split(os.pathsep) if part != here)
os.execvp({name!r}, [{name!r}, *sys.argv[1:]])
"""


def start(root: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "simorc", "pipeline", *arguments, "--project", str(root)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=_environment(),
    )


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}


def simorc(root: Path, *arguments: str) -> tuple[int, str, str]:
    """Run the command in a fork of this process; the runner it starts is a process of its own."""
    done = forked_simorc(["pipeline", *arguments, "--project", str(root)], root, _environment())
    return done.returncode, done.stdout, done.stderr


def newest(root: Path) -> PipelineLayout:
    return find_pipeline_runs(root)[0]


def test_the_sample_pipeline_passes_end_to_end(sample_copy: Path, needs: Need) -> None:
    needs("verilator", "verible-verilog-format", "verible-verilog-lint")
    pytest.importorskip("pyslang")
    code, out, err = simorc(sample_copy, "run", "counter")
    assert code == 0, out + err
    result = json.loads(newest(sample_copy).result.read_text())
    assert result["functional_success"] is True and "TEST PASSED" in result["simulation_log"]
    assert result["verification"]["state"] == "verified" and result["verification"]["oracle"] == "rules"
    assert list(result["stages"]) == ["a1", "a5", "a4", "a7", "simulation", "qualify"]
    assert all(stage["status"] == "passed" for stage in result["stages"].values())
    assert result["stages"]["qualify"]["metrics"]["score"] == 1

    code, out, _ = simorc(sample_copy, "status", "--json")
    (run,) = json.loads(out)["runs"]
    assert (code, run["state"], run["stage"], run["attempts"]) == (0, "passed", "qualify", 6)
    code, out, _ = simorc(sample_copy, "show")
    assert code == 0 and "waves.vcd" in out
    code, out, _ = simorc(sample_copy, "dataset", "--where", "simulation.status==passed")
    assert json.loads(out)["rtl"] == result["rtl"]
    code, out, _ = simorc(sample_copy, "replay", "--stage", "lint", "--json")
    assert code == 0 and json.loads(out)["same"] is True
    code, _, err = simorc(sample_copy, "resume", "counter")
    assert code == 0 and "has ended: passed" in err


def test_a_failed_run_has_exit_code_1_and_names_its_files(loop: Make) -> None:
    work = loop([GOOD.replace("~q", "q")])
    code, out, _ = simorc(work.root, "run", "toggle")
    assert code == 1
    assert "simulation" in out and "abort" in out
    code, out, _ = simorc(work.root, "show", "--json")
    told = json.loads(out)
    assert told["state"] == "failed" and told["kind"] == "test_failed"
    assert [line["seq"] for line in told["trace"]] == [1, 2, 3, 4, 5, 6]


def test_an_unknown_pipeline_and_run(loop: Make) -> None:
    work = loop()
    code, _, err = simorc(work.root, "run", "togle")
    assert code == 2 and "did you mean 'toggle'" in err
    code, _, err = simorc(work.root, "show", "nothing")
    assert code == 2 and "no pipeline run" in err
    code, out, _ = simorc(work.root, "list", "--json")
    assert json.loads(out)[0]["stages"] == ["a1", "a7", "simulation"]


@pytest.fixture
def stalled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Put a program before the real one that hangs while a flag file is there; returns the flag."""

    def stall(name: str) -> Path:
        shims = tmp_path / "shims"
        shims.mkdir()
        flag = tmp_path / "hang"
        flag.touch()
        shim = shims / name
        shim.write_text(SHIM.format(python=sys.executable, flag=str(flag), name=name))
        shim.chmod(0o755)
        beside = str(Path(sys.executable).parent)
        monkeypatch.setenv("PATH", os.pathsep.join([str(shims), os.environ["PATH"], beside]))
        return flag

    return stall


def tools_of(run: Path) -> list[int]:
    """Processes that carry this run's name: its tools."""
    mark = f"SIMORC_RUN={run}".encode()
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and mark in (entry / "environ").read_bytes().split(b"\0"):
                found.append(int(entry.name))
        except OSError:
            continue
    return found


@pytest.mark.parametrize(
    ("stage", "program", "needed"),
    [
        ("a5", "verible-verilog-format", ["verible-verilog-format"]),
        ("a4", "verilator", ["verilator"]),
        ("simulation", "iverilog", []),
        ("simulation", "vvp", []),
    ],
)
def test_killed_at_a_stage_and_resumed(
    loop: Make, needs: Need, stalled: Callable[[str], Path], stage: str, program: str, needed: list[str]
) -> None:
    needs(*needed)
    flag = stalled(program)
    more = {stage: {"enable": True}} if needed else {}
    work = loop(**more)
    code, out, err = simorc(work.root, "run", "toggle", "--detach")
    assert code == 0, err
    layout = newest(work.root)
    assert out.strip() == layout.name
    until(lambda: summarise_pipeline(layout).stage == stage and len(tools_of(layout.path)) > 0)
    assert summarise_pipeline(layout).state == "running"
    finished = read_trace(layout.trace)

    info = runner_info(layout)
    assert info is not None
    os.kill(info.pid, signal.SIGKILL)
    until(lambda: not tools_of(layout.path))  # the guardian ends what the runner left behind
    until(lambda: summarise_pipeline(layout).state == "dead")
    with layout.trace.open("a") as stream:
        stream.write('{"seq": 99, "torn')

    flag.unlink()
    code, out, err = simorc(work.root, "resume", layout.name)
    assert code == 1 and "no contract" in out, out + err  # it passed, and is not verified
    trace = read_trace(layout.trace)
    assert trace[: len(finished)] == finished
    assert [line["seq"] for line in trace] == list(range(1, len(trace) + 1))
    assert [line["stage"] for line in trace] == [*dict.fromkeys(line["stage"] for line in trace)]
    assert trace[-1]["stage"] == "simulation" and summarise_pipeline(layout).state == "passed"
    asked = [each["stage"] for each in work.asked()]
    assert asked == ["a1"]  # what was finished is not done again


@pytest.mark.parametrize("stage", ["a1", "a7"])
def test_killed_while_a_program_makes_a_file(loop: Make, stage: str) -> None:
    work = loop(**({"a7": {"backend": "command"}} if stage == "a7" else {}))
    answers = json.loads((work.root / "answers.json").read_text())
    good = {"a7": ['module tb;\n  initial $display("TEST PASSED");\nendmodule\n'], **answers}
    (work.root / "answers.json").write_text(json.dumps({**good, stage: ["HANG"]}))
    simorc(work.root, "run", "toggle", "--detach")
    layout = newest(work.root)
    until(lambda: summarise_pipeline(layout).stage == stage and len(tools_of(layout.path)) > 0)
    info = runner_info(layout)
    assert info is not None
    os.kill(info.pid, signal.SIGKILL)
    until(lambda: not tools_of(layout.path))
    (work.root / "answers.json").write_text(json.dumps(good))
    code, out, err = simorc(work.root, "resume")
    assert code == 1 and "no contract" in out, out + err
    assert summarise_pipeline(layout).state == "passed"


def test_ctrl_c_stops_it_and_resume_goes_on(loop: Make, stalled: Callable[[str], Path]) -> None:
    flag = stalled("vvp")
    work = loop()
    process = start(work.root, "run", "toggle")
    until(lambda: bool(find_pipeline_runs(work.root)) and bool(tools_of(newest(work.root).path)))
    layout = newest(work.root)
    until(lambda: summarise_pipeline(layout).stage == "simulation")
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 4, out + err
    assert not tools_of(layout.path)
    assert summarise_pipeline(layout).state == "cancelled"
    flag.unlink()
    code, out, err = simorc(work.root, "resume")
    assert code == 1 and "no contract" in out, out + err
    statuses = [(line["stage"], line["status"]) for line in read_trace(layout.trace)]
    assert statuses[-2:] == [("simulation", "cancelled"), ("simulation", "passed")]


def test_two_runners_never_share_a_run(loop: Make, stalled: Callable[[str], Path]) -> None:
    stalled("vvp")
    work = loop()
    simorc(work.root, "run", "toggle", "--detach")
    layout = newest(work.root)
    code, _, err = simorc(work.root, "resume", layout.name)
    assert code == 1 and "is locked by process" in err
    code, _, err = simorc(work.root, "cancel", layout.name)
    assert code == 0 and "cancellation of" in err
    until(lambda: summarise_pipeline(layout).state == "cancelled")
    code, _, err = simorc(work.root, "cancel")
    assert code == 1 and "no runner" in err
