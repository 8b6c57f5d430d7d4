"""Every attempt that is known of a run, from its attempt log and its store together.

Either of them may have lost some: a store whose write-ahead log was removed, an older copy of it, a log
that was truncated. What one of them knows is not taken back because the other does not.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from simorc.errors import StoreError
from simorc.rundir.store.connection import open_for_reading
from simorc.rundir.store.migrations import WITH_CIRCUITS, version_of
from simorc.rundir.store.writer import Finished
from simorc.simulators.case_warnings import warnings_from
from simorc.simulators.outcome import FailureKind, Outcome

_AGAIN = frozenset({"retry", "rung", "cold"})

Key = tuple[int, int]
"""Case and attempt."""


def key_of(attempt: Finished) -> Key:
    """What tells an attempt from all others of its run."""
    return attempt.case_id, attempt.attempt


def traced_attempts(path: Path, total: int) -> Iterator[Finished]:
    """Every attempt of cases 1 ... `total` that the trace tells; lines that make no sense are passed over."""
    try:
        stream = path.open("rb")
    except OSError:
        return
    with stream:
        for line in stream:
            try:
                found = _attempt_of(json.loads(line), total)
            except (ValueError, RecursionError):
                continue
            if found is not None:
                yield found


def stored_attempts(path: Path, total: int) -> list[Finished]:
    """Every attempt in a store, as far as it can be read; only the last one of a case has measurements."""
    try:
        db = open_for_reading(path)
    except (StoreError, OSError):
        return []
    found: list[Finished] = []
    try:
        circuits = _circuits(db)
        for row in db.execute("SELECT * FROM attempts ORDER BY seq"):
            said = {**dict(row), "stage": "simulate", "circuit": circuits.get(row["seq"]), "metrics": {}}
            said["warnings"] = json.loads(said.get("warnings") or "null")
            attempt = _attempt_of(said, total)
            if attempt is not None:
                found.append(attempt)
        return _with_values(db, found)
    except (sqlite3.Error, ValueError, IndexError):
        return found  # damaged: what could be read counts
    finally:
        db.close()


def _circuits(db: sqlite3.Connection) -> dict[int, int]:
    if version_of(db) < WITH_CIRCUITS:
        return {}
    return {row[0]: row[1] for row in db.execute("SELECT seq, circuit FROM accepted")}


def _with_values(db: sqlite3.Connection, attempts: list[Finished]) -> list[Finished]:
    """The last attempt of each case that has a verdict with the values of the case."""
    measured = db.execute("SELECT name, label FROM columns WHERE role='measurement'").fetchall()
    last = {attempt.case_id: place for place, attempt in enumerate(attempts)}
    for case_id, place in last.items():
        row = db.execute("SELECT * FROM cases WHERE id = ?", (case_id,)).fetchone()
        if row is None or row["status"] not in ("completed", "failed"):
            continue
        values = {label: row[name] for name, label in measured if isinstance(row[name], float | int)}
        attempts[place] = replace(attempts[place], outcome=_judged(attempts[place].outcome, row, values))
    return attempts


def _judged(outcome: Outcome, row: sqlite3.Row, values: Mapping[str, float]) -> Outcome:
    """The verdict as the case has it, which may have been measured again since its attempt."""
    kind = None if row["kind"] is None else FailureKind(row["kind"])
    measurements = {name: float(value) for name, value in values.items()}
    changed = {"status": row["status"], "kind": kind, "measurements": measurements}
    if outcome.status == row["status"]:
        return replace(outcome, measurements=measurements)
    return replace(outcome, message=str(row["message"] or ""), **changed)


def together(traced: Iterable[Finished], stored: Iterable[Finished]) -> list[Finished]:
    """Every attempt of both, those of a case in their order, all of them by time.

    The store's word counts where both know an attempt and it has values: a run may have been measured again.
    """
    found = {key_of(attempt): attempt for attempt in traced}
    for attempt in stored:
        known = found.get(key_of(attempt))
        if known is None or attempt.outcome.measurements or not known.outcome.measurements:
            found[key_of(attempt)] = attempt
    ordered = sorted(found.values(), key=key_of)
    times: dict[Key, float] = {}
    latest: dict[int, float] = {}
    for attempt in ordered:
        latest[attempt.case_id] = max(latest.get(attempt.case_id, 0.0), attempt.started)
        times[key_of(attempt)] = latest[attempt.case_id]
    return sorted(ordered, key=lambda attempt: (times[key_of(attempt)], key_of(attempt)))


def _attempt_of(said: Any, total: int) -> Finished | None:
    try:
        case_id, attempt = int(said["case_id"]), int(said["attempt"])
        if not 1 <= case_id <= total or attempt < 1 or said["stage"] != "simulate":
            return None
        action = str(said["action"])
        return Finished(
            case_id=case_id,
            attempt=attempt,
            outcome=_outcome_of(said),
            action=action,
            final=action not in _AGAIN,
            started=float(said["started"] or 0.0),
            place=str(said["place"]),
            rung=None if said["rung"] is None else str(said["rung"]),
            circuit=int(said.get("circuit") or 1),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError):
        return None


def _outcome_of(said: Mapping[str, Any]) -> Outcome:
    if said["status"] not in ("completed", "failed", "cancelled"):
        raise ValueError(said["status"])
    return Outcome(
        status=said["status"],
        kind=None if said["kind"] is None else FailureKind(said["kind"]),
        message=str(said["message"] or ""),
        measurements={str(name): float(value) for name, value in said["metrics"].items()},
        seconds=float(said["seconds"] or 0.0),
        warm=bool(said["warm"]),
        cold_reason=None if said["cold_why"] is None else str(said["cold_why"]),
        warnings=warnings_from(said.get("warnings")),
        fingerprint=None if said.get("fingerprint") is None else int(said["fingerprint"]),
    )
