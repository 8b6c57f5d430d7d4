"""Runs cases in the warm session of a slot, and judges what they wrote."""

from __future__ import annotations

import re
import time
from dataclasses import replace

from simorc.deck_text import encoded
from simorc.netlist.deck.control_block import for_batch
from simorc.netlist.deck.deck import Deck
from simorc.simulators.case_watch import Pace
from simorc.simulators.job import Callbacks, Job
from simorc.simulators.large_logs import judged_aside
from simorc.simulators.ngspice.cold import SALVAGE_WITHIN
from simorc.simulators.ngspice.log.scan import Complaint, last_progress, scan_log
from simorc.simulators.ngspice.outputs import collect_raw, cut_to_limit
from simorc.simulators.ngspice.session import Session, SessionEnded
from simorc.simulators.ngspice.slot_session import NO_CIRCUIT, SlotSession
from simorc.simulators.ngspice.verdict import Ending, judge
from simorc.simulators.ngspice.verified_decks import WarmCase
from simorc.simulators.outcome import FailureKind, Outcome

_SKIPPED = re.compile(rb"'alterparam'\W+(?:is )?(?:skipped|ignored)")
_HARMLESS = frozenset(
    {FailureKind.MEASUREMENT_MISSING, FailureKind.NO_CONVERGENCE, FailureKind.TIMESTEP_TOO_SMALL}
    | {FailureKind.SINGULAR_MATRIX}
)
_STOPPED = {
    "timeout": (FailureKind.TIMEOUT, "timeout"),
    "stuck": (FailureKind.STUCK, "no progress"),
    "log_limit": (FailureKind.LOG_LIMIT, "its log grew beyond the limit (execution.log_limit)"),
    "raw_limit": (FailureKind.RAW_LIMIT, "its waveforms grew beyond the limit (execution.raw_limit)"),
    "memory": (FailureKind.OUT_OF_MEMORY, "used more memory than allowed (execution.memory_limit)"),
    "died": (FailureKind.CRASHED, "the warm session ended unexpectedly"),
}


class WarmCases:
    """The cases that run in the session of one slot."""

    def __init__(self, session: SlotSession) -> None:
        self._session = session

    async def run(self, job: Job, case: WarmCase, callbacks: Callbacks) -> Outcome:
        """Simulate a case in the session and judge it; its files are in its own directory then."""
        began = time.monotonic()
        job.netlist.write_bytes(encoded(for_batch(case.deck)))
        try:
            output, ending = await self.converse(job, case, callbacks), Ending(0)
        except SessionEnded as ended:
            output, ending = ended.output, _ending(ended, case.deck)
        if NO_CIRCUIT.search(output):
            output = self._session.loading + output  # it contains the reason
        job.log.write_bytes(output)
        self._session.bring_home(job.directory)
        outcome = await judged_aside(len(output), self.judged, job, case.deck, output, ending)
        outcome = without_skipped_values(outcome, output)
        if not session_survives(outcome, output):
            self._session.drop(callbacks)
        return outcome._replace(warm=True, seconds=time.monotonic() - began)

    def judged(self, job: Job, deck: Deck, output: bytes, ending: Ending) -> Outcome:
        """Judge what a case has written into the directory of `job`; `output` is what the session printed."""
        return judged_warm(job, deck, output, ending, self._session.loading)

    async def converse(self, job: Job, case: WarmCase, callbacks: Callbacks) -> bytes:
        """Run the case in the session and return what that printed; the files that the case writes stay in
        the session's directory. Raises `SessionEnded`.
        """
        session = await self._session.for_case(job, case, callbacks)
        self._session.empty_directory()
        session.cases += 1
        stop = next((analysis.stop for analysis in case.deck.wanted if analysis.kind == "tran"), None)

        pace = Pace(job.limits, time.monotonic())

        def progress(piece: bytes) -> None:
            reached = last_progress(piece)
            if not stop:
                pace.sees(object(), time.monotonic())
            elif reached is not None:
                pace.sees(reached, time.monotonic())
                callbacks.on_progress(min(1.0, reached / stop))

        try:
            return await session.ask(
                commands_for(case, session.values),
                log_limit=job.limits.log,
                on_output=progress,
                look=lambda: self._overgrown(job, session) or pace.over(time.monotonic()),
                salvage=SALVAGE_WITHIN,
            )
        except BaseException:
            self._session.drop(callbacks)
            raise

    def _overgrown(self, job: Job, session: Session) -> str | None:
        if job.limits.memory is not None and session.resident_bytes() > job.limits.memory:
            return "memory"
        if job.limits.raw is not None and self._session.written() > job.limits.raw:
            return "raw_limit"
        return None


def values_skipped(output: bytes) -> bool:
    """Whether a session has not taken the values of a case; `output` is what it printed."""
    return _SKIPPED.search(output) is not None


def judged_warm(job: Job, deck: Deck, output: bytes, ending: Ending, loading: bytes) -> Outcome:
    """Judge what a case has written into the directory of `job`. `output` is what the session printed for the
    case, `loading` what it printed when it loaded its deck.
    """
    cut = cut_to_limit(job, deck)
    ending = replace(ending, stopped=ending.stopped or cut)
    raw, error = collect_raw(job, deck, output)
    return judge(
        *(deck, output, raw, ending),
        requested=job.requested,
        optional=job.optional,
        raw_error=error,
        loading=loading,
    )


def without_skipped_values(outcome: Outcome, output: bytes) -> Outcome:
    """The outcome of a case; a failure if the session has not taken its values."""
    if outcome.status == "completed" and values_skipped(output):
        return Outcome.failed(FailureKind.INTERNAL, "the session did not accept the values of the case")
    return outcome


def session_survives(outcome: Outcome, output: bytes) -> bool:
    """Whether a session can be used after a case: its circuit was loaded and was simulated."""
    simulated = outcome.status == "completed" or outcome.kind in _HARMLESS
    return simulated and not NO_CIRCUIT.search(output)


def commands_for(case: WarmCase, values: dict[str, str]) -> list[str]:
    """What this case needs in a session that has run others before; `values` is what is set in it, which is
    updated.
    """
    changed = [(name, text) for name, text in case.form.settings if values.get(name) != text]
    values.update(changed)
    commands = [f"alterparam {name}={text}" for name, text in changed]
    if case.form.seed is not None:
        commands.append(f"setseed {case.form.seed}")
    commands.append("reset")
    if case.form.temperature is not None:
        commands.append(f"set temp={case.form.temperature}")
    return [*commands, *case.commands, *case.cleanup]


def ending_for(reason: str, exit_code: int | None = None) -> Ending:
    """The ending of a case that simorc ended for `reason`, see `SessionEnded`."""
    return Ending(exit_code, Complaint(*_STOPPED[reason]))


def _ending(ended: SessionEnded, deck: Deck) -> Ending:
    signalled = ended.exit_code is not None and ended.exit_code < 0
    if ended.reason == "died" and (signalled or scan_log(ended.output, deck).refused is not None):
        return Ending(ended.exit_code)
    return ending_for(ended.reason, ended.exit_code)
