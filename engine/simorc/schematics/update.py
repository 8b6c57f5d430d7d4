"""Regenerates netlists: propose, compare, accept. An invalid netlist never replaces a valid one."""

from __future__ import annotations

import difflib
import hashlib
from dataclasses import dataclass
from pathlib import Path

from simorc.errors import NetlistError
from simorc.files import write_whole
from simorc.schematics.dependencies import SymbolLibrary, schematic_closure, xschem_share
from simorc.schematics.digests import Digests
from simorc.schematics.lock_file import Record, name_of, path_of, write_record
from simorc.schematics.netlist_check import check_netlist, kept_form
from simorc.schematics.pairs import Pair
from simorc.schematics.schematic import Schematic
from simorc.schematics.staleness import library_of
from simorc.schematics.xschem import Made, run_netlister

_ATTEMPTS = 4


@dataclass(frozen=True)
class Proposal:
    """A checked new netlist that waits to be accepted, and what it was made from."""

    pair: Pair
    old: str | None
    new: str
    record: Record
    warnings: tuple[str, ...] = ()

    @property
    def differs(self) -> bool:
        """Whether the netlist itself changes; if not, only its record does."""
        return self.old != self.new

    def diff(self) -> str:
        """The difference as a unified diff, empty when there is none."""
        name = name_of(self.pair.netlist, self.pair.root)
        old = (self.old or "").splitlines(keepends=True)
        return "".join(
            difflib.unified_diff(old, self.new.splitlines(keepends=True), f"{name} (now)", f"{name} (new)")
        )


def propose(pair: Pair, digests: Digests | None = None) -> Proposal:
    """Netlist a schematic and check the result; nothing of the project is touched.

    Raises NetlistError, naming symbol, file and remedy, or ToolMissing.
    """
    made, inputs, library = _consistent(pair, digests or Digests())
    check_netlist(made.text, pair)
    new = kept_form(made.text, pair)
    old = pair.netlist.read_text(encoding="utf-8", errors="replace") if pair.netlist.is_file() else None
    return Proposal(pair, old, new, Record(_digest(new), inputs, library), _too_old(pair, made, inputs))


def accept(proposal: Proposal) -> None:
    """Put the new netlist and its record in place, each as a whole."""
    netlist = proposal.pair.netlist.resolve()
    if proposal.differs:
        netlist.parent.mkdir(parents=True, exist_ok=True)
        write_whole(netlist, proposal.new)
    write_record(proposal.pair.netlist, proposal.record, proposal.pair.root)


def update(pair: Pair, digests: Digests | None = None) -> Proposal:
    """Netlist a schematic and put the result in place."""
    proposal = propose(pair, digests)
    accept(proposal)
    return proposal


def adopt(pair: Pair, digests: Digests | None = None) -> None:
    """Record the netlist as it is as the schematic's, on the user's word: made or edited by hand."""
    text = pair.netlist.read_bytes()
    library = pair.setup.library(pair.schematic)
    inputs = _inputs(pair, library, digests or Digests())
    names = _library_names(library.directories, pair)
    write_record(pair.netlist, Record(hashlib.sha256(text).hexdigest(), inputs, names), pair.root)


def _consistent(pair: Pair, digests: Digests) -> tuple[Made, dict[str, str], tuple[str, ...]]:
    """A netlist and the hashes of its sources, equal before and after; repeated if a source is saved in
    between. Time stamps are no evidence here: a file moved into place may be an old one.
    """
    before = _inputs_if_known(pair, digests)
    for _ in range(_ATTEMPTS):
        made = run_netlister(pair)
        library = _library(pair, made)
        inputs = _inputs(pair, library, digests)
        if inputs == before:
            return made, inputs, _library_names(library.directories, pair)
        before = inputs
    raise NetlistError(f"{pair.schematic}: the file keeps changing", remedy="try again")


def _inputs_if_known(pair: Pair, digests: Digests) -> dict[str, str]:
    """The hashes of all sources of a netlist by the library path as far as it is known now; empty if it is
    unknown: the netlister reports it.
    """
    try:
        return _inputs(pair, library_of(pair), digests)
    except NetlistError:
        return {}


def _too_old(pair: Pair, made: Made, inputs: dict[str, str]) -> tuple[str, ...]:
    """A warning when a file was drawn with a newer xschem than the one that netlisted it."""
    files = [path_of(name, pair.root) for name in inputs if name.endswith((".sch", ".sym"))]
    newest = max((Schematic.load(path).drawn_with, path) for path in files if path is not None)
    if not made.version > (0, 0) or newest[0] <= made.version:
        return ()
    (drawn, file), used = newest, made.version
    return (
        f"{name_of(file, pair.root)} was drawn with xschem {drawn[0]}.{drawn[1]}; {used[0]}.{used[1]} may "
        "netlist it wrongly: compare the netlist, or install xschem 3.4 or later",
    )


def _library(pair: Pair, made: Made) -> SymbolLibrary:
    share = xschem_share(pair.setup.executable)
    if not made.library:
        return pair.setup.library(pair.schematic)
    return SymbolLibrary(
        tuple(path for path in made.library if share is None or not path.is_relative_to(share)), share
    )


def _inputs(pair: Pair, library: SymbolLibrary, digests: Digests) -> dict[str, str]:
    """SHA-256 of everything behind a netlist, by name."""
    files = list(schematic_closure(pair.schematic, library).files)
    if pair.setup.rcfile is not None and not pair.setup.command:
        files.append(pair.setup.rcfile)
    hashes = {name_of(path, pair.root): digests.of(path) for path in files}
    return {name: digest for name, digest in hashes.items() if digest is not None}


def _library_names(directories: tuple[Path, ...], pair: Pair) -> tuple[str, ...]:
    return tuple(name_of(path, pair.root) for path in directories)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
