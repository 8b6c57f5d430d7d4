"""Programs of a pipeline: limits, whole groups ended, logs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from simorc.errors import ToolMissing
from simorc.pipeline import limits
from simorc.pipeline.tools import Limits, Unwatched, bare_environment, find_tool, read_log, run_tool
from tests.waiting import PATIENCE, until


def run(code: str, directory: Path, bounds: Limits) -> tuple[int, bool, str]:
    log = directory / "tool.log"
    ended = run_tool(
        [sys.executable, "-c", code],
        directory,
        log,
        bounds,
        environment=bare_environment(),
        watch=Unwatched(),
    )
    return ended.code, ended.timed_out, read_log(log)


def test_output_and_exit_code(tmp_path: Path) -> None:
    assert run("import sys; print('said'); sys.exit(3)", tmp_path, Limits(PATIENCE)) == (3, False, "said\n")


def test_time_is_up_for_the_whole_group(tmp_path: Path) -> None:
    log = tmp_path / "tool.log"
    command = ["sh", "-c", "sleep 600 & echo $!; wait"]
    ended = run_tool(command, tmp_path, log, Limits(3), environment=bare_environment(), watch=Unwatched())
    assert ended.timed_out
    until(lambda: not alive(int(read_log(log))))


def test_what_a_program_leaves_behind_is_ended(tmp_path: Path) -> None:
    code = "import subprocess; print(subprocess.Popen(['sleep', '600']).pid, flush=True)"
    _, timed_out, printed = run(code, tmp_path, Limits(PATIENCE))
    assert not timed_out
    until(lambda: not alive(int(printed)))


def alive(pid: int) -> bool:
    """Whether a process runs."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def test_a_launcher_whose_parent_is_gone_starts_nothing(tmp_path: Path) -> None:
    launcher = limits.limited(["touch", "started"], {})
    done = subprocess.run(launcher, cwd=tmp_path, stdin=subprocess.DEVNULL, timeout=PATIENCE, check=False)
    assert done.returncode == limits.CANNOT_START and not (tmp_path / "started").exists()


def test_a_file_too_large_kills(tmp_path: Path) -> None:
    bounds, log = Limits(PATIENCE, file=1_000_000), tmp_path / "tool.log"
    ended = run_tool(["yes"], tmp_path, log, bounds, environment=bare_environment(), watch=Unwatched())
    assert ended.over_file_limit and ended.how() == "killed by SIGXFSZ"
    assert log.stat().st_size <= 1_000_000


def test_memory_is_limited(tmp_path: Path) -> None:
    code, _, printed = run("x = bytearray(1024**3)", tmp_path, Limits(PATIENCE, memory=512 * 1024**2))
    assert code == 1 and "MemoryError" in printed


def test_a_program_that_is_not_there(tmp_path: Path) -> None:
    ended = run_tool(
        ["./nothing"],
        tmp_path,
        tmp_path / "log",
        Limits(PATIENCE),
        environment=bare_environment(),
        watch=Unwatched(),
    )
    assert ended.code == 127 and "cannot start" in (tmp_path / "log").read_text()


def test_a_missing_tool_names_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(ToolMissing) as caught:
        find_tool("verilator")
    assert caught.value.remedy == "apt-get install verilator" and caught.value.exit_code == 5


def test_keys_do_not_reach_the_tools(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A7_LLM_API_KEY", "secret")
    assert "A7_LLM_API_KEY" in os.environ and "A7_LLM_API_KEY" not in bare_environment()


def test_a_long_log_keeps_its_two_ends(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"first\n" + b"." * 5000 + b"\nlast\xff\n")
    text = read_log(log, 1000)
    assert text.startswith("first") and text.rstrip().endswith("last\ufffd") and "left out" in text
    assert len(text) < 1100


def test_a_conductor_does_not_load_pyslang() -> None:
    """It may be missing, and what reads generated code with it is a process of its own."""
    program = "import sys, simorc.pipeline.loop; sys.exit('pyslang' in sys.modules)"
    path = os.pathsep.join(each for each in sys.path if each)
    done = subprocess.run(
        [sys.executable, "-c", program], env={**os.environ, "PYTHONPATH": path}, timeout=PATIENCE, check=False
    )
    assert done.returncode == 0


def test_arguments_reach_a_program_as_they_are(tmp_path: Path) -> None:
    words = ["a b", "$HOME", "*", "-c", "", "'\"`x`", "ä\n"]
    log = tmp_path / "log"
    code = "import sys; print(sys.argv[1:], sys.stdin.read())"
    command = [sys.executable, "-c", code, *words]
    run_tool(command, tmp_path, log, Limits(PATIENCE), environment=bare_environment(), watch=Unwatched())
    assert read_log(log) == f"{words} \n"
