"""Finds the lines of a log that may report a problem, without reading the others.

A log of tens of megabytes contains few of them, or the same ones again and again: the whole text is searched
for plain strings first, and of similar lines only one is examined.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass

WORDS = (
    *(b"warning", b"error", b"fatal", b"ignor", b"skipped", b"exceeded", b"illegal", b"panic"),
    *(b"can't", b"cannot", b"could not", b"not found", b"no such", b"unknown", b"undefined", b"unable to"),
    *(b"too few", b"too many", b"mismatch", b"substitute", b"set to", b"setting level", b"out of range"),
    *(b"mal formed", b"not enough", b"no circuit", b"dimension", b"doanalyses", b"aborted", b"interrupted"),
    *(
        b"expression err",
        b"out of memory",
        b"bad_alloc",
        b"no space left",
        b"quota",
        b"insufficient",
        b"failed",
        *(b"not read", b"message: "),
        *(
            b"read-only",
            b"stale",
            b"not connected",
            b"no locks",
            b"timed out",
            b"unreachable",
            b"host is down",
        ),
        b"unavailable",
    ),
)
"""What a line has to contain, in lower case, to be looked at."""
_SOURCES = ("stdout ", "stderr ")
"""What ngspice puts before its lines where it runs as a library."""


_NOTABLE = re.compile(b"|".join(map(re.escape, WORDS)), re.IGNORECASE)
_MOST = 5_000
"""Kinds of lines that are kept: readers try some fifty patterns on each."""


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line and those that differ from it in digits alone: its text, its place, and how many they are."""

    text: str
    place: int
    count: int


class LogLines:
    """The notable lines of a log, in the order of their first occurrence.

    Lines that differ in digits only count as one, as a transient may warn at every time step; except lines
    about measurements, whose names may differ only in digits.
    """

    def __init__(self, log: bytes) -> None:
        self._lines: list[bytes] = []
        lowered = log.lower()
        notable = any(word in lowered for word in WORDS)
        self.notable = self._find(log.replace(b"\r", b"\n")) if notable else ()

    def _find(self, log: bytes) -> tuple[LogLine, ...]:
        self._lines = log.split(b"\n")
        shapes: dict[bytes, list[int]] = {}
        for place, line in enumerate(self._lines):
            shape = line if b"meas" in line else line.translate(None, b"0123456789")
            known = shapes.get(shape)
            if known is None:
                shapes[shape] = [place, 1]
            else:
                known[1] += 1
        found = ((place, count) for place, count in shapes.values() if _NOTABLE.search(self._lines[place]))
        return tuple(
            LogLine(_text(self._lines[place]), place, count)
            for place, count in itertools.islice(found, _MOST)
        )

    def after(self, line: LogLine, lines: int) -> list[str]:
        """Up to `lines` non-empty lines that follow the first occurrence of `line`."""
        texts = map(_text, itertools.islice(self._lines, line.place + 1, None))
        return list(itertools.islice((text for text in texts if text), lines))

    def before(self, line: LogLine) -> str:
        """The line above the first occurrence of `line`."""
        return _text(self._lines[line.place - 1]) if line.place else ""


def _text(line: bytes) -> str:
    text = line.decode("utf-8", "replace").strip()
    return text[len(_SOURCES[0]) :].strip() if text.startswith(_SOURCES) else text
