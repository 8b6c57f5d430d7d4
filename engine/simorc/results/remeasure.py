"""Measure a finished run again from its waveforms, after the definitions changed; nothing is simulated.

Only what changed is computed: a definition that is new or different, and whatever refers to it. The run's
lock is held meanwhile, so that its store keeps to one writer.
"""

from __future__ import annotations

import json
import os
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeAlias

from simorc.errors import SimorcError, UsageError
from simorc.measurements.meas_output import parse_meas_output
from simorc.measurements.measure import check_definitions, compiled, measure_case
from simorc.results.frame import Frame, load_frame
from simorc.runs.database import open_for_writing, quoted
from simorc.runs.filesystem import write_json
from simorc.runs.holder import RunnerLock
from simorc.runs.layout import RunLayout
from simorc.runs.manifest import load_manifest
from simorc.runs.store import add_column
from simorc.sweeps.plan import Plan

Definitions = Mapping[str, Mapping[str, Any]]
_CHUNK = 50


@dataclass(frozen=True)
class Remeasured:
    """What was computed: the measurements, how many cases, and how many values are missing in them."""

    measurements: tuple[str, ...]
    removed: tuple[str, ...]
    cases: int
    missing: int
    reasons: Mapping[str, str]
    """One example of why a value is missing, by measurement."""


def changed_measurements(old: Definitions, new: Definitions) -> tuple[str, ...]:
    """The measurements to compute again: new, different, or referring to one that is."""
    changed = {name for name in new if _essence(old.get(name)) != _essence(new[name])}
    changed |= {name for name in old if name not in new}
    while True:
        more = {name for name in new if name not in changed and _references(new[name]) & changed}
        if not more:
            return tuple(name for name in new if name in changed and not new[name].get("across"))
        changed |= more


def _essence(definition: Mapping[str, Any] | None) -> str:
    """What decides the value: not its unit, scale or description."""
    kept = ("meas", "measure", "args", "expr", "python")
    return json.dumps({key: (definition or {}).get(key) or None for key in kept}, sort_keys=True, default=str)


def _references(definition: Mapping[str, Any]) -> set[str]:
    texts = [definition.get("expr"), *(definition.get("args") or {}).values()]
    found: set[str] = set()
    for text in texts:
        if isinstance(text, str):
            found |= _names_in(text)
    return found


def _names_in(text: str) -> set[str]:
    """The names of an expression; none of a text that is no expression (a word such as ``rise``)."""
    try:
        return set(compiled(text).names)
    except SimorcError:
        return set()


def remeasure(
    layout: RunLayout,
    definitions: Definitions,
    specs: Mapping[str, Mapping[str, Any]],
    *,
    project_root: Path,
    everything: bool = False,
    jobs: int = 1,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Remeasured:
    """Compute what changed for every completed case and store it, with the definitions and specs it came
    from.

    Raises RunBusy while a runner holds the run and UsageError for definitions that cannot be right.
    """
    _check(definitions, project_root)
    with RunnerLock(layout):
        manifest = load_manifest(layout)
        old = manifest.get("measurements") or {}
        names = tuple(definitions) if everything else changed_measurements(old, definitions)
        names = tuple(name for name in names if not definitions[name].get("across"))
        removed = tuple(name for name in old if name not in definitions)
        found = _measured(layout, manifest, definitions, names, project_root, jobs, progress)
        done = _store(layout, definitions, names, removed, found)
        manifest.update(
            measurements=dict(definitions), specs=dict(specs), measured=time.strftime("%Y-%m-%dT%H:%M:%S%z")
        )
        write_json(layout.manifest, manifest)
    return done


def _check(definitions: Definitions, project_root: Path) -> None:
    wrong = check_definitions(definitions, {}, project_root)
    if wrong:
        raise UsageError("\n".join(f"measurements.{name}: {message}" for name, message in wrong))


Row = tuple[int, dict[str, float], dict[str, str]]


def _measured(
    layout: RunLayout,
    manifest: Mapping[str, Any],
    definitions: Definitions,
    names: Sequence[str],
    project_root: Path,
    jobs: int,
    progress: Callable[[int, int], None],
) -> Iterator[Row]:
    frame = load_frame(layout)
    frame = frame.select(frame.completed)
    if not names or not len(frame):
        return
    stored = _stored(frame, manifest.get("measurements") or {})
    defaults = dict(Plan.from_json(manifest["plan"]).defaults) if "plan" in manifest else {}
    work = [
        _Share(
            *(layout.path, definitions, tuple(names), project_root, defaults),
            tuple(_cases(frame, start, stored)),
        )
        for start in range(0, len(frame), _CHUNK)
    ]
    done = 0
    with _pool(min(jobs, len(work))) as pool:
        for rows in pool.map(_measure_share, work) if pool is not None else map(_measure_share, work):
            yield from rows
            done += len(rows)
            progress(done, len(frame))


def _pool(jobs: int) -> Any:
    """Worker processes started afresh: a fork of a threaded program may hang."""
    pool: Executor | None = ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) if jobs > 1 else None
    return pool if pool is not None else nullcontext(None)


