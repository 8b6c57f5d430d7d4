"""Compares the warm results of a case with those of a separate process."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from pathlib import Path

from simorc.errors import WaveformError
from simorc.machine_faults import MACHINE_ERRNOS, machine_errno
from simorc.simulators.job import Job
from simorc.simulators.outcome import FailureKind, Outcome
from simorc.waveforms.sections import first_difference

COLD_AND_WARM = ("in a separate process", "in the session")
WHOLE_AND_CUT = ("on the deck as it is written", "on the cut deck")
TWICE_COLD = ("in one run", "in another run")

_OURS = re.compile(r"netlist\.spice|simulator(\.\d+)?\.log|\.spiceinit", re.IGNORECASE)
_OF_MODELS = re.compile(r"b\w*check\.log|bsim\w*\.out", re.IGNORECASE)
"""What device models write about their parameters when they are set up, in some runs of a process."""


class Undecided(Exception):
    """A run that was to be compared ended with this outcome, which says nothing about its deck."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.message)
        self.outcome = outcome


def is_of_machine(outcome: Outcome) -> bool:
    """Whether the machine, or somebody who ended the simulator, is the cause of a failure."""
    if outcome.kind in (FailureKind.OUT_OF_DISK, FailureKind.SPAWN_FAILED):
        return True
    return outcome.errno in MACHINE_ERRNOS or outcome.was_ended


def disagreement(
    job: Job,
    cold: Outcome,
    other: Outcome,
    directory: Path,
    *,
    labels: tuple[str, str] = COLD_AND_WARM,
    ignored: Collection[str] = (),
) -> str:
    """The first thing in which a case differs from its own cold run; empty if nothing does.

    `cold` and its files in the job's directory are compared with `other` and its files in `directory`, but
    for the names in `ignored`: every vector bit for bit, every measurement, every other file. Raises
    `Undecided` where the other run failed for a reason outside its deck.
    """
    if cold.status == "completed" and is_of_machine(other):
        raise Undecided(other)
    if other.status != cold.status:
        return f"{other.status} {labels[1]}: {other.message}"
    return (
        _raws_differ(job.raw, directory / job.raw.name, labels)
        or _measurements_differ(cold.measurements, other.measurements, labels)
        or _files_differ(_written(job.directory, ignored), _written(directory, ignored), labels)
    )


def _raws_differ(one: Path, other: Path, labels: tuple[str, str]) -> str:
    try:
        return str(first_difference(one, other, labels) or "")
    except WaveformError as error:
        if machine_errno(error) is not None:
            raise
        return error.message


def _measurements_differ(
    one: Mapping[str, float], other: Mapping[str, float], labels: tuple[str, str]
) -> str:
    for name in dict.fromkeys((*one, *other)):
        values = one.get(name), other.get(name)
        if values[0] != values[1]:
            texts = ["missing" if value is None else repr(value) for value in values]
            return f"measurement {name} is {texts[0]} {labels[0]} and {texts[1]} {labels[1]}"
    return ""


def _written(directory: Path, ignored: Collection[str]) -> dict[str, Path]:
    """The files of a case by name, but for those of simorc and of device models."""
    return {
        path.name: path
        for path in sorted(directory.iterdir())
        if path.is_file()
        and path.name not in ignored
        and not _OURS.fullmatch(path.name)
        and not _OF_MODELS.fullmatch(path.name)
    }


def _files_differ(one: Mapping[str, Path], other: Mapping[str, Path], labels: tuple[str, str]) -> str:
    for name in dict.fromkeys((*one, *other)):
        if name not in one or name not in other:
            return f"the file {name} is written {labels[0] if name in one else labels[1]} only"
        if not _same_file(one[name], other[name]):
            return f"the file {name} differs {labels[1]}"
    return ""


def _same_file(one: Path, other: Path) -> bool:
    """Whether two files are equal; of raw files, which hold a date, the data."""
    if one.read_bytes() == other.read_bytes():
        return True
    try:
        return first_difference(one, other) is None
    except WaveformError as error:
        if machine_errno(error) is not None:
            raise
        return False
