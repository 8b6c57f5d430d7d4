"""Tests a warm session with one small case, for `simorc doctor`."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path

import anyio

from simorc.simulators.job import Callbacks, Job, Limits
from simorc.simulators.ngspice.cold import Ngspice
from simorc.simulators.ngspice.session_way import WarmWay
from simorc.simulators.ngspice.slot_session import SessionLife
from simorc.simulators.ngspice.verified_decks import VerifiedDecks
from simorc.simulators.ngspice.worker import NgspiceWorker

_DECK = """* a divider of {r} ohms
.param r={r}
v1 in 0 dc 1 ac 1
r1 in out {{r}}
c1 out 0 1n
.ac dec 5 1k 1meg
.meas ac gain max vdb(out)
.end
"""
_VALUES = ("1k", "2k", "3k")
_LIMITS = Limits(timeout=60.0)


def tried_session(simulator: Ngspice, way: WarmWay) -> str:
    """Run a few cases of a small deck both in a session, driven by `way`, and in new processes; returns the
    error of the session, empty if there is none.
    """
    faults: list[str] = []
    with tempfile.TemporaryDirectory(prefix="simorc-") as place:
        anyio.run(_run, simulator, way, Path(place), faults)
    return faults[0] if faults else ""


async def _run(simulator: Ngspice, way: WarmWay, root: Path, faults: list[str]) -> None:
    heard = Callbacks(lambda _: None, lambda _: None, lambda _: None, lambda _, why: faults.append(why))
    decks = VerifiedDecks("verify", 1)
    worker = NgspiceWorker(simulator, decks, root / "sessions" / "warm", SessionLife(), way)
    for number, value in enumerate(_VALUES, 1):
        directory = root / "results" / str(number)
        directory.mkdir(parents=True)
        others = [(_DECK.format(r=other), None) for other in _VALUES if other != value]
        job = Job(
            number, directory, _DECK.format(r=value), _LIMITS, siblings=3, partners=partial(iter, others)
        )
        outcome = await worker.run(job, heard)
        if outcome.status != "completed":
            faults.append(outcome.message)
    await worker.close()
