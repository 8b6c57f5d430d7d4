"""The plot: panels of waveforms drawn with characters, with zoom, pan and two cursors."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widget import Widget

from simorc.reports.terminal_curves import Span
from simorc.reports.terminal_plot import Look, Panel, in_ascii, picture_of
from simorc.reports.terminal_ticks import value_at
from simorc_tui.widgets.plot_cursors import Cursors
from simorc_tui.widgets.plot_window import Window

ZOOM = 2.0
PAN = 0.25
READOUT_LINES = 6


class PlotView(Widget, can_focus=True):
    """Shows a panel. All its strips share one window of x and two cursors; y fits what the window shows."""

    DEFAULT_CSS = """
    PlotView { height: 1fr; width: 1fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("plus,equals_sign", f"zoom({1 / ZOOM})", "zoom in", show=False, id="plot.zoom_in"),
        Binding("minus", f"zoom({ZOOM})", "zoom out", show=False, id="plot.zoom_out"),
        Binding("h", f"pan({-PAN})", "pan left", show=False, id="plot.pan_left"),
        Binding("l", f"pan({PAN})", "pan right", show=False, id="plot.pan_right"),
        Binding("0", "fit", "fit", show=False, id="plot.fit"),
        Binding("m", "cursor", "cursors", show=False, id="plot.cursor"),
        Binding("left", "nudge(-1)", "cursor left", show=False, id="plot.left"),
        Binding("right", "nudge(1)", "cursor right", show=False, id="plot.right"),
        Binding("v", "other_cursor", "other cursor", show=False, id="plot.other_cursor"),
        Binding("X", "log_x", "log x", show=False, id="plot.log_x"),
        Binding("Y", "log_y", "log y", show=False, id="plot.log_y"),
    ]

    class WindowChanged(Message):
        """The user looks at another part of x; None means all of it."""

        def __init__(self, span: Span | None) -> None:
            super().__init__()
            self.span = span

    def __init__(self, panel: Panel | None = None, *, id: str | None = None) -> None:  # noqa: A002 -- as Textual calls it
        super().__init__(id=id)
        self.note = ""
        self.panel = panel or Panel(())
        self.window = Window.over(self.panel)
        self.cursors = Cursors()
        self._columns = 1

    def show_panel(self, panel: Panel, *, keep_window: bool = False) -> None:
        """Draw `panel`; with `keep_window` the part of x and the cursors stay, as for a file that grows."""
        self.panel, self.note = panel, ""
        self.window = self.window.over_again(panel) if keep_window else Window.over(panel)
        self.cursors = self.cursors if keep_window else Cursors()
        self.refresh()

    def show_note(self, note: str) -> None:
        """Say why there is no plot."""
        self.panel, self.note = Panel(()), note
        self.window, self.cursors = Window.over(self.panel), Cursors()
        self.refresh()

    def render(self) -> Text:
        width, height = self.size.width, self.size.height
        if self.note or not width or not height:
            return Text(self.note, "dim", justify="center")
        readout = self.readout()[: min(READOUT_LINES, max(0, height - 5))]
        try:
            drawn = picture_of(self.panel, self._look(height - len(readout)))
        except (ArithmeticError, LookupError, ValueError) as error:
            # Numbers no plot was tried with must not take the program down.
            return Text(f"this cannot be drawn: {error}", "dim", justify="center")
        self._columns = max(1, drawn.columns)
        picture = Text.from_ansi("\n".join(drawn.lines), no_wrap=True, overflow="crop", end="")
        for line in readout:
            picture.append("\n" + line[:width], "bold")
        return picture

    def readout(self) -> list[str]:
        """What the cursors stand on, a line for x and one for each curve; empty without cursors."""
        lines = self.cursors.readout(self.panel)
        return [in_ascii(line) for line in lines] if self._only_ascii else lines

    @property
    def _only_ascii(self) -> bool:
        return self.app.has_class("ascii")

    def _look(self, height: int) -> Look:
        return Look(
            self.size.width,
            height,
            self.window.span,
            self.window.log_x,
            self.window.log_y,
            self.cursors.places,
            ascii=self._only_ascii,
        )

    def action_zoom(self, factor: float) -> None:
        """Show `factor` times as much, around the active cursor or the middle."""
        self._look_at(self.window.zoomed(factor, self.cursors.active))

    def action_pan(self, part: float) -> None:
        """Move by a part of the window."""
        self._look_at(self.window.panned(part))

    def action_fit(self) -> None:
        """Show all of x again."""
        self._look_at(self.window.fitted())

    def action_log_x(self) -> None:
        """Logarithmic or linear x; x at or below zero has no place on a logarithmic axis."""
        if not self.window.log_x and self.panel.x_span(log=True) is None:
            self.notify("no positive x to show on a logarithmic axis", severity="warning")
            return
        self._look_at(self.window.with_log_x(not self.window.log_x))

    def action_log_y(self) -> None:
        """Logarithmic or linear y."""
        self._look_at(self.window.with_log_y(not self.window.log_y))

    def action_cursor(self) -> None:
        """The first cursor, the second cursor, none."""
        if self.window.span is not None:
            low, high = self.window.span
            self.cursors = self.cursors.stepped(
                value_at(0.5, low, high, log=self.window.log_x),
                value_at(0.75, low, high, log=self.window.log_x),
            )
            self.refresh()

    def action_other_cursor(self) -> None:
        """Take the other cursor in hand."""
        self.cursors = self.cursors.swapped()
        self.refresh()

    def action_nudge(self, columns: int) -> None:
        """Move the cursor in hand by columns; without a cursor, pan a little."""
        if self.cursors.active is None:
            self.action_pan(columns * PAN / 4)
            return
        self.cursors = self.cursors.moved(self.window.moved(self.cursors.active, columns / self._columns))
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """Put the cursor in hand (the first one, if there is none) where the mouse points."""
        if self.window.span is None:
            return
        margin = self.size.width - self._columns
        place = min(max((event.x - margin) / max(1, self._columns - 1), 0.0), 1.0)
        x = value_at(place, *self.window.span, log=self.window.log_x)
        self.cursors = self.cursors.stepped(x, x) if self.cursors.active is None else self.cursors.moved(x)
        self.refresh()

    def _look_at(self, window: Window) -> None:
        if window != self.window:
            moved = window.span != self.window.span
            self.window = window
            self.refresh()
            if moved:
                self.post_message(self.WindowChanged(window.span))
