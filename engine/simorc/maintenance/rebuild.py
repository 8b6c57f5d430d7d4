"""A run's store made anew from what else the run has written.

The trace tells every attempt with its measurements; metadata.csv tells the verdict of cases the trace does
not know (any more); where neither speaks of a case, the files in its directory are judged again. What none
of them proves is pending.
"""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio

from simorc.errors import WaveformError
from simorc.netlist.deck.deck import Deck
from simorc.rundir.attempt_log import Trace
from simorc.rundir.layout import RunLayout
from simorc.rundir.manifest import wanted_cards
from simorc.rundir.metadata_csv import swept_columns
from simorc.rundir.store import connection as database
from simorc.rundir.store.writer import Finished, Store, declare_columns
from simorc.runner.measuring import Measuring
from simorc.simulators.case_warnings import warnings_from
from simorc.simulators.ngspice.verdict import Ending, judge
from simorc.simulators.outcome import FailureKind, Outcome
from simorc.sweeps.plan import Plan
from simorc.units import ShownAs
from simorc.waveforms.rawfile import RawFile

_AT_ONCE = 2_000
_WORKPLACE = ".rebuilding"
_PLACE = "fsck"
_AGAIN = frozenset({"retry", "rung", "cold"})
_MOST_BYTES_OF_LOG = 64 << 20


@dataclass(frozen=True)
class Rebuilt:
    """Where the state of how many cases came from."""

    traced: int
    listed: int
    judged: int

    def __str__(self) -> str:
        files = f"{self.traced} cases from trace.jsonl, {self.listed} from metadata.csv"
        return f"{files}, {self.judged} judged again"


def rebuild(layout: RunLayout, manifest: Mapping[str, Any]) -> Rebuilt:
    """Make run.sqlite and trace.jsonl anew; what was there of them is kept beside, ending in ``.old``.

    The run's lock must be held.
    """
    making = RunLayout(layout.path / _WORKPLACE)
    shutil.rmtree(making.path, ignore_errors=True)
    making.path.mkdir()
    plan = Plan.from_json(manifest["plan"])
    _empty_store(making, manifest, plan)
    with Store(making, plan) as store:
        trace = Trace(making)
        rebuilt = _refill(layout, manifest, store, trace)
        while store.fill(_AT_ONCE):
            pass
        trace.close()
    _put_in_place(layout, making)
    return rebuilt


def _empty_store(making: RunLayout, manifest: Mapping[str, Any], plan: Plan) -> None:
    meta = {"sweep": manifest["sweep"], "testbench": manifest["testbench"], "total": str(len(plan))}
    database.create(making.database, {"state": "pending", **meta})
    measured = {name: what for name, what in manifest["measurements"].items() if not what.get("across")}
    declared = {name: ShownAs.declared(what) for name, what in measured.items()}
    declare_columns(making, swept_columns(plan), declared, len(plan))


def _refill(layout: RunLayout, manifest: Mapping[str, Any], store: Store, trace: Trace) -> Rebuilt:
    over = _from_trace(layout, store, trace)
    total, listed, judged = len(store.statuses), 0, 0
    verdicts = listed_verdicts(layout.metadata_csv, total)
    bench = _Judge(layout, manifest)
    for case_id in range(1, total + 1) if verdicts is None else sorted(verdicts):
        if case_id in over:
            continue
        outcome = bench.verdict(case_id, None if verdicts is None else verdicts[case_id])
        if outcome is not None:
            store.attempt_finished(Finished(case_id, 1, outcome, "done", True, 0.0, _PLACE))
            listed, judged = listed + (verdicts is not None), judged + (verdicts is None)
    # An attempt that was to be followed by another leaves its case in progress.
    store.back_to_pending(store.statuses.ids("in_progress"))
    store.set_meta(state=_state(store), pause_reason="")
    store.event("warning", "the run's state was rebuilt by simorc fsck")
    _write(store, trace)
    return Rebuilt(len(over), listed, judged)


def _from_trace(layout: RunLayout, store: Store, trace: Trace) -> set[int]:
    """Tell the store every attempt of the old trace; the cases that have a verdict by that."""
    over: set[int] = set()
    for place, attempt in enumerate(traced_attempts(layout.trace, len(store.statuses)), 1):
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


# The trace ----------------------------------------------------------------------------------------


def traced_attempts(path: Path, total: int) -> Iterator[Finished]:
    """Every attempt of cases 1 ... `total` that the trace tells; lines that make no sense are passed over."""
    try:
        stream = path.open("rb")
    except OSError:
        return
    with stream:
        for line in stream:
            found = _attempt_of(line, total)
            if found is not None:
                yield found


def _attempt_of(line: bytes, total: int) -> Finished | None:
    try:
        said = json.loads(line)
        case_id, attempt = int(said["case_id"]), int(said["attempt"])
        if not 1 <= case_id <= total or attempt < 1 or said["stage"] != "simulate":
            return None
        action = str(said["action"])
        final = action not in _AGAIN
        return Finished(
            case_id=case_id,
            attempt=attempt,
            outcome=_outcome_of(said),
            action=action,
            final=final,
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


# metadata.csv -------------------------------------------------------------------------------------


def listed_verdicts(path: Path, total: int) -> dict[int, Outcome] | None:
    """The completed and failed cases of metadata.csv; None if there is no such file to be read."""
    verdicts: dict[int, Outcome] = {}
    try:
        with path.open(encoding="utf-8", errors="replace", newline="") as stream:
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
    """Judges what lies in the cases' directories."""

    def __init__(self, layout: RunLayout, manifest: Mapping[str, Any]) -> None:
        self._layout = layout
        self._requested, self._optional = wanted_cards(manifest)
        self._measuring = Measuring(layout, manifest, Plan.from_json(manifest["plan"]))

    def verdict(self, case_id: int, listed: Outcome | None) -> Outcome | None:
        """The verdict that metadata.csv lists, with the measurements the files give; without one, what the
        files say, None if something of them is missing.
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
            deck = Deck.parse(layout.deck(case_id).read_text(encoding="utf-8", errors="surrogateescape"))
            with layout.log(case_id).open("rb") as stream:
                said = stream.read(_MOST_BYTES_OF_LOG)
            raw = RawFile.open(layout.raw(case_id))
        except (OSError, WaveformError):
            return None
        outcome = judge(deck, said, raw, Ending(0), requested=self._requested, optional=self._optional)
        return anyio.run(self._measuring.complete, case_id, outcome)


def _put_in_place(layout: RunLayout, making: RunLayout) -> None:
    """The new store and trace under their names, the old ones beside them."""
    for ending in ("-wal", "-shm", "-journal"):
        layout.database.with_name(layout.database.name + ending).unlink(missing_ok=True)
    for old, new in ((layout.database, making.database), (layout.trace, making.trace)):
        if old.exists():
            old.replace(old.with_name(old.name + ".old"))
        new.replace(old)
    shutil.rmtree(making.path, ignore_errors=True)
