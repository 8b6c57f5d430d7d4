"""Starts analyses from the screen of causes: what can be started, what it costs, its progress and its end."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol

from textual.app import App

from simorc.analysis.costs import Cost
from simorc.errors import SimorcError
from simorc_tui.data.causes.jobs import AnalysisJobs, costs_from
from simorc_tui.data.causes.model import Causes
from simorc_tui.data.launcher import Launcher
from simorc_tui.screens.dialogs.choice import Choice, ChoiceScreen
from simorc_tui.screens.dialogs.dialog import show
from simorc_tui.theme.glyphs import Glyphs

ANSWERS: Mapping[str, str] = {
    "mismatch": "which device makes the spread",
    "sensitivity": "which parameter moves what",
    "wcd": "how many sigma each limit is away",
    "yield": "yield with its interval",
}
NO_NAMES = (
    "No analysis and no sweep of this testbench is in the project. Write one, such as analyses/offset.yaml."
)
_KEYS = "123456789"


class CausesParts(Protocol):
    """What the controller needs of its screen."""

    causes: Causes
    glyphs: Glyphs

    @property
    def app(self) -> App[Any]:
        """The application."""

    @property
    def is_current(self) -> bool:
        """Whether the screen is the one that has the keys."""

    def say(self, message: str) -> None:
        """Show a message for a moment."""

    def say_error(self, error: SimorcError) -> None:
        """Show an error and its remedy."""

    def do(self, work: Awaitable[object]) -> None:
        """Run `work` beside the event loop's other business."""


class AnalysisController:
    """Offers the analyses of a testbench. `began` starts one, wherever it is shown."""

    def __init__(
        self, screen: CausesParts, launcher: Launcher, jobs: AnalysisJobs, began: Callable[[Cost], object]
    ) -> None:
        self._screen, self._launcher = screen, launcher
        self._jobs, self._began = jobs, began
        self._counting = False

    def offer(self) -> None:
        """Count the simulations of every analysis, then ask which one to start."""
        screen = self._screen
        if self._jobs.progress is not None:
            screen.say("An analysis is under way. Press x to cancel it.")
        elif not screen.causes.names:
            screen.say(NO_NAMES)
        elif not self._counting:
            self._counting = True
            screen.say("counting simulations ...")
            screen.do(self._ask())

    async def _ask(self) -> None:
        try:
            text = await self._launcher.output("analyses", *self._screen.causes.names, "--json")
            costs = await asyncio.to_thread(costs_from, text)
        except SimorcError as error:
            self._screen.say_error(error)
            return
        finally:
            self._counting = False
        if self._screen.is_current:
            possible = [each for each in costs if not each.problem]
            if not possible:
                self._screen.say_error(SimorcError(costs[0].problem, remedy=costs[0].remedy))
                return
            show(self._screen.app, _choices(costs), lambda answer: self._start(costs, answer))

    def _start(self, costs: Sequence[Cost], answer: str | None) -> None:
        if answer is None:
            return
        cost = costs[int(answer)]
        if cost.problem:
            self._screen.say_error(SimorcError(cost.problem, remedy=cost.remedy))
        else:
            self._began(cost)

    def cancel(self) -> None:
        """Cancel the analysis under way."""
        if self._jobs.progress is None:
            self._screen.say("No analysis is under way.")
        else:
            self._jobs.cancel()


def _choices(costs: Sequence[Cost]) -> ChoiceScreen:
    names = max(len(f"{each.kind} {each.name}") for each in costs)
    choices = [
        Choice(str(place), _KEYS[place] if place < len(_KEYS) else "", _words(each, names))
        for place, each in enumerate(costs)
    ]
    first = next((place for place, each in enumerate(costs) if not each.problem), 0)
    return ChoiceScreen("Start an analysis", choices, first, wide=True)


def _words(cost: Cost, names: int) -> str:
    """``wcd offset  102 to 206 simulations: how many sigma each limit is away``."""
    what = f"{f'{cost.kind} {cost.name}':{names}}"
    return (
        f"{what}  not possible: {cost.problem}"
        if cost.problem
        else f"{what}  {cost.text}: {ANSWERS[cost.kind]}"
    )
