"""Plots of a whole run: histogram, families of curves, pass and fail map, overlay of waveforms."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from simorc.rundir.store.reader import Column
from simorc_tui.data.plot_choices import PlotChoices, histogram_choices
from simorc_tui.screens.main.context import Controller, MainContext
from simorc_tui.screens.main.pane_controller import PaneController

if TYPE_CHECKING:
    from simorc_tui.screens.dialogs.result_screen import Drawing

Drawn = TypeVar("Drawn")


class ResultController(Controller):
    """Plots over all cases are made in a thread and shown over the main screen."""

    def __init__(self, main: MainContext, panes: PaneController) -> None:
        super().__init__(main)
        self._panes = panes

    def overlay(self) -> None:
        """The waveforms of the marked cases over each other; again, or without marks, of the one case."""
        marked = sorted(self.main.table.marks)
        if self.main.case_view.overlaid or not marked:
            if not marked:
                self.main.say("First mark cases with space.")
            self.main.case_view.overlay(())
        else:
            self.main.case_view.overlay(marked)
        self._panes.show_tab("wave")

    def histogram(self) -> None:
        """The histogram of the likeliest measurement."""
        self._open("histogram")

    def over_parameter(self) -> None:
        """The likeliest measurement against the likeliest parameter."""
        if not self._labels("parameter"):
            self.main.say("This run sweeps no parameter.")
        else:
            self._open("over")

    def _open(self, kind: str) -> None:
        measurements = self._labels("measurement")
        if not measurements:
            self.main.say("This run has no measurements.")
        else:
            self.main.do(self._plot(kind, measurements), "results")

    async def _plot(self, kind: str, measurements: list[str]) -> None:
        from simorc_tui.data import run_plots
        from simorc_tui.screens.dialogs.plot_screen import PlotScreen

        model, likely = self.main.open_run(), self._likely()
        labels = self._labels("parameter")
        if kind == "over":
            choices = await asyncio.to_thread(run_plots.curve_choices_of, model, measurements, likely, labels)
        else:
            choices = histogram_choices(measurements, likely)
        make = run_plots.curves if kind == "over" else run_plots.histogram
        drawing = self._drawing(kind, choices, partial(make, model), run_plots.file_name)
        spread = await asyncio.to_thread(drawing.make, drawing.choices)
        self.main.ask(PlotScreen(drawing, spread))

    def map(self) -> None:
        """The pass and fail map of all specs over the two likeliest parameters."""
        if len(self._labels("parameter")) < 2:
            self.main.say("A map needs two swept parameters.")
        else:
            self.main.do(self._map(), "results")

    async def _map(self) -> None:
        from simorc_tui.data import run_plots
        from simorc_tui.screens.dialogs.map_screen import MapScreen

        model, labels = self.main.open_run(), self._labels("parameter")
        likely = [self.main.case_view.current_spec]
        choices = await asyncio.to_thread(run_plots.map_choices_of, model, likely, labels)
        drawing = self._drawing("map", choices, partial(run_plots.verdict_map, model), run_plots.file_name)
        found = await asyncio.to_thread(drawing.make, drawing.choices)
        self.main.ask(MapScreen(drawing, found, self.main.glyphs), self._go_to_case)

    def _drawing(
        self,
        kind: str,
        choices: PlotChoices,
        make: Callable[[PlotChoices], Drawn],
        name: Callable[[str, PlotChoices], str],
    ) -> Drawing[Drawn]:
        """What was chosen for the sweep before, unless the cursor is on a spec; what is chosen is kept."""
        from simorc_tui.screens.dialogs.result_screen import Drawing

        layout = self.main.open_run().layout
        plot = f"{layout.sweep} {kind}"
        remembered = self.main.remembered.plots.get(plot, {})
        spec = self.main.case_view.current_spec
        first = choices.choices[0].name
        if spec in choices.choices[0].values:
            remembered = {name: value for name, value in remembered.items() if name != first}
        return Drawing(
            choices.recalled(remembered),
            make,
            lambda chosen: self.main.remember_plot(plot, chosen.chosen),
            lambda chosen: layout.reports / name(kind, chosen),
        )

    def _likely(self) -> list[str]:
        """Measurements that may be meant, the likeliest first: the spec under the cursor, the column that
        the cases are sorted by, the spec that needs attention.
        """
        tightest = self.main.status_line.violations.tightest
        return [
            self.main.case_view.current_spec,
            self.main.table.arrangement.order.removeprefix("m_"),
            tightest.name if tightest is not None else "",
        ]

    def _go_to_case(self, case_id: int | None) -> None:
        if case_id is not None:
            self._panes.go_to_case(case_id)

    def _labels(self, role: str) -> list[str]:
        """Names of the run's parameters or measurements."""
        columns: list[Column] = self.main.table.brought_columns()
        return [column.label for column in columns if column.role == role]
