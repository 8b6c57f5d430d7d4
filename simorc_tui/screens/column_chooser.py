"""Which columns the case table shows, and in which order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Label, OptionList
from textual.widgets.option_list import Option

from simorc.display import plain


class ColumnChooser(ModalScreen[tuple[str, ...] | None]):
    """The result is the names of the columns to show, in order; None leaves them as they are."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "turn_away", "cancel", priority=True),
        Binding("enter", "take", "take", priority=True),
        Binding("space", "show_or_hide", "show or hide", priority=True),
        Binding("J,shift+down", "shift(1)", "later", priority=True),
        Binding("K,shift+up", "shift(-1)", "earlier", priority=True),
        Binding("j", "cursor(1)", "down", show=False),
        Binding("k", "cursor(-1)", "up", show=False),
    ]

    def __init__(self, columns: Sequence[tuple[str, str]], shown: Sequence[str]) -> None:
        """`columns` are (name, label) of all there are; `shown` the names shown now, in order."""
        super().__init__()
        labels = dict(columns)
        self.names = [*(name for name in shown if name in labels), *(n for n in labels if n not in shown)]
        self.shown = set(shown)
        self._labels = labels

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label("columns: space shows or hides, J K move, enter takes", classes="dialog-title")
            yield OptionList(*self._options())

    def on_mount(self) -> None:
        columns = self.query_one(OptionList)
        columns.focus()
        columns.highlighted = 0

    def action_turn_away(self) -> None:
        self.dismiss(None)

    def action_take(self) -> None:
        self.dismiss(tuple(name for name in self.names if name in self.shown))

    def action_show_or_hide(self) -> None:
        place = self.query_one(OptionList).highlighted
        if place is not None:
            self.shown ^= {self.names[place]}
            self._list(min(place + 1, len(self.names) - 1))

    def action_shift(self, step: int) -> None:
        place = self.query_one(OptionList).highlighted
        if place is None or not 0 <= place + step < len(self.names):
            return
        self.names.insert(place + step, self.names.pop(place))
        self._list(place + step)

    def action_cursor(self, rows: int) -> None:
        columns = self.query_one(OptionList)
        if rows > 0:
            columns.action_cursor_down()
        else:
            columns.action_cursor_up()

    @on(OptionList.OptionSelected)
    def _clicked(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.action_show_or_hide()

    def _options(self) -> list[Option]:
        return [
            Option(Text(f"[{'x' if name in self.shown else ' '}] {plain(self._labels[name])}"))
            for name in self.names
        ]

    def _list(self, highlighted: int) -> None:
        columns = self.query_one(OptionList)
        columns.clear_options()
        columns.add_options(self._options())
        columns.highlighted = highlighted
