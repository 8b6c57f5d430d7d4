"""The plot: panels of waveforms drawn with characters, with zoom, pan and two cursors."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual import events
from textual.binding import BindingType
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from simorc.plots.backends.terminal.curves import Span
from simorc.plots.backends.terminal.figures import figure_shown
from simorc.plots.backends.terminal.plot import Look, Panel, Picture, in_ascii, picture_of
from simorc.plots.figure import Figure
from simorc.plots.palette import DARK, FEW, LIGHT, Palette
from simorc.plots.ticks import value_at
from simorc_tui.commands.plot_commands import PAN, PLOT_COMMANDS
from simorc_tui.exporting import ask_export
from simorc_tui.theme.colours import has_own_colours
from simorc_tui.widgets.plot.ansi_strips import strips_of
from simorc_tui.widgets.plot.cursors import Cursors
from simorc_tui.widgets.plot.window import Window

READOUT_LINES = 6


class PlotView(Widget, can_focus=True):
    """Shows a panel. All its strips share one window of x and two cursors; y fits what the window shows,
    until the user moves it, strip by strip.
    """

    DEFAULT_CSS = """
    PlotView { height: 1fr; width: 1fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [command.binding for command in PLOT_COMMANDS]

    class WindowChanged(Message):
        """The user selected another part of x; None means all of it."""

        def __init__(self, span: Span | None) -> None:
            super().__init__()
            self.span = span

    def __init__(self, panel: Panel | None = None, *, id: str | None = None) -> None:  # noqa: A002 -- as Textual calls it
        super().__init__(id=id)
        self.note = ""
        self.panel = panel or Panel(())
        self.window = Window.over(self.panel)
        self.cursors = Cursors()
        self.export_to = Path("plot")
        """What a file of this plot is called at first, without its ending."""
        self._drawn = Picture([], 1)
        self._strips: list[Strip] = []
        self._state: tuple[Panel, str, Window, Cursors, Size, Style] | None = None

    def show_panel(self, panel: Panel, *, keep_window: bool = False) -> None:
        """Draw `panel`; with `keep_window` the part of x and the cursors stay, as for a file that grows."""
        self.panel, self.note = panel, ""
        self.window = self.window.over_again(panel) if keep_window else Window.over(panel)
        self.cursors = self.cursors if keep_window else Cursors()
        self.refresh()

    def show_note(self, note: str) -> None:
        """Show why there is no plot."""
        self.panel, self.note = Panel(()), note
        self.window, self.cursors = Window.over(self.panel), Cursors()
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """One line of the picture."""
        self._update()
        return self._strips[y] if y < len(self._strips) else Strip.blank(self.size.width, self.rich_style)

    def _update(self) -> None:
        """Draw the picture anew if anything it depends on has changed."""
        state = (self.panel, self.note, self.window, self.cursors, self.size, self.rich_style)
        if self._state is None or state[0] is not self._state[0] or state[1:] != self._state[1:]:
            self._state, self._strips = state, self.drawn_strips()

    @property
    def _picture(self) -> Picture:
        """The picture of what shows now: keys may come faster than the screen is painted."""
        self._update()
        return self._drawn

    def drawn_strips(self) -> list[Strip]:
        """All lines: the picture, below it what the cursors read."""
        width, height = self.size.width, self.size.height
        self._drawn = Picture([], 1)
        if not width or not height:
            return []
        if self.note:
            return self._note_strips(self.note)
        readout = self.readout()[: min(READOUT_LINES, max(0, height - 5))]
        try:
            self._drawn = picture_of(self.panel, self._look(height - len(readout)))
        except (ArithmeticError, LookupError, ValueError) as error:
            # Numbers no plot was tried with must not take the program down.
            return self._note_strips(f"cannot draw this plot: {error}")
        base = self.rich_style
        return strips_of(self._drawn.lines, width, base) + strips_of(readout, width, base + Style(bold=True))

    def _note_strips(self, note: str) -> list[Strip]:
        """A note in place of a plot, wrapped and centred."""
        text, console = Text(note, "dim", justify="center"), self.app.console
        options = console.options.update(width=self.size.width, height=None, highlight=False)
        lines = console.render_lines(text, options, style=self.rich_style)
        return [Strip(line).adjust_cell_length(self.size.width, self.rich_style) for line in lines]

    def readout(self) -> list[str]:
        """The values at the cursors, a line for x and one for each curve; empty without cursors."""
        lines = self.cursors.readout(self.panel, log_x=self.window.log_x, width=self.size.width)
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
            y_spans=self.window.heights,
            marked=self.window.in_hand if len(self.panel.strips) > 1 else None,
            palette=self._palette,
        )

    @property
    def _palette(self) -> Palette:
        """Colours for the ground of the theme; few where the colours are the terminal's."""
        theme = self.app.current_theme
        return FEW if not has_own_colours(theme) else DARK if theme.dark else LIGHT

    @property
    def _columns(self) -> int:
        """Cells that x is spread over."""
        return max(1, self._picture.columns)

    def action_zoom(self, factor: float) -> None:
        """Show `factor` times as much, around the active cursor or the middle."""
        self._look_at(self.window.zoomed(factor, self.cursors.active))

    def action_pan(self, part: float) -> None:
        """Move by a part of the window."""
        self._look_at(self.window.panned(part))

    def action_fit(self) -> None:
        """Show all of x and y again."""
        self._look_at(self.window.fitted())

    def action_zoom_y(self, factor: float) -> None:
        """Show `factor` times as much of y, around the value of the first curve at the active cursor."""
        self._look_at(self.window.y_zoomed(factor, self._picture.y_spans, self._y_at_cursor()))

    def action_pan_y(self, part: float) -> None:
        """Move up by a part of what shows of y."""
        self._look_at(self.window.y_panned(part, self._picture.y_spans))

    def action_strip(self) -> None:
        """Move y of the next strip from now on."""
        if len(self.panel.strips) < 2:
            self.notify("The plot has one strip.")
        else:
            self._look_at(self.window.next_strip())

    def _y_at_cursor(self) -> float | None:
        at, strips = self.cursors.active, self.panel.strips
        if at is None or not strips:
            return None
        traces = strips[self.window.in_hand or 0].traces
        return traces[0].value_at(at) if traces else None

    def action_log_x(self) -> None:
        """Logarithmic or linear x; x at or below zero has no place on a logarithmic axis."""
        if not self.window.log_x and self.panel.x_span(log=True) is None:
            self.notify("A logarithmic axis needs positive x values.", severity="warning")
            return
        self._look_at(self.window.with_log_x(not self.window.log_x))

    def action_log_y(self) -> None:
        """Logarithmic or linear y."""
        self._look_at(self.window.with_log_y(not self.window.log_y))

    def shown(self) -> Figure:
        """What shows, as a figure to write."""
        window = self.window
        return figure_shown(self.panel, window.span, window.heights, log_x=window.log_x, log_y=window.log_y)

    def action_export(self) -> None:
        """Write what shows into a file."""
        if self.window.span is None:
            self.notify("There is no plot to write.", severity="warning")
            return
        figure = self.shown()
        ask_export(self, lambda: figure, self.export_to)

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
        """Activate the other cursor."""
        self.cursors = self.cursors.swapped()
        self.refresh()

    def action_nudge(self, columns: int) -> None:
        """Move the active cursor by columns; without a cursor, pan a little."""
        if self.cursors.active is None:
            self.action_pan(columns * PAN / 4)
            return
        self.cursors = self.cursors.moved(self.window.moved(self.cursors.active, columns / self._columns))
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """Place the active cursor (the first one, if there is none) at the mouse position."""
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
