"""Goes to the worst case of a spec in the case table."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from simorc_tui.data.case_order import Arrangement
from simorc_tui.screens.dialogs.choice import Choice, ChoiceScreen
from simorc_tui.screens.main.arrangement_controller import ArrangementController
from simorc_tui.screens.main.context import Controller, MainContext
from simorc_tui.screens.main.pane_controller import PaneController
from simorc_tui.theme.glyphs import verdict_glyph

if TYPE_CHECKING:
    from simorc.reports.spec_sheet import SpecRow

KEYS = "123456789"


class WorstCaseController(Controller):
    """Prompts for a spec and moves to the case with the smallest margin to it."""

    def __init__(self, main: MainContext, arrangement: ArrangementController, panes: PaneController) -> None:
        super().__init__(main)
        self._arrangement = arrangement
        self._panes = panes

    def worst(self) -> None:
        """The worst case of a spec; a filter that hides it is cleared."""
        self.main.do(self._ask_spec(), "worst")

    async def _ask_spec(self) -> None:
        layout = self.main.run
        if layout is None:
            return
        from simorc_tui.data.run_results import read_results

        results = await asyncio.to_thread(read_results, layout)
        specs = [spec for spec in results.specs if spec.worst_case is not None]
        if not specs:
            self.main.say(results.note or "No spec of this run has a worst case yet.")
            return
        wide = max(len(spec.name) for spec in specs)
        choices = [
            Choice(str(place), KEYS[place] if place < len(KEYS) else "", self._spec_words(spec, wide))
            for place, spec in enumerate(specs)
        ]
        first = next((place for place, spec in enumerate(specs) if spec.status == "fail"), 0)
        self.main.ask(
            ChoiceScreen("Worst case of", choices, first),
            lambda place: None if place is None else self._go_to_worst(specs[int(place)]),
        )

    def _spec_words(self, spec: SpecRow, wide: int) -> str:
        sign = verdict_glyph(self.main.glyphs, spec.status)
        return f"{sign} {spec.name:{wide}}  {spec.worst_case}: {spec.worst} at {spec.where}"

    def _go_to_worst(self, spec: SpecRow) -> None:
        case = spec.worst_case
        if case is None:
            return
        self.go_past_filter(case)
        self.main.say(f"{spec.name}: case {case}, {spec.worst} at {spec.where}")

    def go_past_filter(self, case_id: int) -> None:
        """Put the cursor on a case; a filter that hides it is cleared."""
        if self.main.table.arrangement.filter_text and not self.main.table.go_to(case_id):
            self._arrangement.arrange(Arrangement())
            self.main.say("Filter cleared to show this case. Press u to restore it.")
        self._panes.go_to_case(case_id)
