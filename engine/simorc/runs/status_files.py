"""Outcomes reported by workers in other processes: one atomically renamed file per case.

A worker (a test of the generated pytest module, say) runs a case by itself and leaves ``.status/case_<id>.json``. Whoever
holds the run gathers these files into the store and removes them.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from simorc.runs.filesystem import write_json
from simorc.runs.layout import RunLayout
from simorc.simulators.outcome import FailureKind, Outcome

_NAME = re.compile(r"case_(\d{1,9})\.json")


@dataclass(frozen=True)
class Report:
    """A worker's word about one case."""

    case_id: int
    outcome: Outcome
    started: float
    place: str


def leave_report(layout: RunLayout, report: Report) -> None:
    layout.status_dir.mkdir(exist_ok=True)
    outcome = report.outcome
    said = {
        "case_id": report.case_id,
        "status": outcome.status,
        "kind": None if outcome.kind is None else str(outcome.kind),
        "message": outcome.message,
        "measurements": dict(outcome.measurements),
        "seconds": outcome.seconds,
        "warm": outcome.warm,
        "cold_reason": outcome.cold_reason,
        "started": report.started,
        "place": report.place,
    }
    write_json(layout.status_file(report.case_id), said)


def gather_reports(layout: RunLayout, total: int) -> Iterator[Report | tuple[Path, str]]:
    """Take the reports waiting; an unreadable one comes back as its path and what is wrong with it."""
    try:
        names = sorted(os.listdir(layout.status_dir))
    except FileNotFoundError:
        return
    for name in names:
        match = _NAME.fullmatch(name)
        if match is None:
            continue
        path = layout.status_dir / name
        try:
            yield _read(path, int(match[1]), total)
        except (OSError, ValueError, KeyError, TypeError) as error:
            yield path, f"{type(error).__name__}: {error}"


def any_reports(layout: RunLayout) -> bool:
    try:
        return any(_NAME.fullmatch(entry.name) for entry in os.scandir(layout.status_dir))
    except FileNotFoundError:
        return False


def _read(path: Path, case_id: int, total: int) -> Report:
    said = json.loads(path.read_text(encoding="utf-8"))
    if said["case_id"] != case_id or not 1 <= case_id <= total:
        raise ValueError(f"speaks of case {said['case_id']!r}")
    if said["status"] not in {"completed", "failed"}:
        raise ValueError(f"no such status {said['status']!r}")
    outcome = Outcome(
        status=said["status"],
        kind=None if said["kind"] is None else FailureKind(said["kind"]),
        message=str(said["message"]),
        measurements={str(name): float(value) for name, value in said["measurements"].items()},
        seconds=float(said["seconds"]),
        warm=bool(said["warm"]),
        cold_reason=said["cold_reason"],
    )
    return Report(case_id, outcome, float(said["started"]), str(said["place"]))
