"""Rebuilds the store of a run from its other files.

The attempt log and what can be read of the old store list every attempt with its measurements; metadata.csv
has the verdict of cases that neither knows (any more); where none of them has a case, the files in its
directory are judged again. What none of them proves is pending. What is replaced is kept beside.
"""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import anyio

from simorc.durability import rename_durably, sync_file_system
from simorc.errors import WaveformError
from simorc.maintenance.recorded_measuring import newest_definitions
from simorc.maintenance.remeasure import measure_as_recorded
from simorc.netlist.deck.deck import Deck
from simorc.regular_files import open_regular, open_regular_text, read_regular
from simorc.rundir import checksums
from simorc.rundir.attempts.attempt_log import Trace, recorded_definitions
from simorc.rundir.attempts.history import stored_attempts, together, traced_attempts
from simorc.rundir.layout import RunLayout
from simorc.rundir.manifest import Manifest
from simorc.rundir.metadata_csv import swept_columns
from simorc.rundir.store.columns import declare_columns
from simorc.rundir.store.connection import create
from simorc.rundir.store.definitions import stored_definitions
from simorc.rundir.store.finished import Finished
from simorc.rundir.store.integrity import carry_over, readable_meta
from simorc.rundir.store.writer import Store
from simorc.runner.measuring import Measuring
from simorc.simulators.ngspice.verdict import Ending, judge
from simorc.simulators.outcome import Outcome
from simorc.sweeps.plan import Plan
from simorc.waveforms.rawfile import RawFile

_AT_ONCE = 2_000
_WORKPLACE = ".rebuilding"
_PLACE = "fsck"
_MOST_BYTES_OF_LOG = 64 << 20


@dataclass(frozen=True)
class Rebuilt:
    """Where the state of how many cases came from."""

    traced: int
    listed: int
    judged: int
    measured: int | None = None
    """Cases measured by the definitions of the attempt log; None if it has none or the store had them."""

    def __str__(self) -> str:
        files = f"{self.traced} cases from trace.jsonl, {self.listed} from metadata.csv"
        measured = "" if self.measured is None else "; measured again as the attempt log records"
        return f"{files}, {self.judged} evaluated again{measured}"


def rebuild(layout: RunLayout, manifest: Manifest, *, believe_store: bool = True) -> Rebuilt:
    """Make run.sqlite and trace.jsonl anew; what was there of them is kept beside, ending in ``.old``.

    Nothing is taken from a store that is not believed: its values may be wrong. The run's lock must be held.
    """
    recorded = newest_definitions(layout) if believe_store else recorded_definitions(layout.trace)
    making = RunLayout(layout.path / _WORKPLACE)
    shutil.rmtree(making.path, ignore_errors=True)
    making.path.mkdir()
    plan = manifest.plan
    _empty_store(making, manifest, plan)
    with Store(making, plan) as store:
        trace = Trace(making)
        rebuilt = _refill(layout, manifest, store, trace, believe_store=believe_store)
        while store.fill(_AT_ONCE):
            pass
        if recorded is not None:
            trace.append_definitions(recorded)
        trace.close()
    if believe_store and _is_of(layout, manifest):
        carry_over(layout.database, making.database)
    _put_in_place(layout, making)
    if recorded is not None and not stored_definitions(layout.database):
        rebuilt = replace(rebuilt, measured=measure_as_recorded(layout, recorded).cases)
    return rebuilt


def _empty_store(making: RunLayout, manifest: Manifest, plan: Plan) -> None:
    about = {"run": manifest.run, "sweep": manifest.sweep}
    meta = {**about, "testbench": manifest.testbench, "total": str(len(plan))}
    create(making.database, {"state": "pending", **meta})
    measured = manifest.case_measurements
    declared = {name: what.shown for name, what in measured.items()}
    declare_columns(making, swept_columns(plan), declared, len(plan))


def _refill(
    layout: RunLayout, manifest: Manifest, store: Store, trace: Trace, *, believe_store: bool
) -> Rebuilt:
    known = _attempts(layout, manifest, len(store.statuses), believe_store=believe_store)
    over = _from_attempts(known, store, trace)
    total, listed, judged = len(store.statuses), 0, 0
    verdicts = listed_verdicts(layout.metadata_csv, total)
    testbench = _Judge(layout, manifest)
    for case_id in range(1, total + 1) if verdicts is None else sorted(verdicts):
        if case_id in over:
            continue
        outcome = testbench.verdict(case_id, None if verdicts is None else verdicts[case_id])
        if outcome is not None:
            store.attempt_finished(Finished(case_id, 1, outcome, "done", True, 0.0, _PLACE))
            listed, judged = listed + (verdicts is not None), judged + (verdicts is None)
    # An attempt that was to be followed by another leaves its case in progress.
    store.back_to_pending(store.statuses.ids("in_progress"))
    store.set_meta(state=_state(store), pause_reason="")
    store.event("warning", "simorc fsck rebuilt the state of the run")
    _write(store, trace)
    return Rebuilt(len(over), listed, judged)


