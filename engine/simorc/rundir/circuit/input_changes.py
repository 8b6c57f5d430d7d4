"""Detects changes of the circuit of a run: files, simulator, variables."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from simorc.config.root import SETUP_FILE
from simorc.errors import InputsChanged
from simorc.machine_faults import machine_errno
from simorc.regular_files import open_regular
from simorc.rundir.circuit.circuits import circuit_in_force, circuits_of
from simorc.rundir.circuit.freezing import environment
from simorc.rundir.circuit.record import ACCEPT, KEEP, REFUSE, Circuit
from simorc.rundir.layout import RunLayout
from simorc.rundir.manifest import Manifest
from simorc.schematics.digests import Digests

_NAMED = 5
MISSING = "is missing"


@dataclass(frozen=True)
class Change:
    """An input that is not what it was. `copied`: the run has a copy of it. `hook`: it measures, nothing
    more. `damaged`: the run's own copy is meant.
    """

    name: str
    what: str
    copied: bool = False
    hook: bool = False
    damaged: bool = False

    def __str__(self) -> str:
        return f"{self.name} {self.what}"


def project_root(layout: RunLayout, manifest: Manifest) -> Path:
    """The project's directory as a run sees it: around the run, or where the run was built."""
    if (layout.root / SETUP_FILE).exists():
        return layout.root.resolve()
    return manifest.project_root


def changes_of(layout: RunLayout, manifest: Manifest, simulator: str = "") -> list[Change]:
    """What differs from the circuit in force; `simulator` is the installed version, if known."""
    root = project_root(layout, manifest)
    digests = Digests.load(root)
    found = list(_changes(layout, manifest, circuit_in_force(layout, manifest), root, digests, simulator))
    digests.save(root)
    return found


def _changes(
    layout: RunLayout,
    manifest: Manifest,
    circuit: Circuit,
    root: Path,
    digests: Digests,
    simulator: str,
) -> Iterator[Change]:
    there = (root / SETUP_FILE).exists()
    for name, then in circuit.inputs.items():
        if name in circuit.copies and not there:
            continue  # a run far from its project has its copies
        now = digests.of(path_of(name, root)) or ""
        if now != then:
            yield Change(name, difference(then, now), copied=name in circuit.copies)
    yield from _damaged(layout, circuit, digests)
    if there:
        yield from _hooks(manifest, root, digests)
    if simulator and circuit.simulator not in ("", "not found", simulator):
        yield Change("the simulator", f"was version {circuit.simulator} and is version {simulator}")
    if manifest.has_circuit:
        yield from _variables(circuit.environment, environment())


def edited_copies(layout: RunLayout, manifest: Manifest) -> list[tuple[str, str]]:
    """The run's own copies of its inputs that were edited or removed: their paths in the run, and what has
    happened to them. Raises StoreError for a circuit that cannot be read.
    """
    circuits = circuits_of(layout, manifest) if manifest.has_circuit else []
    digests = Digests()  # nothing remembered: a fault of the disk changes no time stamp
    return [(each.name, each.what) for circuit in circuits for each in _damaged(layout, circuit, digests)]


def _damaged(layout: RunLayout, circuit: Circuit, digests: Digests) -> Iterator[Change]:
    """Copies of the run that were edited or removed."""
    for name, copy in circuit.copies.items():
        wanted = circuit.digests.get(name) or circuit.inputs.get(name)
        now = digests.of(circuit.place(layout) / copy)
        if wanted is not None and now != wanted:
            yield Change(f"{circuit.directory}/{copy}", difference(wanted, now or ""), damaged=True)


def _hooks(manifest: Manifest, root: Path, digests: Digests) -> Iterator[Change]:
    for name, then in manifest.hooks.inputs.items():
        now = digests.of(path_of(name, root)) or ""
        if now != then:
            yield Change(name, difference(then, now), copied=True, hook=True)


def _variables(then: Mapping[str, str], now: Mapping[str, str]) -> Iterator[Change]:
    for name in sorted({*then, *now}):
        if then.get(name, "") != now.get(name, ""):
            was, is_ = (each.get(name) or "not set" for each in (then, now))
            yield Change(f"the variable {name}", f"was {was} and is {is_}")


