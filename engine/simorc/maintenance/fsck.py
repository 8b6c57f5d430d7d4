"""Checks a run: compares its store with its files, finds leftover files, and repairs both.

No evidence of a simulation is ever deleted: a store that cannot be read is moved beside its successor, a
directory that belongs to no case is moved aside, and a verdict is not withdrawn because its waveforms are
missing.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from simorc.errors import StoreError
from simorc.files import sweep_unfinished
from simorc.maintenance.bit_rot import (
    CHANGED,
    UNBELIEVED,
    Intact,
    differences,
    intact,
    other_waveforms,
)
from simorc.maintenance.finding import Finding, Repair
from simorc.maintenance.rebuild import aside, listed_verdicts, rebuild
from simorc.maintenance.recorded_measuring import (
    newest_definitions,
    record_definitions,
    unrecorded_definitions,
)
from simorc.regular_files import is_regular, open_regular
from simorc.rundir.attempts.attempt_log import Trace, is_definitions
from simorc.rundir.attempts.gather import gather_held
from simorc.rundir.attempts.history import key_of, stored_attempts, together, traced_attempts
from simorc.rundir.attempts.status_files import gather_reports
from simorc.rundir.circuit.input_changes import MISSING, edited_copies
from simorc.rundir.layout import RunLayout
from simorc.rundir.lock import RunnerLock, busy, is_held, runner_alive, runner_info
from simorc.rundir.manifest import Manifest, load_manifest
from simorc.rundir.metadata_csv import differs_from, write_metadata
from simorc.rundir.store.definitions import stored_definitions
from simorc.rundir.store.integrity import damage_of, readable_meta
from simorc.rundir.store.writer import Store
from simorc.sweeps.plan import Plan

_BUILDING_TAKES = 600.0
"""Seconds after which a run that is still being built is taken for abandoned."""
_NAMED = 5


def check_run(layout: RunLayout, *, repair: bool = False, waveforms: bool = False) -> list[Finding]:
    """All defects of a run, most important first; with `waveforms`, every raw file is read as well.

    Raises `StoreError` if the manifest cannot be read or the store is newer than this simorc, `RunBusy` if a
    run is to be repaired while another process holds it.
    """
    manifest = load_manifest(layout)
    if not repair:
        alive = runner_alive(layout) or is_held(layout)
        return list(_findings(layout, manifest, Repair(False), alive=alive, waveforms=waveforms))
    if runner_alive(layout):
        raise busy(layout)
    with RunnerLock(layout):
        return list(_findings(layout, manifest, Repair(True), alive=False, waveforms=waveforms))


def _findings(
    layout: RunLayout, manifest: Manifest, repair: Repair, *, alive: bool, waveforms: bool
) -> Iterator[Finding]:
    yield from _special_files(layout)
    files = Intact() if alive else intact(layout)
    of_store = list(_store_file(layout, manifest, repair, files, alive=alive))
    yield from of_store
    yield from _inputs(layout, manifest, files)
    if alive:
        info = runner_info(layout)
        who = f"process {info.pid} on {info.host}" if info else "a runner"
        yield Finding(
            "runner.json",
            (f"{who} is running: files that change during the check were not checked"),
            lasting=True,
        )
        return
    yield from _runner(layout, repair)
    yield from _reports(layout, manifest.total, repair)
    with ExitStack() as stack:
        try:
            plan = manifest.plan
            store = stack.enter_context(Store(layout, plan, read_only=not repair.wanted))
        except StoreError as error:
            if not of_store:
                yield _unreadable(layout, error)
            return
        yield from _rows(layout, store, repair)
        yield from _trace(layout, store, repair, files)
        yield from _values(layout, manifest.total, files, waveforms=waveforms)
        yield from _directories(layout, store, repair)
        store.flush() if repair.wanted and store.dirty else None
        yield from _metadata(layout, plan, store, repair)
    yield from _leftovers(layout, repair)


def _special_files(layout: RunLayout) -> Iterator[Finding]:
    """Links, pipes and devices where a file of the run belongs: nothing reads through them."""
    for path in (layout.database, layout.metadata_csv, layout.trace, layout.runner_json, layout.remarks):
        if os.path.lexists(path) and not is_regular(path):
            message = "is a link, a pipe or a device, which is not read; replace it with the file itself"
            yield Finding(path.name, message, grave=True)


def _unreadable(layout: RunLayout, error: StoreError) -> Finding:
    """A file that cannot be used, which nothing else has reported."""
    file = layout.manifest if error.message.startswith(str(layout.manifest)) else layout.database
    return Finding(file.name, error.message.removeprefix(f"{file}: "), grave=True, repaired=None)


# The store ----------------------------------------------------------------------------------------


def _store_file(
    layout: RunLayout, manifest: Manifest, repair: Repair, files: Intact, *, alive: bool
) -> Iterator[Finding]:
    trouble = store_trouble(layout, manifest.total)
    if not trouble and not alive:
        trouble = _foreign(layout, manifest) or _lost(layout, manifest.total)
    if trouble:
        repaired = repair("rebuilt", lambda: str(rebuild(layout, manifest)))
        yield Finding("run.sqlite", trouble, grave=True, repaired=repaired)
    elif files.store is False and files.log is False:
        yield Finding("run.sqlite", f"{CHANGED}, and so is trace.jsonl; {UNBELIEVED}", grave=True)
    elif files.store is False:
        repaired = repair("rebuilt", lambda: str(rebuild(layout, manifest, believe_store=False)))
        yield Finding("run.sqlite", CHANGED, grave=True, repaired=repaired)


def store_trouble(layout: RunLayout, total: int) -> str:
    """Why the store cannot be used as it is; empty if it can. Raises `StoreError` for a newer one."""
    if not layout.database.exists():
        return "is missing"
    try:
        return damage_of(layout.database, total)
    except StoreError as error:
        if "newer" in error.message:
            raise
        return error.message.removeprefix(f"{layout.database}: ")


def _foreign(layout: RunLayout, manifest: Manifest) -> str:
    """A complaint if the store belongs to another run; empty if it is this run's or contains no run name."""
    name = readable_meta(layout.database, "run")
    return f"is the store of another run, {name}" if name not in ("", manifest.run) else ""


