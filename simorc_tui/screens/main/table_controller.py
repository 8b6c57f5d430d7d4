"""The layout of the case table: columns, and groups by a parameter."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from simorc.rundir.store.reader import Column
from simorc_tui.data.as_written import read_written
from simorc_tui.data.broken_specs import BreaksSpec, read_breaks_spec
from simorc_tui.data.run_model import RunModel
from simorc_tui.screens.dialogs.choice import Choice, ChoiceScreen
from simorc_tui.screens.main.arrangement_controller import ArrangementController
from simorc_tui.screens.main.context import Controller, MainContext
from simorc_tui.settings.table_look import TableLook
from simorc_tui.widgets.case_table.columns import value_text

if TYPE_CHECKING:
    from simorc.rundir.store.case_groups import Group
    from simorc_tui.data.group_specs import Kept


class TableController(Controller):
    """Columns and groups."""

    def __init__(self, main: MainContext, arrangement: ArrangementController) -> None:
        super().__init__(main)
        self._arrangement = arrangement

    def columns(self) -> None:
        from simorc_tui.screens.dialogs.column_chooser import ChosenColumn, ColumnChooser

        table = self.main.table
        widths = {column.name: column.width for column in table.columns}
        every = [
            ChosenColumn(each.name, each.label, widths.get(each.name, each.width))
            for each in table.all_columns[1:]
        ]
        shown = [column.name for column in table.columns[1:]]
        self.main.ask(ColumnChooser(every, shown, table.look), self._choose)

    def group(self) -> None:
        """Pass and fail at each value of a parameter; enter on a value shows its cases."""
        columns = [column for column in self.main.table.brought_columns() if column.role == "parameter"]
        if not columns:
            self.main.say("This run sweeps no parameter.")
        elif len(columns) == 1:
            self.main.do(self._group(columns[0]), "group")
        else:
            choices = [Choice(c.name, str(i) if i < 10 else "", c.label) for i, c in enumerate(columns, 1)]
            self.main.ask(ChoiceScreen("Group by", choices), self._group_by)

    def _group_by(self, name: str | None) -> None:
        for column in self.main.table.brought_columns():
            if column.name == name:
                self.main.do(self._group(column), "group")

    def _choose(self, look: TableLook | None) -> None:
        if look is not None:
            self._arrangement.take_look(look)

    async def _group(self, column: Column) -> None:
        from simorc.rundir.store.case_groups import MOST_VALUES, groups_by
        from simorc_tui.data.group_specs import specs_by

        model = self.main.open_run()
        groups = await asyncio.to_thread(groups_by, model.layout, column.name)
        kept = await asyncio.to_thread(lambda: specs_by(model.results(), column.label))
        width = max((len(value_text(group.value, column.shown)) for group in groups), default=0)
        choices = [
            Choice(str(place), "", self._line(g, column, width, kept.get(g.value)))
            for place, g in enumerate(groups)
        ]
        more = f" (first {MOST_VALUES} values)" if len(groups) == MOST_VALUES else ""
        title = f"{column.label}{more}: press enter to show the cases"
        self.main.ask(ChoiceScreen(title, choices), lambda place: self._show_group(place, column, groups))

    def _line(self, group: Group, column: Column, width: int, kept: Kept | None) -> str:
        glyphs = self.main.glyphs
        line = f"{value_text(group.value, column.shown):>{width}}  {glyphs.completed} {group.completed:<6}"
        line += f" {glyphs.failed} {group.failed:<6}" if group.failed else " " * 9
        if kept is not None:
            broken = kept[1] - kept[0]
            line += f" specs {glyphs.completed} {kept[0]:<6}" + (
                f" {glyphs.violated} {broken}" if broken else ""
            )
        return f"{line} {glyphs.pending} {group.open}" if group.open else line

    def _show_group(self, place: str | None, column: Column, groups: list[Group]) -> None:
        if place is not None:
            value = groups[int(place)].value
            text = repr(value) if isinstance(value, float) else str(value)
            self._arrangement.filter_cases(
                f'{column.label}="{text}"' if " " in text else f"{column.label}={text}"
            )
            self.main.focus(self.main.table)

    def read_written(self, model: RunModel) -> None:
        """Parameters as the user wrote them, and which values violate a spec, once the plan is read."""
        self.main.in_thread(lambda: self._read_written(model), "written", exclusive=True)

    def _read_written(self, model: RunModel) -> None:
        run = model.results()
        written = read_written(run)
        if written is not None:
            self.main.app.call_from_thread(self._written_came, model, written)
        self.main.app.call_from_thread(self._limits_came, model, read_breaks_spec(run))

    def _limits_came(self, model: RunModel, breaks_spec: BreaksSpec) -> None:
        if model is self.main.model:
            self.main.table.show_broken(breaks_spec)

    def _written_came(self, model: RunModel, written: object) -> None:
        if model is self.main.model:
            self.main.table.show_written(written)  # type: ignore[arg-type]
