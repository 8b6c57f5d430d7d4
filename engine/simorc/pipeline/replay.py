"""Repeats one attempt with its exact inputs in a separate directory; the run is not changed."""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simorc.config.names import stage_name, stage_word
from simorc.errors import UsageError
from simorc.pipeline.loop import execute
from simorc.pipeline.outcome import StageOutcome
from simorc.pipeline.rundir.attempt_log import read_trace
from simorc.pipeline.rundir.manifest import PipelineRun
from simorc.pipeline.tools import Watch
from simorc.pipeline.workplace import Workplace, read_request


@dataclass(frozen=True)
class Replay:
    """The result of a replay: the attempt's line of the log, the present outcome, and its directory."""

    line: dict[str, Any]
    outcome: StageOutcome
    directory: Path

    @property
    def same(self) -> bool:
        """Whether status and kind are as they were."""
        return (self.line["status"], self.line["kind"]) == (self.outcome.status, self.outcome.kind)


def replay(run: PipelineRun, watch: Watch, stage: str | None = None) -> Replay:
    """Run the last failed attempt again, or the last attempt at `stage`. Raises UsageError where
    there is none.
    """
    line = _chosen(run, stage)
    source = run.layout.attempt_dir(line["seq"], line["stage"])
    directory = _free_name(run.layout.replays / f"{source.name}_{time.strftime('%Y%m%d%H%M%S')}")
    directory.mkdir(parents=True)
    shutil.copytree(source / "in", directory / "in")
    shutil.copyfile(source / "request.json", directory / "request.json")
    (directory / "out").mkdir()
    request = read_request(directory)
    outcome = execute(Workplace(run.layout, directory, run.definition, run.layout.root, watch, request))
    return Replay(line, outcome, directory)


def _chosen(run: PipelineRun, stage: str | None) -> dict[str, Any]:
    lines = [line for line in read_trace(run.layout.trace) if line["status"] != "cancelled"]
    named = stage_name(stage) if stage else None
    wanted = [line for line in lines if line["stage"] == named] if named else lines
    failed = [line for line in wanted if line["status"] == "failed"]
    if not (failed or wanted):
        names = ", ".join(dict.fromkeys(stage_word(line["stage"]) for line in lines)) or "none"
        raise UsageError(f"{run.layout.name}: no attempt at {stage or 'any stage'}; there are: {names}")
    return (failed or wanted)[-1]


def _free_name(wanted: Path) -> Path:
    number, free = 1, wanted
    while free.exists():
        number += 1
        free = wanted.with_name(f"{wanted.name}_{number}")
    return free
