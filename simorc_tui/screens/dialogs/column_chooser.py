"""Chooses the columns of the case table, their order, their width and which are frozen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Label, OptionList
from textual.widgets.option_list import Option

from simorc.text import plain
from simorc_tui.screens.dialogs.dialog import Dialog
from simorc_tui.settings.table_look import USUAL, TableLook

KEYS = "space: show or hide, J K: move, < >: width,\nf: freeze up to here, U: defaults, enter: apply"


@dataclass(frozen=True)
class ChosenColumn:
    """A column to choose: its SQL name, its label, and how wide it is now."""

    name: str
    label: str
    width: int


class ColumnChooser(Dialog[TableLook | None]):
    """The result is how the table is to look; None leaves it as it is."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "turn_away", "cancel", priority=True),
        Binding("enter", "take", "take", priority=True),
        Binding("space", "show_or_hide", "show or hide", priority=True),
        Binding("J,shift+down", "shift(1)", "later", priority=True),
        Binding("K,shift+up", "shift(-1)", "earlier", priority=True),
        Binding("greater_than_sign", "widen(1)", "wider", priority=True),
        Binding("less_than_sign", "widen(-1)", "narrower", priority=True),
        Binding("f", "freeze", "freeze up to here", priority=True),
        Binding("U", "usual", "defaults", priority=True),
        Binding("j", "cursor(1)", "down", show=False),
        Binding("k", "cursor(-1)", "up", show=False),
    ]

    def __init__(self, columns: Sequence[ChosenColumn], shown: Sequence[str], look: TableLook) -> None:
        """`columns` are all there are but the case's; `shown` the names shown now, in order."""
        super().__init__()
        self._columns = {column.name: column for column in columns}
        self.names = [
            *(name for name in shown if name in self._columns),
            *(name for name in self._columns if name not in shown),
        ]
        self.shown = set(shown)
        self._look = look
        self._as_chosen = look.columns is not None

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label(f"columns: {KEYS}", classes="dialog-title")
            yield OptionList(*self._options())

    def on_mount(self) -> None:
        columns = self.query_one(OptionList)
        self.set_focus(columns)
        columns.highlighted = 0

    def action_turn_away(self) -> None:
        self.dismiss(None)

    def action_take(self) -> None:
        columns = tuple(name for name in self.names if name in self.shown) if self._as_chosen else None
        self.dismiss(TableLook(columns, self._look.widths, self._look.frozen))

    def action_usual(self) -> None:
        """Columns, widths and frozen columns unchanged if nothing was chosen."""
        self.dismiss(USUAL)

    def action_show_or_hide(self) -> None:
        name = self._current
        if name is not None:
            self._as_chosen = True
            self.shown ^= {name}
            self._list(min(self.names.index(name) + 1, len(self.names) - 1))

    def action_shift(self, step: int) -> None:
        place = self.query_one(OptionList).highlighted
        if place is None or not 0 <= place + step < len(self.names):
            return
        self._as_chosen = True
        self.names.insert(place + step, self.names.pop(place))
        self._list(place + step)

    def action_widen(self, cells: int) -> None:
        """The column under the cursor, wider or narrower."""
        name = self._current
        if name is not None:
            self._look = self._look.with_width(name, self._width(name) + cells)
            self._list(self.names.index(name))

    def action_freeze(self) -> None:
        """Freeze all columns up to the one under the cursor; if they are frozen already, only the case
        column.
        """
        name = self._current
        if name is not None and name in self.shown:
            wanted = 2 + [each for each in self.names if each in self.shown].index(name)
            frozen = 1 if self._look.frozen == wanted else wanted
            self._look = TableLook(self._look.columns, self._look.widths, frozen)
            self._list(self.names.index(name))

    def action_cursor(self, rows: int) -> None:
        columns = self.query_one(OptionList)
        if rows > 0:
            columns.action_cursor_down()
        else:
            columns.action_cursor_up()

    @on(OptionList.OptionSelected)
    def _clicked(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.action_show_or_hide()

    @property
    def _current(self) -> str | None:
        place = self.query_one(OptionList).highlighted
        return None if place is None else self.names[place]

    def _width(self, name: str) -> int:
        return self._look.width_of(name) or self._columns[name].width

    def _options(self) -> list[Option]:
        wide = max((len(plain(column.label)) for column in self._columns.values()), default=0)
        still = {name for name in self.names if name in self.shown}
        standing = [name for name in self.names if name in still][: self._look.frozen - 1]
        lines = []
        for name in self.names:
            line = f"[{'x' if name in self.shown else ' '}] {plain(self._columns[name].label):{wide}}"
            line += f"  {self._width(name):3}{'' if self._look.width_of(name) is None else ' set'}"
            lines.append(Option(Text(line + ("  frozen" if name in standing else ""))))
        return lines

    def _list(self, highlighted: int) -> None:
        columns = self.query_one(OptionList)
        columns.clear_options()
        columns.add_options(self._options())
        columns.highlighted = highlighted
