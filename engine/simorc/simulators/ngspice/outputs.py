"""Finds the raw files of a case, wherever the deck wrote them."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable
from pathlib import Path

from simorc.errors import WaveformError
from simorc.netlist.deck.control_block import CARDS_RAW, SPARE_RAW
from simorc.netlist.deck.deck import Deck
from simorc.simulators.job import Job
from simorc.simulators.ngspice.log.scan import Complaint
from simorc.simulators.outcome import FailureKind
from simorc.waveforms.rawfile import RawFile

_RAW_FILE_LINE = re.compile(rb'^(?:binary|ASCII) raw file "([^\n]+)"[ \t\r]*$', re.MULTILINE)
"""The message that ngspice prints for each raw file it writes."""


def collect_raw(job: Job, deck: Deck, log: bytes = b"") -> tuple[RawFile | None, str]:
    """The case's results.raw or, if there is none that can be read, the reason.

    Raw files that a deck writes under other names stay in place; results.raw is then a link to the only one,
    or a concatenation of all of them in the order in which `log` lists them, which is a valid raw file with
    several plots. If the deck writes results.raw itself, that file is its result and other raw files are
    ignored. `SPARE_RAW` counts only if the deck's own commands have written nothing.
    """
    try:
        raw = RawFile.open(job.raw)
        (job.directory / SPARE_RAW).unlink(missing_ok=True)
        return raw, ""
    except WaveformError as error:
        if job.raw.exists():
            return None, f"results.raw: {error.message.removeprefix(f'{job.raw}: ')}"
    written = _written(deck, log)
    others = [path for path in _inside(job.directory, written) if _is_raw(path)]
    if any(path.name not in {SPARE_RAW, CARDS_RAW} for path in others):
        others = [path for path in others if path.name != SPARE_RAW]
    if not others:
        return None, _outside(job.directory, written)
    if len(others) == 1:
        os.link(others[0], job.raw)
    else:
        _concatenate(others, job.raw)
    return collect_raw(job, deck)


def _written(deck: Deck, log: bytes) -> list[str]:
    """The names of the raw files that were written, in the order in which they were written last."""
    names = [os.fsdecode(match[1]) for match in _RAW_FILE_LINE.finditer(log)]
    last = list(dict.fromkeys(reversed(names)))
    return [*dict.fromkeys([*reversed(last), *deck.written])]


def _outside(directory: Path, written: Iterable[str]) -> str:
    """The complaint about a raw file that was written where other cases write theirs."""
    for name in written:
        path = directory / name
        if path.is_file() and not path.resolve().is_relative_to(directory.resolve()):
            return (
                f"the deck writes {name}, outside the case's directory, where cases overwrite each other: "
                "write results.raw (filename_raw)"
            )
    return ""


def cut_to_limit(job: Job, deck: Deck) -> Complaint | None:
    """Cut waveforms that grew beyond the limit between two looks; the complaint, if there were any."""
    limit, cut = job.limits.raw, False
    if limit is None:
        return None
    for path in (job.raw, *_inside(job.directory, deck.written)):
        if path.is_file() and path.stat().st_size > limit:
            os.truncate(path, limit)
            cut = True
    message = f"the waveforms grew beyond {limit / 1048576:.4g} MiB (execution.raw_limit) and are cut there"
    return Complaint(FailureKind.RAW_LIMIT, message) if cut else None


def _inside(directory: Path, written: Iterable[str]) -> list[Path]:
    """Those of the files `written` that are there and inside the case's directory."""
    paths = (directory / name for name in dict.fromkeys(written))
    return [path for path in paths if path.is_file() and path.resolve().is_relative_to(directory.resolve())]


def _is_raw(path: Path) -> bool:
    try:
        RawFile.open(path)
    except WaveformError:
        return False
    return True


def _concatenate(sources: Iterable[Path], target: Path) -> None:
    with target.open("xb") as joined:
        for source in sources:
            with source.open("rb") as part:
                shutil.copyfileobj(part, joined)
