"""A plot of a whole run: histogram, families of curves."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Label

from simorc.text import plain
from simorc_tui.data.distributions import Spread
from simorc_tui.screens.dialogs.dialog import Dialog, show
from simorc_tui.screens.dialogs.help import plot_help_screen
from simorc_tui.widgets.plot.plot_view import PlotView


class PlotScreen(Dialog[None]):
    """Shows a panel with all keys of a plot; escape or q puts it away."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "put_away", "close"),
        Binding("question_mark,f1", "help", "all keys"),
    ]

    def __init__(self, spread: Spread, export_to: Path = Path("plot")) -> None:
        super().__init__()
        self.spread = spread
        self._export_to = export_to

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog full"):
            yield Label(Text(plain(self.spread.title)), classes="dialog-title")
            yield PlotView(self.spread.panel)
            yield Label(
                "+ - zoom  h l pan  0 fit  m cursors  f6 write  ? all keys  escape closes",
                classes="dialog-keys",
            )

    def on_mount(self) -> None:
        plot = self.query_one(PlotView)
        plot.export_to = self._export_to
        self.set_focus(plot)

    def action_help(self) -> None:
        show(self.app, plot_help_screen(getattr(self.app, "keymap", {})))

    def action_put_away(self) -> None:
        self.dismiss(None)
