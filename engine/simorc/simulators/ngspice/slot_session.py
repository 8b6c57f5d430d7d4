"""The warm session of one slot: when it begins, what it has loaded, when it is replaced."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from simorc.deck_text import encoded
from simorc.simulators.job import Callbacks, Job, make_case_directory
from simorc.simulators.ngspice.cold import Ngspice
from simorc.simulators.ngspice.cut.decks import Cut
from simorc.simulators.ngspice.deck_split import DeckSplit
from simorc.simulators.ngspice.session import Session, SessionEnded
from simorc.simulators.ngspice.session_process import ProgramProcess, StartProcess
from simorc.simulators.ngspice.session_way import WarmWay, find_warm_way, place_own_init
from simorc.simulators.ngspice.verified_decks import VerifiedDecks, WarmCase

BASE = "base.spice"
STAYS = frozenset({BASE, ".spiceinit"})
"""What stays in the directory of a session between two cases."""
_NEVER_ASK = "unset interactive"
"""A deck with an undefined parameter makes an interactive ngspice prompt `Run Spice anyway? y/n` and read the
commands that follow as answers; without the variable it exits, as in batch mode.
"""
NO_CIRCUIT = re.compile(
    rb"no circuit loaded|aren't any circuits|circuit not parsed|No internal deck|interrupted due to error",
    re.IGNORECASE,
)
"""What ngspice prints when it refuses a value or the whole deck: no circuit is loaded afterwards."""


@dataclass(frozen=True)
class SessionLife:
    """When a session is replaced: after so many cases, or when its memory has grown past so many bytes."""

    cases: int = 1000
    memory: int | None = None


class SlotSession:
    """The session of one slot, while there is one. `directory` is where it lives; `way` is how it is driven
    (None: found out when it is wanted); `cut_text` gives the cut deck of a text, None if it cannot be cut;
    `start` starts its processes.
    """

    def __init__(
        self,
        simulator: Ngspice,
        decks: VerifiedDecks,
        directory: Path,
        life: SessionLife,
        way: WarmWay | None,
        cut_text: Callable[[Cut, str], str | None],
        start: StartProcess = ProgramProcess,
    ) -> None:
        self.directory = directory
        self.loading = b""
        """What the session printed while it loaded its deck."""
        self._simulator = simulator
        self._decks = decks
        self._life = life
        self._way = way
        self._cut_text = cut_text
        self._start = start
        self._cut: Cut | str | None = None
        self._session: Session | None = None
        self._session_is_cut = False
        self._key = ""
        self._forms: Sequence[DeckSplit] = ()
        self._loaded: DeckSplit | None = None
        self._guard: Callbacks | None = None

    @property
    def way(self) -> WarmWay:
        """How sessions are driven on this machine."""
        if self._way is None:
            self._way = find_warm_way(self._simulator)
        return self._way

    @property
    def is_cut(self) -> bool:
        """Whether the session has loaded a cut deck."""
        return self._session_is_cut

    @property
    def current(self) -> Session | None:
        """The session, while there is one."""
        return self._session

    @property
    def loaded(self) -> DeckSplit | None:
        """What the session was loaded with."""
        return self._loaded

    def holds(self, key: str) -> bool:
        """Whether the session has loaded the deck of this key and can go on."""
        return self._session is not None and self._key == key and not self._worn_out() and not self.refusal()

    def cases_left(self) -> int:
        """How many cases may run before the session is replaced."""
        return 0 if self._session is None else max(0, self._life.cases - self._session.cases)

    def prepare(
        self, job: Job, case: WarmCase, cut: Cut | str | None, callbacks: Callbacks
    ) -> frozenset[str] | None:
        """Decide in which session a case is to run; the settings that it changes there.

        None: there is no session, and nothing to load one with but the case's own values, which would prove
        nothing.
        """
        self._cut = cut
        if self._session is not None and (self._key != case.key or self._worn_out() or self.refusal()):
            self.drop(callbacks)
        if self._session is None:
            self._key = case.key
            self._forms = self._decks.forms_to_load(job, case)
            self._loaded = next(iter(self._forms), case.form)
            if not self._forms and self._decks.mode == "auto":
                return None
        return self.changed(case)

    def refusal(self) -> str:
        """Why the cut deck that the session has loaded is refused since; empty if it is not."""
        if self._session_is_cut and isinstance(self._cut, Cut) and self._cut.state == "refused":
            return self._cut.reason
        return ""

    def changed(self, case: WarmCase) -> frozenset[str]:
        """What this case changes in its session: settings, and the commands it runs."""
        assert self._loaded is not None
        return self._loaded.differs_in(case.form) | {case.commands_form}

    async def for_case(self, job: Job, case: WarmCase, callbacks: Callbacks) -> Session:
        """The session that has this deck loaded. If ngspice refuses the values of the base, the deck is
        loaded with others, and finally with the case's own.
        """
        if self._session is None:
            for form in self._forms:
                if form is not case.form and await self._loads(job, form, callbacks):
                    break
                self.drop(callbacks)
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
        return not NO_CIRCUIT.search(self.loading)

    def _worn_out(self) -> bool:
        assert self._session is not None
        grown = self._life.memory is not None and self._session.resident_bytes() > self._life.memory
        return grown or self._session.cases >= self._life.cases

    async def _begin(self, job: Job, form: DeckSplit, callbacks: Callbacks) -> Session:
        """A session that has loaded `form`."""
        shutil.rmtree(self.directory, ignore_errors=True)
        make_case_directory(self.directory)
        (self.directory / BASE).write_bytes(encoded(self._base_of(form)))
        self._simulator.place_spiceinit(self.directory)
        way, environment = self.way, self._simulator.environment
        if way.kind == "library":
            place_own_init(self.directory, environment)
        session = Session(
            way.command_line(interruptible=job.limits.timed),
            self.directory,
            {**environment, **dict(way.environment)},
            job.limits.nice,
            self._start,
        )
        callbacks.on_spawn(session.pid)
        self._guard = callbacks
        session.values.update(form.settings)
        try:
            self.loading = await session.ask(
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

    def drop(self, callbacks: Callbacks) -> None:
        """End the session, if there is one."""
        if self._session is not None:
            session, self._session = self._session, None
            session.kill()
            callbacks.on_exit(session.pid)

    def close(self) -> None:
        """End the session, if there is one, and remove its directory."""
        if self._session is not None:
            pid = self._session.pid
            self._session.kill()
            self._session = None
            if self._guard is not None:
                self._guard.on_exit(pid)
        shutil.rmtree(self.directory, ignore_errors=True)

    def empty_directory(self) -> None:
        """Remove what the case before has left."""
        for entry in self.directory.iterdir():
            if entry.name not in STAYS:
                shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()

    def bring_home(self, directory: Path) -> None:
        """Move what the case wrote into its own directory."""
        for entry in self.directory.iterdir():
            if entry.name not in STAYS:
                entry.rename(directory / entry.name)

    def written(self) -> int:
        """The bytes of what the case has written so far."""
        return written_in(self.directory)


def written_in(directory: Path) -> int:
    """The bytes of what a case has written so far into the directory of its session."""
    return sum(_size(entry) for entry in directory.iterdir() if entry.name not in STAYS)


def _loading_commands(form: DeckSplit) -> list[str]:
    """Load a base with the values of `form`; loading failed if the returned output matches `NO_CIRCUIT`."""
    seed = [] if form.seed is None else [f"setseed {form.seed}"]
    temperature = [] if form.temperature is None else [f"set temp={form.temperature}"]
    return [*seed, f"source {BASE}", *temperature, "setcirc"]


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
