"""A text over the main screen: help, details of a case."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Label, Static

from simorc_tui.screens.dialogs.dialog import Dialog

KeyLines = Sequence[tuple[str, str]]


def key_lines(lines: KeyLines, key_width: int) -> Table:
    """Keys in a column of at least `key_width` cells; what they do, indented, beside them."""
    table = Table.grid(padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column(style="bold", min_width=key_width, no_wrap=True)
    table.add_column()
    for key, what in lines:
        table.add_row(Text(f"  {key}"), Text(what))
    return table


class ReadingScreen(Dialog[None]):
    """Shows a text; escape, q or enter puts it away."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter,question_mark", "put_away", "close"),
        Binding("j", "scroll(1)", "down", show=False),
        Binding("k", "scroll(-1)", "up", show=False),
    ]

    def __init__(self, title: str, content: RenderableType, *, full: bool = False) -> None:
        super().__init__()
        self._title = title
        self._content = content
        self._classes_of_dialog = f"dialog {'full' if full else 'wide'}"

    def compose(self) -> ComposeResult:
        with Vertical(classes=self._classes_of_dialog):
            yield Label(Text(self._title), classes="dialog-title")
            with VerticalScroll():
                yield Static(self._content)

    def on_mount(self) -> None:
        self.set_focus(self.query_one(VerticalScroll))

    def action_put_away(self) -> None:
        self.dismiss(None)

    def action_scroll(self, rows: int) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=rows, animate=False)
