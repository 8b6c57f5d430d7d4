"""The raw file of a case, wherever the deck has written it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from simorc.errors import WaveformError
from simorc.netlist.deck.deck import Deck
from simorc.simulators.job import Job
from simorc.simulators.ngspice.log import Complaint
from simorc.simulators.outcome import FailureKind
from simorc.waveforms.rawfile import RawFile


def collect_raw(job: Job, deck: Deck) -> tuple[RawFile | None, str]:
    """The case's results.raw and, if there is none to be read, why.

    A deck that writes raw files of other names keeps them; results.raw is then a link to the one, or all of
    them one after the other, which is a raw file of several plots again.
    """
    try:
        return RawFile.open(job.raw), ""
    except WaveformError as error:
        if job.raw.exists():
            return None, f"results.raw: {error.message.removeprefix(f'{job.raw}: ')}"
    others = _others(job.directory, deck.written)
    if not others:
        return None, ""
    if len(others) == 1:
        os.link(others[0], job.raw)
    else:
        _concatenate(others, job.raw)
    return collect_raw(job, deck)


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


def _others(directory: Path, written: Iterable[str]) -> list[Path]:
    """The files `written` that are there, inside the case's directory, and are raw files."""
    return [path for path in _inside(directory, written) if _is_raw(path)]


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
