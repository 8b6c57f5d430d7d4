"""Hands ranges of cases to the process of a slot's session, and watches over them.

A range is run only while its deck is trusted: the deck is verified, no case of its sample is due, and what
each case changes is proved. Everything else is left to be run one by one.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from simorc.simulators.defects import print_defect
from simorc.simulators.job import Callbacks, Limits
from simorc.simulators.ngspice.cut.decks import Cut, note_of
from simorc.simulators.ngspice.session import Session
from simorc.simulators.ngspice.slot_session import SlotSession
from simorc.simulators.ngspice.verified_decks import VerifiedDecks, WarmCase
from simorc.simulators.ngspice.whole_cases.loader import ForkedProcess
from simorc.simulators.ngspice.whole_cases.messages import CaseRecord, RangeOrder
from simorc.simulators.ngspice.whole_cases.range_under_way import RangeUnderWay, RangeWatch
from simorc.simulators.outcome import FailureKind, Outcome

RANGE_SECONDS = 0.05
"""The CPU time that a range is to take: on a busy machine the wall clock says little."""
MOST_CASES = 256


@dataclass(frozen=True, slots=True)
class RangeLeft:
    """The cases of a range that did not run; `other`: the first of them is not one for a range."""

    case_ids: Sequence[int]
    other: bool


@dataclass(frozen=True)
class _Trusted:
    """The last case that ran trusted in the session: what a range may consist of."""

    case: WarmCase
    cut: Cut | str | None
    limits: Limits


class CaseRanges:
    """The ranges of one slot."""

    def __init__(self, decks: VerifiedDecks, session: SlotSession) -> None:
        self._decks, self._session = decks, session
        self._trusted: _Trusted | None = None
        self._seconds = 0.0
        self._under_way: RangeUnderWay | None = None

    def trust(self, case: WarmCase, cut: Cut | str | None, limits: Limits, seconds: float) -> None:
        """A case ran in the session without a check, and took so long: others like it may follow."""
        self._trusted = _Trusted(case, cut, limits)
        self._seconds = self._seconds or seconds

    def distrust(self) -> None:
        """No range runs until another case was trusted."""
        self._trusted = None

    def most(self) -> int:
        """How many cases the next range may have; 0: the next case is to run by itself."""
        session, trusted = self._session.current, self._trusted
        if trusted is None or session is None or not isinstance(session.process, ForkedProcess):
            return 0
        if not self._session.holds(trusted.case.key) or self._decks.covered(trusted.case.key) is None:
            return 0
        by_time = int(RANGE_SECONDS / max(self._seconds, 1e-4))
        return max(1, min(by_time, MOST_CASES, self._session.cases_left()))

    def granted(self, wanted: int) -> int:
        """How many of so many cases may run before one of this deck is to be checked."""
        return 0 if self._trusted is None else self._decks.unchecked(self._trusted.case.key, wanted)

    async def run(self, case_ids: Sequence[int], watch: RangeWatch, callbacks: Callbacks) -> RangeLeft:
        """Run a range, reporting each case to `watch`."""
        trusted, session = self._trusted, self._session.current
        assert trusted is not None and session is not None
        assert isinstance(session.process, ForkedProcess)
        order = self._order(case_ids, trusted.case, session)
        under_way = self._under_way = RangeUnderWay(session, session.process, case_ids, trusted.limits, watch)
        try:
            await under_way.run(order, lambda record: self._finished(record, trusted, order, watch))
        except Exception as error:  # noqa: BLE001 - a defect met in one range must not stop the run
            print_defect(error)
            self._session.drop(callbacks)
            return RangeLeft(under_way.left, other=False)
        except BaseException:
            self._session.drop(callbacks)
            raise
        finally:
            self._under_way = None
        return self._ended(under_way, trusted, watch, callbacks)

    def stop(self, case_ids: Collection[int] | None) -> None:
        """End those of these, or all, that are in progress or wait in the range."""
        if self._under_way is not None:
            self._under_way.stop(case_ids)

    def _order(self, case_ids: Sequence[int], case: WarmCase, session: Session) -> RangeOrder:
        covered, loaded = self._decks.covered(case.key), self._session.loaded
        assert covered is not None and loaded is not None
        values, loading = dict(session.values), self._session.loading
        return RangeOrder(tuple(case_ids), case.key, case.commands_form, covered, loaded, values, loading)

    def _finished(self, record: CaseRecord, trusted: _Trusted, order: RangeOrder, watch: RangeWatch) -> None:
        """A case has ended: it counts if its deck is still trusted."""
        key, outcome = trusted.case.key, record.outcome
        self._decks.ran_warm(key, outcome.seconds, failed=outcome.status != "completed")
        if outcome.status == "completed":
            doubt = self._session.refusal() or self._decks.rests_on(key, record.case_id, order.covered)
            if doubt:
                outcome = Outcome.failed(FailureKind.INTERNAL, doubt)._replace(warm=True)
        note = note_of(trusted.cut, used=self._session.is_cut)
        outcome = outcome if note is None else outcome._replace(deck_run=note)
        watch.measured(record.case_id, record.started, outcome)

    def _ended(
        self, ended: RangeUnderWay, trusted: _Trusted, watch: RangeWatch, callbacks: Callbacks
    ) -> RangeLeft:
        end = ended.end
        if end is not None:
            done = len(ended.case_ids) - len(end.left)
            if done:
                self._seconds = end.cpu / done
            ended.session.values.clear()
            ended.session.values.update(end.values)
            if not end.usable or ended.signalled:
                self._session.drop(callbacks)
            if end.other and len(end.left) == len(ended.case_ids):
                self.distrust()  # the queue is at another deck
            return RangeLeft(end.left, end.other)
        left = ended.left
        if ended.lost:
            self._session.bring_home(watch.directory(ended.lost))
            left.remove(ended.lost)
        self._session.drop(callbacks)
        if ended.lost:
            watch.measured(ended.lost, ended.lost_at, ended.verdict()._replace(warm=True))
        return RangeLeft(left, other=False)
