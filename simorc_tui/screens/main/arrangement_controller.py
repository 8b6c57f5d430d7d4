"""Filter, order, marks and columns of the cases; each change can be undone."""

from __future__ import annotations

import dataclasses
import time

from textual.message import Message

from simorc.errors import ExpressionError, SimorcError
from simorc.expressions.case_sql import filter_names, parse_filter
from simorc.rundir.store.reader import Column
from simorc.text import plain
from simorc_tui.data.case_order import Arrangement, OrderQuery, RowOrder
from simorc_tui.screens.dialogs.choice import Choice, ChoiceScreen
from simorc_tui.screens.main.context import Controller, MainContext
from simorc_tui.settings.table_look import LookMemory, TableLook
from simorc_tui.settings.view_history import ViewHistory, ViewState
from simorc_tui.widgets.border_text import show_title

FAILED_ONLY = "status:failed"
REARRANGE_EVERY = 2.0
ORDERED_SHARE = 20
"""Sorting again what a live run changed takes at most one part in so many of the time."""


class OrderReady(Message):
    """The ids in the requested order."""

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


class ArrangementController(Controller):
    """Filter, order, marks and columns of the case table."""

    def __init__(self, main: MainContext) -> None:
        super().__init__(main)
        self.wanted = Arrangement()
        self.query: OrderQuery | None = None
        self.ordered_in = 0.0
        self._history = ViewHistory()
        self._seen_marks: frozenset[int] = frozenset()
        self._arranged = 0.0
        self._outdated = False

    # Filter and order -----------------------------------------------------------------------------

    def filter(self) -> None:
        self.main.filter_bar.open(self.wanted.filter_text, filter_names(self._columns()))

    def failed_only(self) -> None:
        shown = self.wanted.filter_text == FAILED_ONLY
        self.filter_cases("" if shown else FAILED_ONLY)

    def sort(self) -> None:
        columns = self.main.table.columns
        place = next((i for i, c in enumerate(columns) if c.name == self.wanted.order), 0)
        choices = [Choice(column.name, "", column.label) for column in columns]
        choices[place] = Choice("reverse", "s", f"{columns[place].label}: reverse")
        self.main.ask(ChoiceScreen("Sort by", choices, place), self._sort_by)

    def filter_cases(self, text: str) -> str:
        """Show the cases that match; returns the error in the text, '' if there is none."""
        if self.main.run is None:
            return ""
        try:
            found = parse_filter(text, self._columns())
        except ExpressionError as error:
            return f"{error.message} (at {error.column})" if error.column else error.message
        self.arrange(dataclasses.replace(self.wanted, filter=found, filter_text=text.strip()))
        return ""

    def arrange(self, wanted: Arrangement) -> None:
        """Sort and filter like this; a query in progress for another view is stopped."""
        if self.query is not None:
            self.query.interrupt()
            self.query = None
        self.wanted = wanted
        self.view_changed()
        if self.main.run is None:
            return
        if wanted.natural:
            self.main.table.set_order(self.main.table.natural_order(), wanted)
            self.show_arrangement()
            return
        try:
            self.query = OrderQuery(self.main.run, wanted)
        except SimorcError as error:
            self.main.show_error(error)
            return
        query = self.query
        self.main.in_thread(lambda: self._read_order(query), "order")

    def _read_order(self, query: OrderQuery) -> None:
        began = time.monotonic()
        try:
            order = query.run()
        except SimorcError as error:
            self.main.screen.post_message(OrderFailed(error))
            return
        if order is not None:
            self.main.screen.post_message(OrderReady(order, query.arrangement, time.monotonic() - began))

    def order_ready(self, event: OrderReady) -> None:
        if event.arrangement == self.wanted:
            self.query, self.ordered_in = None, event.seconds
            self.main.table.set_order(event.order, event.arrangement)
            self.show_arrangement()

    def order_failed(self, event: OrderFailed) -> None:
        self.query = None
        self.main.show_error(event.error)

    def _sort_by(self, name: str | None) -> None:
        if name == "reverse":
            self.arrange(dataclasses.replace(self.wanted, descending=not self.wanted.descending))
        elif name is not None:
            self.arrange(dataclasses.replace(self.wanted, order=name, descending=False))

    def _columns(self) -> list[Column]:
        return self.main.table.brought_columns()

    def cases_changed(self) -> None:
        """Cases of a live run have other values now: the order may be another."""
        self._outdated = True

    def renew(self) -> None:
        """Read the order again, if cases changed and the last reading was long enough ago."""
        pause = max(REARRANGE_EVERY, ORDERED_SHARE * self.ordered_in)
        if not self._outdated or self.wanted.natural or time.monotonic() - self._arranged <= pause:
            return
        self._outdated, self._arranged = False, time.monotonic()
        if self.query is None:
            self.arrange(self.wanted)

    def show_arrangement(self) -> None:
        table, wanted = self.main.table, self.wanted
        parts = ["3 cases"]
        if wanted.filter_text:
            parts.append(f"{table.row_count} match  /{plain(wanted.filter_text)}")
        column = next((column for column in table.columns if column.name == wanted.order), None)
        if column is not None and (wanted.order != "id" or wanted.descending):
            sign = self.main.glyphs.descending if wanted.descending else self.main.glyphs.ascending
            parts.append(f"sort={column.label}{sign}")
        if table.marks:
            parts.append(f"{len(table.marks)} marked")
        show_title(self.main.screen.query_one("#cases"), "  ".join(parts).replace("[", r"\["))

    # Columns, marks, undo -------------------------------------------------------------------------

    def begin_view(self) -> None:
        """Another run is on the table: its sweep's columns, nothing to undo."""
        if self.main.run is not None:
            self.main.table.show_look(LookMemory(self.main.root).recall(self.main.run.sweep))
        self._seen_marks = frozenset()
        self._history = ViewHistory(ViewState(self.wanted, self._seen_marks, self.main.table.look))

    def view_changed(self) -> None:
        """Order, filter or columns are others; what is typed into the filter line is one step."""
        typing = self.main.filter_bar.has_class("shown")
        state = ViewState(self.wanted, self._seen_marks, self.main.table.look)
        self._history.moved_to(state, typing=typing)
        if not typing:
            self._history.typed()

    def marks_changed(self) -> None:
        self._seen_marks = frozenset(self.main.table.marks)
        self.view_changed()

    def take_look(self, look: TableLook) -> None:
        """Show these columns from now on, in later sessions as well."""
        self.main.table.show_look(look)
        self._keep_look()
        self.view_changed()

    def _keep_look(self) -> None:
        if self.main.run is not None:
            LookMemory(self.main.root).keep(self.main.run.sweep, self.main.table.look)

    def undo(self) -> None:
        """The last change of filter, sorting, marks or columns never happened."""
        found = self._history.undo()
        if found is None:
            self.main.say("Nothing to undo.")
            return
        what, state = found
        if state.look != self.main.table.look:
            self.main.table.show_look(state.look)
            self._keep_look()
        if state.marks != self._seen_marks:
            self._seen_marks = state.marks
            self.main.table.marks = set(state.marks)
            self.main.table.refresh()
        self.arrange(state.arrangement)
        self.show_arrangement()
        left = len(self._history)
        self.main.say(f"undone: {what}" + (f"; {left} more" if left else ""))
