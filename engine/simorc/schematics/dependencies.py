"""All files of a schematic: itself, the symbols it places, their schematics, and so on.

Symbols are looked up as xschem does, along the library path. Symbols that come with xschem itself are left
out: another version of the tool is no edit of the design.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from simorc.schematics.schematic import Instance, Schematic

_SHARE_PLACES = (Path("/usr/share/xschem"), Path("/usr/local/share/xschem"))
_NOT_DESCENDED = frozenset({"true", "1"})


@dataclass(frozen=True)
class Unresolved:
    """A symbol no directory of the library path has."""

    reference: str
    instance: str
    schematic: Path
    line: int

    def __str__(self) -> str:
        owner = self.instance or "an instance"
        return f"{self.schematic}:{self.line}: symbol {self.reference} of {owner} not found"


@dataclass(frozen=True)
class Closure:
    """The files a schematic depends on, itself first, and the symbols that were not found."""

    files: tuple[Path, ...]
    unresolved: tuple[Unresolved, ...]


@dataclass(frozen=True)
class SymbolLibrary:
    """The library path: where symbols are looked for, first match wins."""

    directories: tuple[Path, ...]
    share: Path | None = None
    """xschem's own directory."""

    def find(self, reference: str, beside: Path) -> Path | None:
        """The file a ``C {reference}`` means; ``beside`` is the directory of the schematic that places it."""
        name = reference if reference.endswith((".sym", ".sch")) else f"{reference}.sym"
        path = Path(name).expanduser()
        if path.is_absolute():
            return path if path.is_file() else None
        places = (*self.directories, *self.own_libraries(), beside)
        return next((place / path for place in places if (place / path).is_file()), None)

    def own_libraries(self) -> tuple[Path, ...]:
        """The libraries that come with xschem."""
        return (
            (self.share / "xschem_library", self.share / "xschem_library" / "devices") if self.share else ()
        )

    def is_own(self, file: Path) -> bool:
        """Whether a file came with xschem."""
        return self.share is not None and file.is_relative_to(self.share)


def xschem_share(executable: str = "xschem") -> Path | None:
    """The directory xschem was installed to, with its own symbols; None without xschem."""
    named = os.environ.get("XSCHEM_SHAREDIR")
    found = shutil.which(executable)
    beside = (Path(found).resolve().parents[1] / "share" / "xschem",) if found else ()
    places = ((Path(named),) if named else ()) + beside + _SHARE_PLACES
    return next((place for place in places if place.is_dir()), None)


def schematic_closure(schematic: Path, library: SymbolLibrary) -> Closure:
    """Walk a schematic's hierarchy. Raises NetlistError when the schematic itself cannot be read."""
    files: dict[Path, None] = {}
    unresolved: dict[Unresolved, None] = {}
    waiting = [schematic]
    while waiting:
        path = Path(os.path.normpath(waiting.pop()))
        if path in files or (files and library.is_own(path)):
            continue
        files[path] = None
        read = Schematic.load(path)
        if path.suffix == ".sym":
            waiting += _schematics_below(read, {}, library)
        for instance in read.instances:
            found = library.find(instance.reference, path.parent)
            if found is not None:
                waiting += [found, *_own_schematic(instance, found, library)]
            elif not instance.reference.startswith("["):
                unresolved[Unresolved(instance.reference, instance.name, path, instance.line)] = None
    return Closure(tuple(files), tuple(unresolved))


def _own_schematic(instance: Instance, symbol: Path, library: SymbolLibrary) -> list[Path]:
    """The schematic one instance names instead of its symbol's."""
    attributes = instance.properties.attributes()
    if "schematic" not in attributes or library.is_own(symbol):
        return []
    return _schematics_below(Schematic.load(symbol), attributes, library)


def _schematics_below(symbol: Schematic, instance: dict[str, str], library: SymbolLibrary) -> list[Path]:
    """The schematic of a subcircuit symbol: none for a primitive, which is netlisted as one line."""
    if symbol.attributes.get("type") != "subcircuit":
        return []
    if symbol.attributes.get("spice_primitive", "").lower() in _NOT_DESCENDED:
        return []
    name = instance.get("schematic") or symbol.attributes.get("schematic")
    if name:
        found = library.find(name if name.endswith(".sch") else f"{name}.sch", symbol.path.parent)
        return [found] if found else []
    default = symbol.path.with_suffix(".sch")
    return [default] if default.is_file() else []
