"""The lines of a simulator's log that may say that something is wrong, found without reading the others.

A log of tens of megabytes holds few of them, or the same ones again and again: plain words are searched in
the whole text first, and each distinct line is looked at once.
"""

from __future__ import annotations

from collections.abc import Iterator
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
    ),
)
"""What a line has to contain, in lower case, to be looked at."""
_SOURCES = ("stdout ", "stderr ")
"""What ngspice puts before its lines where it runs as a library."""


@dataclass(frozen=True, slots=True)
class LogLine:
    """A distinct line: its text, the offset at which it stands first, and how often it stands there."""

    text: str
    offset: int
    count: int


class LogLines:
    """The notable lines of a log, in the order in which they stand there first."""

    def __init__(self, log: bytes) -> None:
        self._log = log.replace(b"\r", b"\n") if b"\r" in log else log
        self.notable = self._find()

    def _find(self) -> tuple[LogLine, ...]:
        lowered = self._log.lower()
        counts: dict[bytes, list[int]] = {}
        seen: set[int] = set()
        for word in WORDS:
            for start, line in self._lines_with(word, lowered):
                if start in seen:
                    continue
                seen.add(start)
                known = counts.get(line)
                if known is None:
                    counts[line] = [start, 1]
                else:
                    known[0], known[1] = min(known[0], start), known[1] + 1
        ordered = sorted(counts.items(), key=lambda item: item[1][0])
        return tuple(LogLine(_text(line), start, count) for line, (start, count) in ordered)

    def _lines_with(self, word: bytes, lowered: bytes) -> Iterator[tuple[int, bytes]]:
        """The offset and the bytes of every line that contains `word`."""
        at = lowered.find(word)
        while at >= 0:
            start = lowered.rfind(b"\n", 0, at) + 1
            end = lowered.find(b"\n", at)
            end = len(lowered) if end < 0 else end
            yield start, self._log[start:end]
            at = lowered.find(word, end)

    def after(self, line: LogLine, lines: int) -> list[str]:
        """Up to `lines` lines that follow `line` where it stands first, empty ones left out."""
        found: list[str] = []
        at = self._log.find(b"\n", line.offset)
        while at >= 0 and len(found) < lines:
            end = self._log.find(b"\n", at + 1)
            text = _text(self._log[at + 1 : end if end >= 0 else len(self._log)])
            if text:
                found.append(text)
            at = end
        return found

    def before(self, line: LogLine) -> str:
        """The line above `line` where it stands first."""
        end = max(0, line.offset - 1)
        return _text(self._log[self._log.rfind(b"\n", 0, end) + 1 : end])


def _text(line: bytes) -> str:
    text = line.decode("utf-8", "replace").strip()
    return text[len(_SOURCES[0]) :].strip() if text.startswith(_SOURCES) else text