def _lost(layout: RunLayout, total: int) -> str:
    """What is in the attempt log and metadata.csv but not in the store: the store has lost its end or is an
    older copy. The store is written first, so it otherwise always contains at least as much.
    """
    stored = {key_of(attempt) for attempt in stored_attempts(layout.database, total)}
    traced = {key_of(attempt) for attempt in traced_attempts(layout.trace, total)}
    missing = traced - stored
    if missing:
        return f"has lost {len(missing)} attempts that trace.jsonl has"
    known = {case_id for case_id, _ in stored}
    listed = (listed_verdicts(layout.metadata_csv, total) or {}).keys() - known
    return f"has lost the verdict of {_cases(sorted(listed))} that metadata.csv has" if listed else ""


def _rows(layout: RunLayout, store: Store, repair: Repair) -> Iterator[Finding]:
    unfinished = store.statuses.ids("in_progress")
    if unfinished:
        message = f"no runner is running {_cases(unfinished)} in progress"
        yield Finding(
            "run.sqlite", message, repaired=repair("pending again", lambda: store.back_to_pending(unfinished))
        )
    counted = store.statuses.counts()
    if (written := store.written_counts()) != counted:
        message = f"its counts are {written}, its rows give {counted}"
        yield Finding("run.sqlite", message, repaired=repair("counted", store.flush))


# Files --------------------------------------------------------------------------------------------


