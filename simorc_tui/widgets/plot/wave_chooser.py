"""Chooses traces: typing narrows the list, space marks, enter accepts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.fuzzy import Matcher
from textual.widgets import Input, Label, OptionList
from textual.widgets.option_list import Option

from simorc.text import plain
from simorc_tui.screens.dialogs.dialog import Dialog

MOST_SHOWN = 500


@dataclass(frozen=True)
class Chosen:
    """The marked traces in the order of marking; the expression to edit, the expressions to remove."""

    marked: tuple[str, ...] = ()
    edit: str = ""
    removed: frozenset[str] = frozenset()


class NameField(Input):
    """Takes no blanks, which no name has: the space bar marks."""

    def check_consume_key(self, key: str, character: str | None) -> bool:
        return key != "space" and super().check_consume_key(key, character)


class WaveChooser(Dialog[Chosen | None]):
    """Choose among signals and the expressions that were typed; none marked, nothing typed: the defaults."""

    DEFAULT_CSS = """
    WaveChooser { align: center middle; }
    WaveChooser Input { border: none; height: 1; padding: 0; }
    WaveChooser OptionList { height: auto; max-height: 20; min-height: 3; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "turn_away", "cancel", priority=True),
        Binding("space", "mark", "mark", priority=True),
        Binding("enter", "take", "show", priority=True),
        Binding("down", "move(1)", "down", priority=True, show=False),
        Binding("up", "move(-1)", "up", priority=True, show=False),
        Binding("ctrl+u", "clear", "none", priority=True),
        Binding("ctrl+e", "edit", "edit", priority=True),
        Binding("ctrl+d", "remove", "remove", priority=True),
    ]

    def __init__(
        self,
        names: Sequence[str],
        marked: Sequence[str] = (),
        expressions: Sequence[str] = (),
        *,
        what: str = "traces",
    ) -> None:
        super().__init__()
        self._what = what
        self.expressions = list(expressions)
        self.removed: set[str] = set()
        self.touched = False
        self.names = [*self.expressions, *(name for name in names if name not in expressions)]
        self.marked = [name for name in marked if name in self.names]
        self.found: list[str] = list(self.names)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label(f"{self._what}: type to search, space to mark, enter to show", classes="dialog-title")
            yield Label("ctrl+u clears all marks", classes="dialog-keys")
            if self.expressions:
                yield Label("expressions: ctrl+e edits, ctrl+d removes", classes="dialog-keys")
            yield NameField(placeholder="name", compact=True)
            yield OptionList()

    def on_mount(self) -> None:
        self.screen.set_focus(self.query_one(Input))
        self._list()

    @on(Input.Changed)
    def _narrow(self, event: Input.Changed) -> None:
        self.found = matching(self.names, event.value.strip())
        self._list()

    @on(OptionList.OptionSelected)
    def _clicked(self, event: OptionList.OptionSelected) -> None:
        self._toggle(self.found[event.option_index])

    def action_move(self, step: int) -> None:
        options = self.query_one(OptionList)
        if step > 0:
            options.action_cursor_down()
        else:
            options.action_cursor_up()

    def action_mark(self) -> None:
        name = self._highlighted()
        if name is not None:
            self._toggle(name)

    def action_edit(self) -> None:
        name = self._highlighted()
        if name in self.expressions:
            self.dismiss(Chosen(tuple(self.marked), str(name), frozenset(self.removed)))

    def action_remove(self) -> None:
        name = self._highlighted()
        if name is not None and name in self.expressions:
            self.removed.add(name)
            for names in (self.expressions, self.names, self.found, self.marked):
                if name in names:
                    names.remove(name)
            self._list()

    def action_clear(self) -> None:
        self.marked, self.touched = [], True
        self.query_one(Input).value = ""
        self._list()

    def action_take(self) -> None:
        name = self._highlighted()
        typed = bool(self.query_one(Input).value.strip())
        if (not self.marked or not self.touched) and typed and name is not None:
            self.marked = [name]
        self.dismiss(Chosen(tuple(self.marked), removed=frozenset(self.removed)))

    def action_turn_away(self) -> None:
        self.dismiss(None)

    def _highlighted(self) -> str | None:
        place = self.query_one(OptionList).highlighted
        return self.found[place] if place is not None and place < len(self.found) else None

    def _toggle(self, name: str) -> None:
        self.touched = True
        if name in self.marked:
            self.marked.remove(name)
        else:
            self.marked.append(name)
        self._list(self.found.index(name))

    def _list(self, highlighted: int = 0) -> None:
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options([Option(self._line(name)) for name in self.found[:MOST_SHOWN]])
        if self.found:
            options.highlighted = min(highlighted, MOST_SHOWN - 1)

    def _line(self, name: str) -> Text:
        return Text(f"[{'x' if name in self.marked else ' '}] {plain(name)}")


def matching(names: Sequence[str], typed: str) -> list[str]:
    """The names that hold the typed letters in that order, best first; all of them when nothing is typed."""
    if not typed:
        return list(names)
    matcher = Matcher(typed)
    scores = {name: matcher.match(name) for name in names}
    return sorted((name for name in names if scores[name] > 0), key=lambda name: -scores[name])
