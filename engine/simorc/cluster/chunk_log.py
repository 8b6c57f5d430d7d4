"""The log of one attempt of a chunk: JSON lines, written by one process only.

    {"case_id": 17, "status": "completed", ..., "action": "done", "final": true, "rung": null}
    {"again": [17]}                              a result that turned out wrong: these cases run again
    {"event": "retry", "message": "...", "case": 17}
    {"end": "done"}                              last line: every case is finished; or "left" with a reason

An attempt creates its log with O_EXCL, which is atomic on network file systems too, so no two processes ever
write to one. An incomplete last line is ignored.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simorc.cluster.array_files import JobArray
from simorc.durability import FileSystem
from simorc.rundir.attempts.status_files import Report, plain_report, report_from
from simorc.rundir.store.finished import Finished

MOST_AT_ONCE = 4 << 20
"""Bytes of a log read in one go."""


@dataclass(frozen=True)
class Line:
    """One line: a finished attempt of a case, or cases to run again, or an event, or the end."""

    report: Report | None = None
    action: str = "done"
    final: bool = True
    rung: str | None = None
    again: tuple[int, ...] = ()
    event: tuple[str, str, int | None] | None = None
    end: str | None = None
    why: str = ""


class ChunkLog:
    """Open for its one writer. `attempt` counts from 1."""

    def __init__(self, job_array: JobArray, element: int) -> None:
        self.attempt = 1
        while (fd := _make(job_array.log(element, self.attempt))) is None:
            self.attempt += 1
        self._fd = fd
        self._unsynced = False
        self._lines: list[bytes] = []
        self._disk: FileSystem | None = None
        self._syncing = threading.Lock()

    def follow_files(self, directory: Path) -> None:
        """Write a line only when the files of this file system that were there before it are on the disk."""
        self._disk = FileSystem(directory)

    def finished(self, finished: Finished) -> None:
        report = Report(finished.case_id, finished.outcome, finished.started, finished.place)
        record = {"action": finished.action, "final": finished.final, "rung": finished.rung}
        self._write({**plain_report(report), **record})

    def again(self, case_ids: list[int]) -> None:
        self._write({"again": case_ids})

    def event(self, kind: str, message: str, case_id: int | None) -> None:
        self._write({"event": kind, "message": message, "case": case_id})

    def end(self, how: str, why: str = "") -> None:
        """The last line: ``done`` or ``left``."""
        self._write({"end": how, "why": why})
        self.sync()

    def sync(self) -> None:
        """Write the lines, and have them seen by other hosts. Raises OSError."""
        with self._syncing:
            lines, self._lines = self._lines, []
            if lines and self._disk is not None:
                self._disk.sync()
            self._append(b"".join(lines))
            if self._unsynced:
                os.fsync(self._fd)
                self._unsynced = False

    def close(self) -> None:
        os.close(self._fd)
        if self._disk is not None:
            self._disk.close()

    def _write(self, record: Mapping[str, object]) -> None:
        line = json.dumps(record, separators=(",", ":")).encode() + b"\n"
        if self._disk is None:
            self._append(line)
        else:
            self._lines.append(line)

    def _append(self, text: bytes) -> None:
        while text:
            text = text[os.write(self._fd, text) :]
            self._unsynced = True


def _make(path: Path) -> int | None:
    try:
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC, 0o666)
    except FileExistsError:
        return None


def read_lines(path: Path, offset: int, total: int) -> tuple[list[Line], int]:
    """The whole lines from `offset` on, and the offset after them. An unreadable line is an event."""
    with path.open("rb") as stream:
        stream.seek(offset)
        text = stream.read(MOST_AT_ONCE)
    end = text.rfind(b"\n") + 1
    return [_line(line, path.name, total) for line in text[:end].splitlines()], offset + end


def finished_in(path: Path, total: int) -> set[int]:
    """The cases whose last word in this log is final."""
    finished: set[int] = set()
    offset, lines = 0, [Line()]
    while lines:
        lines, offset = read_lines(path, offset, total)
        for line in lines:
            finished.difference_update(line.again)
            if line.report is not None and line.final:
                finished.add(line.report.case_id)
    return finished


def _line(text: bytes, name: str, total: int) -> Line:
    try:
        record = json.loads(text)
        return _understood(record, total)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        return Line(event=("warning", f"unreadable line in {name}: {type(error).__name__}: {error}", None))


def _understood(record: Mapping[str, Any], total: int) -> Line:
    if "case_id" in record:
        return Line(report_from(record, total), str(record["action"]), bool(record["final"]), record["rung"])
    if "again" in record:
        return Line(again=tuple(case for case in map(int, record["again"]) if 1 <= case <= total))
    if "event" in record:
        return Line(event=(str(record["event"]), str(record["message"]), record["case"]))
    return Line(end=str(record["end"]), why=str(record["why"]))
