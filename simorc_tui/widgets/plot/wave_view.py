"""The wave tab: the waveforms of one case, or an overlay of several, read in the background."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from rich.table import Table
from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.message import Message
from textual.widgets import ContentSwitcher, Static
from textual.worker import Worker, get_current_worker

from simorc.measurements.fourier import TAPERS
from simorc.plots.backends.terminal.spectra import Spectrum
from simorc.plots.kept_view import spec_of_panel
from simorc.rundir.layout import RunLayout
from simorc.text import plain
from simorc_tui.commands.plot_commands import WAVE_COMMANDS
from simorc_tui.exporting import ask_keep
from simorc_tui.screens.dialogs.dialog import show
from simorc_tui.widgets.failing import FailingPane
from simorc_tui.widgets.plot.expression_bar import ExpressionBar
from simorc_tui.widgets.plot.plot_view import PlotView
from simorc_tui.widgets.plot.wave_chooser import Chosen, WaveChooser
from simorc_tui.widgets.plot.wave_load import Picture, Request, Row, load, stamps_of
from simorc_tui.widgets.plot.window import Window

SETTLE_SECONDS = 0.06
LOOK_AGAIN_SECONDS = 1.0


class WaveView(FailingPane):
    """Shows the raw file of a case: plot specs, plots, operating points. A file that grows is read again."""

    DEFAULT_CSS = """
    WaveView { height: 1fr; width: 1fr; layout: vertical; }
    WaveView > .wave-head { height: 1; }
    WaveView > ContentSwitcher { height: 1fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [command.binding for command in WAVE_COMMANDS]

    class Loaded(Message):
        """What a request came to."""

        def __init__(self, request: Request, picture: Picture) -> None:
            super().__init__()
            self.request = request
            self.picture = picture

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 -- as Textual calls it
        super().__init__(id=id)
        self.request: Request | None = None
        self.picture = Picture("No case selected.")
        self._shown: Request | None = None
        self._settling = False
        self._reader: Worker[None] | None = None
        self.typed: tuple[str, ...] = ()
        """The expressions there are, shown or not."""
        self._expressions: tuple[str, ...] = ()
        self._time: Window | None = None

    def compose(self) -> ComposeResult:
        yield Static(classes="wave-head")
        with ContentSwitcher(initial="wave-plot"):
            yield PlotView(id="wave-plot")
            with VerticalScroll(id="wave-values"):
                yield Static()
        yield ExpressionBar()

    def on_mount(self) -> None:
        self.query_one(PlotView).show_note(self.picture.note)
        self.set_interval(LOOK_AGAIN_SECONDS, self._look_again)

    @property
    def plot(self) -> PlotView:
        return self.query_one(PlotView)

    def show_case(self, layout: RunLayout | None, case_id: int | None) -> None:
        """Show one case; None shows nothing."""
        self.show_cases(layout, [] if case_id is None else [case_id])

    def show_cases(self, layout: RunLayout | None, case_ids: Sequence[int]) -> None:
        """Show several cases over each other. The chosen plot and traces stay while the run stays, typed
        expressions always.
        """
        if layout is None or not case_ids:
            self._wants(None)
            return
        same_run = self.request is not None and self.request.layout == layout
        before = (
            self.request
            if same_run and self.request is not None
            else Request(layout, (), "", None, self._expressions)
        )
        self._wants(replace(before, case_ids=tuple(case_ids)))

    def action_choose(self) -> None:
        """Choose traces from a list."""
        if self.request is None or not self.picture.names:
            self.notify("There are no traces to select.", severity="warning")
            return
        signals = self.picture.usual if self.request.signals is None else self.request.signals
        marked = (*self._expressions, *signals)
        show(self.app, WaveChooser(self.picture.names, marked, self.typed), self._chosen)

    def action_expression(self, edit: str = "") -> None:
        """Type an expression; the plot follows."""
        if self.request is None or self.picture.panel is None:
            self.notify("An expression needs a waveform.", severity="warning")
            return
        self.query_one(ExpressionBar).open(self.picture.names, self.typed, edit)

    def action_spectrum(self) -> None:
        """Over frequency the part of time that shows, or over time again."""
        request = self.request
        if request is not None and request.spectrum is not None:
            self._wants(replace(request, spectrum=None))
        elif request is None or self.picture.panel is None:
            self.notify("An FFT needs a waveform.", severity="warning")
        elif self.picture.panel.x_unit != "s":
            self.notify("An FFT needs a transient analysis.", severity="warning")
        else:
            self._time = self.plot.window
            self._wants(replace(request, spectrum=Spectrum(self.plot.window.part)))

    def action_taper(self) -> None:
        """The next window of the FFT."""
        if self.request is None or self.request.spectrum is None:
            self.notify("Press f to show the FFT first.", severity="warning")
            return
        tapers, now = list(TAPERS), self.request.spectrum
        then = replace(now, taper=tapers[(tapers.index(now.taper) + 1) % len(tapers)])
        self._wants(replace(self.request, spectrum=then))

    def action_keep(self) -> None:
        """Keep what shows as a plot spec of the project."""
        if self.request is None or self.picture.panel is None:
            self.notify("There are no waveforms to save.", severity="warning")
            return
        window, request = self.plot.window, self.request
        proposed = request.layout.root / "plots" / f"{_name_of(request, self.picture)}.yaml"
        cases = request.case_ids if len(request.case_ids) > 1 else ()
        look = {"log_x": window.log_x, "log_y": window.log_y}
        panel = self.picture.panel
        ask_keep(
            self,
            lambda title: spec_of_panel(panel, title, window.part, window.heights, cases=cases, **look),
            proposed,
        )

    def action_view(self, step: int) -> None:
        """Go to the next plot of the case; chosen traces give way to what suits that plot."""
        views = self.picture.views
        if self.request is None or len(views) < 2:
            self.notify("The case has one plot.", severity="information")
            return
        place = views.index(self.picture.view) if self.picture.view in views else 0
        self._wants(
            replace(self.request, view=views[(place + step) % len(views)], signals=None, spectrum=None)
        )

    def show_failure(self, text: str) -> None:
        self._show(self.request, Picture(text))

    def on_wave_view_loaded(self, message: Loaded) -> None:
        message.stop()
        if message.request == self.request:
            self._show(message.request, message.picture)
            for text, problem in message.picture.problems:
                self.query_one(ExpressionBar).show_missing(text, problem)

    def on_expression_bar_typed(self, message: ExpressionBar.Typed) -> None:
        message.stop()
        text, instead_of = message.text, message.instead_of
        if message.final and text in dict(self.picture.problems):
            return  # the error is shown below the line
        shown = _with(self._expressions, text, instead_of)
        if message.final:
            self.typed, self._expressions = _with(self.typed, text, instead_of), shown
            self.query_one(ExpressionBar).close()
            self.screen.set_focus(self.plot)
        if self.request is not None:
            self._wants(replace(self.request, expressions=shown))

    def on_expression_bar_turned_away(self, message: ExpressionBar.TurnedAway) -> None:
        message.stop()
        self.screen.set_focus(self.plot)
        if self.request is not None:
            self._wants(replace(self.request, expressions=self._expressions))

    def _chosen(self, chosen: Chosen | None) -> None:
        if chosen is None or self.request is None:
            return
        self.typed = tuple(text for text in self.typed if text not in chosen.removed)
        self._expressions = tuple(name for name in chosen.marked if name in self.typed)
        names = tuple(name for name in chosen.marked if name not in self.typed)
        usual = names == self.picture.usual or not chosen.marked
        signals = None if usual or (not names and not self.picture.usual) else names
        self._wants(replace(self.request, signals=signals, expressions=self._expressions))
        if chosen.edit:
            self.action_expression(chosen.edit)

    def _wants(self, request: Request | None) -> None:
        if request == self.request:
            self._renew_note()
            return
        self.request = request
        if request is None:
            self._show(None, Picture("No case selected."))
        elif not self._settling:
            # Moving through the case table requests each case: read the one where the cursor stops.
            self._settling = True
            self.set_timer(SETTLE_SECONDS, self._settled)

    def _settled(self) -> None:
        self._settling = False
        if self.request is not None:
            self._reader = self._read(self.request, None)

    def _look_again(self) -> None:
        """A read in progress may finish: on a busy machine it takes longer than a second."""
        under_way = self._reader is not None and not self._reader.is_finished
        seen = self.request is not None and self.request == self._shown and self.display and self.is_on_screen
        if seen and self.request is not None and not under_way:
            self._reader = self._read(self.request, self.picture)

    def _renew_note(self) -> None:
        """The same case is requested again: its status changed, and with it the reason for a missing
        waveform.
        """
        if self.picture.note:
            self._look_again()

    @property
    def is_on_screen(self) -> bool:
        """Whether any of it shows: a hidden tab reads nothing."""
        return bool(self.region.area)

    @work(thread=True, exclusive=True, group="wave", exit_on_error=False)
    def _read(self, request: Request, known: Picture | None) -> None:
        # A note changes with the case's status, which is in no file of the case.
        if known is not None and not known.note and stamps_of(request) == known.stamps:
            return
        picture = load(request)
        if not get_current_worker().is_cancelled and (known is None or picture != known):
            self.post_message(self.Loaded(request, picture))

    def _show(self, request: Request | None, picture: Picture) -> None:
        keep, before = self._keeps_window(request, picture), self._shown
        self.picture, self._shown = picture, request
        switcher = self.query_one(ContentSwitcher)
        switcher.current = "wave-values" if picture.rows else "wave-plot"
        if picture.panel is not None and request is not None:
            self.plot.export_to = _export_name(request, picture)
            self.plot.show_panel(picture.panel, keep_window=keep)
            self._back_in_time(request, before)
        elif picture.rows:
            self.query_one("#wave-values > Static", Static).update(_table(picture.rows))
        else:
            self.plot.show_note(plain(picture.note))
        self.query_one(".wave-head", Static).update(self._head(picture))

    def _back_in_time(self, request: Request | None, before: Request | None) -> None:
        """From a spectrum back to the part of time it was of."""
        if request is None or before is None or before.spectrum is None or request.spectrum is not None:
            return
        if self._time is not None and before.view == request.view:
            self.plot.window = self._time.over_again(self.plot.panel)
            self.plot.refresh()

    def _keeps_window(self, request: Request | None, picture: Picture) -> bool:
        """The part of x stays from case to case, as long as the same curves are shown and have it."""
        before = self._shown
        if request is None or before is None or picture.panel is None or self.picture.panel is None:
            return False
        same = (before.signals, before.spectrum is None, self.picture.view, before.layout) == (
            *(request.signals, request.spectrum is None, picture.view),
            request.layout,
        )
        part, full = self.plot.window.part, picture.panel.x_span(log=False)
        inside = part is None or (full is not None and full[0] <= part[0] and part[1] <= full[1])
        return same and inside

    def _head(self, picture: Picture) -> Text:
        """Which plot, which of how many, and what to beware of."""
        head = Text(no_wrap=True, overflow="ellipsis")
        if picture.view:
            place = f" [{picture.views.index(picture.view) + 1}/{len(picture.views)}]"
            head.append(plain(picture.view) + (place if len(picture.views) > 1 else ""), "bold")
        if self._shown is not None and len(self._shown.case_ids) > 1:
            head.append(f"  {len(self._shown.case_ids)} cases")
        if self._shown is not None and self._shown.spectrum is not None:
            head.append("  FFT")
        for text, problem in picture.problems:
            head.append(f"  ! {plain(text)}: {plain(problem)}", "italic")
        if picture.caution:
            head.append(f"  ! {plain(picture.caution)}", "italic")
        return head


def _export_name(request: Request, picture: Picture) -> Path:
    """``reports/case_17_transient_analysis`` in the run."""
    cases = "_".join(map(str, request.case_ids[:4])) + ("_more" if len(request.case_ids) > 4 else "")
    return request.layout.reports / f"case_{cases}_{_name_of(request, picture)}"


def _name_of(request: Request, picture: Picture) -> str:
    return re.sub(r"\W+", "_", f"{picture.view} {'fft' if request.spectrum else ''}".strip().lower())


def _with(expressions: tuple[str, ...], text: str, instead_of: str) -> tuple[str, ...]:
    """With `text` in the place of another one; a new one comes last, an empty one takes the other away."""
    if instead_of in expressions:
        found = [text if each == instead_of else each for each in expressions]
    else:
        found = [*expressions, text]
    return tuple(dict.fromkeys(each for each in found if each))


def _table(rows: Sequence[Row]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("signal", no_wrap=True)
    table.add_column("value", justify="right", no_wrap=True)
    for row in rows:
        table.add_row(Text(plain(row.name)), Text(row.value))
    return table
