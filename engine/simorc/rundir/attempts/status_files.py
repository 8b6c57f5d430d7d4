"""Outcomes from workers in other processes: one file per case, renamed into place.

A worker (for example a test of the generated pytest module) runs a case by itself and leaves
``.status/case_<id>.json``. The process that holds the run's lock gathers these files into the store and
removes them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simorc.files import read_json, write_json
from simorc.rundir.layout import RunLayout
from simorc.simulators.case_warnings import plain_warnings, warnings_from
from simorc.simulators.outcome import FailureKind, Outcome

_MOST = 1 << 24
_NAME = re.compile(r"case_(\d{1,9})\.json")


@dataclass(frozen=True)
class Report:
    """A worker's word about one case, and what it decided after it."""

    case_id: int
    outcome: Outcome
    started: float
    place: str
    action: str = "done"
    rung: str | None = None


@dataclass(frozen=True)
class Gathered:
    """A status file: the report it contains, or the error in it."""

    path: Path
    report: Report | None
    problem: str = ""


def leave_report(layout: RunLayout, report: Report) -> None:
    layout.status_dir.mkdir(exist_ok=True)
    write_json(layout.status_file(report.case_id), plain_report(report))


def plain_report(report: Report) -> dict[str, object]:
    """A report as JSON has it; `report_from` reads it back."""
    outcome = report.outcome
    return {
        "case_id": report.case_id,
        "status": outcome.status,
        "kind": None if outcome.kind is None else str(outcome.kind),
        "message": outcome.message,
        "measurements": dict(outcome.measurements),
        "seconds": outcome.seconds,
        "warm": outcome.warm,
        "cold_reason": outcome.cold_reason,
        "warnings": plain_warnings(outcome.warnings),
        "fingerprint": outcome.fingerprint,
        "deck_run": outcome.deck_run,
        "started": report.started,
        "place": report.place,
    }


def gather_reports(layout: RunLayout, total: int) -> list[Gathered]:
    """Read the reports waiting. They stay until `forget`, so that nothing is lost before the store has
    them.
    """
    try:
        names = sorted(path.name for path in layout.status_dir.iterdir())
    except FileNotFoundError:
        return []
    matches = [match for match in map(_NAME.fullmatch, names) if match is not None]
    return [_gathered(layout.status_dir / match[0], int(match[1]), total) for match in matches]


def forget(gathered: Iterable[Gathered]) -> None:
    """Remove files whose content is safe elsewhere."""
    for found in gathered:
        found.path.unlink(missing_ok=True)


def _gathered(path: Path, case_id: int, total: int) -> Gathered:
    try:
        return Gathered(path, _read(path, case_id, total))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        return Gathered(path, None, f"unreadable report {path.name}: {type(error).__name__}: {error}")


def any_reports(layout: RunLayout) -> bool:
    try:
        return any(_NAME.fullmatch(path.name) for path in layout.status_dir.iterdir())
    except FileNotFoundError:
        return False


def _read(path: Path, case_id: int, total: int) -> Report:
    report = report_from(read_json(path, _MOST), total)
    if report.case_id != case_id:
        raise ValueError(f"refers to case {report.case_id!r}")
    return report


def report_from(record: Mapping[str, Any], total: int) -> Report:
    """A report about one of `total` cases; raises ValueError, KeyError or TypeError if it is none."""
    if not isinstance(record["case_id"], int) or not 1 <= record["case_id"] <= total:
        raise ValueError(f"refers to case {record['case_id']!r}")
    if record["status"] not in {"completed", "failed"}:
        raise ValueError(f"invalid status {record['status']!r}")
    outcome = Outcome(
        status=record["status"],
        kind=None if record["kind"] is None else FailureKind(record["kind"]),
        message=str(record["message"]),
        measurements={str(name): float(value) for name, value in record["measurements"].items()},
        seconds=float(record["seconds"]),
        warm=bool(record["warm"]),
        cold_reason=record["cold_reason"],
        warnings=warnings_from(record.get("warnings")),
        fingerprint=None if record.get("fingerprint") is None else int(record["fingerprint"]),
        deck_run=None if record.get("deck_run") is None else str(record["deck_run"]),
    )
    return Report(record["case_id"], outcome, float(record["started"]), str(record["place"]))
