"""The worker of one slot: simulates cases in a warm session or in a cold ngspice."""

from __future__ import annotations

from functools import cached_property, partial
from pathlib import Path

from simorc.errors import NetlistError
from simorc.netlist.deck.deck import Deck
from simorc.simulators.job import Callbacks, Job
from simorc.simulators.ngspice.cold import Ngspice
from simorc.simulators.ngspice.cold_cases import ColdCases
from simorc.simulators.ngspice.cut.decks import Cut, CutDecks, note_of
from simorc.simulators.ngspice.operating_points import OperatingPoints
from simorc.simulators.ngspice.session_check import SessionCheck
from simorc.simulators.ngspice.session_process import ProgramProcess, StartProcess
from simorc.simulators.ngspice.session_way import WarmWay
from simorc.simulators.ngspice.slot_session import SessionLife, SlotSession
from simorc.simulators.ngspice.verified_decks import APART, VerifiedDecks, WarmCase
from simorc.simulators.ngspice.warm_cases import WarmCases
from simorc.simulators.ngspice.whole_cases.case_ranges import CaseRanges
from simorc.simulators.outcome import FailureKind, Outcome


class NgspiceWorker:
    """The ngspice of one slot. `directory` is the working directory of its session, two levels below the run
    directory; `way` is how sessions are driven (None: determined when the first session starts). `cuts` are
    the cut decks of the run (None: every deck runs whole); `start` starts the processes of sessions.
    """

    def __init__(
        self,
        simulator: Ngspice,
        decks: VerifiedDecks,
        directory: Path,
        life: SessionLife,
        way: WarmWay | None = None,
        cuts: CutDecks | None = None,
        start: StartProcess = ProgramProcess,
    ) -> None:
        self._decks = decks
        self._cuts = CutDecks(None) if cuts is None else cuts
        self._simulator = simulator
        self._cold = ColdCases(simulator, self._cuts, directory)
        self._session = SlotSession(simulator, decks, directory, life, way, self._cold.cut_text, start)
        self._warm = WarmCases(self._session)
        self._check = SessionCheck(decks, self._cuts, self._cold, self._session, self._warm)
        self.ranges = CaseRanges(decks, self._session)
        self._directory = directory
        self._another = partial(NgspiceWorker, simulator, life=life, way=way, cuts=cuts, start=start)
        self._for_points: NgspiceWorker | None = None

    @cached_property
    def operating_points(self) -> OperatingPoints:
        """Simulates the operating points of this slot's cases, in a session of their own."""
        beside = self._directory.with_name(f"{self._directory.name}-op")
        self._for_points = self._another(decks=self._decks.of_operating_points, directory=beside)
        place = beside.with_name(f"{beside.name}-case")
        return OperatingPoints(self._for_points.run, place, self._decks.circuits)

    async def run(self, job: Job, callbacks: Callbacks) -> Outcome:
        """Simulate and judge one case, warm where that is trusted; then its operating point, if requested."""
        outcome = await self._run(job, callbacks)
        if job.operating_point is None or outcome.status != "completed":
            return outcome
        return await self.operating_points.added(outcome, job, callbacks)

    async def _run(self, job: Job, callbacks: Callbacks) -> Outcome:
        deck = Deck.parse(job.deck)
        try:
            case = self._decks.admit(job, deck)
        except NetlistError as error:
            return Outcome.failed(FailureKind.BAD_NETLIST, error.message)
        known = None if isinstance(case, str) else case.form
        cut = APART if job.forced_cold else await self._cuts.of(job, deck, known)
        outcome = await self._admitted(job, case, cut, callbacks)
        return outcome if outcome.deck_run else outcome._replace(deck_run=note_of(cut, used=False))

    async def _admitted(
        self, job: Job, case: WarmCase | str, cut: Cut | str | None, callbacks: Callbacks
    ) -> Outcome:
        if isinstance(case, str):
            return (await self._cold.run(job, cut, callbacks))._replace(cold_reason=case)
        if reason := self._simulator.refusal(job.deck, job.directory):
            return Outcome.failed(FailureKind.BAD_NETLIST, reason)
        way = self._session.way
        if way.kind == "none":
            reason = f"warm sessions are not available: {way.reason}; {way.remedy}"
            return (await self._cold.run(job, cut, callbacks))._replace(cold_reason=reason)
        if isinstance(cut, Cut) and cut.state == "proved":
            self._decks.recall(case.key, cut.proof.settings, cut.proof.seconds)
        changed = self._session.prepare(job, case, cut, callbacks)
        if changed is None:
            return (await self._cold.run(job, cut, callbacks))._replace(cold_reason="first case of its deck")
        if self._decks.wants_check(case.key, changed):
            return await self._check.run(job, case, cut, changed, callbacks)
        return await self._trusted(job, case, cut, changed, callbacks)

    async def _trusted(
        self,
        job: Job,
        case: WarmCase,
        cut: Cut | str | None,
        changed: frozenset[str],
        callbacks: Callbacks,
    ) -> Outcome:
        """Run in the session, and remember that the result rests on it."""
        outcome = await self._warm.run(job, case, callbacks)
        outcome = outcome._replace(deck_run=note_of(cut, used=self._session.is_cut))
        self._decks.ran_warm(case.key, outcome.seconds, failed=outcome.status != "completed")
        if outcome.status == "completed":
            doubt = self._session.refusal() or self._decks.rests_on(case.key, job.case_id, changed)
            if doubt:
                return Outcome.failed(FailureKind.INTERNAL, doubt)._replace(warm=True)
            if job.operating_point is None:  # a range runs cases alone
                self.ranges.trust(case, cut, job.limits, outcome.seconds)
        return outcome

    async def close(self) -> None:
        """End the session, if there is one."""
        self._session.close()
        self._cold.remove_cut_files()
        if self._for_points is not None:
            await self._for_points.close()
