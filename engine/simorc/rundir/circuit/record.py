"""The circuit of a run: the files and the simulator that its cases use.

The project's files among it are copied into the run, so that editing the project does not change an active
run. A file that is outside the project or large (a process kit) is not copied; only its hash is recorded. The
first circuit is in the manifest, under ``circuit``, with its copies in ``inputs/``. If a person accepted
changed files for further cases, these are another circuit of the same run: ``inputs/circuit-2/``, with its
description in ``circuit.json``.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from simorc.netlist.deck.file_references import FileReference, with_names
from simorc.rundir.layout import RunLayout
from simorc.rundir.provenance import input_name

REFUSE, KEEP, ACCEPT = "refuse", "keep", "accept"
"""What to do where an input has changed: nothing, simulate the run's copies, simulate the changed files."""
FILES = "files"
"""The folder of the copies, with the same structure as in the project."""
MOST_BYTES = 16 << 20
"""A larger file of the project is held by its hash instead of being copied."""
USER_SPICEINIT = "~/.spiceinit"
NUMBERED = re.compile(r"circuit-(\d{1,6})")


@dataclass(frozen=True)
class Circuit:
    """One circuit of a run.

    `inputs` contains the SHA-256 of each file by its name (relative to the project if it is inside), empty
    for a file that was looked up and not found. `copies` gives the path of each copy relative to `directory`,
    which is relative to the run; for files without a copy only the hash is recorded. `digests` are those of
    the copies that differ from the files'.
    """

    number: int = 1
    directory: str = "inputs"
    template: str = ""
    inputs: Mapping[str, str] = field(default_factory=dict)
    copies: Mapping[str, str] = field(default_factory=dict)
    digests: Mapping[str, str] = field(default_factory=dict)
    simulator: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    changes: tuple[str, ...] = ()
    """What differs from the circuit before it, for a person."""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def place(self, layout: RunLayout) -> Path:
        """The directory of its copies."""
        return layout.path / self.directory

    def copy(self, layout: RunLayout, name: str) -> Path | None:
        """The copy of an input; None for one that is held by its hash."""
        return self.place(layout) / self.copies[name] if name in self.copies else None


def circuit_from(record: Mapping[str, Any]) -> Circuit:
    """Parse a circuit from JSON. Raises ValueError, KeyError or TypeError if the JSON is invalid."""
    known = {each.name: record[each.name] for each in fields(Circuit) if each.name in record}
    for name in ("inputs", "copies", "digests", "environment"):
        pairs = dict(known.get(name) or {})
        if not all(isinstance(each, str) for pair in pairs.items() for each in pair):
            raise ValueError(f"{name}: expected a mapping of text to text")
        known[name] = pairs
    places = [str(known.get("directory", "")), str(known.get("template", "")), *known["copies"].values()]
    if any(place.startswith("/") or ".." in Path(place).parts for place in places):
        raise ValueError("a copy outside the run")
    known["changes"] = tuple(map(str, known.get("changes") or ()))
    return Circuit(**known)


class UnrecordedFile(ValueError):
    """A deck reads a file that is not one of its circuit's."""


class CopiedFiles:
    """Makes decks read the copies of a circuit where they name the files these were made of."""

    def __init__(self, layout: RunLayout, circuit: Circuit, root: Path, template: Path) -> None:
        """`root` is the project's directory as this run sees it, `template` the template's own directory."""
        place, prefix = circuit.place(layout), f"{FILES}/"
        self._run, self._template = as_found(layout.path), template
        self._held = {as_found(root / Path(name).expanduser()) for name in circuit.inputs}
        self._copies = {
            as_found(root / name): (place, copy)
            for name, copy in circuit.copies.items()
            if copy.startswith(prefix)
        }
        self._known: dict[tuple[Path, str, bool], str | None] = {}

    def mapped(self, deck: str, directory: Path) -> str:
        """`deck`, which is simulated in `directory`, with the copies' names in place of the files'.

        Raises `UnrecordedFile` where it reads a file that is not one of the circuit.
        """
        if not self._copies and not self._held:
            return deck
        return with_names(deck, lambda reference: self._copy(directory, reference))

    def _copy(self, directory: Path, reference: FileReference) -> str | None:
        key = (directory.parent, reference.written, reference.kind == "data")
        if key not in self._known:
            self._known[key] = self._found(directory, reference)
        return self._known[key]

    def _found(self, directory: Path, reference: FileReference) -> str | None:
        """The name of the copy as seen from `directory`, also of a file that the project has no longer."""
        written = Path(reference.written).expanduser()
        paths = [as_found(base / written) for base in (directory, self._template)]
        for path in paths:
            if path in self._copies:
                place, copy = self._copies[path]
                return os.path.relpath(place / copy_name(copy, reference), directory)
        self._refuse_unrecorded(reference, paths)
        return None

    def _refuse_unrecorded(self, reference: FileReference, paths: Iterable[Path]) -> None:
        """Raise `UnrecordedFile` if the file meant was there when the run was built, and nobody recorded it,
        or is there only since.
        """
        if not self._held or not reference.plain:
            return
        there = next((path for path in paths if path.is_file()), None)
        if there is not None and there not in self._held and not there.is_relative_to(self._run):
            raise UnrecordedFile(
                f"line {reference.line} reads {reference.written}, which the run has not recorded, so that a "
                "change of it would not be noticed"
            )


def copy_name(copy: str, reference: FileReference) -> str:
    """The copy that a reference reads: ngspice 39 turns the names of data files to lower case."""
    return copy.lower() if reference.kind == "data" else copy


def as_found(path: Path) -> Path:
    """A path as the system follows it: ``..`` after a symbolic link leads up from its target."""
    whole = path.absolute()
    return Path(os.path.realpath(whole.parent)) / whole.name


def names_of(paths: Iterable[Path], layout: RunLayout, root: Path) -> dict[str, Path]:
    """The files a deck reads by the names a manifest has for them; a copy has the name of its file."""
    found = {}
    inputs, project = Path(os.path.realpath(layout.inputs)), Path(os.path.realpath(root))
    for path in paths:
        name = input_name(path, project)
        if path.is_relative_to(inputs):
            parts = path.relative_to(inputs).parts
            parts = parts[1:] if NUMBERED.fullmatch(parts[0]) else parts
            name = "/".join(parts[1:] if parts[0] == FILES else parts)
        found[name] = path
    return found
