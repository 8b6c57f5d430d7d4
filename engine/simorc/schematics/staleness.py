"""Decides whether a netlist matches its schematic, by content, with its lock file.

========== =========================================================================================
up to date the netlist and everything it was made from are as recorded
stale      something it was made from changed, or it was edited by hand, since it was made
missing    there is no netlist
broken     the netlist cannot be used, or there is no schematic
unrecorded nothing tells what it was made from (made by hand or by another tool); taken as it is
========== =========================================================================================
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from simorc.errors import NetlistError
from simorc.schematics.dependencies import SymbolLibrary, schematic_closure
from simorc.schematics.digests import Digests
from simorc.schematics.lock_file import Record, lock_path, name_of, path_of, read_record
from simorc.schematics.moved_inputs import moved
from simorc.schematics.netlist_check import defect_of
from simorc.schematics.pairs import DUT, Pair, pairs_of

if TYPE_CHECKING:
    from simorc.config.project import Project

_CLONE_SECONDS = 2.0
"""A checkout writes files in any order: without a record only a clearly newer schematic counts."""


class State(StrEnum):
    """The state of a netlist."""

    UP_TO_DATE = "up to date"
    STALE = "stale"
    MISSING = "missing"
    BROKEN = "broken"
    UNRECORDED = "unrecorded"


@dataclass(frozen=True)
class Condition:
    """The state of one pair: why, which files moved (names as in the record), what was not checked."""

    pair: Pair
    state: State
    reason: str = ""
    changed: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def usable(self) -> bool:
        """Whether a run may be built on this netlist."""
        return self.state in (State.UP_TO_DATE, State.UNRECORDED)

    def __str__(self) -> str:
        return f"{self.pair.name}: {self.state}{f': {self.reason}' if self.reason else ''}"


def conditions(project: Project, names: tuple[str, ...] = ()) -> tuple[Condition, ...]:
    """The state of every pair of a project, or of those named (``dut`` or a testbench)."""
    digests = Digests.load(project.root)
    found = tuple(condition_of(pair, digests) for pair in pairs_of(project, names))
    digests.save(project.root)
    return found


def condition_of(pair: Pair, digests: Digests) -> Condition:
    """The state of one pair. Never raises for what is wrong with it: that is its state."""
    if not pair.schematic.is_file():
        return Condition(pair, State.BROKEN, f"no schematic {name_of(pair.schematic, pair.root)}")
    try:
        text = pair.netlist.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return Condition(pair, State.MISSING, f"no {name_of(pair.netlist, pair.root)}")
    except OSError as error:
        return Condition(pair, State.BROKEN, f"{name_of(pair.netlist, pair.root)}: {error.strerror}")
    defect = defect_of(text)
    if defect:
        return Condition(pair, State.BROKEN, f"{name_of(pair.netlist, pair.root)}: {defect}")
    return _by_record(pair, digests)


def _by_record(pair: Pair, digests: Digests) -> Condition:
    try:
        record = read_record(pair.netlist)
    except NetlistError:
        return Condition(pair, State.STALE, f"{lock_path(pair.netlist).name} is damaged")
    if record is None:
        return _by_time(pair)
    if name_of(pair.schematic, pair.root) not in record.inputs:
        return Condition(pair, State.STALE, f"generated from a schematic other than {pair.schematic.name}")
    changed, notes = moved(record.inputs, pair.root, digests)
    if changed:
        return Condition(pair, State.STALE, f"{_listed(changed)} changed", changed, notes)
    if digests.of(pair.netlist) != record.netlist:
        name = name_of(pair.netlist, pair.root)
        return Condition(pair, State.STALE, f"{name} was edited after it was generated", (name,), notes)
    return Condition(pair, State.UP_TO_DATE, notes=notes)


def _by_time(pair: Pair) -> Condition:
    """Without a record only time stamps are left, and they are wrong after a checkout."""
    made = pair.netlist.stat().st_mtime
    files = schematic_closure(pair.schematic, library_of(pair)).files
    newer = tuple(name_of(path, pair.root) for path in files if path.stat().st_mtime > made + _CLONE_SECONDS)
    if newer:
        return Condition(pair, State.STALE, f"{_listed(newer)} newer, and no record", newer)
    return Condition(pair, State.UNRECORDED, "no record of its schematic")


def schematic_inputs(project: Project, testbench: str) -> tuple[Path, ...]:
    """Every schematic and symbol behind a testbench's netlists, for a run's record of its inputs."""
    files: dict[Path, None] = {}
    for pair in pairs_of(project):
        if pair.name in (DUT, testbench) and pair.schematic.is_file():
            files.update(dict.fromkeys(schematic_closure(pair.schematic, library_of(pair)).files))
    return tuple(files)


def library_of(pair: Pair, record: Record | None = None) -> SymbolLibrary:
    """The library path of a pair: the recorded one, as it is on this machine, or a guess."""
    if record is None:
        record = _record_or_none(pair)
    names = record.library if record else ()
    directories = (path_of(name, pair.root) for name in names)
    return pair.setup.library(pair.schematic, tuple(path for path in directories if path is not None))


def _record_or_none(pair: Pair) -> Record | None:
    try:
        return read_record(pair.netlist)
    except NetlistError:
        return None


def refuse_stale(project: Project, testbench: str) -> None:
    """Raises NetlistError when the netlists a testbench runs on are not its schematics'."""
    names = tuple(pair.name for pair in pairs_of(project) if pair.name in (DUT, testbench))
    bad = [condition for condition in conditions(project, names) if not condition.usable] if names else []
    if bad:
        raise NetlistError(
            "\n".join(f"netlist of {condition}" for condition in bad),
            remedy="simorc netlist --update, or build with --allow-stale",
        )


def _listed(names: Iterable[str]) -> str:
    shown = list(names)
    return ", ".join(shown[:3]) + (f" and {len(shown) - 3} more" if len(shown) > 3 else "")
