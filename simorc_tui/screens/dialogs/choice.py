"""A question with a few answers, chosen by key or cursor; escape cancels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Label, OptionList
from textual.widgets.option_list import Option

from simorc.text import plain
from simorc_tui.screens.dialogs.dialog import Dialog


@dataclass(frozen=True)
class Choice:
    """One answer: its id, the key that selects it ('' for none), its text."""

    id: str
    key: str
    label: str


class ChoiceScreen(Dialog[str | None]):
    """Shows `title` with answers; the result is the id of the answer, None if the user cancelled."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "turn_away", "cancel"),
        Binding("down,j", "cursor_down", "down", show=False),
        Binding("up,k", "cursor_up", "up", show=False),
        Binding("enter", "take", "take", show=False),
    ]

    def __init__(
        self, title: str, choices: Sequence[Choice], highlighted: int = 0, *, wide: bool = False
    ) -> None:
        super().__init__()
        self._title = title
        self.choices = list(choices)
        self._highlighted = highlighted
        self._classes_of_dialog = "dialog wide" if wide else "dialog"

    def compose(self) -> ComposeResult:
        options = [Option(self._line(choice)) for choice in self.choices]
        with Vertical(classes=self._classes_of_dialog):
            yield Label(Text(plain(self._title)), classes="dialog-title")
            yield OptionList(*options)

    def on_mount(self) -> None:
        choices = self.query_one(OptionList)
        self.set_focus(choices)
        if self.choices:
            choices.highlighted = self._highlighted

    def on_key(self, event: events.Key) -> None:
        typed = event.character or event.key
        chosen = next((choice for choice in self.choices if choice.key and choice.key == typed), None)
        if chosen is not None:
            event.stop()
            event.prevent_default()
            self.dismiss(chosen.id)

    def action_turn_away(self) -> None:
        self.dismiss(None)

    def action_cursor_down(self) -> None:
        self._move(1)

    def action_cursor_up(self) -> None:
        self._move(-1)

    def action_take(self) -> None:
        """The selected answer, also if enter was typed before the list was displayed."""
        if self.choices:
            self.dismiss(self.choices[self._highlighted].id)

    def _move(self, rows: int) -> None:
        """Keys typed before the list is there count as well."""
        self._highlighted = (self._highlighted + rows) % max(1, len(self.choices))
        for choices in self.query(OptionList):
            choices.highlighted = self._highlighted

    @on(OptionList.OptionHighlighted)
    def _moved(self, event: OptionList.OptionHighlighted) -> None:
        if event.option_list.has_focus:
            self._highlighted = event.option_index

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self.choices[event.option_index].id)

    @staticmethod
    def _line(choice: Choice) -> Text:
        line = Text(f" {choice.key or ' '} ", "bold")
        return line.append(f" {plain(choice.label)}", "not bold")


def confirm(question: str, yes: str, no: str = "no") -> ChoiceScreen:
    """A yes-or-no question with no as the default; the result is ``yes`` or another value."""
    return ChoiceScreen(question, [Choice("no", "n", no), Choice("yes", "y", yes)])
