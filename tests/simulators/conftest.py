"""A worker that runs cases warm."""

from __future__ import annotations

from pathlib import Path

import pytest

from simorc.simulators import case_watch
from simorc.simulators.ngspice import cold, session, warm_cases
from simorc.simulators.ngspice.cold import Ngspice
from simorc.simulators.ngspice.slot_session import SessionLife
from simorc.simulators.ngspice.verified_decks import VerifiedDecks
from simorc.simulators.ngspice.worker import NgspiceWorker
from tests.simulators.clock import Clock
from tests.simulators.warm_runs import Make, Told


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock that the limits of cases are measured with."""
    made = Clock()
    for module in (case_watch, cold, session, warm_cases):
        monkeypatch.setattr(module, "time", made)
    return made


@pytest.fixture
def make_bench(tmp_path: Path) -> Make:
    def make(mode: str = "auto", check_every: int = 0, life: SessionLife | None = None) -> NgspiceWorker:
        desk = VerifiedDecks(mode, check_every)
        return NgspiceWorker(Ngspice(), desk, tmp_path / ".warm" / "0", life or SessionLife())

    return make
