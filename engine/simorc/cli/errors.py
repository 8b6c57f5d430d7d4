"""Prints errors to the user; one function prints all of them."""

from __future__ import annotations

import os
import traceback
from enum import IntEnum

import click

from simorc.bug_report import written_report
from simorc.errors import ConfigError, SimorcError
from simorc.file_access import explained
from simorc.text import plain, plain_lines


class ExitCode(IntEnum):
    """What the exit code of every command means; scripts rely on it."""

    GOOD = 0
    CASES_FAILED = 1
    BAD_USAGE = 2
    SPEC_VIOLATED = 3
    CANCELLED = 4
    TOOL_MISSING = 5
    BUG = 70


def show(error: SimorcError) -> int:
    """Print `error` to stderr, a line per problem, its remedy below; returns the exit code."""
    if isinstance(error, ConfigError):
        for problem in error.problems:
            _print(str(problem))
        count = len(error.problems)
        click.echo(f"{count} problem{'' if count == 1 else 's'} found; nothing was started", err=True)
        return error.exit_code
    _print(error.message, "simorc: ")
    if error.remedy:
        _print(error.remedy, "        ")
    return error.exit_code


def _print(text: str, before: str = "") -> None:
    """Print a text to stderr with each of its lines made plain, later ones below the first."""
    for number, line in enumerate(plain_lines(text)):
        click.echo(f"{' ' * len(before) if number else before}{line}", err=True)


def show_operating_system(error: OSError) -> int:
    """A file that cannot be read or written, a full disk: the system's words, the file, and the remedy."""
    message, remedy = explained(error)
    _print(message, "simorc: ")
    if remedy:
        _print(remedy, "        ")
    return ExitCode.CASES_FAILED


def show_bug(error: BaseException) -> int:
    """A short note that this is our mistake; the traceback goes to a file, or to stderr with SIMORC_DEBUG."""
    if os.environ.get("SIMORC_DEBUG"):
        click.echo("".join(traceback.format_exception(error)), err=True)
        return ExitCode.BUG
    file = written_report(error)
    click.echo(
        f"simorc: internal error: {type(error).__name__}: {plain(' '.join(str(error).split()))}", err=True
    )
    click.echo(f"        please report it with {file}", err=True)
    return ExitCode.BUG
