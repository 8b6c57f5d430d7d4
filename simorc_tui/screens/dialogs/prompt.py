"""A question with a line of text as answer; escape cancels."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input, Label

from simorc.text import plain
from simorc_tui.screens.dialogs.dialog import Dialog


class PromptScreen(Dialog[str | None]):
    """Prompts for a line with `title`; `check` returns the error in a line ('' none), which leaves the prompt
    open.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "turn_away", "cancel", priority=True)]

    def __init__(
        self, title: str, value: str = "", *, hint: str = "", check: Callable[[str], str] | None = None
    ) -> None:
        super().__init__()
        self._title = title
        self._value = value
        self._hint = hint
        self._check = check

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label(Text(plain(self._title)), classes="dialog-title")
            yield Input(self._value, placeholder=self._hint, compact=True, select_on_focus=False)
            yield Label("", classes="problem")

    def on_mount(self) -> None:
        self.set_focus(self.query_one(Input))

    def action_turn_away(self) -> None:
        self.dismiss(None)

    @on(Input.Submitted)
    def _answered(self, event: Input.Submitted) -> None:
        event.stop()
        answer = event.value.strip()
        problem = self._check(answer) if self._check is not None else ""
        if problem:
            self.query_one(".problem", Label).update(Text(plain(problem)))
        else:
            self.dismiss(answer)
