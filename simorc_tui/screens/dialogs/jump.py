"""Jump mode: one key to a pane or a tab, digits and enter to a case."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Static

from simorc_tui.screens.dialogs.dialog import Dialog

TARGETS = {
    "p": ("tree", "project tree"),
    "b": ("builder", "sweep builder"),
    "c": ("cases", "cases"),
    "w": ("wave", "waveforms"),
    "L": ("log", "log"),
    "n": ("netlist", "netlist"),
    "M": ("measures", "measurements"),
}


class JumpScreen(Dialog[str | None]):
    """The result is a pane, a tab, or a case's number as digits."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "turn_away", "cancel"),
        Binding("enter", "go", "go", priority=True),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._digits = ""

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(self._text())

    def on_key(self, event: events.Key) -> None:
        typed = event.character or ""
        if typed in TARGETS:
            event.stop()
            self.dismiss(TARGETS[typed][0])
        elif typed.isdecimal() and typed.isascii():
            self._digits += typed
            self.query_one(Static).update(self._text())

    def action_go(self) -> None:
        self.dismiss(self._digits or None)

    def action_turn_away(self) -> None:
        self.dismiss(None)

    def _text(self) -> Text:
        text = Text("Jump to\n", "bold")
        for key, (_, label) in TARGETS.items():
            text.append(f" {key} ", "bold").append(f" {label}\n", "not bold")
        return text.append(f" case {self._digits or '(type its number, enter)'}", "not bold")
