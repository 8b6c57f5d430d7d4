"""The files of submitted job arrays in the run directory.

    .cluster/control.json           what the runner requests from all chunk workers: pause, cases to skip
    .cluster/w0001/wave.json        how the job array is run: scheduler, job name, site, options
    .cluster/w0001/chunks.jsonl     line k: the cases of array element k
    .cluster/w0001/script.sh        what an element runs
    .cluster/w0001/job              the job's id, once it is submitted
    .cluster/w0001/3.1.log          element 3, first attempt: one line per finished case (`chunk_log`)
    .cluster/w0001/3.1.beat         the progress of that attempt, replaced every few seconds
    .cluster/w0001/3.out            its output
    .cluster/w0001/over             the job array is complete

The whole state is in these files and in the scheduler, so a runner can continue from any host.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import sys
import time
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from simorc.cluster.chunks import Chunk, piece_of, spans_of
from simorc.config.execution_record import Site
from simorc.errors import StoreError
from simorc.files import write_json, write_whole
from simorc.processes import search_path
from simorc.rundir.layout import RunLayout

_ARRAY_DIRECTORY = re.compile(r"w(\d{4,})")
_SAFE = re.compile(r"[^A-Za-z0-9_.-]")


@dataclass(frozen=True)
class JobArray:
    """One job array: the directory of its files, and how it was submitted.

    `generations` counts, per element, how often its cases were submitted before without any progress.
    """

    directory: Path
    scheduler: str
    job_name: str
    created: float
    site: Site
    options: Mapping[str, Any] = field(default_factory=dict)
    generations: Sequence[int] = ()

    @property
    def name(self) -> str:
        return self.directory.name

    @property
    def elements(self) -> int:
        return len(self.generations)

    @property
    def job(self) -> str | None:
        """The scheduler's id, None if the submission was never confirmed."""
        try:
            return (self.directory / "job").read_text(encoding="utf-8").strip() or None
        except FileNotFoundError:
            return None

    def submitted(self, job: str) -> None:
        write_whole(self.directory / "job", job + "\n")

    @property
    def over(self) -> bool:
        return (self.directory / "over").exists()

    def close(self) -> None:
        """The job array is complete, and everything it reported is in the store."""
        (self.directory / "over").touch()

    @property
    def script(self) -> Path:
        return self.directory / "script.sh"

    def log(self, element: int, attempt: int) -> Path:
        return self.directory / f"{element}.{attempt}.log"

    def beat(self, element: int, attempt: int) -> Path:
        return self.directory / f"{element}.{attempt}.beat"

    def out(self, element: int) -> Path:
        return self.directory / f"{element}.out"

    def chunks(self) -> list[Chunk]:
        """The cases of every element, element 1 first."""
        return [_chunk(line) for line in self._lines()]

    def chunk(self, element: int) -> Chunk:
        """The cases of one element."""
        for number, line in enumerate(self._lines(), 1):
            if number == element:
                return _chunk(line)
        raise StoreError(f"{self.directory}: no element {element}")

    def _lines(self) -> Iterable[str]:
        with (self.directory / "chunks.jsonl").open(encoding="utf-8") as stream:
            yield from stream

    def work_directory(self, element: int, attempt: int) -> str:
        """The name of the directory an attempt simulates in, beside ``results``: as deep, so that relative
        paths in decks mean the same.
        """
        return f".chunk-{self.name}-{element}-{attempt}"


def _chunk(line: str) -> Chunk:
    return [piece_of(spans) for spans in json.loads(line)]


def new_job_array(
    layout: RunLayout,
    scheduler: str,
    site: Site,
    chunks: Sequence[tuple[int, Chunk]],
    *,
    options: Mapping[str, Any],
    element_variable: str,
) -> JobArray:
    """Write a job array before it is submitted; `chunks` come with their generation."""
    cluster = layout.cluster
    cluster.mkdir(exist_ok=True)
    number = max((int(name[1:]) for name in _names(cluster)), default=0) + 1
    directory = cluster / f"w{number:04d}"
    job_name = f"simorc-{_SAFE.sub('_', layout.name)[:60]}-{directory.name}-{uuid.uuid4().hex[:6]}"
    generations = [generation for generation, _ in chunks]
    job_array = JobArray(directory, scheduler, job_name, time.time(), site, dict(options), generations)
    directory.mkdir()
    lines = (json.dumps([spans_of(piece) for piece in chunk]) + "\n" for _, chunk in chunks)
    write_whole(directory / "chunks.jsonl", lines)
    write_whole(job_array.script, _script(layout, job_array, element_variable))
    job_array.script.chmod(0o755)
    record = asdict(job_array)
    del record["directory"]
    write_json(directory / "wave.json", record)
    return job_array


def open_job_arrays(layout: RunLayout) -> list[JobArray]:
    """The job arrays of a run that are not over, oldest first; one that was not written to its end was never
    submitted.
    """
    cluster = layout.cluster
    found = [cluster / name for name in sorted(_names(cluster), key=lambda name: int(name[1:]))]
    job_arrays = [read_job_array(directory) for directory in found if (directory / "wave.json").exists()]
    return [job_array for job_array in job_arrays if not job_array.over]


def read_job_array(directory: Path) -> JobArray:
    """The job array in `directory`; raises `StoreError` if it is not one."""
    try:
        record = json.loads((directory / "wave.json").read_text(encoding="utf-8"))
        record["site"] = Site.of(record["site"])
        return JobArray(directory, **record)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreError(f"{directory}: not a job array: {error}") from error


def _names(cluster: Path) -> list[str]:
    try:
        return [entry.name for entry in os.scandir(cluster) if _ARRAY_DIRECTORY.fullmatch(entry.name)]
    except FileNotFoundError:
        return []


def _script(layout: RunLayout, job_array: JobArray, element_variable: str) -> str:
    """What an array element runs. The set-up lines are the user's own shell, meant to be."""
    python = shlex.quote(job_array.site.python or sys.executable)
    search = "" if job_array.site.python else f"export PYTHONPATH={shlex.quote(search_path())}\n"
    run = shlex.quote(str(layout.path))
    lines = "".join(line + "\n" for line in job_array.site.setup)
    command = f'exec {python} -m simorc.cluster.chunk_worker {run} {job_array.name} "${element_variable}"'
    return f"#!/bin/sh\n{search}{lines}{command}\n"


@dataclass(frozen=True)
class Control:
    """What the runner requests from every chunk worker: to stop after the cases in progress, to skip
    cases.
    """

    paused: bool = False
    skip: tuple[int, ...] = ()


def control_of(layout: RunLayout) -> Control:
    try:
        record = json.loads((layout.cluster / "control.json").read_text(encoding="utf-8"))
        return Control(bool(record["paused"]), tuple(record["skip"]))
    except FileNotFoundError:
        return Control()
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreError(f"{layout.cluster / 'control.json'}: {error}") from error


def set_control(layout: RunLayout, control: Control) -> None:
    layout.cluster.mkdir(exist_ok=True)
    write_json(layout.cluster / "control.json", asdict(control))
