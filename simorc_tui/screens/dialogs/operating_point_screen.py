"""The operating point of a case, or of two side by side: every device, filtered and sorted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import DataTable, Label

from simorc.errors import ExpressionError
from simorc.operating_point.quantities import QUANTITIES
from simorc.operating_point.selection import TEXTS, Row, columns_of, rows_of, value_text
from simorc.operating_point.table import OperatingPoint
from simorc.text import plain
from simorc_tui.commands.footers import keys_text
from simorc_tui.screens.dialogs.choice import Choice, ChoiceScreen
from simorc_tui.screens.dialogs.dialog import Dialog, show
from simorc_tui.screens.dialogs.prompt import PromptScreen

REGION_STYLES = {
    **dict.fromkeys(("linear", "saturated", "reverse"), "bold yellow"),
    **dict.fromkeys(("saturation", "active"), "green"),
    "off": "dim",
}
"""Where a transistor rarely should be is yellow, as a violated spec."""
KEYS = (("/", "filter"), ("s", "sort"), ("A", "all quantities"), ("arrows hjkl", "move"), ("escape", "close"))


class OperatingPointScreen(Dialog[None]):
    """`points` are the operating points of `cases`, one or two."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter", "put_away", "close", priority=True),
        Binding("slash", "filter", "filter"),
        Binding("s", "sort", "sort"),
        Binding("A", "every", "all quantities"),
        Binding("j", "move('down')", "down", show=False),
        Binding("k", "move('up')", "up", show=False),
        Binding("l", "move('right')", "right", show=False),
        Binding("h", "move('left')", "left", show=False),
    ]

    def __init__(self, run: str, cases: Sequence[int], points: Sequence[OperatingPoint]) -> None:
        super().__init__()
        self._title = f"operating point of case {' and case '.join(map(str, cases))} of {plain(run)}"
        self._cases = list(cases)
        self._points = list(points)
        self.filter = ""
        self.sort = ""
        self.every = False
        self.rows: list[Row] = []

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog full"):
            yield Label(Text(self._title), classes="dialog-title")
            yield DataTable(cursor_type="row", zebra_stripes=False, fixed_columns=1, cell_padding=1)
            yield Label("", id="op-caption")
            yield Label(keys_text(KEYS), classes="dialog-keys")

    def on_mount(self) -> None:
        self.set_focus(self._table)
        self._show()

    @property
    def _table(self) -> DataTable[Text]:
        return self.query_one(DataTable)

    def action_put_away(self) -> None:
        self.dismiss(None)

    def action_every(self) -> None:
        self.every = not self.every
        self._show()

    def action_move(self, way: str) -> None:
        getattr(self._table, f"action_cursor_{way}")()

    def action_filter(self) -> None:
        hint = "device=xota.* region!=saturation gm<1m, or a word"
        show(
            self.app,
            PromptScreen("Filter the devices", self.filter, hint=hint, check=self._problem),
            self._filtered,
        )

    def action_sort(self) -> None:
        names = [("", "hierarchy"), *((name, name) for name in TEXTS[1:])]
        names += [(each.name, each.title) for each in QUANTITIES if each in columns_of(self.rows, every=True)]
        choices = [Choice(name or "hierarchy", "", title) for name, title in names]
        show(self.app, ChoiceScreen("Sort by", choices), self._sorted)

    def _problem(self, text: str) -> str:
        try:
            rows_of(self._points, text)
        except ExpressionError as error:
            return error.message
        return ""

    def _filtered(self, text: str | None) -> None:
        if text is not None:
            self.filter = text
            self._show()

    def _sorted(self, column: str | None) -> None:
        if column is not None:
            self.sort = "" if column == "hierarchy" else column
            self._show()

    def _show(self) -> None:
        """Fill the table anew; the cursor stays on its device."""
        before = self.rows[self._table.cursor_row].device if self.rows else ""
        self.rows = rows_of(self._points, self.filter, self.sort)
        table = self._table
        table.clear(columns=True)
        texts = 1 + len(self._cases)
        titles = self._titles()
        for place, title in enumerate(titles):
            numeric = texts <= place < len(titles) - 1
            table.add_column(Text(title, "bold", justify="right" if numeric else "left"))
        for row in self.rows:
            table.add_row(*self._cells(row))
        place = next((place for place, row in enumerate(self.rows) if row.device == before), 0)
        table.move_cursor(row=place)
        self.query_one("#op-caption", Label).update(Text(self._caption()))

    def _titles(self) -> list[str]:
        of_cases = [f" {case}" for case in self._cases] if len(self._cases) > 1 else [""]
        titles = ["region", *(each.title for each in columns_of(self.rows, every=self.every))]
        return ["device", *(f"{title}{of}" for title in titles for of in of_cases), "model"]

    def _cells(self, row: Row) -> list[Text]:
        regions = [point.region if point else "" for point in row.points]
        values = [
            value_text(point, each)
            for each in columns_of(self.rows, every=self.every)
            for point in row.points
        ]
        return [
            Text(plain(row.device)),
            *(Text(region, REGION_STYLES.get(region, "")) for region in regions),
            *(Text(value, justify="right") for value in values),
            Text(plain(row.first.model or row.first.bias.type)),
        ]

    def _caption(self) -> str:
        every = len({each.instance for point in self._points for each in point.devices})
        filtered = f", filter: {plain(self.filter)}" if self.filter else ""
        ordered = f", sorted by {self.sort}" if self.sort else ""
        return f"{len(self.rows)} of {every} devices{filtered}{ordered}"