_Case: TypeAlias = tuple[int, dict[str, Any], dict[str, float]]
"""Number, swept parameters, and the values of .meas cards known to full precision."""


def _cases(frame: Frame, start: int, stored: Mapping[str, str]) -> Iterator[_Case]:
    for place in range(start, min(start + _CHUNK, len(frame))):
        values = {meas: frame.values_at(name, place) for name, meas in stored.items()}
        known = {meas: value for meas, value in values.items() if value == value}
        yield int(frame.ids[place]), frame.parameters_of(place), known


def _stored(frame: Frame, old: Definitions) -> dict[str, str]:
    """The measurements of the store that are a .meas card's value: more digits than the log has."""
    cards = {name: str(each["meas"]).lower() for name, each in old.items() if each.get("meas")}
    return {name: meas for name, meas in cards.items() if name in frame.measurements}


@dataclass(frozen=True)
class _Share:
    """The cases one worker measures; plain data, so that it can be sent."""

    run: Path
    definitions: Definitions
    names: tuple[str, ...]
    project_root: Path
    defaults: Mapping[str, Any]
    cases: tuple[_Case, ...]


def _measure_share(share: _Share) -> list[Row]:
    layout = RunLayout(share.run)
    rows = []
    for case_id, parameters, known in share.cases:
        found = measure_case(
            share.definitions,
            layout.raw(case_id),
            parameters={**share.defaults, **parameters},
            meas_values={**_printed(layout, case_id), **known},
            project_root=share.project_root,
        )
        values = {name: value for name, value in found.values.items() if name in share.names}
        rows.append(
            (case_id, values, {name: why for name, why in found.missing.items() if name in share.names})
        )
    return rows


def _printed(layout: RunLayout, case_id: int) -> dict[str, float]:
    """What the simulator printed, from the case's log."""
    try:
        log = layout.log(case_id).read_bytes()
    except OSError:
        return {}
    return {name: found.value for name, found in parse_meas_output(log).printed.items()}


def _store(
    layout: RunLayout,
    definitions: Definitions,
    names: Sequence[str],
    removed: Sequence[str],
    rows: Iterator[Row],
) -> Remeasured:
    """Write all values in one transaction: a run is measured by one set of definitions, never by two."""
    db = open_for_writing(layout.database)
    cases, missing, reasons = 0, 0, dict[str, str]()
    try:
        db.execute("BEGIN IMMEDIATE")
        _prepare_columns(db, definitions, names, removed)
        sets = ", ".join(f"{quoted(f'm_{name}')}=?" for name in names)
        for case_id, values, why in rows:
            db.execute(
                f"UPDATE cases SET {sets} WHERE id=?", (*(values.get(name) for name in names), case_id)
            )
            db.execute("INSERT INTO changes (case_id) VALUES (?)", (case_id,))
            cases, missing = cases + 1, missing + len(why)
            for name, reason in why.items():
                reasons.setdefault(name, f"case {case_id}: {reason}")
        text = f"measured again: {', '.join(names) or 'nothing changed'}"
        db.execute("INSERT INTO events (time, kind, message) VALUES (?, 'measured', ?)", (time.time(), text))
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise
    finally:
        db.close()
    return Remeasured(tuple(names), tuple(removed), cases, missing, reasons)


def _prepare_columns(
    db: sqlite3.Connection, definitions: Definitions, names: Sequence[str], removed: Sequence[str]
) -> None:
    """A column for every new measurement, none for those no longer declared."""
    known = {row[0] for row in db.execute("SELECT label FROM columns WHERE role='measurement'")}
    for name in names:
        if name not in known:
            add_column(db, f"m_{name}", "measurement", name, definitions[name].get("unit") or "")
    for name in removed:
        if name in known:
            db.execute("DELETE FROM columns WHERE name=?", (f"m_{name}",))
            db.execute(f"ALTER TABLE cases DROP COLUMN {quoted(f'm_{name}')}")
    for name, definition in definitions.items():
        db.execute("UPDATE columns SET unit=? WHERE name=?", (definition.get("unit") or "", f"m_{name}"))


def worker_count() -> int:
    """How many processes measure at once: the CPUs this process may use."""
    return len(os.sched_getaffinity(0))
