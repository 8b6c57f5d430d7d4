"""Details of one case, and copying parts of it."""

from __future__ import annotations

import shlex

from simorc.errors import SimorcError
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
