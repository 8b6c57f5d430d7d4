"""The queue of chunks that wait to be submitted."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable, Sequence

from simorc.cluster.chunks import Chunk, chunk_size, count_cases, cut, least_cases
from simorc.config.execution_record import Site
from simorc.rundir.run_settings import RunSettings
from simorc.rundir.store.writer import Store
from simorc.runner.deck_groups import deck_groups
from simorc.runner.preparation import Preparation

GUESSED_SECONDS = 1.0
"""What a case is thought to take before one has been run."""
USUAL_WIDTH = 32
"""How many jobs are thought to run at once if the scheduler does not report it."""

Batch = list[tuple[int, Chunk]]
"""Chunks with their generation: how often they came to nothing before."""


class ChunkQueue:
    """Cases in groups that share a deck, cut into chunks as they are taken."""

    def __init__(self, preparation: Preparation, settings: RunSettings, site: Site, store: Store) -> None:
        self._preparation, self._settings = preparation, settings
        self._site, self._store = site, store
        self._groups: list[Sequence[int]] | None = None
        self._lots: list[tuple[int, Chunk]] = []
        self._cut: Batch = []

    def __len__(self) -> int:
        """Cases waiting."""
        waiting = sum(count_cases(chunk) for _, chunk in self._lots)
        return waiting + sum(count_cases(chunk) for _, chunk in self._cut)

    def fill(self, case_ids: Sequence[int]) -> None:
        """These wait, in the groups of the run."""
        if not case_ids:
            return
        wanted = frozenset(case_ids)
        if len(wanted) == len(self._preparation.plan):
            pieces = [array("I", group) for group in self._deck_groups()]
        else:
            kept = ([case for case in group if case in wanted] for group in self._deck_groups())
            pieces = [array("I", group) for group in kept if group]
        self._lots.append((0, list(pieces)))

    def put_back(self, pieces: Iterable[Sequence[int]], wanted: Collection[int], generation: int) -> None:
        """What is left of a chunk waits again, before everything else."""
        left = [array("I", (case for case in piece if case in wanted)) for piece in pieces]
        self._lots.insert(0, (generation, [piece for piece in left if len(piece)]))

    def give_back(self, batch: Batch) -> None:
        """Chunks the scheduler did not take."""
        self._cut[:0] = batch

    def take(self, most: int, width: int | None) -> Batch:
        """Up to `most` chunks to submit; `width` is how many could run at once."""
        width = width or USUAL_WIDTH
        for generation, pieces in self._lots:
            self._cut.extend((generation, chunk) for chunk in self._chunks(pieces, width))
        self._lots.clear()
        taken, self._cut = self._cut[:most], self._cut[most:]
        return taken

    def drop(self, case_ids: Iterable[int]) -> None:
        """These wait no longer."""
        wanted = frozenset(case_ids)
        self._lots = [(number, _without(chunk, wanted)) for number, chunk in self._lots]
        left = [(number, _without(chunk, wanted)) for number, chunk in self._cut]
        self._cut = [(number, chunk) for number, chunk in left if chunk]

    def move_to_front(self, case_ids: Iterable[int]) -> None:
        """Those of these that wait go first, in a chunk of their own."""
        wanted = frozenset(case_ids)
        waiting = [case for _, chunk in (*self._lots, *self._cut) for piece in chunk for case in piece]
        moved = [case for case in waiting if case in wanted]
        if moved:
            self.drop(moved)
            self._cut.insert(0, (0, [array("I", moved)]))

    def _chunks(self, pieces: Chunk, width: int) -> list[Chunk]:
        cases = count_cases(pieces)
        if self._site.chunk is not None:
            return cut(pieces, self._site.chunk, width, least=self._site.chunk)
        seconds = self._store.mean_seconds() or GUESSED_SECONDS
        # A chunk must end well within the walltime.
        aim = min(self._site.chunk_time, self._site.walltime / 2)
        size = chunk_size(seconds, aim, self._site.cpus, cases, width)
        return cut(pieces, size, width, least=least_cases(seconds, self._site.cpus))

    def _deck_groups(self) -> list[Sequence[int]]:
        if self._groups is None:
            everything = [range(1, len(self._preparation.plan) + 1)]
            self._groups = list(
                everything if self._settings.warm == "off" else deck_groups(self._preparation)
            )
        return self._groups


def _without(chunk: Chunk, unwanted: Collection[int]) -> Chunk:
    kept = [array("I", (case for case in piece if case not in unwanted)) for piece in chunk]
    return [piece for piece in kept if len(piece)]
