"""Starts the runner of a run and sends requests to it. Any process that sees the run may call this."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Sequence

from simorc.config.execution_record import SimulatorRecord
from simorc.config.models.execution import SimulatorSettings
from simorc.errors import RunError, ToolMissing
from simorc.rundir.circuit.record import ACCEPT, REFUSE
from simorc.rundir.layout import RunLayout
from simorc.rundir.lock import RunnerInfo, busy, runner_alive, runner_info
from simorc.rundir.manifest import Manifest, load_manifest
from simorc.rundir.requests import request
from simorc.simulators.versions import program_of, require_version

__all__ = ["RunnerInfo", "request", "runner_alive", "runner_info", "start_runner"]

START_WITHIN = 30.0
BUSY_EXIT = 75


def start_runner(
    layout: RunLayout,
    *,
    jobs: int | None = None,
    timeout: float | None = None,
    warm: str | None = None,
    cases: Sequence[int] | None = None,
    nice: int | None = None,
    executor: str | None = None,
    inputs: str = REFUSE,
) -> RunnerInfo:
    """Start the runner of `layout` in its own session and wait until it holds the run.

    The options override the run's settings for this runner; `cases` limits it to those cases, whatever their
    status. `inputs` says what to do if a file the run was built from has changed: refuse (raises
    `InputsChanged`), keep (use the run's own copies), accept (use the changed files, marked). Raises
    `RunBusy` if another process holds the run, `RunError` with the runner's own message if it does not start,
    `ToolMissing` without the simulator.
    """
    if runner_alive(layout):
        raise busy(layout)
    manifest = load_manifest(layout)
    manifest.refuse_without_settings()
    where = executor or manifest.execution.executor
    require_simulator(manifest.simulator, where)
    check_inputs(layout, manifest, where, inputs)
    asked = {"jobs": jobs, "timeout": timeout, "warm": warm, "nice": nice, "executor": executor}
    options: dict[str, object] = {key: value for key, value in asked.items() if value is not None}
    if cases is not None:
        options["cases"] = list(cases)
    if inputs == ACCEPT:
        options["inputs"] = inputs
    process = _spawn(layout)
    assert process.stdin is not None
    try:
        process.stdin.write(json.dumps(options).encode())
        process.stdin.close()
    except BrokenPipeError:
        pass  # it exited at once; _await_start reports its own message
    try:
        return _await_start(layout, process)
    finally:
        # A viewer may outlive the runner it started and has to collect its exit status.
        threading.Thread(target=process.wait, daemon=True).start()


def _spawn(layout: RunLayout) -> subprocess.Popen[bytes]:
    """The runner's process, which waits for its options."""
    with layout.runner_log.open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "simorc.launch.runner", str(layout.path)],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            start_new_session=True,
            cwd="/",
            env=_environment(),
        )


def require_simulator(simulator: SimulatorRecord | SimulatorSettings, executor: str) -> None:
    """Raise `ToolMissing` for a simulator that this machine is to run and does not have, or that is older
    than the project accepts. `simulator` is that section of the settings.
    """
    if executor != "local":
        return
    program = program_of(simulator.name, simulator.executable)
    if shutil.which(program) is None:
        raise ToolMissing(
            f"{program} not found", remedy="install it, or set simulator.executable; see simorc doctor"
        )
    require_version(simulator.name, program, simulator.min_version)


def check_inputs(layout: RunLayout, manifest: Manifest, executor: str = "", answer: str = REFUSE) -> None:
    """Raise `InputsChanged` if the choice (refuse, keep, accept) does not fit the changes since the run was
    built. The simulator's version is queried if `executor` is this machine.
    """
    from simorc.rundir.circuit.input_changes import changes_of, refuse_changed
    from simorc.rundir.provenance import describe_tools

    named = manifest.simulator.executable
    version = describe_tools(named).simulator if executor == "local" else ""
    refuse_changed(layout, changes_of(layout, manifest, version), answer)


def _environment() -> dict[str, str]:
    """This process's environment, with its module search path so that an uninstalled checkout works as
    well.
    """
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}


def _await_start(layout: RunLayout, process: subprocess.Popen[bytes]) -> RunnerInfo:
    deadline = time.monotonic() + START_WITHIN
    while time.monotonic() < deadline:
        info = runner_info(layout)
        if info is not None and info.pid == process.pid:
            return info
        code = process.poll()
        if code == BUSY_EXIT:
            raise busy(layout)
        if code == 0:  # so short a run that it is over already
            return info or RunnerInfo("", process.pid, time.time(), 0, time.time())
        if code is not None:
            raise RunError(f"the runner of {layout.name} ended immediately: {_last_words(layout)}")
        time.sleep(0.005)
    process.kill()
    raise RunError(
        f"the runner of {layout.name} did not start within {START_WITHIN:.0f} s", remedy="see runner.log"
    )


def _last_words(layout: RunLayout) -> str:
    lines = layout.runner_log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return lines[-1] if lines else "no output"
