"""A process that has loaded the program, and forks each command and runner that the interface asks it for.

Started as ``python -m simorc.cli.standby PROJECT``. It reads requests, one JSON object a line, from standard
input, and answers likewise::

    {"number": 1, "command": ["build", "pvt"], "output": "/tmp/a/out", "errors": "/tmp/a/err"}
    {"number": 2, "runner": "/project/simulations/pvt_20261121120000", "options": {"jobs": 2}}

``{"number": 1, "pid": 4711}`` says that it has started, ``{"number": 1, "code": 0}`` that it has ended. The
process ends with its standard input; what it started continues.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import select
import signal
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from simorc.launch.forked_process import ForkedChild, fork, run_forked
from simorc.rundir.layout import RunLayout

_LOADED = (
    "simorc.cli.commands.running.build",
    "simorc.launch.build",
    "simorc.launch.runner",
    "simorc.plots.project_specs",
)
_SIZE = 1 << 16


def main() -> int:
    """Serve requests until standard input ends."""
    root = Path(sys.argv[1])
    _load(root)
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    children: dict[int, ForkedChild] = {}
    rest = b""
    _answer(ready=True)
    while True:
        readable, _, _ = select.select([0, woken], [], [])
        if woken in readable:
            os.read(woken, _SIZE)
            _report_ended(children)
        if 0 not in readable:
            continue
        read = os.read(0, _SIZE)
        if not read:
            return 0
        *lines, rest = (rest + read).split(b"\n")
        for line in lines:
            _begin(json.loads(line), root, children)


def _load(root: Path) -> None:
    """Load what a build and a runner of this project need; whatever is wrong there, they report."""
    for name in _LOADED:
        importlib.import_module(name)
    from simorc.config.project import Project
    from simorc.launch.runner import LOADED_FIRST

    for name in LOADED_FIRST:
        importlib.import_module(name)
    with suppress(Exception):
        Project.load(root)
    gc.collect()
    gc.freeze()  # what a fork never collects it never copies


def _begin(request: Mapping[str, Any], root: Path, children: dict[int, ForkedChild]) -> None:
    number = request["number"]
    try:
        child = _runner(request) if "runner" in request else _command(request, root)
    except OSError as error:
        _answer(number=number, error=error.strerror or str(error))
        return
    children[number] = child
    _answer(number=number, pid=child.pid)
    child.begin(json.dumps(request["options"]).encode() if "runner" in request else b"")


def _runner(request: Mapping[str, Any]) -> ForkedChild:
    layout = RunLayout(Path(request["runner"]))
    return fork(_alone(lambda: run_forked(layout)), layout.runner_log)


def _command(request: Mapping[str, Any], root: Path) -> ForkedChild:
    def body() -> int:
        from simorc.cli.main import main as command_line

        os.chdir(root)
        sys.argv = ["simorc", "--project", str(root), *request["command"]]
        try:
            command_line()
        except SystemExit as end:
            return end.code if isinstance(end.code, int) else 1
        return 0

    return fork(_alone(body), Path(request["output"]), Path(request["errors"]))


def _alone(body: Callable[[], int]) -> Callable[[], int]:
    """What a fork does, which is not woken by children of its own."""

    def alone() -> int:
        signal.set_wakeup_fd(-1)
        return body()

    return alone


def _report_ended(children: dict[int, ForkedChild]) -> None:
    for number, child in list(children.items()):
        code = child.poll()
        if code is not None:
            del children[number]
            _answer(number=number, code=code)


def _answer(**answer: object) -> None:
    with suppress(BrokenPipeError):  # nobody asks any more
        os.write(1, json.dumps(answer).encode() + b"\n")


if __name__ == "__main__":
    sys.exit(main())
