"""Lines of an option list: a line that changed is painted alone."""

from __future__ import annotations

from rich.text import Text
from textual.geometry import Region
from textual.widgets import OptionList


def show_line(lines: OptionList, place: int, text: Text) -> None:
    """As `replace_option_prompt_at_index` does for an option of one line, which then paints all lines."""
    lines.get_option_at_index(place)._set_prompt(text)
    lines._option_render_cache.clear()
    lines.refresh(Region(0, place - lines.scroll_offset.y, lines.size.width, 1))
