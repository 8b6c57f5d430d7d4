"""A list of lines that are laid out for its width; enter on a line with a target chooses it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import events, on
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from simorc_tui.widgets.causes.lines import CaseTarget, DeviceTarget, Line

LinesIn = Callable[[int], Sequence[Line]]
MARGIN = 2
"""Cells of the list that are no text: its padding and its scrollbar."""
USUAL_WIDTH = 60


class CauseList(OptionList):
    """Shows lines; those without a target are passed over by the cursor."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "cursor_down", "down", show=False),
        Binding("k", "cursor_up", "up", show=False),
        Binding("g", "first", "first", show=False),
        Binding("G", "last", "last", show=False),
    ]

    class Chosen(Message):
        """Enter on a line."""

        def __init__(self, target: DeviceTarget | CaseTarget) -> None:
            super().__init__()
            self.target = target

    def __init__(self, *, widget_id: str | None = None) -> None:
        super().__init__(id=widget_id)
        self._make: LinesIn | None = None
        self._targets: list[DeviceTarget | CaseTarget | None] = []
        self._shown_width = 0

    def show(self, make: LinesIn) -> None:
        """Show what `make` makes for the width."""
        self._make = make
        self._lay_out()

    @property
    def target(self) -> DeviceTarget | CaseTarget | None:
        """The target of the line under the cursor."""
        place = self.highlighted
        return self._targets[place] if place is not None and place < len(self._targets) else None

    def on_resize(self, event: events.Resize) -> None:
        if event.size.width != self._shown_width:
            self._lay_out()

    def _lay_out(self) -> None:
        if self._make is None:
            return
        self._shown_width = self.size.width
        before = self.target
        lines = self._make((self.size.width or USUAL_WIDTH) - MARGIN)
        self._targets = [target for _, target in lines]
        self.clear_options()
        self.add_options([Option(text, disabled=target is None) for text, target in lines])
        same = next((i for i, each in enumerate(self._targets) if each is not None and each == before), None)
        first = next((i for i, each in enumerate(self._targets) if each is not None), None)
        self.highlighted = first if same is None else same
        if same is None:
            self.scroll_to(y=0, animate=False)

    @on(OptionList.OptionSelected)
    def _select(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        target = self._targets[event.option_index] if event.option_index < len(self._targets) else None
        if target is not None:
            self.post_message(self.Chosen(target))
