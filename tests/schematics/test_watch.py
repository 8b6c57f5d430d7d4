"""Watching a project: told of a save, by polling too, and after the watcher died."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import pytest
import watchfiles.main
from watchfiles import awatch

from simorc.config.project import Project
from simorc.errors import UsageError
from simorc.schematics import staleness
from simorc.schematics import update as updating
from simorc.schematics import watch as watching
from simorc.schematics.digests import Digests
from simorc.schematics.on_change import reaction_to, sweep_to_rerun
from simorc.schematics.pairs import Pair, pairs_of
from simorc.schematics.staleness import Condition, State, conditions
from simorc.schematics.watch import Pace, Watched, watch
from simorc.schematics.xschem import Made
from tests.waiting import PATIENCE

News = Callable[[], Awaitable[Watched]]
NEVER = 24 * 3600 * 1000
"""Milliseconds until the state is looked at without having been told: no test lasts so long."""


@pytest.fixture
def standing(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The watchers of the file system that stand: what changes from now on is told."""
    found: list[object] = []
    real = watchfiles.main.RustNotify

    def stood_up(*arguments: Any) -> Any:
        found.append(watcher := real(*arguments))
        return watcher

    monkeypatch.setattr(watchfiles.main, "RustNotify", stood_up)
    return found


def follow(root: Path, pace: Pace, play: Callable[[News], Awaitable[None]]) -> None:
    """Play a scene against a watched project."""

    async def main() -> None:
        async with aclosing(watch(lambda: Project.load(root), pace)) as stream:

            async def news() -> Watched:
                with anyio.fail_after(PATIENCE):
                    return await anext(stream)

            await play(news)

    anyio.run(main)


async def change_while_waiting(
    news: News, change: Callable[[], object], standing: list[object] | None = None
) -> Watched:
    """The next news after a change made while somebody waits, and a watcher stands if `standing` is given."""

    async def later() -> None:
        while standing is not None and not standing:
            await anyio.sleep(0.01)
        change()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(later)
        return await news()


def put(path: Path, text: str) -> None:
    """A save in one step: no watcher sees half of it."""
    new = path.with_name(f".{path.name}.new")
    new.write_text(text)
    new.replace(path)


def edit(path: Path) -> None:
    put(path, path.read_text() + "T {edited} 0 0 0 0 0.2 0.2 {}\n")


@pytest.mark.parametrize("polling", [False, True])
def test_a_save_is_told(netlisted: Path, standing: list[object], polling: bool) -> None:
    async def play(news: News) -> None:
        first = await news()
        assert {one.state for one in first.conditions} == {State.UP_TO_DATE}
        change = partial(edit, netlisted / "schematics/leaf.sch")
        seen = await change_while_waiting(news, change, None if polling else standing)
        assert {one.pair.name for one in seen.news} == {"dut", "leafy"}

    follow(netlisted, Pace(polling=polling, poll=20, recheck=NEVER), play)


def test_a_file_replaced_by_rename_and_back_again(netlisted: Path, standing: list[object]) -> None:
    top = netlisted / "schematics/top.sch"
    original = top.read_bytes()

    def swap(content: bytes) -> None:
        beside = top.with_suffix(".tmp")
        beside.write_bytes(content)
        beside.replace(top)

    async def play(news: News) -> None:
        await news()
        seen = await change_while_waiting(news, lambda: swap(original + b"T {x} 0 0\n"), standing)
        assert [one.state for one in seen.news] == [State.STALE]
        seen = await change_while_waiting(news, lambda: swap(original), standing)
        assert [one.state for one in seen.news] == [State.UP_TO_DATE]

    follow(netlisted, Pace(recheck=NEVER), play)


def test_a_project_in_error_is_told_and_watched_on(netlisted: Path, standing: list[object]) -> None:
    setup = netlisted / "sim_setup.yaml"
    good = setup.read_text()

    async def play(news: News) -> None:
        await news()
        seen = await change_while_waiting(news, lambda: put(setup, good + "nonsense: 1\n"), standing)
        assert seen.problem is not None and "nonsense" in seen.problem
        assert len(seen.conditions) == 3
        seen = await change_while_waiting(news, lambda: put(setup, good), standing)
        assert seen.problem is None

    follow(netlisted, Pace(recheck=NEVER), play)


