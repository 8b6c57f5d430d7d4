"""A view of indexed lines; it reads and draws only the visible ones."""

from __future__ import annotations

from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from simorc.text import plain
from simorc_tui.widgets.text_view.colour import Classify, of_log
from simorc_tui.widgets.text_view.line_index import LONGEST_SHOWN, LineIndex

SIDESTEP = 8
CUT_MARK = " ... line truncated"


class LinesView(ScrollView, can_focus=True):
    """Scrolls over a `LineIndex` of any length."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "lines--comment",
        "lines--card",
        "lines--error",
        "lines--warning",
        "lines--match",
    }
    DEFAULT_CSS = """
    LinesView { height: 1fr; width: 1fr; scrollbar-size: 1 1; background: $background; }
    LinesView > .lines--comment { text-style: dim; }
    LinesView > .lines--card { color: $accent; text-style: bold; }
    LinesView > .lines--error { color: $error; text-style: bold; }
    LinesView > .lines--warning { color: $warning; }
    LinesView > .lines--match { text-style: reverse; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "scroll_down", "down", show=False, id="file.down"),
        Binding("k", "scroll_up", "up", show=False, id="file.up"),
        Binding("g,home", "first", "first line", show=False, id="file.first"),
        Binding("G,end", "last", "last line", show=False, id="file.last"),
        Binding("h,left", f"sideways({-SIDESTEP})", "left", show=False, id="file.left"),
        Binding("l,right", f"sideways({SIDESTEP})", "right", show=False, id="file.right"),
        Binding("ctrl+d", "page_down", "page down", show=False, id="file.page_down"),
        Binding("ctrl+u", "page_up", "page up", show=False, id="file.page_up"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.index: LineIndex | None = None
        self.classify: Classify = of_log
        self.needle = ""
        self.follow = False
        self.sticks = False
        self._moving = False
        self._widest = 0

    def show(self, index: LineIndex | None, classify: Classify, *, follow: bool = False) -> None:
        """Show another file from its first line, with `follow` at its end; None shows nothing.

        A followed file is left in place while the user has scrolled away from its end.
        """
        self.index, self.classify, self._widest = index, classify, 0
        self.follow = self.sticks = follow
        self._move_to(0)
        self.grown()

    def grown(self) -> None:
        """There are more lines than before."""
        lines = 0 if self.index is None else len(self.index)
        if self.virtual_size.height != lines:
            self.virtual_size = Size(self._widest, lines)
        if self.sticks:
            # The end is known only once the new size is laid out.
            self.call_after_refresh(self._stick)
        self.refresh()

    @property
    def at_end(self) -> bool:
        return self.scroll_offset.y >= self.max_scroll_y

    def show_line(self, number: int) -> None:
        """Bring a line into view, a third from the top."""
        self.sticks = False
        self._move_to(max(0, number - self.size.height // 3))

    def show_end(self) -> None:
        """Go to the last line."""
        self._move_to(self.max_scroll_y)

    def _stick(self) -> None:
        if self.sticks:
            self.show_end()

    def _move_to(self, y: float) -> None:
        """Scroll by program, which does not change whether the view follows the end."""
        self._moving = True
        self.scroll_to(y=y, animate=False, immediate=True)
        self._moving = False

    def on_resize(self) -> None:
        self._stick()

    def mark(self, needle: str) -> None:
        """Highlight every occurrence of `needle`; none for ''."""
        self.needle = needle
        self.refresh()

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        number = y + self.scroll_offset.y
        if self.index is None or number >= len(self.index):
            return Strip.blank(width, self.rich_style)
        strip = self._line(number)
        self._note_width(strip.cell_length)
        left = self.scroll_offset.x
        return (
            strip.crop(left, left + width)
            .extend_cell_length(width, self.rich_style)
            .apply_style(self.rich_style)
        )

    def _line(self, number: int) -> Strip:
        raw = self.index.line(number) if self.index is not None else b""
        line = plain(raw.decode("utf-8", "replace"))
        text = Text(line + (CUT_MARK if len(raw) >= LONGEST_SHOWN else ""), end="")
        look = self.classify(line)
        if look:
            text.stylize(self._look(look))
        self._stylize_matches(text, line)
        return Strip([Segment(part.text, part.style) for part in text.render(self.app.console)])

    def _stylize_matches(self, text: Text, line: str) -> None:
        if not self.needle:
            return
        any_case = self.needle == self.needle.lower()
        searched = line.lower() if any_case else line
        start = searched.find(self.needle)
        while start >= 0:
            text.stylize(self._look("match"), start, start + len(self.needle))
            start = searched.find(self.needle, start + len(self.needle))

    def _look(self, name: str) -> Style:
        return self.get_component_rich_style(f"lines--{name}", partial=True)

    def _note_width(self, cells: int) -> None:
        """The width to scroll over is that of the widest line seen so far."""
        if cells > self._widest:
            self._widest = cells
            self.call_later(self._widen)

    def _widen(self) -> None:
        if self.index is not None and self.virtual_size.width < self._widest:
            self.virtual_size = Size(self._widest, len(self.index))

    def action_first(self) -> None:
        self.sticks = False
        self._move_to(0)

    def action_last(self) -> None:
        self.sticks = self.follow
        self.show_end()

    def action_sideways(self, columns: int) -> None:
        self.scroll_to(x=max(0, self.scroll_offset.x + columns), animate=False, immediate=True)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        if self.follow and not self._moving:
            self.sticks = self.at_end
