"""Every known attempt of a run, from its attempt log and its store.

Either of them may be incomplete: a store whose write-ahead log was removed, an older copy of it, a log that
was truncated. An attempt is included if either of them contains it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from simorc.errors import StoreError
from simorc.regular_files import open_regular
from simorc.rundir.store.attempt_rows import AttemptRows, CaseVerdict
from simorc.rundir.store.connection import DatabaseError
from simorc.rundir.store.finished import Finished
from simorc.simulators.case_warnings import warnings_from
from simorc.simulators.outcome import FailureKind, Outcome

_AGAIN = frozenset({"retry", "rung", "cold"})

Key = tuple[int, int]
"""Case and attempt."""


def key_of(attempt: Finished) -> Key:
    """What identifies an attempt among all others of its run."""
    return attempt.case_id, attempt.attempt


def traced_attempts(path: Path, total: int) -> Iterator[Finished]:
    """Every attempt of cases 1 ... `total` in the attempt log; invalid lines are skipped."""
    try:
        stream = open_regular(path)
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
    """Every readable attempt in a store; only the last one of a case has measurements."""
    found: list[Finished] = []
    try:
        with AttemptRows(path) as rows:
            for row in rows.attempts():
                record = {**row, "stage": "simulate", "metrics": {}}
                record["warnings"] = json.loads(record.get("warnings") or "null")
                attempt = _attempt_of(record, total)
                if attempt is not None:
                    found.append(attempt)
            _take_verdicts(rows, found)
    except (StoreError, OSError, DatabaseError, ValueError, IndexError):
        pass  # damaged: what could be read counts
    return found


def _take_verdicts(rows: AttemptRows, attempts: list[Finished]) -> None:
    """The last attempt of each case that has a verdict gets the values of the case."""
    last = {attempt.case_id: place for place, attempt in enumerate(attempts)}
    for case_id, verdict in rows.verdicts(iter(last)):
        place = last[case_id]
        attempts[place] = attempts[place]._replace(outcome=_judged(attempts[place].outcome, verdict))


def _judged(outcome: Outcome, verdict: CaseVerdict) -> Outcome:
    measured = outcome._replace(measurements=verdict.measurements)
    if outcome.status == verdict.status:
        return measured
    kind = None if verdict.kind is None else FailureKind(verdict.kind)
    return measured._replace(status=verdict.status, kind=kind, message=verdict.message)


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


def _attempt_of(record: Any, total: int) -> Finished | None:
    try:
        case_id, attempt = int(record["case_id"]), int(record["attempt"])
        if not 1 <= case_id <= total or attempt < 1 or record["stage"] != "simulate":
            return None
        action = str(record["action"])
        return Finished(
            case_id=case_id,
            attempt=attempt,
            outcome=_outcome_of(record),
            action=action,
            final=action not in _AGAIN,
            started=float(record["started"] or 0.0),
            place=str(record["place"]),
            rung=None if record["rung"] is None else str(record["rung"]),
            circuit=int(record.get("circuit") or 1),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError):
        return None


def _outcome_of(record: Mapping[str, Any]) -> Outcome:
    if record["status"] not in ("completed", "failed", "cancelled"):
        raise ValueError(record["status"])
    return Outcome(
        status=record["status"],
        kind=None if record["kind"] is None else FailureKind(record["kind"]),
        message=str(record["message"] or ""),
        measurements={str(name): float(value) for name, value in record["metrics"].items()},
        seconds=float(record["seconds"] or 0.0),
        warm=bool(record["warm"]),
        cold_reason=None if record["cold_why"] is None else str(record["cold_why"]),
        warnings=warnings_from(record.get("warnings")),
        fingerprint=None if record.get("fingerprint") is None else int(record["fingerprint"]),
        deck_run=None if record.get("deck_run") is None else str(record["deck_run"]),
    )
