"""The filter line of the case table; it filters while the user types."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.suggester import Suggester
from textual.timer import Timer
from textual.widgets import Input, Label

from simorc.text import plain

TYPING_PAUSE = 0.15


class NameSuggester(Suggester):
    """Completes the last name in a filter with a column's name."""

    def __init__(self) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self.names: list[str] = []

    async def get_suggestion(self, value: str) -> str | None:
        head, blank, word = value.rpartition(" ")
        if not word:
            return None
        found = next((name for name in self.names if name.startswith(word) and name != word), None)
        return None if found is None else head + blank + found


class FilterBar(Horizontal):
    """A prompt and an input; shown while filtering."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "drop", "clear filter", show=False)]

    class Changed(Message):
        """Another filter text; `final` when the user is done with it."""

        def __init__(self, text: str, final: bool) -> None:
            super().__init__()
            self.text = text
            self.final = final

    def __init__(self, *, widget_id: str | None = None) -> None:
        super().__init__(id=widget_id)
        self.suggester = NameSuggester()
        self._timer: Timer | None = None

    def compose(self) -> ComposeResult:
        yield Label("/", classes="prompt")
        yield Input(
            placeholder="status:failed vdd<1.7 corner=ss text", suggester=self.suggester, compact=True
        )
        yield Label("", classes="problem")

    def open(self, text: str, names: list[str]) -> None:
        """Show the line with `text` in it and take the keys."""
        self.suggester.names = names
        self.add_class("shown")
        field = self.query_one(Input)
        with self.prevent(Input.Changed):
            field.value = text
        self.screen.set_focus(field)

    def show_problem(self, problem: str) -> None:
        self.query_one(".problem", Label).update(Text(plain(problem)))

    def action_drop(self) -> None:
        """No filter any more."""
        self._close("")

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(
            TYPING_PAUSE, lambda: self.post_message(self.Changed(event.value, False))
        )

    @on(Input.Submitted)
    def _done(self, event: Input.Submitted) -> None:
        event.stop()
        self._close(event.value)

    def _close(self, text: str) -> None:
        if self._timer is not None:
            self._timer.stop()
        self.show_problem("")
        self.remove_class("shown")
        self.post_message(self.Changed(text, True))
