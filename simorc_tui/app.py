"""The application: a theme, a palette, one main screen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from textual.app import App
from textual.command import Provider

from simorc_tui.glyphs import ASCII, UNICODE
from simorc_tui.launching import Launcher
from simorc_tui.palette import CommandProvider
from simorc_tui.profile import Profile
from simorc_tui.screens.main import MainScreen


class SimorcApp(App[int]):
    """simorc on a terminal: what it does to a run goes through the launcher, what it shows is only read."""

    TITLE = "simorc"
    CSS_PATH = "styles.tcss"
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {CommandProvider}
    ENABLE_COMMAND_PALETTE = True

    def __init__(
        self, root: Path, profile: Profile, *, run: str | None = None, launcher: Launcher | None = None
    ) -> None:
        super().__init__()
        self.profile = profile
        glyphs = UNICODE if profile.unicode else ASCII
        self._main = MainScreen(root, launcher or Launcher(root), glyphs, run=run, tick=profile.tick)
        self.set_class(not profile.unicode, "ascii")

    def on_mount(self) -> None:
        self.theme = self.profile.theme
        self.push_screen(self._main)
