"""Watches schematics and reports netlists that become stale, within a second after a save.

Only the directories that contain sources of a netlist are watched, not the trees below: a project with ten
thousand files of results costs nothing. The state is also polled every few seconds, so an event that got
lost, a directory that was replaced, or a watcher that died causes a delay of seconds only.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import anyio
import anyio.to_thread
from watchfiles import awatch

from simorc.config.root import SETUP_FILE
from simorc.errors import NetlistError, SimorcError
from simorc.files import Stamp, stamp_of
from simorc.schematics.dependencies import schematic_closure
from simorc.schematics.digests import Digests
from simorc.schematics.lock_file import lock_path, path_of, read_record
from simorc.schematics.pairs import Pair, pairs_of
from simorc.schematics.staleness import Condition, condition_of, library_of

if TYPE_CHECKING:
    from watchfiles.main import FileChange

    from simorc.config.project import Project

_PAUSE = 0.5


@dataclass(frozen=True)
class Watched:
    """What a change led to: every pair's state, which of them are new, why the project cannot be read."""

    conditions: tuple[Condition, ...]
    news: tuple[Condition, ...]
    problem: str | None = None
    again: tuple[Condition, ...] = ()
    """Pairs that are no more usable than before though one of their files was saved: while their netlist
    was made, or to mend what kept it from being made.
    """

    @property
    def to_react_to(self) -> tuple[Condition, ...]:
        """The states that `on_change` is about."""
        return (*self.news, *self.again)


@dataclass(frozen=True)
class Pace:
    """How the file system is watched; times in milliseconds."""

    polling: bool = False
    """Poll instead of waiting for events: network file systems send none."""
    debounce: int = 150
    poll: int = 500
    recheck: int = 3000
    """The interval at which the state is polled even without an event."""


async def watch(load: Callable[[], Project], pace: Pace | None = None) -> AsyncGenerator[Watched, None]:
    """The state of a project's netlists now, and again each time it changes, without end.

    ``load`` reads the project; it is called again when a YAML file changes. A project that cannot be read is
    reported in ``problem`` and watched on as it was. Raises what ``load`` does the first time.
    """
    pace = pace or Pace()
    state = _Watch(load)
    yield await anyio.to_thread.run_sync(state.start)
    while True:
        try:
            async for seen in _until_moved(state, pace):
                if seen is not None:
                    yield seen
        except (OSError, RuntimeError):
            # No inotify watches left, or the system's watcher died: poll from now on.
            pace = replace(pace, polling=True)
            await anyio.sleep(_PAUSE)


async def _until_moved(state: _Watch, pace: Pace) -> AsyncGenerator[Watched | None, None]:
    """What is seen until the set of watched directories is another; without end when polling."""
    while pace.polling:
        yield await anyio.to_thread.run_sync(state.look)
        await anyio.sleep(pace.poll / 1000)
    places = state.places()
    events = awatch(
        *(folder for folder, _ in places),
        watch_filter=None,
        debounce=pace.debounce,
        step=50,
        rust_timeout=pace.recheck,
        yield_on_timeout=True,
        recursive=False,
    )
    async with aclosing(_after_start(events)) as changes:
        async for _ in changes:
            yield await anyio.to_thread.run_sync(state.look)
            if state.places() != places:
                return


async def _after_start(events: AsyncGenerator[set[FileChange], None]) -> AsyncGenerator[None, None]:
    """Yields once when the watcher is ready, for earlier changes, and then with each event."""
    first = asyncio.ensure_future(anext(events, None))
    try:
        # One turn of the loop: the watcher is made before `awatch` waits for the first time.
        await asyncio.sleep(0)
        if not first.done():
            yield
        while await first is not None:
            yield
            first = asyncio.ensure_future(anext(events, None))
    finally:
        first.cancel()
        await asyncio.wait([first])
        await events.aclose()


class _Watch:
    """The project as last read, the files its state depends on, and that state as last seen."""

    def __init__(self, load: Callable[[], Project]) -> None:
        self._load = load
        self._pairs: tuple[Pair, ...] = ()
        self._settings: tuple[Path, ...] = ()
        self._stamps: dict[Path, Stamp | None] = {}
        self._read_at: dict[Path, Stamp | None] = {}
        self._last: dict[str, Condition] = {}
        self._problem: str | None = None
        self._digests = Digests()

    def start(self) -> Watched:
        """Read the project and judge every pair. Raises what reading raises."""
        self._read()
        return Watched(self._judge(), tuple(self._last.values()))

    def look(self) -> Watched | None:
        """The state when it differs from the last one seen, else None. Cheap when no file moved."""
        moved = {path for path, stamp in self._stamps.items() if stamp != stamp_of(path)}
        if not moved and self._problem is None:
            return None
        before, last = self._problem, self._last
        if self._problem is not None or not moved.isdisjoint(self._settings):
            self._read_again()
        found = self._judge()
        news = tuple(condition for condition in found if last.get(condition.pair.name) != condition)
        again = tuple(
            each
            for each in found
            if each not in news and not each.usable and not moved.isdisjoint(_files_of(each.pair))
        )
        if not (news or again) and before == self._problem and last.keys() == self._last.keys():
            return None
        return Watched(found, news, self._problem, again)

    def _read(self) -> None:
        project = self._load()
        configs = [testbench.config_path for testbench in project.testbenches.values()]
        sweeps = [sweep.path for sweep in project.sweeps.values()]
        self._settings = (project.root / SETUP_FILE, *configs, *sweeps)
        self._read_at = dict(project.stamps)
        self._pairs = pairs_of(project)

    def _read_again(self) -> None:
        try:
            self._read()
            self._problem = None
        except SimorcError as error:
            self._problem = str(error)

    def _judge(self) -> tuple[Condition, ...]:
        """Stamps are from before files are read: what changes while it judges is seen the next time."""
        files = {*self._settings, *(path for pair in self._pairs for path in _files_of(pair))}
        self._stamps = {path: stamp_of(path) for path in files} | self._read_at
        self._last = {pair.name: condition_of(pair, self._digests) for pair in self._pairs}
        return tuple(self._last.values())

    def places(self) -> tuple[tuple[Path, int], ...]:
        """The directories that hold those files, those that exist, each with its inode."""
        folders = {path.parent for path in self._stamps}
        return tuple(sorted((folder, folder.stat().st_ino) for folder in folders if folder.is_dir()))


def _files_of(pair: Pair) -> list[Path]:
    """Everything the state of a pair depends on."""
    own = [pair.schematic, pair.netlist, lock_path(pair.netlist)]
    try:
        record = read_record(pair.netlist)
        if record is None:
            return own + list(schematic_closure(pair.schematic, library_of(pair)).files)
    except NetlistError:
        return own
    return own + [path for name in record.inputs if (path := path_of(name, pair.root)) is not None]
