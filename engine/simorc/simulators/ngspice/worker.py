"""The worker of one slot: simulates cases in a warm session or in a cold ngspice."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from simorc.deck_text import encoded
from simorc.errors import NetlistError
from simorc.netlist.deck.control_block import for_batch
from simorc.netlist.deck.deck import Deck
from simorc.simulators.case_watch import Pace
from simorc.simulators.job import Job, make_case_directory
from simorc.simulators.ngspice.cold import SALVAGE_WITHIN, Ngspice
from simorc.simulators.ngspice.cut_decks import Cut, CutDecks, note_of
from simorc.simulators.ngspice.deck_split import DeckSplit
from simorc.simulators.ngspice.log import Complaint, last_progress, scan_log
from simorc.simulators.ngspice.outputs import collect_raw, cut_to_limit
from simorc.simulators.ngspice.session import Session, SessionEnded
from simorc.simulators.ngspice.session_way import WarmWay, find_warm_way, place_own_init
from simorc.simulators.ngspice.verdict import Ending, judge
from simorc.simulators.ngspice.verified_decks import APART, VerifiedDecks, WarmCase
from simorc.simulators.outcome import FailureKind, Outcome
from simorc.simulators.warm_check import TWICE_COLD, WHOLE_AND_CUT, disagreement

BASE = "base.spice"
_STAYS = frozenset({BASE, ".spiceinit"})
KILLS_FORGIVEN = 7
"""How many sessions may be killed from outside while a case is checked in one: such a kill proves nothing
about the deck, but on a machine short of memory it would repeat for ever.
"""
_NEVER_ASK = "unset interactive"
"""A deck with an undefined parameter makes an interactive ngspice prompt `Run Spice anyway? y/n` and read the
commands that follow as answers; without the variable it exits, as in batch mode.
"""
_NO_CIRCUIT = re.compile(
    rb"no circuit loaded|aren't any circuits|circuit not parsed|No internal deck|interrupted due to error",
    re.IGNORECASE,
)
"""What ngspice prints when it refuses a value or the whole deck: no circuit is loaded afterwards."""
_SKIPPED = re.compile(rb"'alterparam'\W+(?:is )?(?:skipped|ignored)")
_HARMLESS = frozenset(
    {FailureKind.MEASUREMENT_MISSING, FailureKind.NO_CONVERGENCE, FailureKind.TIMESTEP_TOO_SMALL}
    | {FailureKind.SINGULAR_MATRIX}
)
_ENDED_BY_LIMIT = frozenset(
    {FailureKind.TIMEOUT, FailureKind.STUCK, FailureKind.LOG_LIMIT, FailureKind.RAW_LIMIT}
    | {FailureKind.OUT_OF_MEMORY, FailureKind.SPAWN_FAILED}
)
_STOPPED = {
    "timeout": (FailureKind.TIMEOUT, "timeout"),
    "stuck": (FailureKind.STUCK, "no progress"),
    "log_limit": (FailureKind.LOG_LIMIT, "its log grew beyond the limit (execution.log_limit)"),
    "raw_limit": (FailureKind.RAW_LIMIT, "its waveforms grew beyond the limit (execution.raw_limit)"),
    "memory": (FailureKind.OUT_OF_MEMORY, "used more memory than allowed (execution.memory_limit)"),
    "died": (FailureKind.CRASHED, "the warm session ended unexpectedly"),
}


@dataclass(frozen=True)
class SessionLife:
    """When a session is replaced: after so many cases, or when its memory has grown past so many bytes."""

    cases: int = 1000
    memory: int | None = None


@dataclass(frozen=True)
class Callbacks:
    """Callbacks while a case runs: process groups that start and end, and progress from 0 to 1."""

    on_spawn: Callable[[int], None]
    on_exit: Callable[[int], None]
    on_progress: Callable[[float], None]
    on_mismatch: Callable[[list[int], str], None]
    """Called with the cases whose deck gave warm results that differ from a cold run, and with the
    difference.
    """


class NgspiceWorker:
    """The ngspice of one slot. `directory` is the working directory of its session, two levels below the run
    directory; `way` is how sessions are driven (None: determined when the first session starts). `cuts` are
    the cut decks of the run (None: every deck runs whole).
    """

    def __init__(
        self,
        simulator: Ngspice,
        decks: VerifiedDecks,
        directory: Path,
        life: SessionLife,
        way: WarmWay | None = None,
        cuts: CutDecks | None = None,
    ) -> None:
        self._simulator = simulator
        self._cuts = CutDecks(None) if cuts is None else cuts
        self._cut_files = directory.with_name(f"{directory.name}-cut")
        self._cut: Cut | str | None = None
        self._decks = decks
        self._directory = directory
        self._life = life
        self._way = way
        self._session: Session | None = None
        self._session_is_cut = False
        self._key = ""
        self._forms: Sequence[DeckSplit] = ()
        self._loaded: DeckSplit | None = None
        self._loading = b""
        self._guard: Callbacks | None = None

    async def run(self, job: Job, callbacks: Callbacks) -> Outcome:
        """Simulate and judge one case, warm where that is trusted."""
        deck = Deck.parse(job.deck)
        try:
            case = self._decks.admit(job, deck)
        except NetlistError as error:
            return Outcome.failed(FailureKind.BAD_NETLIST, error.message)
        known = None if isinstance(case, str) else case.form
        self._cut = APART if job.forced_cold else await self._cuts.of(job, deck, known)
        outcome = await self._admitted(job, case, callbacks)
        return outcome if outcome.deck_run else replace(outcome, deck_run=note_of(self._cut, used=False))

    async def _admitted(self, job: Job, case: WarmCase | str, callbacks: Callbacks) -> Outcome:
        if isinstance(case, str):
            return replace(await self._cold(job, callbacks), cold_reason=case)
        if self._way_here().kind == "none":
            reason = f"warm sessions are not available: {self._way_here().reason}; {self._way_here().remedy}"
            return replace(await self._cold(job, callbacks), cold_reason=reason)
        if isinstance(self._cut, Cut) and self._cut.state == "proved":
            self._decks.recall(case.key, self._cut.proof.settings, self._cut.proof.seconds)
        changed = await self._prepare(job, case, callbacks)
        if changed is None:
            return replace(await self._cold(job, callbacks), cold_reason="first case of its deck")
        if self._decks.wants_check(case.key, changed):
            return await self._checked(job, case, changed, callbacks)
        return await self._trusted(job, case, changed, callbacks)

    async def _trusted(
        self, job: Job, case: WarmCase, changed: frozenset[str], callbacks: Callbacks
    ) -> Outcome:
        """Run in the session, and remember that the result rests on it."""
        outcome = await self._warm(job, case, callbacks)
        self._decks.ran_warm(case.key, outcome.seconds, failed=outcome.status != "completed")
        if outcome.status == "completed":
            refused = self._cut.reason if self._is_refused() and isinstance(self._cut, Cut) else ""
            doubt = refused or self._decks.rests_on(case.key, job.case_id, changed)
            if doubt:
                return replace(Outcome.failed(FailureKind.INTERNAL, doubt), warm=True)
        return outcome

    async def close(self) -> None:
        """End the session, if there is one."""
        if self._session is not None:
            pid = self._session.pid
            self._session.kill()
            self._session = None
            if self._guard is not None:
                self._guard.on_exit(pid)
        shutil.rmtree(self._directory, ignore_errors=True)
        shutil.rmtree(self._cut_files, ignore_errors=True)

    # Cold ---------------------------------------------------------------------------------------------

    async def _cold(self, job: Job, callbacks: Callbacks) -> Outcome:
        """Run in a process of its own: on the cut deck where that is proved, else on the deck as written, and
        on the cut deck beside it where the two are to be compared.
        """
        cut = self._cut
        if not isinstance(cut, Cut):
            return await self._original(job, callbacks)
        if cut.state == "proved":
            return await self._shortened(job, cut, callbacks)
        if not self._cuts.begins_proof(cut):
            return await self._original(job, callbacks)
        try:
            return await self._compared(job, cut, callbacks)
        finally:
            if cut.state == "proving":
                cut.state = "unproved"

    async def _original(
        self, job: Job, callbacks: Callbacks, cut: Callable[[str], str | None] = lambda _: None
    ) -> Outcome:
        return await self._simulator.run_cold(
            job,
            on_spawn=callbacks.on_spawn,
            on_exit=callbacks.on_exit,
            on_progress=callbacks.on_progress,
            cut=cut,
        )

    async def _on_cut(self, job: Job, cut: Cut, callbacks: Callbacks) -> Outcome:
        return await self._original(job, callbacks, partial(self._cut_text, cut))

    def _cut_text(self, cut: Cut, text: str) -> str | None:
        cut.place(self._cut_files)
        return cut.applied(text, self._cut_files)

    async def _shortened(self, job: Job, cut: Cut, callbacks: Callbacks) -> Outcome:
        """Run on a proved cut deck. A case that fails there runs once more on the deck as written, so that
        its verdict, its log and the line numbers in it are those of its own deck.
        """
        outcome = await self._on_cut(job, cut, callbacks)
        if outcome.status == "completed":
            if cut.state == "refused":
                return Outcome.failed(FailureKind.INTERNAL, cut.reason)
            self._cuts.used(cut, job.case_id)
            return replace(outcome, deck_run=note_of(cut, used=True))
        if outcome.kind in _ENDED_BY_LIMIT:
            return replace(outcome, deck_run=note_of(cut, used=True))
        _empty(job.directory)
        return await self._original(job, callbacks)

    async def _compared(self, job: Job, cut: Cut, callbacks: Callbacks) -> Outcome:
        """Run on the deck as written, which is the result, and on the cut deck; compare them."""
        whole = await self._original(job, callbacks)
        if whole.status != "completed":
            return whole
        beside = replace(job, directory=self._directory.with_name(f"{self._directory.name}-beside"))
        shutil.rmtree(beside.directory, ignore_errors=True)
        make_case_directory(beside.directory)
        try:
            other = await self._on_cut(beside, cut, callbacks)
            found = disagreement(job, whole, other, beside.directory, labels=WHOLE_AND_CUT)
        finally:
            shutil.rmtree(beside.directory, ignore_errors=True)
        if not found:
            self._cuts.prove(cut, whole.seconds)
        elif other.kind not in _ENDED_BY_LIMIT:
            self._cuts.refuse(cut, f"the cut deck gives different results: {found}")
        return whole

    # Trust --------------------------------------------------------------------------------------------

    async def _checked(
        self, job: Job, case: WarmCase, changed: frozenset[str], callbacks: Callbacks
    ) -> Outcome:
        """Run cold, which is the result, and warm for comparison; a difference is reported at once."""
        with self._decks.checking(case.key, changed):
            outcome = await self._both_ways(job, case, changed, callbacks)
        lost = self._decks.unproved_cases(case.key)
        if lost:
            callbacks.on_mismatch(lost, f"case {job.case_id}: {outcome.cold_reason}")
        return outcome

    async def _both_ways(
        self, job: Job, case: WarmCase, changed: frozenset[str], callbacks: Callbacks
    ) -> Outcome:
        proved = self._decks.is_proved(case.key, changed)
        always = self._decks.mode == "verify" and isinstance(self._cut, Cut) and self._cut.state == "proved"
        cold = await (self._cold(job, callbacks) if always else self._original(job, callbacks))
        if cold.status != "completed":
            return replace(cold, cold_reason="the check of its deck failed: the case failed")
        fault = await self._fault(job, case, cold, callbacks, times=1 if proved else 2)
        if fault and isinstance(self._cut, Cut) and self._cut.state != "refused":
            await self._run_as_written(job, case, self._cut, fault, callbacks)
            fault = await self._fault(job, case, cold, callbacks, times=2)
        if fault:
            callbacks.on_mismatch(self._decks.refuse(case.key, fault), f"case {job.case_id}: {fault}")
            return replace(cold, cold_reason=fault)
        # What the session was loaded with shows what this case has changed in it.
        changed &= self._changed(case)
        self._decks.prove(case.key, changed, cold.seconds)
        if isinstance(self._cut, Cut) and self._cut.state != "refused":
            self._cuts.prove(self._cut, cold.seconds, changed)
        return replace(cold, cold_reason="run cold to verify the warm session")

    async def _run_as_written(
        self, job: Job, case: WarmCase, cut: Cut, fault: str, callbacks: Callbacks
    ) -> None:
        """A session of the cut deck differs: sessions read the deck as it is written from now on, and what
        rests on the cut deck runs again.
        """
        reason = f"the cut deck gives different results: {fault}"
        lost = [*self._cuts.refuse(cut, reason), *self._decks.start_again(case.key)]
        await self._drop(callbacks)
        callbacks.on_mismatch(lost, f"case {job.case_id}: {reason}")

    async def _fault(
        self, job: Job, case: WarmCase, cold: Outcome, callbacks: Callbacks, *, times: int
    ) -> str:
        """What is wrong with the case in a session; empty if everything is the same each of so many times.

        The second time shows what the first has left behind in the session.
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
            if _SKIPPED.search(output):
                return "a warm session of this deck gives different results (a parameter cannot be altered)"
            here = replace(job, directory=self._directory)
            warm = self._judged(here, case.deck, output, Ending(0))
            found = found or disagreement(job, cold, warm, self._directory, ignored=_STAYS)
        if not found:
            return ""
        itself = await self._differs_from_itself(job, cold, callbacks)
        return itself or f"a warm session of this deck gives different results: {found}"

    async def _differs_from_itself(self, job: Job, cold: Outcome, callbacks: Callbacks) -> str:
        """In what a case differs from its own cold run when it is run cold again; empty if in nothing."""
        again = replace(job, directory=self._directory.with_name(f"{self._directory.name}-again"))
        shutil.rmtree(again.directory, ignore_errors=True)
        make_case_directory(again.directory)
        try:
            second = await self._original(again, callbacks)
            found = disagreement(job, cold, second, again.directory, labels=TWICE_COLD)
        finally:
            shutil.rmtree(again.directory, ignore_errors=True)
        return f"this deck gives different results each time it runs: {found}" if found else ""

    async def _converse_to_the_end(self, job: Job, case: WarmCase, callbacks: Callbacks) -> bytes:
        """As `_converse`, but repeated in a new session if one ends: once if it died by itself,
        `KILLS_FORGIVEN` times if it was killed from outside, which is no fault of its deck.
        """
        killed = died = 0
        while True:
            try:
                return await self._converse(job, case, callbacks)
            except SessionEnded as ended:
                killed, died = killed + ended.killed, died + (not ended.killed)
                if ended.reason != "died" or died > 1 or killed > KILLS_FORGIVEN:
                    raise

    # A warm case --------------------------------------------------------------------------------------

    async def _warm(self, job: Job, case: WarmCase, callbacks: Callbacks) -> Outcome:
        began = time.monotonic()
        job.netlist.write_bytes(encoded(for_batch(case.deck)))
        try:
            output, ending = await self._converse(job, case, callbacks), Ending(0)
        except SessionEnded as ended:
            output, ending = ended.output, _ending(ended, case.deck)
        if _NO_CIRCUIT.search(output):
            output = self._loading + output  # it contains the reason
        job.log.write_bytes(output)
        self._bring_home(job)
        outcome = self._judged(job, case.deck, output, ending)
        if outcome.status == "completed" and _SKIPPED.search(output):
            outcome = Outcome.failed(
                FailureKind.INTERNAL, ("the session did not accept the values of the case")
            )
        if not _session_survives(outcome, output):
            await self._drop(callbacks)
        note = note_of(self._cut, used=self._session_is_cut)
        return replace(outcome, warm=True, seconds=time.monotonic() - began, deck_run=note)

    def _judged(self, job: Job, deck: Deck, output: bytes, ending: Ending) -> Outcome:
        cut = cut_to_limit(job, deck)
        ending = replace(ending, stopped=ending.stopped or cut)
        raw, error = collect_raw(job, deck, output)
        return judge(
            *(deck, output, raw, ending),
            requested=job.requested,
            optional=job.optional,
            raw_error=error,
            loading=self._loading,
        )

    async def _converse(self, job: Job, case: WarmCase, callbacks: Callbacks) -> bytes:
        """Run the case in the session; what it writes stays in the session's directory."""
        session = await self._session_for(job, case, callbacks)
        self._sweep_directory()
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
                _commands(session, case),
                log_limit=job.limits.log,
                on_output=progress,
                look=lambda: self._overgrown(job, session) or pace.over(time.monotonic()),
                salvage=SALVAGE_WITHIN,
            )
        except BaseException:
            await self._drop(callbacks)
            raise

    def _overgrown(self, job: Job, session: Session) -> str | None:
        if job.limits.memory is not None and session.resident_bytes() > job.limits.memory:
            return "memory"
        if job.limits.raw is not None and self._written() > job.limits.raw:
            return "raw_limit"
        return None

    def _written(self) -> int:
        """The bytes of what the case has written so far."""
        return sum(_size(entry) for entry in self._directory.iterdir() if entry.name not in _STAYS)

    # The session --------------------------------------------------------------------------------------

    async def _prepare(self, job: Job, case: WarmCase, callbacks: Callbacks) -> frozenset[str] | None:
        """Decide in which session a case is to run; the settings that it changes there.

        None: there is no session, and nothing to load one with but the case's own values, which would prove
        nothing.
        """
        if self._session is not None and (self._key != case.key or self._worn_out() or self._is_refused()):
            await self._drop(callbacks)
        if self._session is None:
            self._key = case.key
            self._forms = self._decks.forms_to_load(job, case)
            self._loaded = next(iter(self._forms), case.form)
            if not self._forms and self._decks.mode == "auto":
                return None
        return self._changed(case)

    def _is_refused(self) -> bool:
        """Whether the session has loaded a cut deck that was found to differ since."""
        return self._session_is_cut and isinstance(self._cut, Cut) and self._cut.state == "refused"

    def _changed(self, case: WarmCase) -> frozenset[str]:
        """What this case changes in its session: settings, and the commands it runs."""
        assert self._loaded is not None
        return self._loaded.differs_in(case.form) | {case.commands_form}

    async def _session_for(self, job: Job, case: WarmCase, callbacks: Callbacks) -> Session:
        """The session that has this deck loaded. If ngspice refuses the values of the base, the deck is
        loaded with others, and finally with the case's own.
        """
        if self._session is None:
            for form in self._forms:
                if form is not case.form and await self._loads(job, form, callbacks):
                    break
                await self._drop(callbacks)
            else:
                self._loaded = case.form
                self._session = await self._begin(job, case.form, callbacks)
        assert self._session is not None
        return self._session

    async def _loads(self, job: Job, form: DeckSplit, callbacks: Callbacks) -> bool:
        """Begin a session with the values of another case; whether ngspice takes them."""
        self._loaded = form
        try:
            self._session = await self._begin(job, form, callbacks)
        except SessionEnded as ended:
            if ended.reason == "died" and not ended.killed and (ended.exit_code or 0) >= 0:
                return False
            raise
        return not _NO_CIRCUIT.search(self._loading)

    def _worn_out(self) -> bool:
        assert self._session is not None
        grown = self._life.memory is not None and self._session.resident_bytes() > self._life.memory
        return grown or self._session.cases >= self._life.cases

    def _way_here(self) -> WarmWay:
        if self._way is None:
            self._way = find_warm_way(self._simulator)
        return self._way

    async def _begin(self, job: Job, form: DeckSplit, callbacks: Callbacks) -> Session:
        """A session that has loaded `form`."""
        shutil.rmtree(self._directory, ignore_errors=True)
        make_case_directory(self._directory)
        (self._directory / BASE).write_bytes(encoded(self._base_of(form)))
        self._simulator.place_spiceinit(self._directory)
        way, environment = self._way_here(), self._simulator.environment
        if way.kind == "library":
            place_own_init(self._directory, environment)
        session = Session(
            way.command_line(interruptible=job.limits.timed),
            self._directory,
            {**environment, **dict(way.environment)},
            job.limits.nice,
        )
        callbacks.on_spawn(session.pid)
        self._guard = callbacks
        session.values.update(form.settings)
        try:
            self._loading = await session.ask(
                [_NEVER_ASK, *_loading_commands(form)],
                timeout=job.limits.timeout,
                log_limit=job.limits.log,
            )
        except BaseException:
            callbacks.on_exit(session.pid)
            raise
        return session

    def _base_of(self, form: DeckSplit) -> str:
        """The deck that a session loads: cut, unless that was found to differ."""
        self._session_is_cut = False
        if isinstance(self._cut, Cut) and self._cut.state != "refused":
            base = self._cut_text(self._cut, form.base)
            self._session_is_cut = base is not None
            return form.base if base is None else base
        return form.base

    async def _drop(self, callbacks: Callbacks) -> None:
        if self._session is not None:
            session, self._session = self._session, None
            session.kill()
            callbacks.on_exit(session.pid)

    def _sweep_directory(self) -> None:
        for entry in self._directory.iterdir():
            if entry.name not in _STAYS:
                shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()

    def _bring_home(self, job: Job) -> None:
        """What the case wrote goes into its own directory."""
        for entry in self._directory.iterdir():
            if entry.name not in _STAYS:
                entry.rename(job.directory / entry.name)


