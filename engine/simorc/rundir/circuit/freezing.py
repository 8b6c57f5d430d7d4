"""Copies the circuit into the run: template, included files of the project, spiceinit, hooks."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from simorc.config.definitions import MeasurementDefinitions
from simorc.durability import sync_file_system
from simorc.files import write_json
from simorc.netlist.deck.file_references import FileReference, with_names
from simorc.netlist.template import Template
from simorc.regular_files import sha256_of
from simorc.rundir.circuit.record import FILES, MOST_BYTES, USER_SPICEINIT, Circuit, as_found
from simorc.rundir.layout import SIMULATIONS, RunLayout
from simorc.rundir.manifest import Manifest
from simorc.rundir.provenance import digests_of, input_name
from simorc.schematics.digests import Digests

HOOKS = "inputs/hooks"
"""Where the copies of measurements in Python are, relative to the run."""
ENVIRONMENT = ("NGSPICE_INPUT_DIR", "SPICE_LIB_DIR", "SPICE_SCRIPTS")
"""Variables that lead ngspice to other files."""
_BESIDE_A_HOOK = 200
_MOST_BYTES_BESIDE = 1 << 20


@dataclass(frozen=True)
class Sources:
    """Where the files of a circuit are taken from.

    `spiceinit` is the configured one, `name` the simulator's, `args` its arguments.
    """

    root: Path
    template: Path
    spiceinit: Path | None
    name: str = "ngspice"
    args: tuple[str, ...] = ()


def sources_of(root: Path, template: Path, manifest: Manifest) -> Sources:
    """The sources of a run's circuit by its manifest."""
    simulator = manifest.simulator
    return Sources(
        root=root,
        template=template,
        spiceinit=Path(simulator.spiceinit) if simulator.spiceinit else None,
        name=simulator.name,
        args=simulator.args,
    )


def hook_files(definitions: MeasurementDefinitions) -> tuple[str, ...]:
    """The files of measurements in Python, relative to the project."""
    named = (each.python.rpartition(":")[0] for each in definitions.values() if each.python)
    return tuple(dict.fromkeys(named))


def environment() -> dict[str, str]:
    """The variables of this process that lead ngspice to other files."""
    return {name: os.environ[name] for name in ENVIRONMENT if os.environ.get(name)}


def freeze_template(place: Path, sources: Sources) -> dict[str, str]:
    """Copy the template with the files it includes, and spiceinit, into `place`; name of each -> its copy."""
    copies = {}
    for file in Template.load(sources.template).files():
        copy = file.relative_to(sources.template.parent)
        _copy(file, place / copy)
        copies[input_name(file, sources.root)] = str(copy)
    user = Path(USER_SPICEINIT).expanduser()
    if sources.spiceinit is not None:
        _copy(sources.spiceinit, place / "spiceinit")
        copies[input_name(sources.spiceinit, sources.root)] = "spiceinit"
    elif reads_home(sources) and user.is_file():
        _copy(user, place / "spiceinit")
        copies[USER_SPICEINIT] = "spiceinit"
    return copies


def reads_home(sources: Sources) -> bool:
    """Whether the simulator reads a .spiceinit from HOME when none is given to it."""
    return sources.name == "ngspice" and sources.spiceinit is None and "-n" not in sources.args


def freeze(
    layout: RunLayout,
    circuit: Circuit,
    sources: Sources,
    read: Iterable[Path],
    digests: Digests,
) -> Circuit:
    """Copy the files `read` by the decks beside the template; `circuit` has the copies made by
    `freeze_template`. Returns the circuit with every input.
    """
    place, root, held = circuit.place(layout), sources.root, set(read)
    copied = {path: f"{FILES}/{path.relative_to(root)}" for path in held if _is_copied(path, root)}
    copies = {**circuit.copies, **{input_name(path, root): copy for path, copy in copied.items()}}
    named = [_whole(root / name) for name in circuit.copies if name != USER_SPICEINIT]
    inputs = digests_of(root, {*held, *named}, digests)
    if reads_home(sources):
        inputs[USER_SPICEINIT] = digests.of(Path(USER_SPICEINIT).expanduser()) or ""
    targets = {path: place / copy for path, copy in copied.items()}
    for path in copied:
        _copy_deck(path, targets, held, place / FILES, layout.case_dir(1))
    made = {name: sha256_of(place / copy, follow=True) for name, copy in copies.items()}
    differing = {name: digest for name, digest in made.items() if digest != inputs.get(name)}
    return replace(circuit, inputs=inputs, copies=copies, digests=differing, environment=environment())


def freeze_hooks(place: Path, root: Path, names: Iterable[str]) -> dict[str, str]:
    """Copy the files of measurements in Python, and the files next to them, into `place`; returns the digests
    of the Python files by name.
    """
    digests = {}
    for path in dict.fromkeys(each for name in names for each in _with_its_folder(_whole(root / name))):
        if path.is_relative_to(root):
            _copy(path, place / path.relative_to(root))
            if path.suffix == ".py":
                digests[input_name(path, root)] = sha256_of(path, follow=True)
    return digests


def describe(layout: RunLayout, circuit: Circuit) -> None:
    """Write the description of a circuit that is not the run's first; it counts from then on."""
    sync_file_system(layout.path)  # its files before what names them
    write_json(circuit.place(layout) / "circuit.json", circuit.as_json())


def _is_copied(path: Path, root: Path) -> bool:
    """Whether a file is the project's own and small enough."""
    if not path.is_relative_to(root) or path.is_relative_to(root / SIMULATIONS):
        return False
    return path.stat().st_size <= MOST_BYTES


def _with_its_folder(hook: Path) -> list[Path]:
    """A hook's file and the small ones beside it, which it may read or import."""
    if not hook.is_file():
        return []
    beside = [path for path in sorted(hook.parent.iterdir()) if path.is_file() and path != hook]
    small = [path for path in beside if path.stat().st_size <= _MOST_BYTES_BESIDE]
    return [hook, *small[:_BESIDE_A_HOOK]]


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def _copy_deck(source: Path, targets: Mapping[Path, Path], held: set[Path], folder: Path, case: Path) -> None:
    """Copy a file; where its copy would not find a file it names, the copy names that file where it is.

    `folder` is that of the copies, `case` the directory of a case, where ngspice looks first. Data files
    have a second copy in lower case.
    """
    target = targets[source]

    def replaced(reference: FileReference) -> str | None:
        name = Path(reference.written.encode("latin-1").decode("utf-8", "surrogateescape")).expanduser()
        meant = next((path for path in _places(name, case, source.parent) if path in held), None)
        if meant is None:
            return None
        wanted = targets.get(meant, meant)
        if reference.kind == "data":
            new = os.path.relpath(_lower(wanted, folder), case) if meant in targets else str(meant)
        elif meant in targets and as_found(target.parent / name) == as_found(wanted):
            return None
        else:
            new = os.path.relpath(wanted, target.parent) if meant in targets else str(meant)
        return new.encode("utf-8", "surrogateescape").decode("latin-1")

    text = source.read_bytes().decode("latin-1")  # byte for byte, whatever its encoding
    content = with_names(text, replaced).encode("latin-1")
    for place in {target, _lower(target, folder)}:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)


def _places(name: Path, *bases: Path) -> list[Path]:
    return [as_found(base / name) for base in bases]


def _lower(wanted: Path, folder: Path) -> Path:
    """The path of the copy `wanted`, with its name below the folder of copies in lower case."""
    return folder / str(wanted.relative_to(folder)).lower()


def _whole(path: Path) -> Path:
    return Path(os.path.normpath(path.absolute()))
