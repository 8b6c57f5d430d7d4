"""The paths of a pipeline run: ``pipeline_runs/<pipeline>_<YYYYmmddHHMMSS>/``.

manifest.json            what runs: the resolved pipeline, hashes of its inputs, tools, host
inputs/                  frozen copies of the spec, templates, context and sources
trace.jsonl              one line per attempt at a stage, append-only; the truth of the run
stages/<seq>_<stage>/    one attempt: request.json, in/ (its exact inputs), out/, logs
simulation/<job_id>/     the same for the simulation: logs, waveforms (VCD)
verification/            the testbench in force, its prompt, the retrieval context
result.json              the outcome, once there is one
replays/                 stages run again by `simorc pipeline replay`
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from simorc.errors import RunNotFound
from simorc.rundir.instants import age_key
from simorc.rundir.layout import RunLayout

PIPELINE_RUNS = "pipeline_runs"
_ATTEMPT = re.compile(r"(\d+)(?:_(.+))?")


class PipelineLayout(RunLayout):
    """The paths of one pipeline's run."""

    __slots__ = ()

    @property
    def pipeline(self) -> str:
        """The pipeline's name, taken from the directory's name."""
        return self.sweep

    @property
    def stages(self) -> Path:
        return self.path / "stages"

    @property
    def simulation(self) -> Path:
        return self.path / "simulation"

    @property
    def verification(self) -> Path:
        return self.path / "verification"

    @property
    def result(self) -> Path:
        return self.path / "result.json"

    @property
    def replays(self) -> Path:
        return self.path / "replays"

    def written_by_runners(self) -> tuple[Path, ...]:
        return *super().written_by_runners(), self.stages, self.simulation, self.verification

    def attempt_dir(self, seq: int, stage: str) -> Path:
        """The directory of one attempt; `seq` counts the lines of the trace from 1."""
        if stage == "simulation":
            return self.simulation / f"{seq:03d}"
        return self.stages / f"{seq:03d}_{stage}"

    def begun(self) -> Iterator[tuple[int, str]]:
        """(seq, stage) of every attempt that has a directory, whether it ended or not."""
        for parent in (self.stages, self.simulation):
            for entry in parent.iterdir() if parent.is_dir() else ():
                match = _ATTEMPT.fullmatch(entry.name)
                if match:
                    yield int(match[1]), match[2] or "simulation"


def find_pipeline_runs(root: Path) -> list[PipelineLayout]:
    """The pipelines' runs of the project at `root`, newest first."""
    try:
        entries = [entry for entry in os.scandir(root / PIPELINE_RUNS) if entry.is_dir()]
    except FileNotFoundError:
        return []
    runs = (PipelineLayout(Path(entry.path)) for entry in entries if not entry.name.startswith("."))
    return sorted((run for run in runs if run.exists()), key=lambda run: age_key(run.path), reverse=True)


def find_pipeline_run(root: Path, name: str) -> PipelineLayout:
    """A run by id, path, unique beginning, pipeline (its newest run) or ``last``. Raises RunNotFound."""
    direct = PipelineLayout(Path(name).resolve())
    if direct.exists():
        return direct
    runs = find_pipeline_runs(root)
    if name == "last" and runs:
        return runs[0]
    by_start = [run for run in runs if run.name.startswith(name)]
    by_id = [run for run in runs if run.name == name]
    for candidates in (by_id, [run for run in runs if run.pipeline == name][:1], by_start):
        if len(candidates) == 1:
            return candidates[0]
    count = f"{len(by_start)} runs match {name!r}" if by_start else f"no pipeline run {name!r}"
    raise RunNotFound(count, remedy="list them: simorc pipeline status")
