"""Finds completed cases of an earlier run that equal cases of another run.

Equal means equal by content: the deck as the simulator read it, byte for byte, every file it pulls in by
the hashes of both manifests, the simulator by version, path and settings.
"""

from __future__ import annotations

import os
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from simorc.deck_text import encoded
from simorc.errors import NetlistError
from simorc.netlist.deck.control_block import for_batch
from simorc.netlist.deck.deck import Deck
from simorc.operating_point.table import FILE
from simorc.regular_files import read_regular, sha256_of
from simorc.rundir.circuit.record import names_of
from simorc.rundir.layout import RunLayout
from simorc.rundir.manifest import Manifest, load_manifest
from simorc.rundir.provenance import include_closure, named_files
from simorc.rundir.store.connection import DatabaseError
from simorc.rundir.store.reader import RunReader
from simorc.runner.preparation import Preparation
from simorc.runner.retry_policy import Budgets, budgets_from
from simorc.sweeps.cases import Case
from simorc.units import Value


@dataclass(frozen=True)
class Equal:
    """A completed case of an earlier run, with the results of its last attempt."""

    case_id: int
    rung: str | None
    seconds: float
    warm: bool


class EarlierRun:
    """The completed cases of `layout`. Raises StoreError where it cannot be read."""

    def __init__(self, layout: RunLayout) -> None:
        self.layout = layout
        self._manifest = load_manifest(layout)
        self._budgets: Budgets = budgets_from(self._manifest.execution)
        self._read_by: dict[Hashable, str] = {}
        self._view = RunReader(layout)
        plan = self._manifest.plan
        self._places = {case_key(plan.defaults, plan.case(case_id)): case_id for case_id in self._completed()}

    def close(self) -> None:
        self._view.close()

    def __len__(self) -> int:
        return len(self._places)

    def _completed(self) -> list[int]:
        return self._view.ids_with("completed")

    def holds(self, defaults: Mapping[str, Value], case: Case) -> bool:
        """Whether a completed case has these values; its deck is not looked at."""
        return case_key(defaults, case) in self._places

    def foreign_to(self, layout: RunLayout, manifest: Manifest) -> str:
        """Why none of its results can be reused in the run of that manifest; empty if some may be."""
        mine, yours = self._manifest.simulator, manifest.simulator
        if yours.name != "ngspice":
            return f"the results of {yours.name} are not taken over"
        version, now = (each.tools.simulator for each in (self._manifest, manifest))
        if version != now or version in ("", "not found"):
            return f"it was simulated by ngspice {version or '?'}, now it is {now or '?'}"
        differing = [name for name in ("executable", "args") if getattr(mine, name) != getattr(yours, name)]
        if self._manifest.tools.simulator_path != manifest.tools.simulator_path:
            differing.append("executable")
        if _digest(self.layout.inputs / "spiceinit") != _digest(layout.inputs / "spiceinit"):
            differing.append("spiceinit")
        return f"simulator.{differing[0]} differs" if differing else ""

    def equal_of(
        self, case: Case, preparation: Preparation, directory: Path, manifest: Manifest
    ) -> Equal | str:
        """The completed case that equals `case`, or why there is none.

        `directory` is where the case would be simulated. Raises TemplateError for a case without a deck.
        """
        case_id = self._places.get(case_key(preparation.plan.defaults, case))
        row = None if case_id is None else self._view.case(case_id)
        if case_id is None or row is None:
            return "no completed case has these values"
        deck = preparation.deck(case, self._budgets.lines_of(row["rung"]))
        if not self._simulated(case_id, deck):
            return "its deck differs"
        unequal = self._unequal_file(preparation.layout, directory, deck, manifest)
        if unequal:
            return unequal
        return Equal(case_id, row["rung"], float(row["seconds"] or 0.0), bool(row["warm"]))

    def _simulated(self, case_id: int, deck: str) -> bool:
        """Whether the simulator read exactly these bytes."""
        try:
            written = encoded(for_batch(Deck.parse(deck)))
            return read_regular(self.layout.deck(case_id)) == written
        except (OSError, NetlistError):
            return False

    def _unequal_file(self, layout: RunLayout, directory: Path, deck: str, manifest: Manifest) -> str:
        """Why the files the deck reads are not those of then; empty if they are."""
        key = named_files(deck)
        if key not in self._read_by:
            files = names_of(include_closure(directory, deck), layout, self.layout.root)
            self._read_by[key] = self._compared(files, manifest)
        return self._read_by[key]

    def _compared(self, names: Iterable[str], manifest: Manifest) -> str:
        for name in sorted(names):
            then, now = (each.inputs.get(name) for each in (self._manifest, manifest))
            if then is None or now is None:
                return f"{name} was not recorded"
            if then != now:
                return f"{name} has changed"
        return ""

    def has_operating_point(self, case_id: int) -> bool:
        """Whether the operating point of the case is stored."""
        return (self.layout.case_dir(case_id) / FILE).is_file()

    def files_of(self, case_id: int) -> Sequence[Path]:
        """The files of the case: deck, waveforms, log, and all others it wrote. Raises OSError."""
        with os.scandir(self.layout.case_dir(case_id)) as entries:
            return [Path(entry.path) for entry in entries if _is_result(entry)]


def case_key(defaults: Mapping[str, Value], case: Case) -> int:
    """Equal for cases with the same values as written, swept or not, the same corner and seed."""
    values = {**defaults, **case.parameters}
    return hash((frozenset((name, str(value)) for name, value in values.items()), case.corner, case.seed))


def _is_result(entry: os.DirEntry[str]) -> bool:
    earlier_log = entry.name.startswith("simulator.") and entry.name != "simulator.log"
    return entry.is_file(follow_symlinks=False) and not earlier_log


def _digest(path: Path) -> str:
    return sha256_of(path, follow=True) if path.is_file() else ""


UNREADABLE = (OSError, DatabaseError, NetlistError)
"""Errors that reading an earlier run may raise while it is being removed."""
