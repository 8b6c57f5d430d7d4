"""Starts, stops and inspects a pipeline run, from any process that sees its directory."""

from __future__ import annotations

import os
import signal
import socket
from dataclasses import dataclass
from typing import Any

from simorc.errors import RunBusy, StoreError
from simorc.file_access import refuse_unwritable
from simorc.launch.runner_process import await_runner, spawn_runner
from simorc.pipeline.rundir.attempt_log import read_trace
from simorc.pipeline.rundir.layout import PipelineLayout
from simorc.rundir.layout import RunLayout
from simorc.rundir.lock import runner_alive, runner_info

OVER = ("passed", "failed")
RUNNER = "simorc.pipeline.runner"


@dataclass(frozen=True)
class PipelineSummary:
    """A run in one line.

    `state` is pending, running, passed, failed, cancelled, dead (its runner disappeared) or broken; `stage`
    the stage in progress or reached last; `attempts` the stages run so far.
    """

    run: str
    pipeline: str
    state: str
    stage: str
    attempts: int
    seconds: float
    message: str = ""

    def as_json(self) -> dict[str, Any]:
        return {
            "run": self.run,
            "pipeline": self.pipeline,
            "state": self.state,
            "stage": self.stage,
            "attempts": self.attempts,
            "seconds": self.seconds,
            "message": self.message,
        }


def summarise_pipeline(layout: PipelineLayout) -> PipelineSummary:
    """The state of a run, from its attempt log, its directories and its runner's heartbeat."""
    try:
        lines = read_trace(layout.trace)
    except StoreError as error:
        return PipelineSummary(layout.name, layout.pipeline, "broken", "", 0, 0.0, error.message)
    last: dict[str, Any] = lines[-1] if lines else {}
    alive = runner_alive(layout)
    state = last["decision"]["state"] if last else "pending"
    begun = max(layout.begun(), default=(0, ""))
    if state not in OVER:
        state = "running" if alive else "dead" if state == "running" or begun[0] > len(lines) else state
    stage = begun[1] if state == "running" and begun[0] > len(lines) else last.get("stage", "")
    seconds = round(sum(line["seconds"] for line in lines), 3)
    message = "" if state == "passed" else last.get("message", "")
    return PipelineSummary(layout.name, layout.pipeline, state, stage, len(lines), seconds, message)


def start_pipeline(layout: PipelineLayout) -> None:
    """Start the run's runner as a process of its own session. Raises RunBusy, OSError where the run may
    not be written, or RunError with its last words.
    """
    if runner_alive(layout):
        raise _busy(layout)
    refuse_unwritable(layout.written_by_runners())
    await_runner(layout, spawn_runner(RUNNER, layout), _busy)


def stop_pipeline(layout: PipelineLayout) -> bool:
    """Request that the runner stop; returns whether there was a runner on this host."""
    info = runner_info(layout)
    if info is None or info.host != socket.gethostname() or not info.is_alive():
        return False
    os.kill(info.pid, signal.SIGTERM)
    return True


def _busy(layout: RunLayout) -> RunBusy:
    info = runner_info(layout)
    who = f"process {info.pid} on {info.host}" if info else "another process"
    remedy = f"show it: simorc pipeline status {layout.name}"
    return RunBusy(f"run {layout.name} is locked by {who}", remedy=remedy)
