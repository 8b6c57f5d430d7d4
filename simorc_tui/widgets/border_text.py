"""Titles of panes: a change repaints the line of the border, not the whole pane."""

from __future__ import annotations

from textual.geometry import Region
from textual.widget import Widget


def show_title(pane: Widget, markup: str) -> None:
    """Show `markup` on the upper border."""
    _show(pane, "_border_title", markup, -1)


def show_subtitle(pane: Widget, markup: str) -> None:
    """Show `markup` on the lower border."""
    _show(pane, "_border_subtitle", markup, pane.size.height)


def _show(pane: Widget, attribute: str, markup: str, line: int) -> None:
    """As Textual's own setter does, which then paints the pane with all that is within it."""
    text = pane.render_str(markup).expand_tabs(4).split()[0] if markup else None
    before = getattr(pane, attribute, None)
    if (before.markup if before else "") == (text.markup if text else ""):
        return
    setattr(pane, attribute, text)
    pane.refresh(Region(-1, line, pane.outer_size.width, 1))
