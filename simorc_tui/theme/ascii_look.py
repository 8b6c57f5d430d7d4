"""ASCII replacements for characters that Textual draws."""

from __future__ import annotations

from typing import Any, ClassVar

from textual.scrollbar import ScrollBar, ScrollBarRender
from textual.widgets import Tree

_GUIDES = ("  ", "| ", "`-", "|-")


class PlainScrollBarRender(ScrollBarRender):
    """A bar of whole cells: its ends are not drawn finer with eighths of blocks."""

    VERTICAL_BARS: ClassVar[list[str]] = [" "] * 8
    HORIZONTAL_BARS: ClassVar[list[str]] = [" "] * 8


def choose_scrollbars(*, unicode: bool) -> None:
    """How the scrollbars of this program are drawn."""
    ScrollBar.renderer = ScrollBarRender if unicode else PlainScrollBarRender


def draw_in_ascii(tree: Tree[Any]) -> None:
    """The tree's guides and the signs of what is folded and unfolded."""
    tree.LINES = dict.fromkeys(("default", "bold", "double"), _GUIDES)
    tree.ICON_NODE, tree.ICON_NODE_EXPANDED = "> ", "v "
