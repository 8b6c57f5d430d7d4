"""The commands as the palette finds them."""

from __future__ import annotations

from collections.abc import Coroutine
from functools import partial

from textual.command import DiscoveryHit, Hit, Hits, Provider

from simorc_tui.commands import COMMANDS, Command


class CommandProvider(Provider):
    """Every command of the main screen by name, with its key."""

    async def discover(self) -> Hits:
        for command in COMMANDS:
            yield DiscoveryHit(self._name(command), self._call(command), help=command.help)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for command in COMMANDS:
            score = matcher.match(f"{command.label} {command.help}")
            if score > 0:
                yield Hit(
                    score, matcher.highlight(self._name(command)), self._call(command), help=command.help
                )

    @staticmethod
    def _name(command: Command) -> str:
        return f"{command.label}  ({command.key_label})"

    def _call(self, command: Command) -> partial[Coroutine[object, object, None]]:
        return partial(self.screen.run_action, command.action)
