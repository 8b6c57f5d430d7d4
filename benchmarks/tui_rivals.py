"""What the terminal interface is measured beside: a bare Textual program, and Textual's own table.

    python -m benchmarks.tui_rivals bare      # one word on the screen: the least a first frame can cost
    python -m benchmarks.tui_rivals table     # a DataTable of 100 rows, changed as often as asked

`benchmarks.tui` starts them in a pseudo-terminal.
"""

from __future__ import annotations

import random
import sys

from textual.app import App, ComposeResult
from textual.widgets import DataTable, Static

STATUSES = ("pending", "running", "done", "failed")
COLUMNS = ("case", "vdd", "corner", "status", "gain")
ROWS, UPDATES_PER_SECOND, BEATS_PER_SECOND = 100, 1000, 100
WORD = "3 cases"
"""What `PseudoTerminal` takes for the first frame."""


class Bare(App[None]):
    """One word."""

    def compose(self) -> ComposeResult:
        yield Static(WORD)


class Table(App[None]):
    """Case rows in a DataTable, their cells changed from a timer."""

    def compose(self) -> ComposeResult:
        yield Static(WORD)
        yield DataTable(cursor_type="row")

    def on_mount(self) -> None:
        table = self.query_one(DataTable)
        self._chance = random.Random(1)
        for name in COLUMNS:
            table.add_column(name, key=name)
        for case in range(ROWS):
            table.add_row(f"{case:04d}", "1.8", "tt", "pending", "", key=str(case))
        self.set_interval(1 / BEATS_PER_SECOND, self._change)

    def _change(self) -> None:
        table, chance = self.query_one(DataTable), self._chance
        for _ in range(UPDATES_PER_SECOND // BEATS_PER_SECOND):
            case = str(chance.randrange(ROWS))
            table.update_cell(case, "status", chance.choice(STATUSES))
            table.update_cell(case, "gain", f"{chance.uniform(60, 80):.1f} dB")


if __name__ == "__main__":
    {"bare": Bare, "table": Table}[sys.argv[1]]().run()