def test_a_watcher_that_dies_comes_back(netlisted: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[object] = []

    async def dying(*paths: Path, **options: Any) -> AsyncIterator[set[Any]]:
        started.append(True)
        yield set()
        raise RuntimeError("the watcher of the system died")

    monkeypatch.setattr(watching, "awatch", dying)

    async def play(news: News) -> None:
        await news()
        seen = await change_while_waiting(news, lambda: edit(netlisted / "schematics/top.sch"), started)
        assert [one.pair.name for one in seen.news] == ["dut"]

    follow(netlisted, Pace(poll=20, recheck=NEVER), play)
    assert started == [True]


def test_a_watcher_that_cannot_start_is_replaced_by_looking(
    netlisted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[object] = []

    def failing(*paths: Path, **options: Any) -> AsyncIterator[Any]:
        tried.append(paths)
        raise OSError(28, "no inotify watches left")

    monkeypatch.setattr(watching, "awatch", failing)

    async def play(news: News) -> None:
        await news()
        seen = await change_while_waiting(news, lambda: edit(netlisted / "schematics/top.sch"), tried)
        assert [one.pair.name for one in seen.news] == ["dut"]

    follow(netlisted, Pace(poll=20, recheck=NEVER), play)


def test_lost_events_are_found_by_looking(
    netlisted: Path, standing: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    def deaf(*paths: Path, **options: Any) -> AsyncIterator[Any]:
        return awatch(netlisted / "netlists", **options)

    monkeypatch.setattr(watching, "awatch", deaf)

    async def play(news: News) -> None:
        await news()
        seen = await change_while_waiting(news, lambda: edit(netlisted / "schematics/top.sch"), standing)
        assert [one.pair.name for one in seen.news] == ["dut"]

    follow(netlisted, Pace(recheck=50), play)


@pytest.mark.parametrize("during", ["reading", "standing up"])
def test_a_save_before_the_watcher_stands_is_told(
    netlisted: Path, monkeypatch: pytest.MonkeyPatch, during: str
) -> None:
    """Nothing changes after the watcher stands, so no event can tell."""
    schematic, real = netlisted / "schematics/top.sch", watchfiles.main.RustNotify
    saved: list[object] = []

    def save_once() -> None:
        if not saved:
            saved.append(edit(schematic))

    def stood_up(*arguments: Any) -> Any:
        if during == "standing up":
            save_once()
        return real(*arguments)

    def condition_of(pair: Pair, digests: Digests) -> Condition:
        found = staleness.condition_of(pair, digests)
        if during == "reading":
            save_once()
        return found

    monkeypatch.setattr(watchfiles.main, "RustNotify", stood_up)
    monkeypatch.setattr(watching, "condition_of", condition_of)

    async def play(news: News) -> None:
        await news()
        seen = await news()
        assert [one.pair.name for one in seen.news] == ["dut"]

    follow(netlisted, Pace(recheck=NEVER), play)


def test_settings_saved_while_they_are_read_are_read_again(netlisted: Path) -> None:
    setup, loads = netlisted / "sim_setup.yaml", list[Project]()

    def load() -> Project:
        loads.append(project := Project.load(netlisted))
        if len(loads) == 1:
            setup.write_text(setup.read_text() + "nonsense: 1\n")
        return project

    state = watching._Watch(load)
    state.start()
    seen = state.look()
    assert seen is not None and "nonsense" in str(seen.problem)


def test_a_save_that_leaves_a_netlist_stale_is_reacted_to_again(netlisted: Path) -> None:
    """While it is netlisted, or after the netlister failed: what is wrong reads the same."""
    with_on_change(netlisted, "other", "netlist")
    state = watching._Watch(lambda: Project.load(netlisted))
    pairs = [each.pair for each in state.start().conditions]
    for _ in range(2):
        edit(netlisted / "schematics/top.sch")
        seen = state.look()
        assert seen is not None
        assert [pair.name for pair in reaction_to(seen.to_react_to, pairs).netlist] == ["dut"]
    assert [one.pair.name for one in seen.again] == ["dut"] and not seen.news


def test_a_netlist_is_made_again_when_an_older_file_takes_the_place_of_one_it_was_made_from(
    netlisted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pair = next(each for each in pairs_of(Project.load(netlisted)) if each.is_dut)
    made = list[object]()

    def netlister(pair: Pair) -> Made:
        made.append(pair)
        if len(made) == 1:
            edit(pair.schematic)
            os.utime(pair.schematic, (1e9, 1e9))
        return Made(pair.netlist.read_text())

    monkeypatch.setattr(updating, "run_netlister", netlister)
    updating.update(pair)
    assert len(made) == 2
    assert staleness.condition_of(pair, Digests()).usable


def with_on_change(root: Path, testbench: str, what: str) -> None:
    config = root / f"testbenches/{testbench}/config.yaml"
    config.write_text(config.read_text() + f"on_change: {what}\n")


def reaction(root: Path) -> tuple[list[str], tuple[str, ...]]:
    project = Project.load(root)
    found = reaction_to(conditions(project), pairs_of(project))
    return [pair.name for pair in found.netlist], found.rerun


def test_on_change_netlists_and_reruns(netlisted: Path) -> None:
    with_on_change(netlisted, "leafy", "rerun r")
    with_on_change(netlisted, "other", "netlist")
    assert reaction(netlisted) == ([], ())
    edit(netlisted / "testbenches/other/tb_other.sch")
    assert reaction(netlisted) == (["other"], ())
    edit(netlisted / "schematics/top.sch")
    assert reaction(netlisted) == (["dut", "other"], ("r",))


def test_without_on_change_nothing_is_done(netlisted: Path) -> None:
    edit(netlisted / "schematics/top.sch")
    assert reaction(netlisted) == ([], ())


def test_on_change_is_checked() -> None:
    assert sweep_to_rerun("rerun pvt_dc") == "pvt_dc"
    assert sweep_to_rerun("netlist") is None
    with pytest.raises(UsageError, match="explode"):
        sweep_to_rerun("explode")
