"""Provides the commands to the palette."""

from __future__ import annotations

from collections.abc import Coroutine, Sequence
from functools import partial

from textual.command import DiscoveryHit, Hit, Hits, Provider

from simorc.text import plain
from simorc_tui.commands.command import Command
from simorc_tui.screens.main.main_screen import MainScreen


class CommandProvider(Provider):
    """Every command of the screen by name, with its key."""

    @property
    def _commands(self) -> Sequence[Command]:
        """The commands of the screen over which the palette is opened."""
        return getattr(self.screen, "palette_commands", ())

    async def discover(self) -> Hits:
        for command in self._commands:
            yield DiscoveryHit(self._name(command), self._call(command), help=command.help)
        for name, call, help_text in self._of_menus():
            yield DiscoveryHit(name, call, help=help_text)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for command in self._commands:
            score = matcher.match(f"{command.label} {command.help}")
            if score > 0:
                yield Hit(
                    score, matcher.highlight(self._name(command)), self._call(command), help=command.help
                )

        for name, call, help_text in self._of_menus():
            score = matcher.match(f"{name} {help_text}")
            if score > 0:
                yield Hit(score, matcher.highlight(name), call, help=help_text)

    def _of_menus(self) -> list[tuple[str, partial[None], str]]:
        """(name, what it does, its description) of each action on the entry under the tree's cursor."""
        screen = self.screen
        if not isinstance(screen, MainScreen):
            return []
        return [
            (
                f"{choice.id} {plain(entry.name)}",
                partial(screen.controllers.project_tree.act_on, entry, choice.id),
                choice.label,
            )
            for entry, choice in screen.controllers.project_tree.palette_actions()
        ]

    @staticmethod
    def _name(command: Command) -> str:
        return f"{command.label}  ({command.key_label})"

    def _call(self, command: Command) -> partial[Coroutine[object, object, None]]:
        return partial(self.screen.run_action, command.action)
