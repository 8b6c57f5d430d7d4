"""`trace.jsonl`, the attempt log: one line per attempt, and one per repeated measuring of the run;
append-only.

The store is authoritative and is written first. Each line contains the attempt's sequence number in the
store, so that the next runner completes an attempt log that a killed one left incomplete.
"""

from __future__ import annotations

import json
import mmap
import os
from collections.abc import Mapping, Sequence
from functools import lru_cache
from math import isfinite
from pathlib import Path
from typing import Any

from simorc.regular_files import descriptor_of, open_regular
from simorc.rundir import checksums
from simorc.rundir.layout import RunLayout

_VERDICT = ("status", "kind", "message", "action", "warm", "cold_why", "rung")
_ENCODER = json.JSONEncoder(ensure_ascii=False)

MEASURE = "measure"
_MEASURE_START = b'{"stage": "measure"'


def recorded_definitions(path: Path) -> Mapping[str, Any] | None:
    """What the run was measured by last according to its attempt log; None if it was never measured again."""
    found: Mapping[str, Any] | None = None
    try:
        stream = open_regular(path)
    except OSError:
        return None
    with stream:
        for line in stream:
            if is_definitions(line):
                found = _definitions_of(line) or found
    return found


def is_definitions(line: bytes) -> bool:
    """Whether a line of the attempt log records definitions and no attempt."""
    return line.startswith(_MEASURE_START)


def _definitions_of(line: bytes) -> Mapping[str, Any] | None:
    try:
        definitions = json.loads(line)["definitions"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return definitions if isinstance(definitions, dict) else None


class Trace:
    """The open trace of a run."""

    def __init__(self, layout: RunLayout, *, look_for_raws: bool = True) -> None:
        """`look_for_raws`: see for each case whether its waveforms are compressed."""
        self._layout, self._look_for_raws = layout, look_for_raws
        checksums.forget(layout.trace)
        self.last_seq = _mend(layout.trace)
        self._file = descriptor_of(layout.trace, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self._end = os.fstat(self._file).st_size

    def close(self) -> None:
        """Close the file; its content is on the disk when this returns. Raises OSError."""
        try:
            os.fsync(self._file)
        finally:
            os.close(self._file)
        checksums.record(self._layout.trace)

    def append(
        self,
        rows: Sequence[tuple[Any, ...]],
        metrics: Mapping[tuple[int, int], Mapping[str, float]],
        circuits: Mapping[int, int] | None = None,
    ) -> None:
        """Write the rows of the store's attempts table, with the measurements of (case, attempt) where
        known and the circuit of each sequence number that has another than the first. Raises OSError, and
        has written nothing, if there is no room.
        """
        if not rows:
            return
        others = circuits or {}
        lines = [self._line(row, metrics.get((row[1], row[2]), {}), others.get(row[0])) for row in rows]
        text = "".join(lines).encode("utf-8", "backslashreplace")
        try:
            self._write(text)
        except OSError:
            os.ftruncate(self._file, self._end)
            raise
        self._end += len(text)
        self.last_seq = rows[-1][0]

    def append_definitions(self, definitions: Mapping[str, Any]) -> None:
        """Write what the run is measured by from now on, so that a store made anew can be measured alike."""
        line = {"stage": MEASURE, "seq": self.last_seq, "definitions": definitions}
        text = (json.dumps(line, ensure_ascii=False, default=str) + "\n").encode("utf-8", "backslashreplace")
        self._write(text)
        self._end += len(text)

    def _write(self, text: bytes) -> None:
        while text:
            text = text[os.write(self._file, text) :]

    def _line(self, row: tuple[Any, ...], metrics: Mapping[str, float], circuit: int | None) -> str:
        seq, case_id, *shared, started, seconds, place, warnings, fingerprint, deck_run = row
        form = _form((*shared, place, warnings, deck_run, circuit), tuple(metrics))
        numbers: tuple[Any, ...] = (started, seconds, *metrics.values())
        if {*map(type, numbers)} != {float} or not isfinite(sum(numbers)):
            numbers = tuple(map(_ENCODER.encode, numbers))
        raw = self._layout.raw(case_id).name if self._look_for_raws else "results.raw"
        mark = "null" if fingerprint is None else fingerprint
        return form % (seq, case_id, *numbers[:2], mark, *numbers[2:], case_id, case_id, raw, case_id)


@lru_cache(maxsize=256)
def _form(shared: tuple[Any, ...], names: tuple[str, ...]) -> str:
    """The line of attempts that have `shared` and the names of their measurements in common, with places for
    what one attempt has by itself.
    """
    attempt, *verdict, place, _, deck_run, circuit = map(_form_text, shared)
    head = ", ".join(f'"{name}": {text}' for name, text in zip(_VERDICT, verdict, strict=True))
    more = "" if shared[-1] is None else f'"circuit": {circuit}, '
    listed = _form_text(json.loads(shared[-3])) if shared[-3] else "[]"
    values = ", ".join(f"{_form_text(name)}: %s" for name in names)
    files = '"deck": "results/%s/netlist.spice", "raw": "results/%s/%s", "log": "results/%s/simulator.log"'
    return (
        f'{{"stage": "simulate", "seq": %s, "case_id": %s, "attempt": {attempt}, {head}, '
        f'"started": %s, "seconds": %s, "place": {place}, "warnings": {listed}, "fingerprint": %s, '
        f'"deck_run": {deck_run}, {more}"metrics": {{{values}}}, "artefacts": {{{files}}}}}\n'
    )


def _form_text(value: object) -> str:
    """A value as JSON within a format."""
    return _ENCODER.encode(value).replace("%", "%%")


def _mend(path: Path) -> int:
    """Remove an incomplete last line; returns the sequence number of the last whole line, 0 for an empty
    attempt log.
    """
    if not path.exists() or not path.stat().st_size:
        return 0
    with os.fdopen(descriptor_of(path, os.O_RDWR), "rb+") as stream:
        with mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as text:
            end, seq = _last_whole_line(text)
        stream.truncate(end)
    return seq


def _last_whole_line(text: mmap.mmap) -> tuple[int, int]:
    end = text.rfind(b"\n") + 1
    while end:
        start = text.rfind(b"\n", 0, end - 1) + 1
        seq = _seq(text[start:end])
        if seq is not None:
            return end, seq
        end = start
    return 0, 0


def _seq(line: bytes) -> int | None:
    try:
        return int(json.loads(line)["seq"])
    except (ValueError, KeyError, TypeError, RecursionError, OverflowError):
        return None
