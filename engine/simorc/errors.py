"""Every error that simorc raises on purpose.

    SimorcError                 exit 1   anything a user can act on
    ├── UsageError              exit 2   the command line or a request is invalid
    ├── ConfigError             exit 2   a configuration file is invalid; lists every Problem found
    ├── TemplateError           exit 2   a Jinja2 template does not parse or render
    ├── ExpressionError         exit 2   an expression in YAML or typed by the user is not valid
    ├── NetlistError            exit 2   a schematic cannot be netlisted
    ├── WaveformError           exit 1   a raw file is missing, incomplete or not a raw file
    ├── ToolMissing             exit 5   ngspice, xschem, ... is missing or too old
    ├── SchedulerSilent         exit 1   a cluster's scheduler does not answer; job states are unknown
    ├── SubmissionRefused       exit 1   a cluster's scheduler refuses a job
    │   └── SubmissionImpossible exit 2  a cluster's scheduler will never accept it
    └── RunError                exit 1   about one run directory
        ├── RunNotFound         exit 2
        ├── RunBusy             exit 1   another runner holds the run
        ├── InputsChanged       exit 2   a file the run was built from has changed
        └── StoreError          exit 1   run.sqlite is corrupt, or newer than this simorc

One function of the command line shows them all, as ``where: what`` followed by the remedy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


class SimorcError(Exception):
    """An error with a message for a person and, where there is one, a remedy."""

    exit_code = 1

    def __init__(self, message: str, *, remedy: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


class UsageError(SimorcError):
    """The command line or a request is invalid."""

    exit_code = 2


@dataclass(frozen=True, order=True)
class Problem:
    """One thing wrong at one place of one file the user wrote.

    ``line`` and ``column`` count from 1; 0 means the whole file.
    ``key`` is the dotted path of the YAML key, empty for the file itself.
    """

    file: Path
    line: int
    column: int
    key: str
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}" if self.line else f"{self.file}"
        return f"{place}: {self.key}: {self.message}" if self.key else f"{place}: {self.message}"


class ConfigError(SimorcError):
    """Everything wrong with the configuration, found in one go."""

    exit_code = 2

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(str(problem) for problem in self.problems))


class TemplateError(SimorcError):
    """A template does not parse or render; ``line`` counts from 1 in ``file``, ``reason`` leaves both out."""

    exit_code = 2

    def __init__(
        self, message: str, *, file: Path, line: int | None = None, remedy: str | None = None
    ) -> None:
        super().__init__(f"{file}:{line}: {message}" if line else f"{file}: {message}", remedy=remedy)
        self.file = file
        self.line = line
        self.reason = message


class ExpressionError(SimorcError):
    """An expression is not valid; ``column`` counts from 1 in its ``text``, which may not be known."""

    exit_code = 2

    def __init__(self, message: str, *, column: int | None = None, text: str = "") -> None:
        super().__init__(message)
        self.column = column
        self.text = text


class NetlistError(SimorcError):
    """A schematic cannot be turned into a netlist."""

    exit_code = 2


class WaveformError(SimorcError):
    """A raw file is missing, torn, or not a raw file."""


class ToolMissing(SimorcError):
    """A program simorc needs is missing or too old."""

    exit_code = 5


class SchedulerSilent(SimorcError):
    """A cluster's scheduler does not answer, so nothing may be concluded about its jobs."""


class SubmissionRefused(SimorcError):
    """A cluster's scheduler does not take a job; the message is its own."""


class SubmissionImpossible(SubmissionRefused):
    """A cluster's scheduler will never accept a job as requested: no such partition, more memory than any
    node has.
    """

    exit_code = 2


class RunError(SimorcError):
    """Something about one run directory."""


class RunNotFound(RunError):
    """No run of that name in this project."""

    exit_code = 2


class RunBusy(RunError):
    """Another process holds the lock of the run."""


class InputsChanged(RunError):
    """A file the run was built from has changed: continuing would mix two circuits.

    `answers` are the choices with which the run may continue: ``keep``, ``accept``.
    """

    exit_code = 2

    def __init__(self, message: str, *, remedy: str | None = None, answers: Sequence[str] = ()) -> None:
        super().__init__(message, remedy=remedy)
        self.answers = tuple(answers)


class StoreError(RunError):
    """run.sqlite is corrupt, or written by a newer simorc."""