def difference(then: str, now: str) -> str:
    """What happened to a file according to its digests; the digest of a missing file is empty."""
    if not now:
        return MISSING
    return "has changed" if then else "is new"


def path_of(name: str, root: Path) -> Path:
    """The file of an input's name."""
    return Path(os.path.normpath(root / Path(name).expanduser()))


def refuse_changed(layout: RunLayout, changes: list[Change], answer: str = REFUSE) -> None:
    """Raise `InputsChanged` unless the `answer` (refuse, keep, accept) fits what has changed."""
    damaged = [change for change in changes if change.damaged]
    if damaged:
        raise InputsChanged(
            f"{layout.name}: the input copies in the run were edited: {listed(damaged)}",
            remedy="restore them from a copy of the run, or build a new run",
        )
    refused = _refused(changes, answer)
    if refused:
        raise InputsChanged(
            f"{layout.name} was built from other files: {listed(refused)}",
            remedy=_remedy(layout, refused),
            answers=[each for each in (KEEP, ACCEPT) if not _refused(changes, each)],
        )


def refuse_measuring(layout: RunLayout, manifest: Manifest) -> None:
    """Raise `InputsChanged` where the circuit has changed since its waveforms were simulated. Hooks may: they
    are what is measured anew.
    """
    changes = [change for change in changes_of(layout, manifest) if not change.hook]
    if changes:
        raise InputsChanged(
            f"{layout.name} was simulated from other files: {listed(changes)}",
            remedy="--keep-inputs measures its waveforms as they are; "
            f"simorc run {layout.sweep} makes a new run",
        )


def _refused(changes: list[Change], answer: str) -> list[Change]:
    if answer == KEEP:
        return [change for change in changes if not change.copied]
    if answer == ACCEPT:
        return [change for change in changes if change.hook]
    return changes


def _remedy(layout: RunLayout, changes: list[Change]) -> str:
    """What can be done about these changes."""
    hooks = all(change.hook for change in changes)
    if hooks:
        first = f"simorc measure {layout.name} measures every case with the changed files"
    else:
        first = f"simorc run {layout.sweep} makes a new run of the changed files"
    words = [first]
    if all(change.copied for change in changes):
        words.append("--keep-inputs simulates the run's own copies")
    if not any(change.hook for change in changes):
        words.append("--accept-changes mixes both in this run, marked")
    return "; ".join(words)


def listed(changes: list[Change]) -> str:
    """The first changes, and how many more there are."""
    more = f" and {len(changes) - _NAMED} more" if len(changes) > _NAMED else ""
    return ", ".join(map(str, changes[:_NAMED])) + more


class HeldFiles:
    """The files of a circuit that were not copied, checked while a run is in progress."""

    def __init__(self, layout: RunLayout, manifest: Manifest) -> None:
        root = project_root(layout, manifest)
        circuit = circuit_in_force(layout, manifest)
        self._files = {
            name: (path_of(name, root), digest)
            for name, digest in circuit.inputs.items()
            if name not in circuit.copies
        }
        self._digests = Digests.load(root)
        self._seen: dict[str, tuple[int, ...]] = {}

    def look(self) -> list[Change]:
        """The changes so far. A file is read again only if its time stamp, size or inode differs.

        Raises OSError if the machine cannot read a file at present, which does not mean that it has changed.
        """
        found = []
        for name, (path, then) in self._files.items():
            stamp = _stamp(path)
            if self._seen.get(name) == stamp:
                continue
            now = self._digests.of(path) or _unless_the_machine_fails(path)
            if now == then:
                self._seen[name] = stamp
            else:
                found.append(Change(name, difference(then, now)))
        return found


def _unless_the_machine_fails(path: Path) -> str:
    """Empty, for a file that cannot be read; raises OSError where the machine is at fault."""
    try:
        open_regular(path, follow=True).close()
    except OSError as error:
        if machine_errno(error) is not None:
            raise
    return ""


def _stamp(path: Path) -> tuple[int, ...]:
    try:
        found = path.stat()
    except OSError:
        return ()
    return found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino
