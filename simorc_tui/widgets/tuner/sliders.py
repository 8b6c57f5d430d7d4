"""The parameters of a tuner as sliders, one line each: name, track, value."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text
from textual import events
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from simorc.analysis.tuning.knobs import Knob
from simorc.text import plain
from simorc_tui.theme.glyphs import ASCII, Glyphs
from simorc_tui.widgets.option_lines import show_line

LEAST_TRACK = 5
LONGEST_NAME = 16
LONGEST_VALUE = 10
GAP = 1
MARGIN = 2
"""Cells of the list that are no text: its padding and its scrollbar."""
UNICODE_TRACK, ASCII_TRACK = "├─┼┤●", "|-+|o"


class Sliders(OptionList):
    """Shows knobs; the one under the cursor is moved."""

    def __init__(self, glyphs: Glyphs, *, widget_id: str | None = None) -> None:
        super().__init__(id=widget_id)
        self._signs = ASCII_TRACK if glyphs is ASCII else UNICODE_TRACK
        self._knobs: list[Knob] = []

    @property
    def place(self) -> int:
        """The slider under the cursor."""
        return self.highlighted or 0

    def show_knobs(self, knobs: Sequence[Knob]) -> None:
        """Show these knobs; lines that have not changed are left alone."""
        before, self._knobs = self._knobs, list(knobs)
        if len(before) != len(knobs) or self.option_count != len(knobs):
            self._lay_out()
            return
        if self._widths(before) != self._widths(self._knobs):
            before = []
        for place, knob in enumerate(self._knobs):
            if not before or before[place] != knob:
                show_line(self, place, self._line(knob))

    def on_resize(self, event: events.Resize) -> None:
        """The tracks fill the width."""
        self._lay_out()

    def _lay_out(self) -> None:
        place = self.highlighted
        self.clear_options()
        self.add_options([Option(self._line(knob)) for knob in self._knobs])
        if self._knobs:
            self.highlighted = min(place or 0, len(self._knobs) - 1)

    def _widths(self, knobs: Sequence[Knob]) -> tuple[int, int]:
        """The cells of names and of values."""
        names = max((len(plain(knob.name)) for knob in knobs), default=0)
        values = max((len(str(knob.value)) for knob in knobs), default=0)
        return min(names, LONGEST_NAME), min(max(values, 6), LONGEST_VALUE)

    def _line(self, knob: Knob) -> Text:
        names, values = self._widths(self._knobs)
        line = Text(no_wrap=True, overflow="ellipsis")
        style = "bold blue" if knob.is_moved else ""
        line.append(_fit(plain(knob.name), names).ljust(names), "dim" if knob.fixed else style)
        room = self.size.width - MARGIN - names - values - 2 * GAP
        if knob.fixed:
            line.append(" " * GAP).append(_fit(plain(knob.fixed), max(room, 0)).ljust(max(room, 0)), "dim")
        elif room >= LEAST_TRACK:
            line.append(" " * GAP)
            self._append_track(line, knob, room)
        value = _fit(str(knob.value), values).rjust(values)
        return line.append(" " * GAP).append(value, "dim" if knob.fixed else style)

    def _append_track(self, line: Text, knob: Knob, width: int) -> None:
        left, bar, middle, right, handle = tuple(self._signs)
        track = [left, *[bar] * (width - 2), right]
        track[round(0.5 * (width - 1))] = middle
        place = round(knob.place * (width - 1))
        line.append("".join(track[:place]), "dim")
        line.append(handle, "bold blue" if knob.is_moved else "bold")
        line.append("".join(track[place + 1 :]), "dim")


def _fit(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: max(0, width - 1)]}~"[:width]
