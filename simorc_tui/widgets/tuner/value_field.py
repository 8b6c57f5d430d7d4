"""The line in which the value of a slider is typed; what is wrong with it is shown while it is typed."""

from __future__ import annotations

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input, Static

from simorc.analysis.tuning.knobs import Knob
from simorc.errors import UsageError
from simorc.text import plain
from simorc_tui.theme.coloured import coloured


class ValueField(Vertical):
    """Hidden until `open`."""

    DEFAULT_CSS = """
    ValueField { display: none; height: auto; }
    ValueField.open { display: block; }
    ValueField > Static { height: auto; }
    """

    class Typed(Message):
        """Enter was pressed on a line that is a number."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def __init__(self) -> None:
        super().__init__()
        self._knob: Knob | None = None

    def compose(self) -> ComposeResult:
        yield Static(markup=False)
        yield Input(compact=True, select_on_focus=False)

    @property
    def is_open(self) -> bool:
        return self.has_class("open")

    @property
    def field(self) -> Input:
        return self.query_one(Input)

    def open(self, knob: Knob, text: str, *, select: bool = False) -> None:
        """Type the value of a knob, beginning with `text`; with `select` typing replaces it."""
        self._knob = knob
        self.add_class("open")
        self.field.value = text
        self.screen.set_focus(self.field)
        self.field.cursor_position = len(text)
        if select:
            self.field.select_all()
        self._check(text)

    def close(self) -> None:
        """Hide the line."""
        self.remove_class("open")

    def _check(self, text: str) -> bool:
        """Show the name of what is typed, or what is wrong; whether it is a number."""
        knob, label = self._knob, self.query_one(Static)
        if knob is None:
            return False
        try:
            knob.typed(text)
        except UsageError as error:
            label.update(coloured(plain(error.message), "bold red"))
            return False
        label.update(Text(f"{plain(knob.name)}, nominal {knob.nominal}"))
        return True

    @on(Input.Changed)
    def _still_typing(self, event: Input.Changed) -> None:
        event.stop()
        if self.is_open:
            self._check(event.value)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if self.is_open and self._check(event.value):
            self.post_message(self.Typed(event.value))
