"""What one does with cases: filter, sort, look at one, copy, jump."""

from __future__ import annotations

import dataclasses
import shlex
import time

from textual import work
from textual.message import Message

from simorc.errors import ExpressionError, SimorcError
from simorc.expressions.case_filter import filter_names, parse_filter
from simorc.rundir.store.reader import Column, RunReader
from simorc_tui.data.case_order import Arrangement, OrderQuery, RowOrder
from simorc_tui.screens.dialogs.choice import Choice, ChoiceScreen
from simorc_tui.screens.main.undo_actions import UndoActions
from simorc_tui.widgets.case_table.filter_bar import FilterBar

FAILED_ONLY = "status:failed"


class OrderReady(Message):
    """The ids in the order asked for."""

    def __init__(self, order: RowOrder, arrangement: Arrangement, seconds: float) -> None:
        super().__init__()
        self.order = order
        self.arrangement = arrangement
        self.seconds = seconds


class OrderFailed(Message):
    """The order cannot be made."""

    def __init__(self, error: SimorcError) -> None:
        super().__init__()
        self.error = error


class CaseActions(UndoActions):
    """Actions on the cases of the run on the table."""

    _query: OrderQuery | None = None
    _ordered_in = 0.0
    """Seconds the last reading of the order took."""

    def action_filter(self) -> None:
        self.query_one(FilterBar).open(self._wanted.filter_text, filter_names(self._columns()))

    def action_failed_only(self) -> None:
        shown = self._wanted.filter_text == FAILED_ONLY
        self.filter_cases("" if shown else FAILED_ONLY)

    def action_sort(self) -> None:
        columns = self.table.columns
        place = next((i for i, c in enumerate(columns) if c.name == self._wanted.order), 0)
        choices = [Choice(column.name, "", column.label) for column in columns]
        choices[place] = Choice("reverse", "s", f"{columns[place].label}: reverse")
        self.app.push_screen(ChoiceScreen("Sort by", choices, place), self._sort_by)

    def filter_cases(self, text: str) -> str:
        """Show the cases that match; returns what is wrong with the text, '' if nothing."""
        if self.layout_of_run is None:
            return ""
        try:
            found = parse_filter(text, self._columns())
        except ExpressionError as error:
            return f"{error.message} (at {error.column})" if error.column else error.message
        self.arrange_cases(dataclasses.replace(self._wanted, filter=found, filter_text=text.strip()))
        return ""

    def arrange_cases(self, wanted: Arrangement) -> None:
        """Sort and filter like this; a query under way for something else is stopped."""
        if self._query is not None:
            self._query.interrupt()
            self._query = None
        self._wanted = wanted
        self.view_changed()
        if self.layout_of_run is None:
            return
        if wanted.natural:
            self.table.set_order(self.table.natural_order(), wanted)
            self.show_arrangement()
            return
        try:
            self._query = OrderQuery(self.layout_of_run, wanted)
        except SimorcError as error:
            self.show_error(error)
            return
        self._ask(self._query)

    @work(thread=True, group="order")
    def _ask(self, query: OrderQuery) -> None:
        began = time.monotonic()
        try:
            order = query.run()
        except SimorcError as error:
            self.post_message(OrderFailed(error))
            return
        if order is not None:
            self.post_message(OrderReady(order, query.arrangement, time.monotonic() - began))

    def on_order_ready(self, event: OrderReady) -> None:
        if event.arrangement == self._wanted:
            self._query, self._ordered_in = None, event.seconds
            self.table.set_order(event.order, event.arrangement)
            self.show_arrangement()

    def on_order_failed(self, event: OrderFailed) -> None:
        self._query = None
        self.show_error(event.error)

    def action_details(self) -> None:
        from simorc_tui.screens.dialogs.details import details_screen

        row = self.table.current
        if row is None or self.layout_of_run is None:
            return
        try:
            with RunReader(self.layout_of_run) as view:
                screen = details_screen(self.layout_of_run, view, row)
        except SimorcError as error:
            self.show_error(error)
            return
        self.app.push_screen(screen)

    def action_copy(self) -> None:
        choices = [
            Choice("directory", "d", "the case's directory"),
            Choice("netlist", "n", "the netlist's path"),
            Choice("command", "c", "the command that simulates it by hand"),
            Choice("row", "r", "the row: parameters and measurements"),
        ]
        self.app.push_screen(ChoiceScreen("Copy", choices), self._copy)

    def _copy(self, what: str | None) -> None:
        row, layout = self.table.current, self.layout_of_run
        if what is None or row is None or layout is None:
            return
        directory = layout.case_dir(row.case_id)
        texts = {
            "directory": str(directory),
            "netlist": str(layout.deck(row.case_id)),
            "command": f"cd {shlex.quote(str(directory))} && ngspice -b netlist.spice",
            "row": "\t".join(str(row.get(column.name) or "") for column in self.table.columns),
        }
        self.app.copy_to_clipboard(texts[what])
        self.say(f"copied: {texts[what]}")

    def _sort_by(self, name: str | None) -> None:
        if name == "reverse":
            self.arrange_cases(dataclasses.replace(self._wanted, descending=not self._wanted.descending))
        elif name is not None:
            self.arrange_cases(dataclasses.replace(self._wanted, order=name, descending=False))

    def _columns(self) -> list[Column]:
        return self.table.brought_columns()
