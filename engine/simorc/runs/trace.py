"""`trace.jsonl`: one line per attempt, append-only.

The store is the truth; the trace follows it. Each line carries the attempt's sequence number in the store,
so that a runner which takes over completes a trace that a killed one left short or torn.
"""

from __future__ import annotations

import json
import mmap
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from simorc.runs.layout import RunLayout

_FIELDS = (
    *("seq", "case_id", "attempt", "status", "kind", "message", "action", "warm", "cold_why", "rung"),
    *("started", "seconds", "place"),
)


class Trace:
    """The open trace of a run."""

    def __init__(self, layout: RunLayout) -> None:
        self._layout = layout
        self.last_seq = _mend(layout.trace)
        self._stream = layout.trace.open("a", encoding="utf-8")

    def close(self) -> None:
        self._stream.close()

    def append(
        self, rows: Iterable[tuple[Any, ...]], metrics: Mapping[tuple[int, int], Mapping[str, float]]
    ) -> None:
        """Write the rows of the store's attempts table, with the measurements of (case, attempt) where
        known.
        """
        for row in rows:
            line = {"stage": "simulate", **dict(zip(_FIELDS, row, strict=True))}
            line["metrics"] = metrics.get((row[1], row[2]), {})
            line["artefacts"] = self._artefacts(row[1])
            self._stream.write(json.dumps(line, ensure_ascii=False) + "\n")
            self.last_seq = row[0]
        self._stream.flush()

    def _artefacts(self, case_id: int) -> dict[str, str]:
        base = f"results/{case_id}"
        return {"deck": f"{base}/netlist.spice", "raw": f"{base}/results.raw", "log": f"{base}/simulator.log"}


def _mend(path: Path) -> int:
    """Cut a torn end off; returns the sequence number of the last whole line, 0 for an empty trace."""
    if not path.exists() or not path.stat().st_size:
        return 0
    with path.open("rb+") as stream:
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
    except (ValueError, KeyError, TypeError):
        return None
