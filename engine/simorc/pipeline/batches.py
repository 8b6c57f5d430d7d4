"""Many short commands of one stage as one limited process: mutants, stubs, shortened stimulus."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from simorc.cpus import usable_cpus
from simorc.files import write_json
from simorc.pipeline import command_batch
from simorc.pipeline.outcome import Fault, failure
from simorc.pipeline.tools import Ended, Limits, read_log
from simorc.pipeline.workplace import Workplace

MOST_WORKERS = 4


@dataclass(frozen=True)
class BatchCommand:
    """One command: its words, the directory it runs in, its log, and its time limit in seconds."""

    argv: Sequence[str]
    directory: str
    log: str
    seconds: float


def run_batch(
    place: Workplace, name: str, jobs: Sequence[Sequence[BatchCommand]], *, seconds: float
) -> list[list[Ended]]:
    """Run all jobs, several at a time; each job's commands run in turn while they succeed.

    `seconds` limits all of it. Raises StageFailed if the batch itself does not end well.
    """
    words = place.definition.simulation
    batch, answer = place.directory / f"{name}.batch.json", place.directory / f"{name}.ends.json"
    written = [[asdict(command) for command in job] for job in jobs]
    workers = max(1, min(usable_cpus(), MOST_WORKERS, len(jobs)))
    write_json(batch, {"workers": workers, "answer": str(answer), "jobs": written}, durable=False)
    program = [sys.executable, "-S", "-E", command_batch.__file__, str(batch)]
    bounds = Limits(seconds, words.memory_limit, words.output_limit)
    ended = place.run(program, f"{name}.log", bounds, inside=True)
    if ended.timed_out:
        raise failure(Fault.TIMEOUT, f"the {name} did not end within {seconds:g} s")
    if ended.code or not answer.is_file():
        output = " ".join(read_log(place.directory / f"{name}.log", 4096).split())[-300:]
        raise failure(Fault.CRASHED, f"the {name}: {ended.how()}: {output}")
    ends = json.loads(answer.read_text(encoding="utf-8"))
    for path in (batch, answer, place.directory / f"{name}.log"):
        path.unlink(missing_ok=True)
    return [[Ended(code, timed_out, spent) for code, timed_out, spent in job] for job in ends]


def made(directory: Path) -> Path:
    """The directory, made."""
    directory.mkdir(parents=True)
    return directory
