"""Requests of viewers to a runner: one small file per request, renamed into place, read and answered by the
runner.

Only the runner writes the run's SQLite, so a request is a file, which works from any host that sees the
directory. Kinds and their data:

    cancel   {"cases": [3, 7]}   stop these cases; without cases, the whole run
    pause    {}                  finish the cases in progress, start no new one
    resume   {}
    retry    {"cases": [3, 7]}   run these again; without cases, all that failed
    jobs     {"n": 4} or {"delta": -1}
    priority {"cases": [3, 7]}   run these next
"""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from simorc.errors import UsageError
from simorc.files import read_json, write_json
from simorc.rundir.layout import RunLayout

_MOST = 1 << 26
KINDS = frozenset({"cancel", "pause", "resume", "retry", "jobs", "priority"})


@dataclass(frozen=True)
class Request:
    """One request as the runner found it."""

    id: str
    time: float
    kind: str
    data: Mapping[str, object]

    @property
    def cases(self) -> list[int]:
        """The cases it names, empty if it names none."""
        named = self.data.get("cases")
        return [case for case in named if type(case) is int] if isinstance(named, list) else []

    def whole(self, key: str) -> int | None:
        """The whole number under `key`, None where there is none."""
        value = self.data.get(key)
        return value if isinstance(value, int) and not isinstance(value, bool) else None


def request(layout: RunLayout, kind: str, **data: object) -> str:
    """Leave a request for the runner of `layout`; returns its id."""
    if kind not in KINDS:
        raise UsageError(f"unknown request {kind!r}", remedy="one of " + ", ".join(sorted(KINDS)))
    name = f"{time.time_ns():020d}-{uuid.uuid4().hex[:8]}"
    layout.requests.mkdir(exist_ok=True)
    write_json(
        layout.requests / f"{name}.json", {"kind": kind, "time": time.time(), "data": data}, durable=False
    )
    return name


def collect(layout: RunLayout) -> list[Request]:
    """The requests waiting, oldest first; each file is removed as it is read, an unreadable one too."""
    try:
        entries = [entry for entry in os.scandir(layout.requests) if entry.name[0] != "."]
        names = sorted(entry.name for entry in entries if not entry.is_dir(follow_symlinks=False))
    except FileNotFoundError:
        return []
    return [found for name in names if (found := _take(layout, name)) is not None]


def _take(layout: RunLayout, name: str) -> Request | None:
    path = layout.requests / name
    try:
        record = read_json(path, _MOST)
        taken = Request(
            name.removesuffix(".json"), float(record["time"]), str(record["kind"]), dict(record["data"])
        )
    except (OSError, ValueError, KeyError, TypeError, OverflowError):
        taken = Request(name, time.time(), "unreadable", {})
    path.unlink(missing_ok=True)
    return taken
