"""A run in one line, fast enough for `simorc status` over hundreds of runs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from simorc.errors import SimorcError, StoreError
from simorc.rundir.attempts.status_files import any_reports
from simorc.rundir.circuit.mixed import mixture
from simorc.rundir.layout import RunLayout, find_runs
from simorc.rundir.lock import RunnerInfo, runner_info
from simorc.rundir.notes import NO_NOTES, RunNotes, notes_of
from simorc.rundir.store.connection import DatabaseError
from simorc.rundir.store.reader import STATUSES, RunReader
from simorc.rundir.store.warning_rows import WarningGroup

UNDER_WAY = frozenset({"running", "paused", "cancelling"})


@dataclass(frozen=True)
class RunSummary:
    """What `simorc status` shows of a run.

    `state` is one of pending, running, paused, cancelling, finished, cancelled, dead (its runner
    disappeared), broken.
    """

    run: str
    sweep: str
    state: str
    counts: dict[str, int]
    total: int
    started: float | None
    updated: float | None
    runner: RunnerInfo | None
    alive: bool
    note: str = ""
    predates: tuple[str, ...] = ()
    """Inputs that have changed since the run was built, by path relative to the project."""
    remarks: RunNotes = NO_NOTES
    locked: bool = False
    mixed: str = ""
    """The message for a run whose cases are not of one circuit."""
    warm_lost: str = ""
    refusal: str = ""
    """A cluster's scheduler's words where it will never take the run's jobs."""
    """Why every case runs cold although warm sessions were requested, and how to change that."""
    warnings: tuple[WarningGroup, ...] = ()
    """What the simulator ignored, by kind."""
    unvaried: tuple[str, ...] = ()
    """What was swept in vain, as sentences."""

    @property
    def shown(self) -> str:
        """The run as people are shown it."""
        return f"{self.sweep}_{self.remarks.label}" if self.remarks.label else self.run

    @property
    def shown_state(self) -> str:
        """The state as people are shown it."""
        return shown_state(self.state, self.counts)

    @property
    def percent(self) -> float:
        """How much of the run is over, 0 ... 100."""
        over = self.counts["completed"] + self.counts["failed"]
        return 100.0 * over / self.total if self.total else 100.0

    def as_json(self) -> dict[str, object]:
        runner = None
        if self.runner is not None:
            runner = {"host": self.runner.host, "pid": self.runner.pid, "alive": self.alive}
        return {
            "run": self.run,
            "sweep": self.sweep,
            "state": self.state,
            "counts": self.counts,
            "total": self.total,
            "percent": round(self.percent, 2),
            "started": _stamp(self.started),
            "updated": _stamp(self.updated),
            "runner": runner,
            "predates": list(self.predates),
            "mixed": self.mixed,
            "warm_lost": self.warm_lost or None,
            "warnings": [group.plain() for group in self.warnings],
            "unvaried": list(self.unvaried),
            **self.remarks.as_json(),
        }


def shown_state(state: str, counts: Mapping[str, int]) -> str:
    """The state of a run as people are shown it: one whose runner ended with cases pending is stopped."""
    return "stopped" if state == "finished" and counts.get("pending") else state


def summarise(layout: RunLayout, *, inputs: bool = True) -> RunSummary:
    """The state of one run, read from its store and its runner's heartbeat; without `inputs`, whether its
    input files have changed since is not looked at.
    """
    info = runner_info(layout)
    alive = info is not None and info.is_alive()
    try:
        with RunReader(layout) as view:
            meta, counts, mixed = view.meta(), view.counts(), mixture(view)
            warnings = view.warning_groups()
        total = int(meta["total"])
    except (SimorcError, DatabaseError, KeyError, ValueError) as error:
        why = error.message if isinstance(error, SimorcError) else f"{layout.database}: is damaged: {error}"
        none = dict.fromkeys(STATUSES, 0)
        return RunSummary(
            *(layout.name, layout.sweep, "broken", none, 0, None, None, info, alive, why),
            remarks=notes_of(layout),
            locked=layout.lock_json.exists(),
        )
    state = meta.get("state", "pending")
    return RunSummary(
        run=layout.name,
        sweep=meta.get("sweep", layout.sweep),
        state="dead" if state in UNDER_WAY and not alive else state,
        counts=counts,
        total=total,
        started=_number(meta.get("started")),
        updated=_number(meta.get("updated")),
        runner=info,
        alive=alive,
        note=meta.get("pause_reason", "") if state == "paused" else _waiting(layout, alive),
        predates=_moved(layout) if inputs else (),
        remarks=notes_of(layout),
        mixed=mixed,
        locked=layout.lock_json.exists(),
        warm_lost=meta.get("warm_lost", ""),
        refusal=meta.get("refusal", ""),
        warnings=warnings,
        unvaried=tuple(map(str, json.loads(meta.get("unvaried") or "[]"))),
    )


def _waiting(layout: RunLayout, alive: bool) -> str:
    """The message for results that workers left and that are not in the store yet."""
    if alive or not any_reports(layout):
        return ""
    return f"results of workers are not stored yet; store them: simorc fsck --repair {layout.name}"


def _moved(layout: RunLayout) -> tuple[str, ...]:
    # Imported here: who only names a summary's type starts without the hashing of files.
    from simorc.rundir.manifest import load_manifest
    from simorc.schematics.moved_inputs import moved_inputs

    try:
        return moved_inputs(layout.root, load_manifest(layout).inputs)
    except (StoreError, KeyError):
        return ()


def summarise_all(root: Path) -> list[RunSummary]:
    """Every run of the project at `root`, newest first."""
    return [summarise(layout) for layout in find_runs(root)]


def _number(text: str | None) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        return None


def _stamp(seconds: float | None) -> str | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
