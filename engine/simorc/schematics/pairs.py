"""Pairs of schematic and netlist: the design under test, and one pair for each testbench."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from simorc.config.names import did_you_mean
from simorc.errors import UsageError
from simorc.schematics.dependencies import SymbolLibrary, xschem_share

if TYPE_CHECKING:
    from simorc.config.project import Project

DUT = "dut"
_RCFILE = "xschemrc"


@dataclass(frozen=True)
class NetlisterSetup:
    """How schematics become netlists: the settings `netlister`, with paths made whole."""

    root: Path
    executable: str = "xschem"
    rcfile: Path | None = None
    command: tuple[str, ...] | None = None
    library_paths: tuple[Path, ...] = ()
    timeout: float = 60.0

    def library(self, schematic: Path, recorded: tuple[Path, ...] = ()) -> SymbolLibrary:
        """Where the symbols of a schematic are, as recorded or else as far as it shows without xschem."""
        guessed = (schematic.parent, self.root, self.root / "schematics")
        return SymbolLibrary((*self.library_paths, *(recorded or guessed)), xschem_share(self.executable))


@dataclass(frozen=True)
class Pair:
    """A schematic, its netlist, and the parameters its placeholders may name (None: it takes none)."""

    name: str
    schematic: Path
    netlist: Path
    setup: NetlisterSetup = field(repr=False)
    parameters: Mapping[str, object] | None = None
    on_change: str | None = None

    @property
    def is_dut(self) -> bool:
        """Whether the netlist is a subcircuit other decks include."""
        return self.name == DUT

    @property
    def root(self) -> Path:
        """The project's directory."""
        return self.setup.root


def pairs_of(project: Project, names: tuple[str, ...] = ()) -> tuple[Pair, ...]:
    """The pairs of a project, or those of the given names (``dut`` or a testbench).

    What has no schematic is kept by hand and is no pair. Raises UsageError for an unknown name.
    """
    pairs = {pair.name: pair for pair in _all_pairs(project)}
    for name in names:
        if name not in pairs:
            raise _no_pair(name, project, pairs)
    return tuple(pairs[name] for name in names or pairs)


def _all_pairs(project: Project) -> list[Pair]:
    pairs: list[Pair] = []
    if project.dut_schematic is not None and project.dut_netlist is not None:
        pairs.append(
            Pair(DUT, _whole(project.dut_schematic), _whole(project.dut_netlist), _setup_of(project))
        )
    for bench in project.testbenches.values():
        if bench.schematic is not None:
            pairs.append(
                Pair(
                    bench.name,
                    _whole(bench.schematic),
                    _whole(bench.template),
                    _setup_of(project, bench.name),
                    bench.config.parameters,
                    bench.config.on_change,
                )
            )
    return pairs


def _whole(path: Path) -> Path:
    return Path(os.path.normpath(path))


def _setup_of(project: Project, testbench: str | None = None) -> NetlisterSetup:
    settings = project.settings(testbench).netlister
    root = project.root
    rcfile = root / settings.rcfile if settings.rcfile else root / _RCFILE
    return NetlisterSetup(
        root=root,
        executable=settings.executable,
        rcfile=rcfile if settings.rcfile or rcfile.is_file() else None,
        command=tuple(settings.command) if settings.command else None,
        library_paths=tuple(root / path for path in settings.library_paths),
    )


def _no_pair(name: str, project: Project, pairs: Mapping[str, Pair]) -> UsageError:
    if name == DUT or name in project.testbenches:
        where = "dut.schematic in sim_setup.yaml" if name == DUT else "schematic in its config.yaml"
        return UsageError(f"{name} has no schematic", remedy=f"name one: {where}")
    known = (DUT, *project.testbenches)
    return UsageError(
        f"no testbench {name!r}{did_you_mean(name, known)}", remedy=f"one of {', '.join(known)}"
    )
