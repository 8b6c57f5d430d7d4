"""The parts of a `Deck`: ``.meas`` cards, includes, control blocks and their commands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

ADDED = "* added by simorc"
ADDED_END = "* end of what simorc added"
"""Comment lines around the commands that simorc writes into a control block; they are not the deck's own."""

OBEYED = re.compile(r"^[ \t]*\*#[ \t]*[^#\s]", re.MULTILINE)
"""The beginning of a line that looks like a comment and that ngspice obeys as a command."""

_COMMENT = re.compile(r"(?<=.);.*|\$ .*|//.*")
_PLOTS = ("plot", "gnuplot", "hardcopy")
_CASE_KEPT = (
    *("write", "wrdata", "codemodel", "osdi", "pre_osdi", "echo", "shell", "source", "cd ", "load", "setcs"),
    *_PLOTS,
)
_TO_REDIRECTION = ("print", "eprint", "asciiplot")
"""How the lines begin that ngspice does not turn to lower case, or not as a whole."""


@dataclass(frozen=True, slots=True)
class MeasCard:
    """A ``.meas`` card: its name in lower case, the analysis it belongs to, the card without its dot."""

    name: str
    analysis: str
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Include:
    """An ``.include`` or, with a section, a ``.lib`` card; the path as written."""

    path: str
    section: str | None
    line: int


@dataclass(frozen=True, slots=True)
class Command:
    """One command of a control block as ngspice takes it from a deck, without its comment; `word` is its
    first word in lower case.
    """

    word: str
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class ControlBlock:
    """A ``.control`` … ``.endc`` block; `start` and `end` are offsets in the deck's text of those two
    lines.
    """

    start: int
    end: int
    commands: tuple[Command, ...]


def commands_of(body: str, line: int) -> Iterator[Command]:
    """The commands between ``.control`` and ``.endc``, of which the first line is number `line`, without
    those that simorc added.
    """
    added = False
    for at, raw in enumerate(body.split("\n"), line):
        text = raw.strip()
        added = (added or text == ADDED) and text != ADDED_END
        if text and text[0] not in "*$#;" and not added and (command := as_read(text)):
            yield Command(command.split(None, 1)[0].lower(), command, at)


def as_read(line: str) -> str:
    """A command line of a deck as ngspice reads it: without its comment, in lower case but for names of
    files and what is printed.
    """
    line = _COMMENT.sub("", line).strip() if ";" in line or "$ " in line or "//" in line else line
    lowered = line.lower()
    if lowered.startswith(_CASE_KEPT):
        return line
    file = line.find(">") if lowered.startswith(_TO_REDIRECTION) else -1
    return lowered if file < 0 else lowered[:file] + line[file:]
