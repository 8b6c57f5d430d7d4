"""Plots of a whole run: histogram, families of curves, pass and fail map, overlay of waveforms."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from simorc.rundir.store.reader import Column
from simorc_tui.screens.dialogs.choice import Choice, ChoiceScreen
from simorc_tui.screens.main.context import Controller, MainContext
from simorc_tui.screens.main.pane_controller import PaneController

if TYPE_CHECKING:
    from simorc_tui.data.distributions import Map, Spread
    from simorc_tui.data.run_model import RunModel

ALL_SPECS = "all specs"
ALL_COMBINATIONS = "combination of all others"
KEYS = "123456789"


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
        self._ask_measurement("Histogram of", lambda name: self.main.do(self._histogram(name), "results"))

    def over_parameter(self) -> None:
        """Plot a measurement against a parameter; prompts for both."""

        def asked(measurement: str) -> None:
            parameters = self._labels("parameter")
            if not parameters:
                self.main.say("This run sweeps no parameter.")
                return
            self.ask_name(f"{measurement} over", parameters, lambda name: self._ask_by(measurement, name))

        self._ask_measurement("Measurement", asked)

    def _ask_by(self, measurement: str, parameter: str) -> None:
        """With several other parameters, which one makes the curves."""
        others = [name for name in self._labels("parameter") if name != parameter]

        def asked(by: str) -> None:
            chosen = "" if by == ALL_COMBINATIONS else by
            self.main.do(self._over(measurement, parameter, chosen), "results")

        if len(others) > 1:
            self.ask_name("One curve for each", [*others, ALL_COMBINATIONS], asked)
        else:
            asked(others[0] if others else ALL_COMBINATIONS)

    def map(self) -> None:
        """Plot a pass and fail map; prompts for the spec and both parameters."""
        self.main.do(self._ask_map(), "results")

    async def _histogram(self, measurement: str) -> None:
        from simorc_tui.screens.dialogs.plot_screen import PlotScreen

        model = self.main.open_run()
        spread = await asyncio.to_thread(_histogram, model, measurement)
        self.main.ask(PlotScreen(spread, model.layout.reports / f"histogram_{measurement}"))

    async def _over(self, measurement: str, parameter: str, by: str) -> None:
        from simorc_tui.screens.dialogs.plot_screen import PlotScreen

        model = self.main.open_run()
        spread = await asyncio.to_thread(_over, model, measurement, parameter, by)
        self.main.ask(PlotScreen(spread, model.layout.reports / f"{measurement}_over_{parameter}"))

    async def _ask_map(self) -> None:
        parameters = self._labels("parameter")
        if len(parameters) < 2:
            self.main.say("A map needs two swept parameters.")
            return
        specs = await asyncio.to_thread(_spec_names, self.main.open_run())

        def across_asked(spec: str) -> None:
            def down_asked(across: str) -> None:
                others = [name for name in parameters if name != across]
                self.ask_name(
                    "Down", others, lambda down: self.main.do(self._map(spec, across, down), "results")
                )

            self.ask_name("Across", parameters, down_asked)

        self.ask_name("Map of", [ALL_SPECS, *specs], across_asked)

    def _show_map(self, spec: str, across: str, down: str) -> None:
        self.main.do(self._map(spec, across, down), "results")

    async def _map(self, spec: str, across: str, down: str) -> None:
        name = "" if spec == ALL_SPECS else spec
        from simorc_tui.screens.dialogs.map_screen import MapScreen

        model = self.main.open_run()
        found = await asyncio.to_thread(_map, model, name, across, down)
        target = model.layout.reports / f"map_{name or 'all'}_{across}_{down}"
        self.main.ask(MapScreen(found, self.main.glyphs, target), self._go_to_case)

    def _go_to_case(self, case_id: int | None) -> None:
        if case_id is not None:
            self._panes.go_to_case(case_id)

    def _ask_measurement(self, title: str, then: Callable[[str], None]) -> None:
        names = self._labels("measurement")
        if not names:
            self.main.say("This run has no measurements.")
        else:
            self.ask_name(title, names, then)

    def ask_name(self, title: str, names: Sequence[str], then: Callable[[str], None]) -> None:
        """Prompt for one of some names; a single one is chosen without a prompt."""
        if len(names) == 1:
            then(names[0])
            return
        choices = [Choice(name, KEYS[i] if i < len(KEYS) else "", name) for i, name in enumerate(names)]
        self.main.ask(ChoiceScreen(title, choices), lambda name: then(name) if name is not None else None)

    def _labels(self, role: str) -> list[str]:
        """Names of the run's parameters or measurements."""
        columns: list[Column] = self.main.table.brought_columns()
        return [column.label for column in columns if column.role == role]


def _histogram(model: RunModel, measurement: str) -> Spread:
    from simorc_tui.data.distributions import histogram_of

    return histogram_of(model.results(), measurement)


def _over(model: RunModel, measurement: str, parameter: str, by: str) -> Spread:
    from simorc_tui.data.distributions import over_parameter

    return over_parameter(model.results(), measurement, parameter, by)


def _spec_names(model: RunModel) -> list[str]:
    return [spec.measurement for spec in model.results().specs]


def _map(model: RunModel, spec: str, across: str, down: str) -> Map:
    from simorc_tui.data.distributions import map_of

    return map_of(model.results(), spec, across, down)
