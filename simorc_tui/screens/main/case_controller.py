"""Details of one case, and copying parts of it."""

from __future__ import annotations

import asyncio
import shlex

from simorc.errors import SimorcError
from simorc.operating_point.table import FILE, OperatingPoint
from simorc.rundir.layout import RunLayout
from simorc.rundir.store.reader import RunReader
from simorc_tui.screens.dialogs.choice import Choice, ChoiceScreen
from simorc_tui.screens.main.context import Controller


class CaseController(Controller):
    """Actions on the case under the cursor."""

    def details(self) -> None:
        from simorc_tui.screens.dialogs.details import details_screen

        row = self.main.table.current
        if row is None or self.main.run is None:
            return
        try:
            with RunReader(self.main.run) as view:
                screen = details_screen(self.main.run, view, row)
        except SimorcError as error:
            self.main.show_error(error)
            return
        self.main.ask(screen)

    def operating_point(self) -> None:
        """That of the case under the cursor, beside that of the first other case that is marked."""
        row, layout = self.main.table.current, self.main.run
        if row is None or layout is None:
            return
        others = sorted(self.main.table.marks - {row.case_id})
        self.main.do(self._operating_points(layout, [row.case_id, *others[:1]]), "operating point")

    async def _operating_points(self, layout: RunLayout, cases: list[int]) -> None:
        from simorc_tui.screens.dialogs.operating_point_screen import OperatingPointScreen

        if not all((layout.case_dir(case) / FILE).is_file() for case in cases):
            self.main.say("simulating the operating point ...")
        points = await asyncio.to_thread(_points, layout, cases)
        self.main.ask(OperatingPointScreen(layout.name, cases, points))

    def copy(self) -> None:
        choices = [
            Choice("directory", "d", "directory of the case"),
            Choice("netlist", "n", "path of the netlist"),
            Choice("command", "c", "command that simulates it by hand"),
            Choice("row", "r", "row: parameters and measurements"),
        ]
        self.main.ask(ChoiceScreen("Copy", choices), self._copy)

    def _copy(self, what: str | None) -> None:
        row, layout = self.main.table.current, self.main.run
        if what is None or row is None or layout is None:
            return
        directory = layout.case_dir(row.case_id)
        texts = {
            "directory": str(directory),
            "netlist": str(layout.deck(row.case_id)),
            "command": f"cd {shlex.quote(str(directory))} && ngspice -b netlist.spice",
            "row": "\t".join(str(row.get(column.name) or "") for column in self.main.table.columns),
        }
        self.main.app.copy_to_clipboard(texts[what])
        self.main.say(f"copied: {texts[what]}")


def _points(layout: RunLayout, cases: list[int]) -> list[OperatingPoint]:
    from simorc.launch.operating_point import operating_point_of

    return [operating_point_of(layout, case) for case in cases]
