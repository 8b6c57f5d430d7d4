"""The protocol of batch schedulers, and the calls of their command-line tools.

A scheduler class is small: submit a job array, report the states of its elements, cancel, hold, release,
throttle. It remembers nothing. A tool that fails or takes too long raises `SchedulerSilent`, so that silence
is never taken for "no such job".
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from simorc.config.execution_record import Site
from simorc.errors import SchedulerSilent, SubmissionImpossible, SubmissionRefused, ToolMissing

ANSWER_WITHIN = 60.0
"""Seconds a scheduler's tool may take."""


_ENDED = (
    *("invalid job", "already complet", "no matching job", "already finished", "not found"),
    *("does not exist", "no unfinished"),
)
_FINAL = (
    *("invalid partition", "invalid account", "invalid qos", "invalid feature", "invalid constraint"),
    *("node configuration is not available", "memory specification can not be satisfied"),
    *("cpu count per node can not be satisfied", "invalid generic resource", "access denied to requested"),
    *("more processors requested than permitted", "unrecognized option", "no such queue", "unknown queue"),
    *("does not exist", "unknown resource", "unknown complex", "is not a valid parallel environment"),
)
"""How Slurm, LSF and Grid Engine refuse what no waiting changes."""
_UNSURE = ("timed out", "unable to contact", "connection refused", "communication failure")


class Phase(StrEnum):
    """The state of an array element."""

    WAITING = "waiting"
    RUNNING = "running"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Element:
    """One element of a job array as the scheduler describes it.

    `reason` is the scheduler's own text for why it waits; `hopeless` means that it waits for ever unless a
    person acts.
    """

    phase: Phase
    node: str = ""
    reason: str = ""
    hopeless: bool = False

    @property
    def alive(self) -> bool:
        return self.phase is not Phase.OVER


@dataclass(frozen=True)
class ArrayJob:
    """The scheduler's state of one job array: its id and the elements it lists, counted from 1."""

    job: str
    elements: Mapping[int, Element] = field(default_factory=dict)


@dataclass(frozen=True)
class Submission:
    """An array job to submit: elements 1 ... `elements` of `script`, at most `throttle` at once.

    What element k prints goes to ``<output>/<k>.out``. The job's `name` is unlike any other's.
    """

    name: str
    script: Path
    elements: int
    output: Path
    site: Site
    throttle: int | None = None


class Scheduler(Protocol):
    """One kind of cluster. Every method may block for `ANSWER_WITHIN` seconds and raise `SchedulerSilent`."""

    name: str
    element_variable: str
    """The environment variable that contains the element's number."""

    def submit(self, submission: Submission) -> str:
        """The new job's id; raises `SubmissionRefused` with the scheduler's own words."""
        ...

    def states(self, names: Sequence[str]) -> Mapping[str, ArrayJob]:
        """The jobs of these names that the scheduler still lists."""
        ...

    def cancel(self, job: str) -> None: ...

    def hold(self, job: str) -> None:
        """Start no further element."""
        ...

    def release(self, job: str) -> None: ...

    def throttle(self, job: str, elements: int) -> None:
        """Run at most so many elements at once from now on."""
        ...

    def array_limit(self) -> int:
        """How many elements one array job may have."""
        ...

    def width(self, site: Site) -> int | None:
        """How many elements could run at once on an empty cluster, None if unknown."""
        ...


def ask(*command: str, accept: str | None = None) -> str:
    """The output of a scheduler's tool; raises `SchedulerSilent` if it fails, `ToolMissing` if it is not
    installed. Output of a failed tool that `accept` recognises is an answer, too.
    """
    process = _run(command)
    if process.returncode and not (accept and accept in process.stderr):
        raise SchedulerSilent(f"{command[0]}: {_output_words(process)}")
    return process.stdout


def change_job(*command: str) -> None:
    """Have a scheduler's tool do something to a job that may have ended meanwhile: then it refuses, and
    that is all the same.
    """
    process = _run(command)
    words = (process.stdout + process.stderr).lower()
    if process.returncode and not any(word in words for word in _ENDED):
        raise SchedulerSilent(f"{command[0]}: {_output_words(process)}")


class JobCommands:
    """Cancels, holds and releases a job, each with one command that takes the id of the job last."""

    cancelling: tuple[str, ...]
    holding: tuple[str, ...]
    releasing: tuple[str, ...]

    def cancel(self, job: str) -> None:
        change_job(*self.cancelling, job)

    def hold(self, job: str) -> None:
        change_job(*self.holding, job)

    def release(self, job: str) -> None:
        change_job(*self.releasing, job)


def submit_job(*command: str) -> str:
    """What a submit command prints; raises `SubmissionRefused` with the scheduler's own words, or
    `SchedulerSilent` if it may have taken the job all the same.
    """
    process = _run(command)
    if process.returncode and any(word in process.stderr.lower() for word in _UNSURE):
        raise SchedulerSilent(f"{command[0]}: {_output_words(process)}")
    if process.returncode:
        words = f"{command[0]}: {_output_words(process)}"
        raise SubmissionImpossible(words) if is_final(words) else SubmissionRefused(words)
    return process.stdout


def is_final(words: str) -> bool:
    """Whether a scheduler's message refuses a job permanently: only a person can change the request."""
    message = words.lower()
    return any(word in message for word in _FINAL)


def _run(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=ANSWER_WITHIN,
            env={**os.environ, "LC_ALL": "C"},
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise SchedulerSilent(f"{command[0]} did not respond within {ANSWER_WITHIN:.0f} s") from None
    except FileNotFoundError:
        raise ToolMissing(f"{command[0]} not found", remedy="run simorc on a submit host") from None
    except OSError as error:
        raise SchedulerSilent(f"{command[0]}: {error}") from error


def _output_words(process: subprocess.CompletedProcess[str]) -> str:
    lines = (process.stderr.strip() or process.stdout.strip()).splitlines()
    return lines[-1] if lines else f"exit code {process.returncode}"


def minutes(seconds: float) -> int:
    """Whole minutes, rounded up, at least one: schedulers know nothing finer."""
    return max(1, -int(-seconds // 60))