def _loading_commands(form: DeckSplit) -> list[str]:
    """Load a base with the values of `form`; loading failed if the returned output matches `_NO_CIRCUIT`."""
    seed = [] if form.seed is None else [f"setseed {form.seed}"]
    temperature = [] if form.temperature is None else [f"set temp={form.temperature}"]
    return [*seed, f"source {BASE}", *temperature, "setcirc"]


def _empty(directory: Path) -> None:
    """Remove what an attempt has left in a case's directory."""
    for entry in directory.iterdir():
        shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()


def _session_survives(outcome: Outcome, output: bytes) -> bool:
    """Whether a session can be used after a case: its circuit was loaded and was simulated."""
    simulated = outcome.status == "completed" or outcome.kind in _HARMLESS
    return simulated and not _NO_CIRCUIT.search(output)


def _commands(session: Session, case: WarmCase) -> list[str]:
    """What this case needs in a session that has run others before."""
    changed = [(name, text) for name, text in case.form.settings if session.values.get(name) != text]
    session.values.update(changed)
    commands = [f"alterparam {name}={text}" for name, text in changed]
    if case.form.seed is not None:
        commands.append(f"setseed {case.form.seed}")
    commands.append("reset")
    if case.form.temperature is not None:
        commands.append(f"set temp={case.form.temperature}")
    return [*commands, *case.commands, *case.cleanup]


def _ending(ended: SessionEnded, deck: Deck) -> Ending:
    kind, message = _STOPPED[ended.reason]
    signalled = ended.exit_code is not None and ended.exit_code < 0
    if ended.reason == "died" and (signalled or scan_log(ended.output, deck).refused is not None):
        return Ending(ended.exit_code)
    return Ending(ended.exit_code, Complaint(kind, message))


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
