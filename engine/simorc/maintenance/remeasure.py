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
from typing import Any

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
from simorc.maintenance.measured_case import CaseOfShare, CaseShare, measure_share
from simorc.maintenance.measured_rows import rewrite_metadata
from simorc.maintenance.recorded_measuring import record_definitions
from simorc.measurements.measure import check_definitions, compiled
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
        CaseShare(
            *(layout.path, here, tuple(names), project_root, defaults),
            tuple(_cases(frame, start, [name for name in here if name in kept])),
        )
        for start in range(0, len(frame), _CHUNK)
    ]
    done = 0
    with _pool(min(jobs, len(work))) as pool:
        for rows in pool.map(measure_share, work) if pool is not None else map(measure_share, work):
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


def _cases(frame: Frame, start: int, stored: Sequence[str]) -> Iterator[CaseOfShare]:
    known = [(name, frame.measurements[name]) for name in stored if name in frame.measurements]
    for place in range(start, min(start + _CHUNK, len(frame))):
        values = {name: float(column[place]) for name, column in known if np.isfinite(column[place])}
        yield int(frame.ids[place]), frame.parameters_of(place), values
