"""A command of the main screen, and the conditions under which commands are enabled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simorc_tui.commands.command import Command

if TYPE_CHECKING:
    from simorc_tui.screens.main.controllers import Controllers

Condition = Callable[["Controllers"], bool]


def always(main: Controllers) -> bool:
    """A command that is enabled at any time."""
    return True


def run(main: Controllers) -> bool:
    """A run is shown."""
    return main.main.run is not None


def case(main: Controllers) -> bool:
    """The cursor is on a case."""
    return run(main) and main.main.table.current is not None


def sweep(main: Controllers) -> bool:
    """A sweep is in the builder."""
    return main.main.builder.sweep is not None


@dataclass(frozen=True)
class MainCommand(Command):
    """A command of the main screen: `enabled` returns whether it applies now, `do` runs it."""

    do: Callable[[Controllers], object]
    enabled: Condition
