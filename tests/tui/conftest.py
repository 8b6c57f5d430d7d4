"""A project and runs of it, for the terminal interface's tests."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from rich.console import RenderableType
from textual._compositor import Compositor
from textual._context import visible_screen_stack
from textual.app import App
from textual.notifications import Notification
from textual.pilot import Pilot
from textual.screen import Screen

from simorc_tui.data.project import watch as project_watch
from tests.tui.fake_run import FakeRun, ordinary_row
from tests.tui.flows import Terminal
from tests.tui.small_project import write_small_project
from tests.waiting import PATIENCE


@pytest.fixture(autouse=True)
def _own_memory(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the interface remembers of earlier sessions is the test's own."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))


@pytest.fixture(autouse=True)
def _drawn_when_looked_at(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Applications draw when a test looks, and whenever keys or a pause are done, not each change: no
    terminal takes it, and it is half of the work. The marker ``drawn`` asks for all of it.
    """
    if request.node.get_closest_marker("drawn"):
        return
    real, press, pause = Compositor.render_update, Pilot.press, Pilot.pause

    def render_update(
        self: Compositor,
        full: bool = False,
        screen_stack: list[Screen] | None = None,
        simplify: bool = False,
    ) -> RenderableType | None:
        if full:
            return real(self, full, screen_stack, simplify)
        self._dirty_regions.clear()
        return None

    async def press_and_draw(self: Pilot[Any], *keys: str) -> None:
        await press(self, *keys)
        _draw(self.app)

    async def pause_and_draw(self: Pilot[Any], delay: float | None = None) -> None:
        await pause(self, delay)
        if delay is None:
            _draw(self.app)

    monkeypatch.setattr(Compositor, "render_update", render_update)
    monkeypatch.setattr(Pilot, "press", press_and_draw)
    monkeypatch.setattr(Pilot, "pause", pause_and_draw)


def _draw(app: App[Any]) -> None:
    """Let each widget of the screen draw its lines, and throw them away."""
    if app._running:
        visible_screen_stack.set(app._background_screens)
        list(app.screen._compositor._get_renders())


@pytest.fixture(autouse=True)
def _lasting_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    """A message stays until the test has looked, however long that takes on this machine."""
    monkeypatch.setattr(Notification, "time_left", PATIENCE)


class Looks:
    """The looks at the project's files so far: a change is noticed between two of them."""

    def __init__(self) -> None:
        self.count = 0

    async def next(self, user: Terminal) -> None:
        """Wait until every file has been looked at as it is now."""
        begun = self.count
        await user.until(lambda: self.count >= begun + 2)


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> Looks:
    """The project's files are looked at all the time; the looks are counted."""
    counted, real = Looks(), project_watch.stamps

    def stamps(files: Iterable[Path]) -> dict[Path, tuple[int, int] | None]:
        found = real(files)
        counted.count += 1
        return found

    monkeypatch.setattr(project_watch, "EVERY", 0.02)
    monkeypatch.setattr(project_watch, "stamps", stamps)
    return counted


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A small project in ``tmp_path`` with one testbench and the sweep ``pvt``."""
    write_small_project(tmp_path)
    return tmp_path


@pytest.fixture
def make_run(tmp_path: Path) -> Callable[..., FakeRun]:
    """``make_run(45)`` makes a run of 45 cases below ``tmp_path``, all over unless ``filled`` is less."""

    def make(total: int, name: str = "pvt_20261121120000", filled: int | None = None) -> FakeRun:
        run = FakeRun(tmp_path, name, total)
        run.fill(ordinary_row(case_id) for case_id in range(1, (total if filled is None else filled) + 1))
        if filled is None:
            run.set_meta(state="finished")
        return run

    return make
