"""The state of all runs, read again only where a run's files have changed."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from simorc.dashboard.projects import WatchedProject
from simorc.errors import SimorcError
from simorc.files import Stamp, stamp_of
from simorc.rundir.case_rate import CaseRate
from simorc.rundir.instants import age_key
from simorc.rundir.layout import SIMULATIONS, RunLayout, find_runs
from simorc.rundir.manifest import load_manifest
from simorc.rundir.summary import UNDER_WAY, RunSummary, summarise
from simorc.text import plain

RunKey: TypeAlias = tuple[str, str]
"""Project and run id."""
Record: TypeAlias = dict[str, Any]
"""A run as JSON: project, run, sweep, state, counts, total, percent, started, updated, host, user, rate,
eta."""
_READ_AT_ONCE = 60
"""Runs read by one `refresh`, so that the newest of thousands are shown at once."""
_LOOK_AGAIN = 30.0
"""Seconds after which the runs are listed again although no directory of runs has changed."""


@dataclass
class _Known:
    """What was read of a run, and what its files were then."""

    stamp: tuple[Stamp | None, ...]
    record: Record
    rate: CaseRate


@dataclass(frozen=True)
class Changes:
    """What a refresh found. `backlog`: there is more to read, refresh again at once."""

    changed: list[Record]
    removed: list[RunKey]
    backlog: bool


@dataclass
class Overview:
    """All runs of some projects. One thread refreshes it; `records` may be read by others."""

    projects: Sequence[WatchedProject]
    clock: Callable[[], float] = time.monotonic
    _known: dict[RunKey, _Known] = field(default_factory=dict)
    _listed: list[tuple[RunKey, RunLayout]] = field(default_factory=list)
    _files: dict[RunKey, tuple[str, ...]] = field(default_factory=dict)
    """The paths of each run as texts: a thousand runs are looked at every second."""
    _listed_at: float | None = None
    _directories: tuple[Stamp | None, ...] = ()

    def records(self) -> list[Record]:
        """Every run read so far, newest first."""
        return [known.record for key, _ in list(self._listed) if (known := self._known.get(key)) is not None]

    def layout(self, project: str, run: str) -> RunLayout | None:
        """The directory of a run that is shown; None for any other name."""
        return next((layout for key, layout in list(self._listed) if key == (project, run)), None)

    def refresh(self) -> Changes:
        """Read what has changed since the last call, the newest runs first."""
        removed = self._list()
        changed: list[Record] = []
        for key, layout in self._listed:
            if len(changed) == _READ_AT_ONCE:
                return Changes(changed, removed, backlog=True)
            known, stamp = self._known.get(key), _stamp(self._files[key])
            if known is not None and known.stamp == stamp and known.record["state"] not in UNDER_WAY:
                continue
            record = self._read(key, layout, known, stamp)
            if known is None or record != known.record:
                changed.append(record)
        return Changes(changed, removed, backlog=False)

    def _list(self) -> list[RunKey]:
        """List the runs again if that is due; returns those that have gone."""
        now = self.clock()
        directories = tuple(stamp_of(project.root / SIMULATIONS) for project in self.projects)
        lately = self._listed_at is not None and now - self._listed_at < _LOOK_AGAIN
        if lately and directories == self._directories:
            return []
        self._listed_at, self._directories = now, directories
        found = [
            ((project.name, layout.name), layout)
            for project in self.projects
            for layout in find_runs(project.root)
        ]
        self._listed = sorted(found, key=lambda each: age_key(each[1].path), reverse=True)
        self._files = {key: _files(layout) for key, layout in found}
        there = {key for key, _ in found}
        gone = [key for key in self._known if key not in there]
        for key in gone:
            del self._known[key]
        return gone

    def _read(
        self, key: RunKey, layout: RunLayout, known: _Known | None, stamp: tuple[Stamp | None, ...]
    ) -> Record:
        summary = summarise(layout, inputs=False)
        rate = CaseRate() if known is None or summary.state != "running" else known.rate
        rate.add(self.clock(), summary.counts["completed"] + summary.counts["failed"])
        host = (known.record["host"], known.record["user"]) if known is not None else _host(layout)
        record = _record(key, summary, host, rate.per_second)
        self._known[key] = _Known(stamp, record, rate)
        return record


def run_stamp(layout: RunLayout) -> tuple[Stamp | None, ...]:
    """When the files that a run's state is in were written."""
    return _stamp(_files(layout))


def journal_stamp(layout: RunLayout) -> Stamp | None:
    """When a writer last wrote to the store's journal; None for an empty one, which a reader leaves too."""
    return run_stamp(layout)[0]


def _files(layout: RunLayout) -> tuple[str, ...]:
    """What a run's state is in, the journal first."""
    return f"{layout.database}-wal", *map(str, (layout.database, layout.runner_json, layout.remarks))


def _stamp(files: tuple[str, ...]) -> tuple[Stamp | None, ...]:
    journal, *others = [stamp_of(path) for path in files]
    return journal if journal is not None and journal[1] else None, *others


def _host(layout: RunLayout) -> tuple[str, str]:
    """The machine a run was built on, and its user."""
    try:
        host = load_manifest(layout).host
    except SimorcError:
        return "", ""
    return plain(host.name), plain(host.user)


def _record(key: RunKey, summary: RunSummary, host: tuple[str, str], rate: float) -> Record:
    project, run = key
    left = summary.total - summary.counts["completed"] - summary.counts["failed"]
    runner = summary.runner
    return {
        "project": plain(project),
        "run": run,
        "shown": plain(summary.shown),
        "sweep": plain(summary.sweep),
        "state": summary.shown_state,
        "counts": summary.counts,
        "total": summary.total,
        "percent": round(summary.percent, 1),
        "started": summary.started,
        "updated": summary.updated,
        "host": plain(runner.host) if runner is not None and summary.alive else host[0],
        "user": host[1],
        "rate": round(rate, 2) if rate else None,
        "eta": round(left / rate) if rate else None,
        "note": plain(summary.note or summary.remarks.note.partition("\n")[0]),
    }
