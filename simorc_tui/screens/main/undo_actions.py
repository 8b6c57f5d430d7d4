"""The view of the cases as it was: undone step by step, its columns remembered for each sweep."""

from __future__ import annotations

from simorc_tui.data.case_order import Arrangement
from simorc_tui.screens.main.desk import Desk
from simorc_tui.settings.table_look import LookMemory, TableLook
from simorc_tui.settings.view_history import ViewHistory, ViewState
from simorc_tui.widgets.case_table.filter_bar import FilterBar


class UndoActions(Desk):
    """Watches what becomes of the view, and brings back what it was."""

    _wanted = Arrangement()
    _history = ViewHistory()
    _seen_marks: frozenset[int] = frozenset()

    def begin_view(self) -> None:
        """Another run is on the table: its sweep's columns, nothing to undo."""
        if self.layout_of_run is not None:
            self.table.show_look(LookMemory(self.root).recall(self.layout_of_run.sweep))
        self._seen_marks = frozenset()
        self._history = ViewHistory(ViewState(self._wanted, self._seen_marks, self.table.look))

    def view_changed(self) -> None:
        """Order, filter or columns are others; what is typed into the filter line is one step."""
        typing = self.query_one(FilterBar).has_class("shown")
        state = ViewState(self._wanted, self._seen_marks, self.table.look)
        self._history.moved_to(state, typing=typing)
        if not typing:
            self._history.typed()

    def marks_changed(self) -> None:
        self._seen_marks = frozenset(self.table.marks)
        self.view_changed()

    def take_look(self, look: TableLook) -> None:
        """Show these columns from now on, in later sessions as well."""
        self.table.show_look(look)
        self._keep_look()
        self.view_changed()

    def _keep_look(self) -> None:
        if self.layout_of_run is not None:
            LookMemory(self.root).keep(self.layout_of_run.sweep, self.table.look)

    def action_undo(self) -> None:
        """The last change of filter, sorting, marks or columns never happened."""
        found = self._history.undo()
        if found is None:
            self.say("nothing to undo")
            return
        what, state = found
        if state.look != self.table.look:
            self.table.show_look(state.look)
            self._keep_look()
        if state.marks != self._seen_marks:
            self._seen_marks = state.marks
            self.table.marks = set(state.marks)
            self.table.refresh()
        self.arrange_cases(state.arrangement)
        self.show_arrangement()
        left = len(self._history)
        self.say(f"undone: {what}" + (f"; {left} more" if left else ""))

    def arrange_cases(self, wanted: Arrangement) -> None:
        """Sort and filter like this."""
        raise NotImplementedError

    def show_arrangement(self) -> None:
        """``3 cases  12 of 45  sort=gain↓  /status:failed`` on the pane's border."""
        raise NotImplementedError
