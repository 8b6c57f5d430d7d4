"""The results of a run as lines: specs with yield and worst case, failures by kind and message.

Everything is read in a thread. A measurement's numbers come as arrays; failures are counted by SQLite.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from simorc.errors import SimorcError
from simorc.results.case_counts import CaseCounts
from simorc.rundir.layout import RunLayout
from simorc.rundir.store.connection import DatabaseError
from simorc.rundir.store.failure_groups import FailureGroup, failures_of
from simorc.rundir.store.reader import RunReader, still_awaited
from simorc.rundir.store.warning_rows import WarningGroup
from simorc.text import duration

if TYPE_CHECKING:
    from simorc.reports.spec_sheet import SpecRow

MOST_EVENTS = 200


@dataclass(frozen=True)
class RunResults:
    """All results of a run; `note` names what could not be read."""

    specs: tuple[SpecRow, ...] = ()
    failures: tuple[FailureGroup, ...] = ()
    warnings: tuple[WarningGroup, ...] = ()
    events: tuple[tuple[str, str, str], ...] = ()
    summary: str = ""
    head: str = ""
    note: str = ""
    took: float = field(default=0.0, compare=False)


def read_results(layout: RunLayout) -> RunResults:
    """Read a run. Never raises for missing or damaged files: the note names them."""
    began = time.monotonic()
    try:
        failures, events, head = failures_of(layout), events_of(layout), head_of(layout)
        warnings = warnings_of(layout)
    except (SimorcError, DatabaseError) as error:
        return RunResults(note=str(error))
    try:
        specs, whole = _specs(layout)
    except (SimorcError, DatabaseError, ValueError) as error:
        note, took = f"no specs: {error}", time.monotonic() - began
        return RunResults((), failures, warnings, events, head=head, note=note, took=took)
    took = time.monotonic() - began
    return RunResults(specs, failures, warnings, events, whole, head, took=took)


def warnings_of(layout: RunLayout) -> tuple[WarningGroup, ...]:
    """What the simulator ignored, by kind. Raises StoreError."""
    with RunReader(layout) as view:
        return view.warning_groups()


def head_of(layout: RunLayout) -> str:
    """``finished  45 of 45  in 0:12  3.75/s  12 attempts more  40 warm``. Raises StoreError."""
    with RunReader(layout) as view:
        meta, counts, total = view.meta(), view.counts(), view.total
        effort = _effort(view)
    over = counts["completed"] + counts["failed"]
    parts = [meta.get("state", "pending"), f"{over} of {total} cases"]
    started, updated = float(meta.get("started") or 0), float(meta.get("updated") or 0)
    if started and updated > started:
        rate = over / (updated - started)
        parts += [f"in {duration(updated - started, narrow=True)}", f"{rate:.3g}/s"]
        if meta.get("state") == "running" and rate:
            parts.append(f"ETA {duration(still_awaited(counts, meta) / rate, narrow=True)}")
    return "  ".join([*parts, *effort])


def _effort(view: RunReader) -> list[str]:
    found = view.effort()
    counts = ((found.warm, "warm"), (found.again, "retried"), (found.climbed, "with fallback options"))
    return [f"{count} {word}" for count, word in counts if count]


def events_of(layout: RunLayout) -> tuple[tuple[str, str, str], ...]:
    """(time, kind, message) of the run's last events, newest first. Raises StoreError."""
    with RunReader(layout) as view:
        rows = view.latest_events(MOST_EVENTS)
    return tuple((_clock(row["time"]), str(row["kind"]), str(row["message"])) for row in rows)


def _clock(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).astimezone().strftime("%H:%M:%S")


def _specs(layout: RunLayout) -> tuple[tuple[SpecRow, ...], str]:
    from simorc.reports.spec_sheet import spec_rows
    from simorc.results.open_run import OpenRun

    run = OpenRun(layout)
    if not run.specs:
        return (), ""
    lines = spec_rows(run)
    if run.yields is not None:
        return lines, f"yield {run.yields.text}"
    return lines, _meeting(run.case_counts) if run.own_specs and run.case_counts.ran else ""


def _meeting(counts: CaseCounts) -> str:
    """``37 of 45 cases meet every spec: 8 of 45 violate a spec``: of cases, which is no yield."""
    against = f": {counts.summary}" if counts.against else ""
    return f"{counts.meeting} of {counts.ran} cases meet every spec{against}"
