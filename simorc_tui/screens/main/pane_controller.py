"""Shows and focuses panes: all of them, or one at a time on a small terminal."""

from __future__ import annotations

import os

from rich.style import Style
from textual.geometry import Region
from textual.widget import Widget
from textual.widgets import Static

from simorc_tui.commands.footers import footer_text
from simorc_tui.screens.dialogs.jump import JumpScreen
from simorc_tui.screens.main.context import Controller, MainContext
from simorc_tui.widgets.case_view import TABS

PANES = ("tree", "builder", "cases", "view")
LEFT = ("tree", "builder")
NARROW_COLUMNS, NARROW_LINES = 110, 30


CHOSEN_TITLE, OTHER_TITLE = Style(bold=True), Style()
UNDERLINED = Style(bold=True, underline=True)


def _show_chosen(pane: Widget, chosen: bool, style: Style) -> None:
    """Mark the title of the focused pane; only the title's line is painted again.

    Done directly and not by :focus-within, which would restyle all widgets below both panes; by the rule and
    not by the property, which would repaint them.
    """
    if pane.styles.set_rule("border_title_style", style if chosen else OTHER_TITLE):
        pane.refresh(Region(-1, -1, pane.outer_size.width, 1))


class PaneController(Controller):
    """Going from pane to pane."""

    def __init__(self, main: MainContext) -> None:
        super().__init__(main)
        self.zoomed = False
        self.tab = TABS[0]

    def follow_focus(self, focused: Widget) -> None:
        """A widget got the focus: its pane is the one that has the keys."""
        for widget in focused.ancestors_with_self:
            if widget.id in PANES and widget.id != self.main.pane:
                self.main.pane = str(widget.id)
                self.fit()

    def restore(self) -> None:
        """The pane and tab of last time, zoomed or not."""
        left = self.main.remembered
        self.zoomed = left.zoomed
        if left.tab in TABS:
            self.tab = self.main.case_view.tab = left.tab
        if left.pane in PANES:
            self.main.pane = left.pane
            self.focus_pane()
        self.fit()

    def go_to(self, pane: str) -> None:
        """Go to a pane; a second time zooms it."""
        if pane == self.main.pane:
            self.zoomed = not self.zoomed
        self.main.pane = pane
        self.fit()
        self.focus_pane()

    def zoom(self) -> None:
        self.zoomed = not self.zoomed
        self.fit()

    def show_tab(self, tab: str) -> None:
        self.tab = tab
        self.main.case_view.show_tab(tab)
        if self.main.pane != "view":
            self.go_to("view")
        else:
            self.focus_pane()
            self.show_footer()

    @property
    def single(self) -> bool:
        """One pane on a small terminal or when zoomed, else all."""
        return (
            self.zoomed
            or self.main.screen.size.width < NARROW_COLUMNS
            or self.main.screen.size.height < NARROW_LINES
        )

    def show_cases(self) -> None:
        """Where one pane shows, the cases: something happens there now."""
        if self.single and self.main.pane in LEFT:
            self.go_to("cases")

    def fit(self) -> None:
        single = self.single
        coloured = "NO_COLOR" not in os.environ
        style = CHOSEN_TITLE if coloured else UNDERLINED
        # Not by classes of the screen: each would style every widget again, a fifth of a second in all.
        for pane in PANES:
            widget = self.main.screen.query_one(f"#{pane}")
            widget.display = not single or pane == self.main.pane
            _show_chosen(widget, pane == self.main.pane, style)
        left = self.main.screen.query_one("#left")
        left.display = not single or self.main.pane in LEFT
        left.set_class(single, "alone")
        self.main.screen.query_one("#right").display = not single or self.main.pane not in LEFT
        self.show_footer()

    def show_footer(self) -> None:
        """The keys of where the keys go; painted only when they are others."""
        wanted = footer_text(
            self.main.place,
            self.main.commands,
            getattr(self.main.app, "keymap", {}),
            self.main.screen.size.width,
        )
        footer = self.main.screen.query_one("#footer", Static)
        if wanted != footer.content:
            footer.update(wanted, layout=False)

    def focus_pane(self) -> None:
        targets = {
            "tree": self.main.tree,
            "builder": self.main.builder.query_one("OptionList"),
            "cases": self.main.table,
        }
        if self.main.pane == "view":
            self.main.case_view.focus_content()
        else:
            self.main.focus(targets[self.main.pane])

    def jump(self) -> None:
        self.main.ask(JumpScreen(), self._jump)

    def _jump(self, target: str | None) -> None:
        if target is None:
            return
        if target.isdecimal():
            self.go_to_case(int(target))
        elif target in PANES:
            self.main.pane = target
            self.fit()
            self.focus_pane()
        else:
            self.show_tab(target)

    def go_to_case(self, case_id: int) -> None:
        if not self.main.table.go_to(case_id):
            hidden = " (the filter may hide it)" if self.main.table.arrangement.filter_text else ""
            self.main.say(f"case {case_id} not found{hidden}")
        if self.main.pane != "cases":
            self.main.pane = "cases"
            self.fit()
        self.main.focus(self.main.table)
