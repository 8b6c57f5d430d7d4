"""Which panes are shown and which has the keys: all of them, or one at a time on a small terminal."""

from __future__ import annotations

from rich.style import Style
from textual import events
from textual.geometry import Region
from textual.widget import Widget
from textual.widgets import Static

from simorc_tui.commands.footers import footer_text
from simorc_tui.screens.dialogs.jump import JumpScreen
from simorc_tui.screens.main.desk import Desk

PANES = ("tree", "builder", "cases", "view")
LEFT = ("tree", "builder")
NARROW_COLUMNS, NARROW_LINES = 110, 30


CHOSEN_TITLE, OTHER_TITLE = Style(bold=True, underline=True), Style()


def _show_chosen(pane: Widget, chosen: bool) -> None:
    """The title of the pane that has the keys is underlined; only the line it stands on is painted again.

    By hand and not by :focus-within, which would style all widgets below both panes again; by the rule and
    not by the property, which would paint them.
    """
    if pane.styles.set_rule("border_title_style", CHOSEN_TITLE if chosen else OTHER_TITLE):
        pane.refresh(Region(-1, -1, pane.outer_size.width, 1))


class PaneActions(Desk):
    """Going from pane to pane."""

    zoomed = False

    def on_resize(self) -> None:
        self._fit()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        for widget in event.widget.ancestors_with_self:
            if widget.id in PANES and widget.id != self.pane:
                self.pane = str(widget.id)
                self._fit()

    def action_pane(self, pane: str) -> None:
        """Go to a pane; a second time zooms it."""
        if pane == self.pane:
            self.zoomed = not self.zoomed
        self.pane = pane
        self._fit()
        self._focus_pane()

    def action_zoom(self) -> None:
        self.zoomed = not self.zoomed
        self._fit()

    def action_tab(self, tab: str) -> None:
        self.show_tab(tab)

    def show_tab(self, tab: str) -> None:
        self.case_view.show_tab(tab)
        if self.pane != "view":
            self.action_pane("view")
        else:
            self._focus_pane()
            self._show_footer()

    @property
    def single(self) -> bool:
        """One pane on a small terminal or when zoomed, else all."""
        return self.zoomed or self.size.width < NARROW_COLUMNS or self.size.height < NARROW_LINES

    def bring_cases_into_sight(self) -> None:
        """Where one pane shows, the cases: something happens there now."""
        if self.single and self.pane in LEFT:
            self.action_pane("cases")

    def _fit(self) -> None:
        single = self.single
        # Not by classes of the screen: each would style every widget again, a fifth of a second in all.
        for pane in PANES:
            widget = self.query_one(f"#{pane}")
            widget.display = not single or pane == self.pane
            _show_chosen(widget, pane == self.pane)
        left = self.query_one("#left")
        left.display = not single or self.pane in LEFT
        left.set_class(single, "alone")
        self.query_one("#right").display = not single or self.pane not in LEFT
        self._show_footer()

    def _show_footer(self) -> None:
        """The keys of where the keys go; painted only when they are others."""
        wanted = footer_text(self.place, getattr(self.app, "keymap", {}))
        footer = self.query_one("#footer", Static)
        if wanted != str(footer.content):
            footer.update(wanted, layout=False)

    def _focus_pane(self) -> None:
        targets = {
            "tree": self.tree_pane,
            "builder": self.builder.query_one("OptionList"),
            "cases": self.table,
        }
        if self.pane == "view":
            self.case_view.focus_content()
        else:
            self.set_focus(targets[self.pane])

    def action_jump(self) -> None:
        self.app.push_screen(JumpScreen(), self._jump)

    def _jump(self, target: str | None) -> None:
        if target is None:
            return
        if target.isdecimal():
            self.go_to_case(int(target))
        elif target in PANES:
            self.pane = target
            self._fit()
            self._focus_pane()
        else:
            self.action_tab(target)

    def go_to_case(self, case_id: int) -> None:
        if not self.table.go_to(case_id):
            hidden = " (the filter may hide it)" if self.table.arrangement.filter_text else ""
            self.say(f"no case {case_id} here{hidden}")
        if self.pane != "cases":
            self.pane = "cases"
            self._fit()
        self.set_focus(self.table)
