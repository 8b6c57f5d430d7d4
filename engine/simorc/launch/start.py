"""Starts the runner of a run and sends requests to it. Any process that sees the run may call this."""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import TypeAlias

from simorc.config.execution_record import SimulatorRecord
from simorc.config.models.execution import SimulatorSettings
from simorc.errors import ToolMissing
from simorc.file_access import refuse_unwritable
from simorc.launch.runner_process import RunnerProcess, await_runner, spawn_runner
from simorc.rundir.circuit.record import ACCEPT, REFUSE
from simorc.rundir.layout import RunLayout
from simorc.rundir.lock import RunnerInfo, busy, runner_alive, runner_info
from simorc.rundir.manifest import Manifest, load_manifest
from simorc.rundir.requests import request
from simorc.simulators.versions import program_of, require_version

__all__ = ["RunnerInfo", "request", "runner_alive", "runner_info", "start_runner"]

RUNNER = "simorc.launch.runner"
Begin: TypeAlias = Callable[[RunLayout, Mapping[str, object]], RunnerProcess]
"""Starts the runner of a run with these options."""


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
    begin: Begin | None = None,
) -> RunnerInfo:
    """Start the runner of `layout` in its own session and wait until it holds the run.

    The options override the run's settings for this runner; `cases` limits it to those cases, whatever their
    status. `inputs` says what to do if a file the run was built from has changed: refuse (raises
    `InputsChanged`), keep (use the run's own copies), accept (use the changed files, marked). `begin` starts
    the runner with its options in another way than as a process of its own. Raises `RunBusy` if another
    process holds the run, OSError where the run may not be written, `RunError` with the runner's own message
    if it does not start, `ToolMissing` without the simulator.
    """
    if runner_alive(layout):
        raise busy(layout)
    refuse_unwritable(layout.written_by_runners())
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
    process = (begin or _spawned)(layout, options)
    try:
        return await_runner(layout, process, busy)
    finally:
        # A viewer may outlive the runner it started and has to collect its exit status.
        threading.Thread(target=process.wait, daemon=True).start()


def _spawned(layout: RunLayout, options: Mapping[str, object]) -> RunnerProcess:
    process = spawn_runner(RUNNER, layout, subprocess.PIPE)
    assert process.stdin is not None
    with suppress(BrokenPipeError):  # it exited at once; await_runner reports its own message
        process.stdin.write(json.dumps(options).encode())
        process.stdin.close()
    return process


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
