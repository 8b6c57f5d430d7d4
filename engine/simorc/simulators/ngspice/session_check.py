"""Compares a case in the warm session of a slot with a cold run of it."""

from __future__ import annotations

from dataclasses import replace

from simorc.simulators.job import Callbacks, Job
from simorc.simulators.ngspice.cold_cases import ColdCases
from simorc.simulators.ngspice.cut.decks import Cut, CutDecks
from simorc.simulators.ngspice.session import SessionEnded
from simorc.simulators.ngspice.slot_session import STAYS, SlotSession
from simorc.simulators.ngspice.verdict import Ending
from simorc.simulators.ngspice.verified_decks import VerifiedDecks, WarmCase
from simorc.simulators.ngspice.warm_cases import WarmCases, values_skipped
from simorc.simulators.outcome import Outcome
from simorc.simulators.warm_check import Undecided, disagreement

KILLS_FORGIVEN = 7
"""How many sessions may be killed from outside while a case is checked in one: such a kill proves nothing
about the deck, but on a machine short of memory it would repeat for ever.
"""


class SessionCheck:
    """Checks the session of one slot, and records in `decks` and `cuts` what is proved or refused."""

    def __init__(
        self, decks: VerifiedDecks, cuts: CutDecks, cold: ColdCases, session: SlotSession, warm: WarmCases
    ) -> None:
        self._decks = decks
        self._cuts = cuts
        self._cold = cold
        self._session = session
        self._warm = warm

    async def run(
        self,
        job: Job,
        case: WarmCase,
        cut: Cut | str | None,
        changed: frozenset[str],
        callbacks: Callbacks,
    ) -> Outcome:
        """Run cold, which is the result, and warm for comparison; a difference is reported at once. A fault
        of the machine in between is the outcome: the case runs again.
        """
        with self._decks.checking(case.key, changed):
            try:
                outcome = await self._both_ways(job, case, cut, changed, callbacks)
            except Undecided as undecided:
                self._session.drop(callbacks)
                outcome = undecided.outcome._replace(cold_reason="the check of its deck was interrupted")
        lost = self._decks.unproved_cases(case.key)
        if lost:
            callbacks.on_mismatch(lost, f"case {job.case_id}: {outcome.cold_reason}")
        return outcome

    async def _both_ways(
        self,
        job: Job,
        case: WarmCase,
        cut: Cut | str | None,
        changed: frozenset[str],
        callbacks: Callbacks,
    ) -> Outcome:
        proved = self._decks.is_proved(case.key, changed)
        always = self._decks.mode == "verify" and isinstance(cut, Cut) and cut.state == "proved"
        if always:
            cold = await self._cold.run(job, cut, callbacks)
        else:
            cold = await self._cold.run_original(job, callbacks)
        if cold.status != "completed":
            return cold._replace(cold_reason="the check of its deck failed: the case failed")
        fault = await self._fault(job, case, cold, callbacks, times=1 if proved else 2)
        if fault and isinstance(cut, Cut) and cut.state != "refused":
            await self._run_as_written(job, case, cut, fault, callbacks)
            fault = await self._fault(job, case, cold, callbacks, times=2)
        if fault:
            callbacks.on_mismatch(self._decks.refuse(case.key, fault), f"case {job.case_id}: {fault}")
            return cold._replace(cold_reason=fault)
        # What the session was loaded with shows what this case has changed in it.
        changed &= self._session.changed(case)
        self._decks.prove(case.key, changed, cold.seconds)
        if isinstance(cut, Cut) and cut.state != "refused":
            self._cuts.prove(cut, cold.seconds, changed)
        return cold._replace(cold_reason="run cold to verify the warm session")

    async def _run_as_written(
        self, job: Job, case: WarmCase, cut: Cut, fault: str, callbacks: Callbacks
    ) -> None:
        """A session of the cut deck differs: sessions read the deck as it is written from now on, and what
        rests on the cut deck runs again.
        """
        reason = f"the cut deck gives different results: {fault}"
        lost = [*self._cuts.refuse(cut, reason), *self._decks.start_again(case.key)]
        self._session.drop(callbacks)
        callbacks.on_mismatch(lost, f"case {job.case_id}: {reason}")

    async def _fault(
        self, job: Job, case: WarmCase, cold: Outcome, callbacks: Callbacks, *, times: int
    ) -> str:
        """The error of the case in a session; empty if all results are equal in each of the given number of
        repetitions.

        The second repetition detects state that the first has left in the session.
        """
        found = ""
        for _ in range(times):
            try:
                output = await self._converse_to_the_end(job, case, callbacks)
            except SessionEnded as ended:
                how = (
                    (f"killed {KILLS_FORGIVEN + 1} times by another process")
                    if ended.killed
                    else ended.reason
                )
                return f"a warm session of this deck did not reach its end ({how})"
            if values_skipped(output):
                return "a warm session of this deck gives different results (a parameter cannot be altered)"
            here = replace(job, directory=self._session.directory)
            warm = self._warm.judged(here, case.deck, output, Ending(0))
            found = found or disagreement(job, cold, warm, self._session.directory, ignored=STAYS)
        if not found:
            return ""
        itself = await self._cold.differs_from_itself(job, cold, callbacks)
        return itself or f"a warm session of this deck gives different results: {found}"

    async def _converse_to_the_end(self, job: Job, case: WarmCase, callbacks: Callbacks) -> bytes:
        """As `WarmCases.converse`, but repeated in a new session if one ends: once if it died by itself,
        `KILLS_FORGIVEN` times if it was killed from outside, which is no fault of its deck.
        """
        killed = died = 0
        while True:
            try:
                return await self._warm.converse(job, case, callbacks)
            except SessionEnded as ended:
                killed, died = killed + ended.killed, died + (not ended.killed)
                if ended.reason != "died" or died > 1 or killed > KILLS_FORGIVEN:
                    raise
