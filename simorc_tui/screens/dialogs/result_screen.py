"""A plot of a whole run that says what it is of, and lets it be changed in place."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Generic, TypeVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from simorc.errors import SimorcError
from simorc.text import plain
from simorc_tui.data.plot_choices import PlotChoices
from simorc_tui.screens.dialogs.choice import Choice, ChoiceScreen
from simorc_tui.screens.dialogs.dialog import Dialog, show
from simorc_tui.widgets.choice_row import ChoiceRow

Drawn = TypeVar("Drawn")
CHOICE_KEYS = (("[ ]", "change"), ("tab", "next choice"), ("space", "list"))


@dataclass(frozen=True)
class Drawing(Generic[Drawn]):
    """How plots are made: `choices` at first, `make` draws some (slow, in a thread), `keep` remembers them,
    `file` is what an export of them is called at first.
    """

    choices: PlotChoices
    make: Callable[[PlotChoices], Drawn]
    keep: Callable[[PlotChoices], object]
    file: Callable[[PlotChoices], Path]


class ResultScreen(Dialog[int | None], Generic[Drawn]):
    """The row of choices and its keys; a subclass shows what was drawn."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right_square_bracket", "step(1)", "next", show=False),
        Binding("left_square_bracket", "step(-1)", "previous", show=False),
        Binding("tab", "other(1)", "next choice", priority=True, show=False),
        Binding("shift+tab", "other(-1)", "previous choice", priority=True, show=False),
        Binding("space", "choose", "list", show=False),
        *(Binding(str(n), f"nth({n})", str(n), show=False) for n in range(1, 10)),
    ]

    def __init__(self, drawing: Drawing[Drawn]) -> None:
        super().__init__()
        self.choices = drawing.choices
        self.in_hand = 0
        self._drawing = drawing

    @property
    def export_to(self) -> Path:
        """What a file of this plot is called at first, without its ending."""
        return self._drawing.file(self.choices)

    def choice_row(self) -> ComposeResult:
        """The line that shows what is plotted."""
        yield ChoiceRow(self.choices)

    def show_drawn(self, drawn: Drawn) -> None:
        """Show what was drawn of the choices."""
        raise NotImplementedError

    def show_problem(self, problem: str) -> None:
        """Nothing can be drawn of these choices."""
        raise NotImplementedError

    def action_step(self, by: int) -> None:
        self.choose(self.choices.stepped(self.in_hand, by))

    def action_nth(self, number: int) -> None:
        values = self.choices.choices[self.in_hand].values
        if number <= len(values):
            self.choose(self.choices.with_value(self.in_hand, values[number - 1]))

    def action_other(self, by: int) -> None:
        self.in_hand = (self.in_hand + by) % len(self.choices.choices)
        self._show_row()

    def action_choose(self) -> None:
        """All values of the choice in hand, as a list."""
        place, choice = self.in_hand, self.choices.choices[self.in_hand]
        choices = [Choice(v, str(n) if n < 10 else "", v) for n, v in enumerate(choice.values, 1)]
        at = choice.values.index(choice.value)
        show(
            self.app,
            ChoiceScreen(choice.name, choices, at),
            lambda value: None if value is None else self.choose(self.choices.with_value(place, value)),
        )

    def choose(self, choices: PlotChoices) -> None:
        """Draw these from now on."""
        if choices != self.choices:
            self.choices = choices
            self._show_row()
            self._drawing.keep(choices)
            self._draw()

    @on(ChoiceRow.Taken)
    def _taken(self, event: ChoiceRow.Taken) -> None:
        self.in_hand = event.place
        self._show_row()
        self.action_choose()

    def _show_row(self) -> None:
        for row in self.query(ChoiceRow):
            row.show(self.choices, self.in_hand)

    @work(exclusive=True, group="draw")
    async def _draw(self) -> None:
        try:
            drawn = await asyncio.to_thread(self._drawing.make, self.choices)
        except SimorcError as error:
            self.show_problem(plain(error.message))
        else:
            self.show_drawn(drawn)