def _attempts(
    layout: RunLayout, manifest: Manifest, total: int, *, believe_store: bool
) -> Iterable[Finished]:
    """Every attempt of the attempt log and, where it is believed, of the old store."""
    believed = believe_store and _is_of(layout, manifest)
    stored = stored_attempts(layout.database, total) if believed else []
    traced = traced_attempts(layout.trace, total)
    return together(traced, stored) if stored else traced


def _from_attempts(attempts: Iterable[Finished], store: Store, trace: Trace) -> set[int]:
    """Record every attempt in the store; returns the cases that have a verdict by that."""
    over: set[int] = set()
    for place, attempt in enumerate(attempts, 1):
        store.attempt_finished(attempt)
        decided = attempt.final and attempt.outcome.status != "cancelled"
        over.add(attempt.case_id) if decided else over.discard(attempt.case_id)
        if place % _AT_ONCE == 0:
            _write(store, trace)
    _write(store, trace)
    return over


def _write(store: Store, trace: Trace) -> None:
    metrics = {(done.case_id, done.attempt): done.outcome.measurements for done in store.flush()}
    after = trace.last_seq
    trace.append(store.attempts_after(after), metrics, store.circuits_after(after))


def _state(store: Store) -> str:
    counts = store.statuses.counts()
    if not counts["pending"]:
        return "finished"
    return "cancelled" if counts["completed"] or counts["failed"] else "pending"


# metadata.csv -------------------------------------------------------------------------------------


def listed_verdicts(path: Path, total: int) -> dict[int, Outcome] | None:
    """The completed and failed cases of metadata.csv; None if there is no such file to be read."""
    verdicts: dict[int, Outcome] = {}
    try:
        with open_regular_text(path, newline="") as stream:
            for row in csv.DictReader(line.replace("\0", "") for line in stream):
                case_id, outcome = _listed(row)
                if outcome is not None and 1 <= case_id <= total:
                    verdicts[case_id] = outcome
    except (OSError, csv.Error):
        return verdicts or None
    return verdicts


def _listed(row: Mapping[str | None, Any]) -> tuple[int, Outcome | None]:
    number = str(row.get("case_id") or "")
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        return 0, None
    if row.get("status") == "completed":
        return int(number), Outcome.completed()
    if row.get("status") == "failed":
        return int(number), Outcome("failed", None, str(row.get("error_message") or ""))
    return int(number), None


# Result directories -------------------------------------------------------------------------------


class _Judge:
    """Judges the files in the cases' directories."""

    def __init__(self, layout: RunLayout, manifest: Manifest) -> None:
        self._layout = layout
        self._requested, self._optional = manifest.wanted_cards
        self._measuring = Measuring(layout, manifest, manifest.plan)

    def verdict(self, case_id: int, listed: Outcome | None) -> Outcome | None:
        """The verdict that metadata.csv lists, with the measurements from the files; without one, the verdict
        from the files, None if one of them is missing.
        """
        if listed is not None and listed.status == "failed":
            return listed
        judged = self._judged(case_id)
        if listed is None or judged is None:
            return judged if listed is None else listed
        return Outcome.completed(judged.measurements)

    def _judged(self, case_id: int) -> Outcome | None:
        layout = self._layout
        try:
            deck = Deck.parse(read_regular(layout.deck(case_id)).decode("utf-8", "surrogateescape"))
            with open_regular(layout.log(case_id)) as stream:
                log = stream.read(_MOST_BYTES_OF_LOG)
            raw = RawFile.open(layout.raw(case_id))
        except (OSError, WaveformError):
            return None
        outcome = judge(deck, log, raw, Ending(0), requested=self._requested, optional=self._optional)
        return anyio.run(self._measuring.complete, case_id, outcome)


def _is_of(layout: RunLayout, manifest: Manifest) -> bool:
    """Whether the existing store is this run's own, as far as it is recorded."""
    if not layout.database.is_file() or readable_meta(layout.database, "run") not in (
        "",
        manifest.run,
    ):
        return False
    return readable_meta(layout.database, "total") == str(manifest.total)


def aside(path: Path) -> Path:
    """A free name beside `path` for what is replaced: ``.old``, ``.old.2``, ..."""
    number, name = 1, f"{path.name}.old"
    while path.with_name(name).exists():
        number += 1
        name = f"{path.name}.old.{number}"
    return path.with_name(name)


def _put_in_place(layout: RunLayout, making: RunLayout) -> None:
    """The new store and attempt log under their names; the old ones, with the store's journal, beside."""
    sync_file_system(making.path)
    kept = aside(layout.database)
    for ending in ("-wal", "-shm", "-journal"):
        journal = layout.database.with_name(layout.database.name + ending)
        if journal.exists():
            journal.replace(kept.with_name(kept.name + ending))
    for old, new, beside in (
        (layout.database, making.database, kept),
        (layout.trace, making.trace, aside(layout.trace)),
    ):
        if old.exists():
            old.replace(beside)
        rename_durably(new, old)
        checksums.record(old)
    shutil.rmtree(making.path, ignore_errors=True)
