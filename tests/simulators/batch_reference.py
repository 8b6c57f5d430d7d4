"""A deck as plain ngspice does it: ``ngspice -b`` for what it prints, ``ngspice -b -r`` for its waveforms."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import anyio
import numpy as np

from simorc.netlist.deck.card_measures import with_saves_for_cards
from simorc.simulators.job import Job, Limits
from simorc.simulators.ngspice.cold import Ngspice
from simorc.simulators.outcome import Outcome
from simorc.waveforms.rawfile import Plot, RawFile

_MEASURED = re.compile(r"^\s*([\w.]+)\s+=\s+(-?\d\.\d+e[-+]\d+)\b", re.MULTILINE)


@dataclass(frozen=True)
class Reference:
    """What ngspice printed of each measurement, the last time it did, and its plots."""

    printed: dict[str, str]
    plots: tuple[Plot, ...]


def as_ngspice_does(deck: str, directory: Path) -> Reference:
    """`deck` by ngspice alone, run in `directory`; a control block that runs something is not asked for a
    raw file.
    """
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "deck.spice").write_text(deck, encoding="utf-8")
    out = subprocess.run(["ngspice", "-b", "deck.spice"], cwd=directory, capture_output=True, check=False)
    printed = {name.lower(): text for name, text in _MEASURED.findall(out.stdout.decode("utf-8", "replace"))}
    if ".control" in deck:
        return Reference(printed, ())
    command = ["ngspice", "-b", "-r", "reference.raw", "deck.spice"]
    subprocess.run(command, cwd=directory, capture_output=True, check=False)
    return Reference(printed, RawFile.open(directory / "reference.raw").plots)


def cold(deck: str, directory: Path) -> tuple[Outcome, tuple[Plot, ...]]:
    """`deck` as a case of its own, and the plots of its results.raw."""
    directory.mkdir(parents=True)
    job = Job(1, directory, with_saves_for_cards(deck), Limits(timeout=60))
    outcome = anyio.run(Ngspice().run_cold, job)
    return outcome, RawFile.open(job.raw).plots if job.raw.exists() else ()


def to_its_digits(value: float, printed: str) -> str:
    """`value` with as many digits as ngspice has printed."""
    return f"{value:.{len(printed.partition('e')[0].partition('.')[2])}e}"


def same_vectors(mine: Plot, theirs: Plot) -> bool:
    """Whether every vector of `theirs` is in `mine` to the bit; of an axis the real part counts."""
    if mine.name != theirs.name or mine.n_points != theirs.n_points:
        return False
    for place, variable in enumerate(theirs.variables):
        if variable.name not in mine:
            return False
        one, other = mine.trace(variable.name), theirs.rows[:, place]
        if place == 0 and theirs.has_axis:
            one, other = one.real, other.real
        if not np.array_equal(one, other, equal_nan=True):
            return False
    return True
