"""The application: theme, palette, main screen."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import ClassVar

from textual.app import App
from textual.command import Provider
from textual.errors import NoWidget
from textual.events import Event, InputEvent, Key, MouseEvent
from textual.widget import Widget
from textual.widgets import OptionList
from textual.worker import WorkerFailed

from simorc.text import plain
from simorc_tui.commands.palette import CommandProvider
from simorc_tui.data.launcher import Launcher
from simorc_tui.input_queue import InputQueue
from simorc_tui.screens.main.main_screen import MainScreen
from simorc_tui.settings.preferences import Preferences
from simorc_tui.settings.user_files import remember_theme, remembered_theme
from simorc_tui.theme.ascii_look import choose_scrollbars
from simorc_tui.theme.colours import css_variables, terminal_theme
from simorc_tui.theme.glyphs import ASCII, UNICODE
from simorc_tui.theme.own_themes import OWN_THEMES
from simorc_tui.theme.parsed_styles import ParsedOnce
from simorc_tui.theme.profile import Profile
from simorc_tui.widgets.failing import unexpected


class SimorcApp(App[int]):
    """simorc on a terminal: what it does to a run goes through the launcher, what it shows is only read."""

    TITLE = "simorc"
    CSS_PATH = "theme/styles.tcss"
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {CommandProvider}
    ENABLE_COMMAND_PALETTE = True

    def __init__(
        self,
        root: Path,
        profile: Profile,
        *,
        run: str | None = None,
        launcher: Launcher | None = None,
        preferences: Preferences | None = None,
        tour: bool = False,
    ) -> None:
        super().__init__()
        self.stylesheet = ParsedOnce(variables=self.get_css_variables())
        self._preferences = preferences or Preferences()
        self._input = InputQueue(self, self._deliver)
        self._tour = tour
        self.profile = profile
        glyphs = UNICODE if profile.unicode else ASCII
        self._launcher = launcher or Launcher(root)
        self._main = MainScreen(root, self._launcher, glyphs, run=run, tick=profile.tick)
        self.set_class(not profile.unicode, "ascii")
        choose_scrollbars(unicode=profile.unicode)
        for theme in OWN_THEMES:
            self.register_theme(theme)
        wanted = (self._preferences.theme, remembered_theme(), profile.theme)
        self.theme = next(name for name in wanted if name in self.available_themes)
        self._explain_colours()

    def get_default_screen(self) -> MainScreen:
        """The main screen from the start: no empty one is laid out and painted before it."""
        return self._main

    def on_mount(self) -> None:
        self._input.start()
        self.set_keymap(dict(self._preferences.keymap))
        self.app_resume_signal.subscribe(self, lambda _: self.refresh(layout=True))  # the shell wrote here
        if self._tour:
            from simorc_tui.screens.dialogs.dialog import show
            from simorc_tui.screens.dialogs.tour import tour_screen

            show(self, tour_screen())
        for problem in self._problems():
            self.notify(plain(problem), severity="warning", markup=False, timeout=10)

    def watch_theme(self, theme: str) -> None:
        """A theme that was chosen is there again next time."""
        self._explain_colours()
        if self.is_running and theme != (self._preferences.theme or remembered_theme()):
            remember_theme(theme)

    def _explain_colours(self) -> None:
        """What ``red`` means in the texts of widgets, in this theme."""
        meaning = terminal_theme(self.current_theme)
        if meaning is not None and self.current_theme.dark:
            self.ansi_theme_dark = meaning
        elif meaning is not None:
            self.ansi_theme_light = meaning

    def get_css_variables(self) -> dict[str, str]:
        """The theme's, and colours that can be read in it."""
        self.theme_variables = {**super().get_css_variables(), **css_variables(self.current_theme)}
        return self.theme_variables

    def on_unmount(self) -> None:
        self._input.stop()
        self._launcher.close()

    async def on_event(self, event: Event) -> None:
        """Input waits until all input before it has been handled."""
        if isinstance(event, InputEvent) and not event.is_forwarded:
            self._input.put(event)
        else:
            await super().on_event(event)

    async def input_handled(self) -> None:
        """Wait until everything typed so far has been handled."""
        taken = asyncio.Event()
        self.call_later(taken.set)
        await taken.wait()
        await self._input.handled()

    async def _deliver(self, event: InputEvent) -> None:
        """A key that is a command is carried out; all else goes where Textual sends it."""
        if isinstance(event, Key):
            with self.screen._context():  # a dialog returns its result to the screen that opened it
                if await self._is_command(event):
                    return
        if isinstance(event, MouseEvent) and self._is_gone(event):
            return
        await super().on_event(event)

    def _handle_exception(self, error: Exception) -> None:
        """The failure of background work is shown, with a file to report it with; the program continues."""
        if isinstance(error, WorkerFailed):
            self.notify(unexpected(error.error), title="unexpected error", severity="error", markup=False)
        else:
            super()._handle_exception(error)

    def _is_gone(self, event: MouseEvent) -> bool:
        """Whether what is painted under the mouse has been removed since it was painted."""
        try:
            return not self.screen.get_widget_at(event.x, event.y)[0].is_attached
        except NoWidget:
            return False

    async def _is_command(self, key: Key) -> bool:
        """Run the command of a key, if there is one and the key is not typed into a text field."""
        focused = self.focused
        if key.key in ("pageup", "pagedown") and self._list_comes(focused):
            return True
        if focused is not None and focused.check_consume_key(key.key, key.character):
            return False
        return await self._check_bindings(key.key, priority=True) or await self._check_bindings(key.key)

    def _list_comes(self, focused: Widget | None) -> bool:
        """Whether the keys go to a list that is not laid out: it has no pages, and Textual asks for them."""
        lists = [focused, *self.screen.query("CommandList")]
        return any(
            isinstance(each, OptionList) and each.option_count and not each.scrollable_content_region
            for each in lists
        )

    @property
    def keymap(self) -> Mapping[str, str]:
        """Keys that the user assigned to commands, by the command's id."""
        return self._preferences.keymap

    def _problems(self) -> list[str]:
        theme = self._preferences.theme
        unknown = (
            [f"unknown theme {theme!r}: press t to list the themes"]
            if theme and theme not in self.available_themes
            else []
        )
        return [*self._preferences.problems, *unknown]