def _inputs(layout: RunLayout, manifest: Manifest, files: Intact) -> Iterator[Finding]:
    if files.manifest is False:
        yield Finding("manifest.json", f"{CHANGED}; {UNBELIEVED}", grave=True)
    template = f"inputs/{manifest.template}"
    if not (layout.inputs / str(manifest.template)).is_file():
        yield Finding(template, "the frozen template is missing: no case can be simulated", grave=True)
    try:
        edited = edited_copies(layout, manifest)
    except StoreError as error:
        yield Finding("inputs", error.message, grave=True)
        return
    for name, what in edited:
        if name != template or what != MISSING:
            message = f"the run's copy of an input {what}; restore it from an archive or a copy of the run"
            yield Finding(name, message, grave=True)


def _runner(layout: RunLayout, repair: Repair) -> Iterator[Finding]:
    info = runner_info(layout)
    if info is not None:
        message = f"its runner, process {info.pid} on {info.host}, has died"
        yield Finding("runner.json", message, repaired=repair("removed", layout.runner_json.unlink))


def _trace(layout: RunLayout, store: Store, repair: Repair, files: Intact) -> Iterator[Finding]:
    """The trace has one line for each attempt of the store, in its order."""
    known = store.attempts_made()
    lines, torn = _lines_of(layout.trace)
    if files.log is False and files.store is not False:
        rewritten = repair("rewritten", lambda: _rewrite_trace(layout, store, believe_log=False))
        yield Finding("trace.jsonl", CHANGED, grave=True, repaired=rewritten)
        return
    sound = sum(1 for _ in traced_attempts(layout.trace, len(store.statuses)))
    if sound == lines == known and not torn:
        yield from _definitions(layout, repair)
        return
    message = f"{sound} of {known} attempts" + ("; its end is truncated" if torn else "")
    message += f"; {lines - sound} invalid lines" if lines > sound else ""
    yield Finding("trace.jsonl", message, repaired=repair("rewritten", lambda: _rewrite_trace(layout, store)))


def _definitions(layout: RunLayout, repair: Repair) -> Iterator[Finding]:
    """The attempt log has the definitions that the run was measured by last."""
    definitions = unrecorded_definitions(layout)
    if definitions is not None:
        message = f"does not record that the run was measured again ({definitions['measured']})"
        recorded = repair("recorded", lambda: record_definitions(layout, definitions))
        yield Finding("trace.jsonl", message, repaired=recorded)


def _lines_of(path: Path) -> tuple[int, bool]:
    """How many lines about attempts a trace has, and whether its last line has no end."""
    count, ended = 0, True
    try:
        with open_regular(path) as stream:
            for line in stream:
                count += not is_definitions(line)
                ended = line.endswith(b"\n")
    except OSError:
        return 0, False
    return count, not ended


def _values(layout: RunLayout, total: int, files: Intact, *, waveforms: bool) -> Iterator[Finding]:
    """Whether the store, the attempt log and the waveforms say the same."""
    if files.store is not False and files.log is not False and (found := differences(layout, total)):
        message = f"differs from trace.jsonl: {'; '.join(found[:_NAMED])}{'; ...' * (len(found) > _NAMED)}"
        remedy = "simorc measure takes the values from the waveforms again"
        yield Finding("run.sqlite", f"{message}; {remedy}", grave=True)
    if waveforms and (other := other_waveforms(layout, total)):
        message = f"the waveforms of {_cases(other)} are not those that were simulated"
        yield Finding("results/", f"{message}; simorc retry --case simulates a case again", grave=True)


def _rewrite_trace(layout: RunLayout, store: Store, *, believe_log: bool = True) -> None:
    total = len(store.statuses)
    traced = traced_attempts(layout.trace, total) if believe_log else ()
    known = together(traced, stored_attempts(layout.database, total))
    metrics = {key_of(each): each.outcome.measurements for each in known}
    recorded = newest_definitions(layout) if believe_log else stored_definitions(layout.database) or None
    if layout.trace.exists():
        layout.trace.replace(aside(layout.trace))
    trace = Trace(layout)
    trace.append(store.attempts_after(0), metrics, store.circuits_after(0))
    if recorded is not None:
        trace.append_definitions(recorded)
    trace.close()


