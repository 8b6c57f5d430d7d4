"""A plot of a whole run: histogram, families of curves."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Label

from simorc.text import plain
from simorc_tui.commands.footers import keys_text
from simorc_tui.data.distributions import Spread
from simorc_tui.screens.dialogs.dialog import show
from simorc_tui.screens.dialogs.help import plot_help_screen
from simorc_tui.screens.dialogs.result_screen import CHOICE_KEYS, Drawing, ResultScreen
from simorc_tui.widgets.plot.plot_view import PlotView

KEYS = (*CHOICE_KEYS, ("+ -", "zoom"), ("m", "cursors"), ("f6", "write"), ("?", "keys"), ("q", "close"))


class PlotScreen(ResultScreen[Spread]):
    """Shows a panel with all keys of a plot; escape or q puts it away."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "put_away", "close"),
        Binding("question_mark,f1", "help", "all keys"),
    ]

    def __init__(self, drawing: Drawing[Spread], spread: Spread) -> None:
        super().__init__(drawing)
        self.spread = spread

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog full"):
            yield from self.choice_row()
            yield Label(Text(plain(self.spread.title)), id="plot-title", classes="dialog-title")
            yield PlotView(self.spread.panel)
            yield Label(keys_text(KEYS), classes="dialog-keys")

    def on_mount(self) -> None:
        plot = self.query_one(PlotView)
        plot.export_to = self.export_to
        self.set_focus(plot)

    def show_drawn(self, drawn: Spread) -> None:
        self.spread = drawn
        self.query_one("#plot-title", Label).update(Text(plain(drawn.title)))
        plot = self.query_one(PlotView)
        plot.export_to = self.export_to
        plot.show_panel(drawn.panel)

    def show_problem(self, problem: str) -> None:
        self.query_one("#plot-title", Label).update("")
        self.query_one(PlotView).show_note(problem)

    def action_help(self) -> None:
        show(self.app, plot_help_screen(getattr(self.app, "keymap", {})))

    def action_put_away(self) -> None:
        self.dismiss(None)
