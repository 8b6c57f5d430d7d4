"""The line in which a cell of a form is typed; above it what it means, or what is wrong with it."""

from __future__ import annotations

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input, Static

from simorc.text import plain
from simorc_tui.theme.coloured import coloured


class LineField(Vertical):
    """Hidden until `open`."""

    DEFAULT_CSS = """
    LineField { display: none; height: auto; }
    LineField.open { display: block; }
    LineField > Static { height: auto; max-height: 4; }
    """

    class Changed(Message):
        """The text of the open line has changed."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Submitted(Message):
        """Enter was pressed on the line."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def __init__(self) -> None:
        super().__init__()
        self._title = ""

    def compose(self) -> ComposeResult:
        yield Static(markup=False)
        yield Input(compact=True, select_on_focus=False)

    @property
    def is_open(self) -> bool:
        return self.has_class("open")

    @property
    def field(self) -> Input:
        return self.query_one(Input)

    def open(self, title: str, text: str, hint: str, *, select: bool = False) -> None:
        """Type a line that begins with `text`; with `select` typing replaces it."""
        self._title = title
        self.add_class("open")
        self.field.placeholder = hint
        self.field.value = text
        self.screen.set_focus(self.field)
        self.field.cursor_position = len(text)
        if select:
            self.field.select_all()
        self.show_effect("")

    def close(self) -> None:
        """Hide the line."""
        self.remove_class("open")

    def show_effect(self, words: str) -> None:
        """Show what the line does."""
        text = Text(plain(self._title), "bold")
        self.query_one(Static).update(text.append(f"   {plain(words)}" if words else "", "not bold"))

    def show_problem(self, problem: str) -> None:
        """Show what is wrong with the line."""
        self.query_one(Static).update(coloured(f"{plain(self._title)}   ! {plain(problem)}", "bold red"))

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        if self.is_open:
            self.post_message(self.Changed(event.value))

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if self.is_open:
            self.post_message(self.Submitted(event.value))
