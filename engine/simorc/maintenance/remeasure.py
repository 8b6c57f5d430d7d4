"""Measures a finished run again from its waveforms after its definitions changed; simulates nothing.

Only what changed is computed: a definition that is new or different, and whatever refers to it. A case that
failed only because a measurement was missing completes if it is present now, and vice versa. The run's lock
is held meanwhile, so that its store has one writer.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from simorc.config.definitions import (
    MeasurementDefinition,
    MeasurementDefinitions,
    PlotSource,
    Specs,
    to_json,
)
from simorc.durability import sync_file_system
from simorc.errors import SimorcError, UsageError
from simorc.maintenance.measured_rows import rewrite_metadata
from simorc.maintenance.recorded_measuring import record_definitions
from simorc.measurements.meas_output import parse_meas_output
from simorc.measurements.meas_refine import refine
from simorc.measurements.measure import Measured, check_definitions, compiled, measure_case
from simorc.netlist.deck.deck import Deck
from simorc.operating_point.table import FILE
from simorc.regular_files import read_regular
from simorc.results.frame import Frame, load_frame
from simorc.rundir.circuit.freezing import HOOKS, freeze_hooks, hook_files
from simorc.rundir.layout import RunLayout
from simorc.rundir.lock import RunnerLock
from simorc.rundir.manifest import Manifest, load_manifest
from simorc.rundir.manifest_records import Hooks
from simorc.rundir.store.measured_rows import (
    LACKING,
    MeasuredRow,
    Remeasured,
    store_rows,
)
from simorc.waveforms.rawfile import RawFile

_CHUNK = 50


def changed_measurements(
    old: MeasurementDefinitions, new: MeasurementDefinitions, hooks_edited: bool = False
) -> tuple[str, ...]:
    """The measurements to compute again: new, different, or referring to one that is; those in Python also
    where their files were edited.
    """
    changed = {name for name in new if _essence(old.get(name)) != _essence(new[name])}
    changed |= {name for name in new if hooks_edited and new[name].python}
    changed |= {name for name in old if name not in new}
    while True:
        more = {name for name in new if name not in changed and _references(new[name]) & changed}
        if not more:
            return tuple(name for name in new if name in changed and new[name].across is None)
        changed |= more


def _essence(definition: MeasurementDefinition | None) -> str:
    """What decides the value: not its unit, scale or description."""
    kept = ("meas", "measure", "args", "expr", "python", "operating_point", "optional")
    written = (definition or MeasurementDefinition()).to_json()
    return json.dumps({key: written.get(key) for key in kept}, sort_keys=True, default=str)


def _references(definition: MeasurementDefinition) -> set[str]:
    texts = [definition.expr, *definition.args.values()]
    found: set[str] = set()
    for text in texts:
        if isinstance(text, str):
            found |= _names_in(text)
    return found


def _names_in(text: str) -> set[str]:
    """The names of an expression; empty for a text that is no expression (a word such as ``rise``)."""
    try:
        return set(compiled(text).names)
    except SimorcError:
        return set()


def remeasure(
    layout: RunLayout,
    definitions: MeasurementDefinitions,
    specs: Specs,
    *,
    project_root: Path,
    plot_specs: Sequence[PlotSource] | None = None,
    everything: bool = False,
    jobs: int = 1,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Remeasured:
    """Compute what changed for every completed case and store it, with its definitions and specs.

    Raises RunBusy while a runner holds the run and UsageError for invalid definitions.
    """
    _check(definitions, project_root)
    with RunnerLock(layout):
        manifest = load_manifest(layout)
        old = manifest.measurements_if_known or {}
        hooks = _frozen_hooks(layout, manifest, definitions, project_root)
        edited = hooks != manifest.hooks
        if hooks.inputs:
            project_root = layout.path / hooks.directory
        names = tuple(definitions) if everything else changed_measurements(old, definitions, edited)
        now: dict[str, Any] = {
            "measurements": to_json(definitions),
            "specs": to_json(specs),
            "hooks": asdict(hooks),
        }
        if plot_specs is not None:
            now["plot_specs"] = [each.to_json() for each in plot_specs]
        now["measured"] = time.strftime("%Y-%m-%dT%H:%M:%S%z")
        wanted = _Wanted(definitions, specs, plot_specs, names, project_root, now)
        done = _take(layout, manifest, wanted, jobs, progress)
        record_definitions(layout, now)
    return done


def measure_as_recorded(layout: RunLayout, recorded: Mapping[str, Any]) -> Remeasured:
    """Measure a run by the definitions its attempt log records, if its store has others.

    The run's lock must be held. Raises StoreError for a record that cannot be used.
    """
    manifest = load_manifest(layout)
    new = manifest.with_definitions(recorded, layout.trace)
    definitions, edited = new.measurements, new.hooks != manifest.hooks
    names = changed_measurements(manifest.measurements_if_known or {}, definitions, edited)
    hooks = layout.path / new.hooks.directory
    return _take(layout, manifest, _Wanted(definitions, new.specs, new.plot_specs, names, hooks, recorded))


@dataclass(frozen=True)
class _Wanted:
    """What a run is to be measured by, the measurements to compute, and where their Python files are."""

    definitions: MeasurementDefinitions
    specs: Specs
    plot_specs: Sequence[PlotSource] | None
    names: Sequence[str]
    project_root: Path
    as_json: Mapping[str, Any]


def _take(
    layout: RunLayout,
    manifest: Manifest,
    wanted: _Wanted,
    jobs: int = 1,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Remeasured:
    """Compute what is requested for every case and store it with its definitions."""
    definitions, old = wanted.definitions, manifest.measurements_if_known or {}
    names = tuple(name for name in wanted.names if definitions[name].across is None)
    removed = tuple(name for name in old if name not in definitions)
    found = _measured(layout, manifest, definitions, names, wanted.project_root, jobs, progress)
    changed = what_changed(manifest, definitions, wanted.specs, wanted.plot_specs, (names, removed))
    sync_file_system(layout.path)  # copies of hooks, before the rows that rest on them
    done = store_rows(layout, definitions, names, removed, found, wanted.as_json, changed)
    if manifest.plan_if_known is not None:
        rewrite_metadata(layout, manifest)
    return done


def what_changed(
    manifest: Manifest,
    definitions: MeasurementDefinitions,
    specs: Specs,
    plot_specs: Sequence[PlotSource] | None,
    measured_and_removed: tuple[Sequence[str], Sequence[str]],
) -> list[str]:
    """What measuring again changes in a run: the measurements taken, those no longer declared, those whose
    unit, scale or description alone is another, those across cases, specs and plot specs.
    """
    measured, removed = measured_and_removed
    old, old_specs = manifest.measurements_if_known or {}, manifest.specs_if_known or {}
    kept = [name for name in definitions if name in old and name not in measured]
    otherwise = [name for name in kept if old[name] != definitions[name]]
    otherwise += [name for name, new in definitions.items() if name not in old and new.across]
    of_specs = sorted(name for name in {*old_specs, *specs} if old_specs.get(name) != specs.get(name))
    groups = (("", measured), ("no longer declared: ", removed), ("declared otherwise: ", otherwise))
    lines = [f"{title}{', '.join(names)}" for title, names in (*groups, ("specs: ", of_specs)) if names]
    same_plots = plot_specs is None or manifest.plot_specs == tuple(plot_specs)
    return lines if same_plots else [*lines, "plot specs"]


def _frozen_hooks(
    layout: RunLayout, manifest: Manifest, definitions: MeasurementDefinitions, project_root: Path
) -> Hooks:
    """The copies of the files of measurements in Python, made anew where these were edited.

    They count from the transaction on that names their directory; before, nothing reads them.
    """
    number = 2
    while f"{HOOKS}-{number}" == manifest.hooks.directory:
        number += 1
    directory = f"{HOOKS}-{number}"
    shutil.rmtree(layout.path / directory, ignore_errors=True)
    digests = freeze_hooks(layout.path / directory, project_root, hook_files(definitions))
    if digests != manifest.hooks.inputs:
        return Hooks(directory, digests)
    shutil.rmtree(layout.path / directory, ignore_errors=True)
    return manifest.hooks if manifest.hooks.directory else Hooks(HOOKS)


def _check(definitions: MeasurementDefinitions, project_root: Path) -> None:
    wrong = check_definitions(definitions, {}, project_root)
    if wrong:
        raise UsageError("\n".join(f"measurements.{name}: {message}" for name, message in wrong))


_Case: TypeAlias = tuple[int, dict[str, Any], dict[str, float]]
"""Number, swept parameters, and the stored value of every measurement that need not be computed."""


@dataclass(frozen=True)
class _Share:
    """The cases one worker measures; plain data, so that it can be sent."""

    run: Path
    definitions: MeasurementDefinitions
    names: tuple[str, ...]
    project_root: Path
    defaults: Mapping[str, Any]
    cases: tuple[_Case, ...]


def _measured(
    layout: RunLayout,
    manifest: Manifest,
    definitions: MeasurementDefinitions,
    names: Sequence[str],
    project_root: Path,
    jobs: int,
    progress: Callable[[int, int], None],
) -> Iterator[MeasuredRow]:
    frame = _measurable(load_frame(layout))
    if not names or not len(frame):
        return
    kept = [name for name in definitions if name not in names]
    here = {
        name: MeasurementDefinition(meas=name, optional=each.optional) if name in kept else each
        for name, each in definitions.items()
        if each.across is None
    }
    defaults = {} if manifest.plan_if_known is None else dict(manifest.plan.defaults)
    work = [
        _Share(
            *(layout.path, here, tuple(names), project_root, defaults),
            tuple(_cases(frame, start, [name for name in here if name in kept])),
        )
        for start in range(0, len(frame), _CHUNK)
    ]
    done = 0
    with _pool(min(jobs, len(work))) as pool:
        for rows in pool.map(_measure_share, work) if pool is not None else map(_measure_share, work):
            yield from rows
            done += len(rows)
            progress(done, len(frame))


def _measurable(frame: Frame) -> Frame:
    """The cases with whole waveforms: completed, or failed for nothing but a missing measurement."""
    lacking = np.array([kind == LACKING for kind in frame.kinds], dtype=np.bool_)
    return frame.select(frame.completed | (frame.failed & lacking if len(lacking) else False))


def _pool(jobs: int) -> Any:
    """Worker processes started afresh: a fork of a threaded program may hang."""
    return ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) if jobs > 1 else nullcontext(None)


def _cases(frame: Frame, start: int, stored: Sequence[str]) -> Iterator[_Case]:
    known = [(name, frame.measurements[name]) for name in stored if name in frame.measurements]
    for place in range(start, min(start + _CHUNK, len(frame))):
        values = {name: float(column[place]) for name, column in known if np.isfinite(column[place])}
        yield int(frame.ids[place]), frame.parameters_of(place), values


def _measure_share(share: _Share) -> list[MeasuredRow]:
    layout = RunLayout(share.run)
    return [_measure_one(layout, share, *case) for case in share.cases]


def _measure_one(
    layout: RunLayout, share: _Share, case_id: int, parameters: Mapping[str, Any], stored: Mapping[str, float]
) -> MeasuredRow:
    needed = [share.definitions[name].card for name in share.names]
    printed, failed = _printed(layout, case_id, frozenset(needed))
    found = measure_case(
        share.definitions,
        layout.raw(case_id),
        parameters={**share.defaults, **parameters},
        meas_values={**printed, **stored},
        project_root=share.project_root,
        operating_point=layout.case_dir(case_id) / FILE,
    )
    values = {name: value for name, value in found.values.items() if name in share.names}
    missing = {name: why for name, why in found.missing.items() if name in share.names}
    lacking = _lacking(share.definitions, found, failed)
    message = "no value for " + ", ".join(lacking[:4]) if lacking else "; ".join(found.notes.values()) or None
    return MeasuredRow(case_id, values, missing, "failed" if lacking else "completed", message)


def _lacking(definitions: MeasurementDefinitions, found: Measured, failed: frozenset[str]) -> list[str]:
    """What a case needs and does not have: declared measurements, then cards of the deck."""
    optional = {name.lower() for name, each in definitions.items() if each.optional}
    optional |= {each.card for each in definitions.values() if each.optional and each.card}
    declared = [f"{name} ({why})" for name, why in found.missing.items() if name.lower() not in optional]
    named = {each.card for each in definitions.values()}
    return declared + [f".meas {name}" for name in sorted(failed - named - optional)]


def _printed(
    layout: RunLayout, case_id: int, needed: frozenset[str]
) -> tuple[dict[str, float], frozenset[str]]:
    """What the simulator printed, to full precision where `needed`, and the .meas cards that failed."""
    deck = _deck(layout, case_id)
    try:
        output = parse_meas_output(read_regular(layout.log(case_id)), deck.measured_twice)
    except OSError:
        return {}, frozenset()
    if needed.isdisjoint(output.printed):
        return {name: found.value for name, found in output.printed.items()}, output.failed
    return refine(deck, output.printed, _raw(layout, case_id)), output.failed


def _deck(layout: RunLayout, case_id: int) -> Deck:
    """The case's deck; without one, printed values stay as they are."""
    try:
        return Deck.parse(read_regular(layout.deck(case_id)).decode("utf-8", "surrogateescape"))
    except OSError:
        return Deck.parse("*\n.end\n")


def _raw(layout: RunLayout, case_id: int) -> RawFile | None:
    """What the digits of a printed value come from; without waveforms they stay as printed."""
    try:
        return RawFile.open(layout.raw(case_id))
    except SimorcError:
        return None
