"""What the tests of flows share: an application on a headless terminal, and waiting for workers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from textual.pilot import Pilot

from simorc_tui.app import SimorcApp
from simorc_tui.data.launcher import Launcher
from simorc_tui.screens.main.main_screen import MainScreen
from simorc_tui.settings.preferences import Preferences
from simorc_tui.theme.profile import Profile
from tests.waiting import screen_text, until_shown

LOCAL = Profile(ssh=False, unicode=True, colours=True)


class Terminal:
    """A running application and its keys."""

    def __init__(self, pilot: Pilot[int]) -> None:
        self.pilot = pilot

    @property
    def screen(self) -> MainScreen:
        return next(s for s in self.pilot.app.screen_stack if isinstance(s, MainScreen))

    @property
    def text(self) -> str:
        return screen_text(self.pilot.app)

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    async def type(self, text: str) -> None:
        names = {" ": "space", ":": "colon"}
        for letter in text:
            await self.pilot.press(letter if letter.isalnum() else names.get(letter, letter))

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait for what workers bring."""
        await until_shown(self.pilot, condition)

    async def sees(self, *words: str) -> None:
        await self.until(lambda: all(word in self.text for word in words))


@asynccontextmanager
async def terminal(
    root: Path,
    size: tuple[int, int] = (160, 48),
    *,
    launcher: Launcher | None = None,
    preferences: Preferences | None = None,
    tour: bool = False,
) -> AsyncIterator[Terminal]:
    """The application on the project at `root`, ready to take keys."""
    app = SimorcApp(root, LOCAL, launcher=launcher, preferences=preferences, tour=tour)
    async with app.run_test(size=size, notifications=True) as pilot:
        found = Terminal(pilot)
        await found.until(
            lambda: found.screen.main.outline.sweeps != () and found.screen.main.case_view.ready
        )
        yield found
