"""The curves of a tuner: read in a thread, the newest ones drawn."""

from __future__ import annotations

import asyncio

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message

from simorc.text import plain
from simorc_tui.data.tuning.curves import CurveReader, Curves, Wanted
from simorc_tui.data.tuning.model import TunerModel
from simorc_tui.widgets.border_text import show_title
from simorc_tui.widgets.plot.plot_view import PlotView


class CurvePane(Vertical):
    """Draws what a model shows, with the nominal curves behind it, and over it the variants if wanted."""

    class Drawn(Message):
        """Curves were read."""

        def __init__(self, curves: Curves, wanted: Wanted) -> None:
            super().__init__()
            self.curves = curves
            self.wanted = wanted

    class Shown(Message):
        """Other curves are shown."""

    def __init__(self, model: TunerModel, reader: CurveReader, *, widget_id: str | None = None) -> None:
        super().__init__(id=widget_id)
        self.model = model
        self.view = ""
        self.curves = Curves()
        self.drawn: Wanted | None = None
        self.ghost, self.overlay = True, False
        self._reader = reader
        self._reading = False

    def compose(self) -> ComposeResult:
        yield PlotView(id="tuner-plot")

    def on_mount(self) -> None:
        show_title(self, "curves")
        self.plot.show_note("starting the simulator ...")

    @property
    def plot(self) -> PlotView:
        return self.query_one(PlotView)

    def draw(self) -> bool:
        """Have the curves read in a thread, unless that is under way: then once more afterwards.

        False where there is nothing new to draw.
        """
        wanted = self._wanted()
        if wanted is None:
            if self.model.problem:
                self.plot.show_note(plain(self.model.problem))
            return False
        if self._reading or wanted == self.drawn:
            return self._reading
        self._reading = True
        self.run_worker(self._read(wanted), group="curves")
        return True

    def next_view(self, step: int) -> bool:
        """Draw the next plot; False where there is no other."""
        views = self.curves.views
        if len(views) < 2:
            return False
        self.view = views[(views.index(self.curves.view) + step) % len(views)]
        self.draw()
        return True

    def _wanted(self) -> Wanted | None:
        model, shown = self.model, self.model.shown
        if shown is None:
            return None
        ghost = model.nominal if self.ghost and model.nominal is not shown else None
        variants = tuple(
            (each.name, each.reading)
            for each in model.variants
            if self.overlay and each.reading is not None and each.reading.failed is None
        )
        usable = ghost if ghost is not None and ghost.failed is None else None
        return Wanted(tuple(model.cases), shown, usable, variants, self.view)

    async def _read(self, wanted: Wanted) -> None:
        try:
            curves = await asyncio.to_thread(self._reader.curves, wanted)
        finally:
            self._reading = False
        self.post_message(self.Drawn(curves, wanted))

    def on_curve_pane_drawn(self, event: Drawn) -> None:
        event.stop()
        curves = event.curves
        same_view = curves.view == self.curves.view and self.curves.panel is not None
        self.curves, self.drawn = curves, event.wanted
        if curves.panel is not None:
            self.plot.show_panel(curves.panel, keep_window=same_view)
        else:
            self.plot.show_note(plain(curves.note))
        place = f" [{curves.views.index(curves.view) + 1}/{len(curves.views)}]" if curves.view else ""
        show_title(self, f"{plain(curves.view)}{place}" if curves.view else "curves")
        self.post_message(self.Shown())
        self.draw()