def _directories(layout: RunLayout, store: Store, repair: Repair) -> Iterator[Finding]:
    total = len(store.statuses)
    found: set[int] = set()
    for entry in sorted(os.scandir(layout.results), key=lambda each: each.name):
        number = int(entry.name) if entry.name.isascii() and entry.name.isdigit() else 0
        ours = 1 <= number <= total and entry.name == str(number) and entry.is_dir(follow_symlinks=False)
        if ours:
            found.add(number)
            continue
        yield Finding(
            f"results/{entry.name}",
            "does not belong to any case",
            repaired=repair("moved to orphans/", partial(_set_aside, layout, entry.name)),
        )
    completed = store.statuses.ids("completed")
    without = [number for number in completed if number not in found or not is_regular(layout.raw(number))]
    if without:
        message = f"no results.raw of {_cases(without)} completed; simorc retry simulates them again"
        yield Finding("results/", message, lasting=True)


def _set_aside(layout: RunLayout, name: str) -> None:
    orphans = layout.path / "orphans"
    orphans.mkdir(exist_ok=True)
    place = orphans / name
    number = 1
    while place.exists() or place.is_symlink():
        place = orphans / f"{name}.{number}"
        number += 1
    (layout.results / name).rename(place)


def _reports(layout: RunLayout, total: int, repair: Repair) -> Iterator[Finding]:
    waiting = 0
    for report in gather_reports(layout, total):
        where = f".status/{report.path.name}"
        if report.report is None:
            yield Finding(where, report.problem, repaired=repair("removed", report.path.unlink))
        else:
            waiting += 1
    if waiting:
        message = f"{waiting} results of workers are not stored yet"
        yield Finding(".status", message, repaired=repair("stored", lambda: gather_held(layout) and None))


def _metadata(layout: RunLayout, plan: Plan, store: Store, repair: Repair) -> Iterator[Finding]:
    codes, messages = store.statuses.snapshot(), store.failure_messages()
    message = differs_from(layout, plan, codes, messages)
    never_run = not store.attempts_made() and not layout.metadata_csv.exists()  # large runs get it then
    if message and not never_run:
        yield Finding(
            "metadata.csv",
            message,
            repaired=repair("rewritten", lambda: _rewrite_metadata(layout, plan, codes, messages)),
        )


def _rewrite_metadata(layout: RunLayout, plan: Plan, codes: bytes, messages: Mapping[int, str]) -> None:
    if layout.metadata_csv.exists():
        layout.metadata_csv.replace(aside(layout.metadata_csv))
    write_metadata(layout, plan, codes, messages)


def _leftovers(layout: RunLayout, repair: Repair) -> Iterator[Finding]:
    unfinished = sorted(path.name for path in layout.path.glob(".*.tmp"))
    if unfinished:
        yield Finding(
            unfinished[0],
            f"{len(unfinished)} incomplete files",
            repaired=repair("removed", lambda: sweep_unfinished(layout.path)),
        )
    for name in (".warm", ".rebuilding"):
        path = layout.path / name
        if path.is_dir() and not path.is_symlink() and any(path.iterdir()):
            yield Finding(
                name, ("left over from a runner"), repaired=repair("removed", partial(shutil.rmtree, path))
            )
    for path in sorted(layout.path.parent.glob(".*.building")):
        if time.time() - path.lstat().st_mtime > _BUILDING_TAKES and path.is_dir() and not path.is_symlink():
            message = "an incomplete run directory"
            yield Finding(
                f"../{path.name}",
                message,
                repaired=repair("removed", partial(shutil.rmtree, path)),
            )


def _cases(case_ids: list[int]) -> str:
    """``1 case (7)``, ``12 cases (1, 2, 3, 4, 5, ...)``."""
    named = ", ".join(map(str, case_ids[:_NAMED])) + (", ..." if len(case_ids) > _NAMED else "")
    return f"{len(case_ids)} case{'' if len(case_ids) == 1 else 's'} ({named})"
