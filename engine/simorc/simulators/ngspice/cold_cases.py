"""Runs cases cold: on the deck as it is written, on its cut deck, or on both to compare them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from simorc.simulators.job import Callbacks, Job, make_case_directory
from simorc.simulators.ngspice.cold import Ngspice
from simorc.simulators.ngspice.cut.decks import Cut, CutDecks, note_of
from simorc.simulators.outcome import FailureKind, Outcome
from simorc.simulators.warm_check import TWICE_COLD, WHOLE_AND_CUT, Undecided, disagreement

_ENDED_BY_LIMIT = frozenset(
    {FailureKind.TIMEOUT, FailureKind.STUCK, FailureKind.LOG_LIMIT, FailureKind.RAW_LIMIT}
    | {FailureKind.OUT_OF_MEMORY, FailureKind.SPAWN_FAILED}
)


class ColdCases:
    """The cold cases of one slot. `directory` is that of the slot's session: beside it are the cut files, and
    the cases that run a second time to be compared.
    """

    def __init__(self, simulator: Ngspice, cuts: CutDecks, directory: Path) -> None:
        self._simulator = simulator
        self._cuts = cuts
        self._directory = directory
        self._cut_files = directory.with_name(f"{directory.name}-cut")

    async def run(self, job: Job, cut: Cut | str | None, callbacks: Callbacks) -> Outcome:
        """Run in a new process: on the cut deck if that is proved, else on the whole deck, and also on the
        cut deck if the two are to be compared.
        """
        if not isinstance(cut, Cut):
            return await self.run_original(job, callbacks)
        if cut.state == "proved":
            return await self._shortened(job, cut, callbacks)
        if not self._cuts.begins_proof(cut):
            return await self.run_original(job, callbacks)
        try:
            return await self._compared(job, cut, callbacks)
        finally:
            if cut.state == "proving":
                cut.state = "unproved"

    async def run_original(
        self, job: Job, callbacks: Callbacks, cut: Callable[[str], str | None] = lambda _: None
    ) -> Outcome:
        """Run on the whole deck, or on the result of `cut` if that is not None."""
        return await self._simulator.run_cold(
            job,
            on_spawn=callbacks.on_spawn,
            on_exit=callbacks.on_exit,
            on_progress=callbacks.on_progress,
            cut=cut,
        )

    async def _on_cut(self, job: Job, cut: Cut, callbacks: Callbacks) -> Outcome:
        return await self.run_original(job, callbacks, partial(self.cut_text, cut))

    def cut_text(self, cut: Cut, text: str) -> str | None:
        """`text` with the cut files in place of its includes; None if they are not those of the plan. Raises
        OSError.
        """
        cut.place(self._cut_files)
        return cut.applied(text, self._cut_files)

    async def _shortened(self, job: Job, cut: Cut, callbacks: Callbacks) -> Outcome:
        """Run on a proved cut deck. A case that fails there runs once more on the whole deck, so that its
        verdict, its log and the line numbers in it are those of its own deck.
        """
        outcome = await self._on_cut(job, cut, callbacks)
        if outcome.status == "completed":
            if cut.state == "refused":
                return Outcome.failed(FailureKind.INTERNAL, cut.reason)
            self._cuts.used(cut, job.case_id)
            return outcome._replace(deck_run=note_of(cut, used=True))
        if outcome.kind in _ENDED_BY_LIMIT:
            return outcome._replace(deck_run=note_of(cut, used=True))
        _empty(job.directory)
        return await self.run_original(job, callbacks)

    async def _compared(self, job: Job, cut: Cut, callbacks: Callbacks) -> Outcome:
        """Run on the deck as written, which is the result, and on the cut deck; compare them."""
        whole = await self.run_original(job, callbacks)
        if whole.status != "completed":
            return whole
        beside = replace(job, directory=self._directory.with_name(f"{self._directory.name}-beside"))
        shutil.rmtree(beside.directory, ignore_errors=True)
        make_case_directory(beside.directory)
        try:
            other = await self._on_cut(beside, cut, callbacks)
            found = disagreement(job, whole, other, beside.directory, labels=WHOLE_AND_CUT)
        except Undecided:
            return whole
        finally:
            shutil.rmtree(beside.directory, ignore_errors=True)
        if not found:
            self._cuts.prove(cut, whole.seconds)
        elif other.kind not in _ENDED_BY_LIMIT:
            self._cuts.refuse(cut, f"the cut deck gives different results: {found}")
        return whole

    async def differs_from_itself(self, job: Job, cold: Outcome, callbacks: Callbacks) -> str:
        """In what a case differs from its own cold run when it is run cold again; empty if in nothing."""
        again = replace(job, directory=self._directory.with_name(f"{self._directory.name}-again"))
        shutil.rmtree(again.directory, ignore_errors=True)
        make_case_directory(again.directory)
        try:
            second = await self.run_original(again, callbacks)
            found = disagreement(job, cold, second, again.directory, labels=TWICE_COLD)
        finally:
            shutil.rmtree(again.directory, ignore_errors=True)
        return f"this deck gives different results each time it runs: {found}" if found else ""

    def remove_cut_files(self) -> None:
        """Remove the cut files of this slot, if there are any."""
        shutil.rmtree(self._cut_files, ignore_errors=True)


def _empty(directory: Path) -> None:
    """Remove what an attempt has left in a case's directory."""
    for entry in directory.iterdir():
        shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()
