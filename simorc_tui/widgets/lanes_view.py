"""Digital signals as lanes over time, with a cursor, zoom and pan."""

from __future__ import annotations

from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.strip import Strip
from textual.widget import Widget

from simorc.plots.backends.terminal.lanes import (
    ASCII_LANES,
    UNICODE_LANES,
    Lane,
    LaneSigns,
    Span,
    alarm_cells,
    drawn,
)
from simorc.plots.ticks import ticks
from simorc.text import plain
from simorc.units import format_si
from simorc_tui.commands.plot_commands import LANE_COMMANDS
from simorc_tui.data.lanes import Lanes, cycle_text

AXIS, READOUT = 1, 1
"""Lines above and below the lanes."""
CELLS_PER_TICK = 14
LEAST_CELLS, USUAL_CELLS = 8, 60
CELLS_PER_CHANGE = 3
_NOTHING = Lanes((), 1.0, "", "")


class LanesView(Widget, can_focus=True):
    """Shows `Lanes`. The cursor is always there; the names are followed by the values under it."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "lanes--axis",
        "lanes--name",
        "lanes--selected",
        "lanes--value",
        "lanes--bit",
        "lanes--bus",
        "lanes--alarm",
        "lanes--cursor",
    }
    DEFAULT_CSS = """
    LanesView { height: 1fr; width: 1fr; background: $background; }
    LanesView > .lanes--axis { text-style: dim; }
    LanesView > .lanes--selected { text-style: bold reverse; }
    LanesView > .lanes--value { text-style: bold; }
    LanesView > .lanes--bit { color: $simorc-met; }
    LanesView > .lanes--bus { color: $simorc-focus; }
    LanesView > .lanes--alarm { color: $simorc-failed; text-style: bold reverse; }
    LanesView > .lanes--cursor { text-style: reverse; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [command.binding for command in LANE_COMMANDS]

    def __init__(self, *, widget_id: str | None = None) -> None:
        super().__init__(id=widget_id)
        self.content = _NOTHING
        self.note = ""
        self.span: Span = (0.0, 1.0)
        self.cursor = 0.0
        self.selected = 0
        self.top = 0

    def show_lanes(self, content: Lanes, *, keep_window: bool = False) -> None:
        """Draw other lanes; with `keep_window` the part of time, the cursor and the lane stay."""
        self.content, self.note = content, ""
        if not keep_window:
            self.span = (0.0, self._readable_part())
            self.cursor, self.selected, self.top = content.start_at, self._first_alarmed(), 0
            self._go_to(self.cursor)
        self._hold()

    def _readable_part(self) -> float:
        """The time up to which each change of the busiest signal has cells of its own, at most the end."""
        most = (self.cells if self.size.width else USUAL_CELLS) // CELLS_PER_CHANGE
        parts = [float(lane.times[most]) for lane in self.content.lanes if len(lane.times) > most]
        return min([*parts, self.content.end or 1.0])

    def show_note(self, note: str) -> None:
        """Show why there are no lanes."""
        self.content, self.note = _NOTHING, note
        self.refresh()

    def _first_alarmed(self) -> int:
        lanes = enumerate(self.content.lanes)
        return next((number for number, lane in lanes if lane.alarms), 0)

    # Drawing --------------------------------------------------------------------------------------

    @property
    def _names_width(self) -> int:
        longest = max((len(lane.name) for lane in self.content.lanes), default=0)
        return min(longest, max(self.size.width * 2 // 5, 10))

    @property
    def _values_width(self) -> int:
        texts = [len(lane.at(self.cursor)) for lane in self.content.lanes]
        return min(max([4, *texts]), 12)

    @property
    def cells(self) -> int:
        """How many cells of time there are."""
        return max(self.size.width - self._names_width - self._values_width - 2, LEAST_CELLS)

    @property
    def _room(self) -> int:
        """How many lanes fit."""
        return max((self.size.height - AXIS - READOUT) // self._pitch, 1)

    @property
    def _pitch(self) -> int:
        """Lines of a lane: with an empty one below it where all of them have the room."""
        return 2 if 2 * len(self.content.lanes) + AXIS + READOUT <= self.size.height else 1

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        if self.note:
            segments = [Segment(plain(self.note))] if y == 0 else []
        elif y == 0:
            segments = self._axis()
        elif y == self.size.height - 1:
            segments = [Segment(self._readout(), self._look("axis"))]
        else:
            row, below = divmod(y - AXIS, self._pitch)
            number = row + self.top
            shown = below == 0 and number < len(self.content.lanes)
            segments = self._lane(number) if shown else []
        return Strip(segments).adjust_cell_length(width, self.rich_style).apply_style(self.rich_style)

    def _axis(self) -> list[Segment]:
        """Labels above their places."""
        line = [" "] * self.cells
        for tick in ticks(*self.span, max(self.cells // CELLS_PER_TICK, 1), unit=self.content.unit):
            at = min(int(tick.place * self.cells), self.cells - len(tick.label))
            if (
                tick.label
                and at >= 0
                and not "".join(line[max(at - 1, 0) : at + len(tick.label) + 1]).strip()
            ):
                line[at : at + len(tick.label)] = tick.label
        text = " " * (self._names_width + self._values_width + 2) + "".join(line)
        return [Segment(text.translate(self._translation), self._look("axis"))]

    def _lane(self, number: int) -> list[Segment]:
        lane = self.content.lanes[number]
        name = plain(lane.name)
        if len(name) > self._names_width:
            name = self._signs.cut + name[1 - self._names_width :]
        label = "selected" if number == self.selected and self.has_focus else "name"
        value = plain(lane.at(self.cursor))
        if len(value) > self._values_width:
            value = value[: self._values_width - 1] + self._signs.cut
        return [
            Segment(name.ljust(self._names_width), self._look(label)),
            Segment(" "),
            Segment(value.ljust(self._values_width), self._look("value")),
            Segment(" "),
            *self._picture(lane),
        ]

    def _picture(self, lane: Lane) -> list[Segment]:
        """The lane, its wrong parts and the cursor each in their look."""
        text = drawn(lane, self.span, self.cells, self._signs)
        alarms = alarm_cells(lane, self.span, self.cells)
        usual = self._look("bit" if lane.width == 1 else "bus")
        looks = [self._look("alarm") if wrong else usual for wrong in alarms]
        at = self._cursor_cell
        if 0 <= at < len(looks):
            looks[at] = looks[at] + self._look("cursor")
        segments: list[Segment] = []
        for sign, look in zip(text, looks, strict=True):
            if segments and segments[-1].style == look:
                segments[-1] = Segment(segments[-1].text + sign, look)
            else:
                segments.append(Segment(sign, look))
        return segments

    @property
    def _cursor_cell(self) -> int:
        low, high = self.span
        return int((self.cursor - low) / (high - low) * self.cells + 1e-9)

    def _readout(self) -> str:
        unit = self.content.unit
        at = format_si(self.cursor, unit) if unit == "s" else cycle_text(self.cursor)
        hidden = len(self.content.lanes) - self._room
        more = f"   {self.top + 1}-{self.top + self._room} of {len(self.content.lanes)}" if hidden > 0 else ""
        return f"{at}{more}   n N next change  + - zoom  h l pan  0 all".translate(self._translation)

    def _look(self, name: str) -> Style:
        return self.get_component_rich_style(f"lanes--{name}", partial=True)

    @property
    def _signs(self) -> LaneSigns:
        return ASCII_LANES if self.app.has_class("ascii") else UNICODE_LANES

    @property
    def _translation(self) -> dict[int, str]:
        return {ord("µ"): "u"} if self.app.has_class("ascii") else {}

    # Moving ---------------------------------------------------------------------------------------

    def action_zoom(self, factor: float) -> None:
        """Show `factor` times as much time; the cursor stays where it is."""
        low, high = self.span
        least = self.content.end * 1e-9
        length = min(max((high - low) * factor, least), self.content.end)
        share = min(max((self.cursor - low) / (high - low), 0.0), 1.0)
        self._show_from(self.cursor - share * length, length)

    def action_pan(self, share: float) -> None:
        low, high = self.span
        self._show_from(low + share * (high - low), high - low)

    def action_fit(self) -> None:
        self.span = (0.0, self.content.end)
        self.refresh()

    def action_nudge(self, cells: int) -> None:
        """Move the cursor by cells."""
        low, high = self.span
        self._go_to(self.cursor + cells * (high - low) / self.cells)

    def action_change(self, direction: int) -> None:
        """Move the cursor to the next change of the selected signal, or the one before."""
        if self.content.lanes:
            found = self.content.lanes[self.selected].next_change(self.cursor, direction)
            if found is not None:
                self._go_to(found)

    def action_lane(self, step: int) -> None:
        """Select another signal."""
        self.selected += step
        self._hold()

    def on_click(self, event: events.Click) -> None:
        left = self._names_width + self._values_width + 2
        row = (event.y - AXIS) // self._pitch + self.top
        if event.y >= AXIS and row < len(self.content.lanes):
            self.selected = row
        if event.x >= left:
            low, high = self.span
            self._go_to(low + (event.x - left + 0.5) * (high - low) / self.cells)
        self._hold()

    def _go_to(self, time: float) -> None:
        self.cursor = min(max(time, 0.0), self.content.end)
        low, high = self.span
        if not low <= self.cursor < high:
            self._show_from(self.cursor - (high - low) / 2, high - low)
        self.refresh()

    def _show_from(self, low: float, length: float) -> None:
        low = min(max(low, 0.0), max(self.content.end - length, 0.0))
        self.span = (low, low + length)
        self.refresh()

    def _hold(self) -> None:
        """Keep the selected signal within the lanes and in view."""
        lanes, room = len(self.content.lanes), self._room
        self.selected = min(max(self.selected, 0), max(lanes - 1, 0))
        self.top = min(max(self.top, self.selected - room + 1), self.selected, max(lanes - room, 0))
        self.refresh()

    def on_resize(self) -> None:
        self._hold()
