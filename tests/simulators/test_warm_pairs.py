"""Random decks with random edits of their values: warm results are those of a process of its own."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from random import Random

import pytest

from simorc.simulators.job import Callbacks, Job
from simorc.simulators.ngspice.cold import Ngspice
from simorc.simulators.ngspice.slot_session import SessionLife
from simorc.simulators.ngspice.verified_decks import VerifiedDecks
from simorc.simulators.ngspice.worker import NgspiceWorker
from simorc.simulators.outcome import Outcome
from simorc.simulators.warm_check import disagreement
from tests.simulators.ngspice_versions import programs_under_test
from tests.simulators.warm_pairs import random_pair

pytestmark = pytest.mark.ngspice

PAIRS = int(os.environ.get("SIMORC_TEST_PAIRS", "160"))
CASES = 4
PARTS = 8
SEED = 20260101


class Both:
    """Simulates the cases of decks warm, one session a deck, and cold beside it."""

    def __init__(self, root: Path, executable: str) -> None:
        self.root = root
        self.cold = Ngspice(executable)
        self.refused: list[str] = []
        self.number = 0
        self.outcomes: list[tuple[str, bool, str, str]] = []

    async def differing(self, decks: Sequence[str]) -> list[str]:
        """What differs between the warm and the cold cases of one deck, told with the case's deck."""
        refused: list[str] = []
        callbacks = Callbacks(
            lambda pid: None, lambda pid: None, lambda part: None, lambda cases, why: refused.append(why)
        )
        worker = NgspiceWorker(self.cold, VerifiedDecks("auto", 0), self.root / ".warm" / "0", SessionLife())
        found = [await self._case(worker, callbacks, decks, deck) for deck in decks]
        await worker.close()
        self.refused += refused
        return [f"{difference}\n{deck}" for difference, deck in zip(found, decks, strict=True) if difference]

    async def _case(
        self, worker: NgspiceWorker, callbacks: Callbacks, decks: Sequence[str], deck: str
    ) -> str:
        warm = await worker.run(self._job(deck, "results", decks), callbacks)
        self.outcomes.append((warm.status, warm.warm, warm.cold_reason or "", warm.message))
        if not warm.warm:
            return ""
        alone = self._job(deck, "cold", decks)
        cold = await self.cold.run_cold(alone)
        return disagreement(alone, cold, _judged_alike(warm, cold), self._directory("results"))

    def _job(self, deck: str, place: str, decks: Sequence[str]) -> Job:
        if place == "results":
            self.number += 1
        self._directory(place).mkdir(parents=True)
        partners = [(other, None) for other in decks if other != deck]
        return Job(
            self.number, self._directory(place), deck, siblings=100, partners=lambda: iter(partners[::-1])
        )

    def _directory(self, place: str) -> Path:
        return self.root / place / str(self.number)


def _judged_alike(warm: Outcome, cold: Outcome) -> Outcome:
    """A case that fails in a session is tried alone before it counts: only successes are compared."""
    return warm if warm.status == "completed" else cold


def _unsteady_noise(refused: str) -> bool:
    """ngspice 46 integrates the noise of a node without noise to about 1e-152, another value each time."""
    return "each time it runs" in refused and "of 'Integrated Noise'" in refused


@pytest.mark.parametrize("executable", list(programs_under_test()))
@pytest.mark.parametrize("part", range(PARTS))
async def test_warm_is_cold(tmp_path: Path, executable: str, part: int) -> None:
    both, differing = Both(tmp_path, executable), []
    for number in range(part, PAIRS // CASES, PARTS):
        pair = random_pair(Random(SEED + number), cases=CASES)
        differing += await both.differing([pair.deck(edit) for edit in pair.edits])
    assert differing == []
    assert [why for why in both.refused if not _unsteady_noise(why)] == []
    warm = [outcome for outcome in both.outcomes if outcome[:2] == ("completed", True)]
    assert len(warm) >= len(both.outcomes) / 4
