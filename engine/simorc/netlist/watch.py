"""Watching a project: which netlists became stale, within a second of a save.

Only the directories that hold something of a netlist are watched, not the trees below: a project with ten
thousand files of results costs nothing. Every few seconds the state is looked at anyway, so an event that got
lost, a directory that was replaced, or a watcher that died costs seconds and nothing more.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import anyio
import anyio.to_thread
from watchfiles import Change, awatch

from simorc.errors import NetlistError, SimorcError
from simorc.netlist.closure import schematic_closure
from simorc.netlist.digests import Digests
from simorc.netlist.pairs import Pair, pairs_of
from simorc.netlist.record import lock_path
from simorc.netlist.staleness import Condition, condition_of, library_of
from simorc.rootdir import SETUP_FILE

if TYPE_CHECKING:
    from simorc.project import Project

_SUFFIXES = (".sch", ".sym", ".yaml", ".yml", ".lock")
_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 5.0


@dataclass(frozen=True)
class Watched:
    """What a change led to: every pair's state, which of them are new, why the project cannot be read."""

    conditions: tuple[Condition, ...]
    news: tuple[Condition, ...]
    problem: str | None = None


@dataclass(frozen=True)
class Pace:
    """How the file system is watched; times in milliseconds."""

    polling: bool = False
    """Look instead of being told: network file systems do not tell."""
    debounce: int = 150
    poll: int = 500
    recheck: int = 3000
    """The state is looked at this often even when nothing is told."""


async def watch(load: Callable[[], Project], pace: Pace | None = None) -> AsyncIterator[Watched]:
    """The state of a project's netlists now, and again each time it changes, without end.

    ``load`` reads the project; it is called again when a YAML file changes. A project that cannot be read is
    reported in ``problem`` and watched on as it was. Raises what ``load`` does the first time.
    """
    pace = pace or Pace()
    state = _Watch(load)
    first = await anyio.to_thread.run_sync(state.look, True)
    if first is not None:
        yield first
    pause = _FIRST_PAUSE
    while True:
        try:
            async for seen in _until_moved(state, pace):
                pause = _FIRST_PAUSE
                if seen is not None:
                    yield seen
        except (OSError, RuntimeError):
            # No inotify watches left, or the watcher of the system died: look instead, and start it again.
            pace = Pace(True, pace.debounce, pace.poll, pace.recheck)
            await anyio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)


async def _until_moved(state: _Watch, pace: Pace) -> AsyncIterator[Watched | None]:
    """What is seen until the set of watched directories is another."""
    places = state.places()
    events = awatch(
        *places,
        watch_filter=_is_of_interest,
        debounce=pace.debounce,
        step=50,
        rust_timeout=pace.recheck,
        yield_on_timeout=True,
        force_polling=pace.polling,
        poll_delay_ms=pace.poll,
        recursive=False,
    )
    # What happened while no watcher stood.
    yield await anyio.to_thread.run_sync(state.look, False)
    async for changes in events:
        reload = any(path.endswith((".yaml", ".yml")) for _, path in changes)
        yield await anyio.to_thread.run_sync(state.look, reload)
        if state.places() != places:
            return


def _is_of_interest(_: Change, path: str) -> bool:
    name = path.rpartition("/")[2]
    return name.endswith(_SUFFIXES) or ".spice" in name or name == "xschemrc"


class _Watch:
    """The project as last read, and the state of its pairs as last seen."""

    def __init__(self, load: Callable[[], Project]) -> None:
        self._load = load
        self._pairs: tuple[Pair, ...] = ()
        self._last: dict[str, Condition] | None = None
        self._problem: str | None = None
        self._root = Path()
        self._digests = Digests()

    def look(self, reload: bool) -> Watched | None:
        """The state when it differs from the last one seen, else None."""
        before = self._problem
        if reload or self._problem:
            self._read()
        found = {pair.name: condition_of(pair, self._digests) for pair in self._pairs}
        last, self._last = self._last, found
        news = tuple(
            condition for name, condition in found.items() if last is None or last.get(name) != condition
        )
        if last is not None and not news and before == self._problem and last.keys() == found.keys():
            return None
        return Watched(tuple(found.values()), news, self._problem)

    def _read(self) -> None:
        try:
            project = self._load()
        except SimorcError as error:
            if self._last is None:
                raise
            self._problem = error.args[0]
            return
        self._problem, self._root, self._pairs = None, project.root, pairs_of(project)

    def places(self) -> tuple[Path, ...]:
        """The directories that hold something of a netlist, those that exist."""
        files = [self._root / SETUP_FILE]
        for pair in self._pairs:
            files += [pair.schematic, pair.netlist, lock_path(pair.netlist), *_inputs(pair)]
        return tuple(sorted({path.parent for path in files if path.parent.is_dir()}))


def _inputs(pair: Pair) -> tuple[Path, ...]:
    try:
        files = schematic_closure(pair.schematic, library_of(pair)).files
    except NetlistError:
        return ()
    return files if pair.setup.rcfile is None else (*files, pair.setup.rcfile)
