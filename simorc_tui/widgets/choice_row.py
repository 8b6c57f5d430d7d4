"""One line of choices, one of them in hand: ``measurement ‹gain_db› 1/5   over ‹temp› 2/3``."""

from __future__ import annotations

from rich.text import Text
from textual import events
from textual.message import Message
from textual.widgets import Static

from simorc.text import plain
from simorc_tui.data.plot_choices import PlotChoice, PlotChoices

GAP = "   "


class ChoiceRow(Static):
    """Shows `choices`; a click takes one in hand."""

    class Taken(Message):
        """The choice at `place` was clicked."""

        def __init__(self, place: int) -> None:
            super().__init__()
            self.place = place

    def __init__(self, choices: PlotChoices) -> None:
        self._choices = choices
        self._in_hand = 0
        super().__init__(markup=False)

    def on_mount(self) -> None:
        self.show(self._choices, self._in_hand)

    def show(self, choices: PlotChoices, in_hand: int) -> None:
        """Show these values."""
        self._choices, self._in_hand = choices, in_hand
        self.update(self._line())

    def on_click(self, event: events.Click) -> None:
        stop = 0
        for place, choice in enumerate(self._choices.choices):
            stop += self._text(choice, in_hand=False).cell_len + len(GAP)
            if event.x < stop:
                self.post_message(self.Taken(place))
                return

    def _line(self) -> Text:
        line = Text(no_wrap=True, overflow="ellipsis")
        for place, choice in enumerate(self._choices.choices):
            line.append(GAP if place else "")
            line.append_text(self._text(choice, in_hand=place == self._in_hand))
        return line

    def _text(self, choice: PlotChoice, *, in_hand: bool) -> Text:
        left, right = "<>" if self.app.has_class("ascii") else "‹›"
        style = "bold blue reverse" if in_hand else "bold"
        text = Text(f"{choice.name} ").append(f"{left} {plain(choice.value)} {right}", style)
        count = f" {choice.values.index(choice.value) + 1}/{len(choice.values)}"
        return text.append(count, "dim")
