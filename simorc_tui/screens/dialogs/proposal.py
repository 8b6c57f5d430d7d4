"""The difference between a netlist and its regenerated version, to accept or reject."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Label, Static

from simorc.text import plain
from simorc_tui.screens.dialogs.dialog import Dialog

if TYPE_CHECKING:
    from simorc.schematics.update import Proposal

STYLES = {"+": "green", "-": "red", "@": "cyan"}


class ProposalScreen(Dialog[bool]):
    """Shows the difference; the result is whether to accept it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a,y", "accept", "accept"),
        Binding("escape,q,n", "leave", "leave"),
        Binding("j", "scroll(1)", "down", show=False),
        Binding("k", "scroll(-1)", "up", show=False),
    ]

    def __init__(self, proposals: Sequence[Proposal]) -> None:
        super().__init__()
        self._proposals = proposals

    def compose(self) -> ComposeResult:
        names = ", ".join(proposal.pair.name for proposal in self._proposals)
        with Vertical(classes="dialog wide"):
            yield Label(
                Text(f"new netlist: {plain(names)}    press a to accept, escape to cancel"),
                classes="dialog-title",
            )
            with VerticalScroll():
                yield Static(difference_text(self._proposals))

    def on_mount(self) -> None:
        self.set_focus(self.query_one(VerticalScroll))

    def action_accept(self) -> None:
        self.dismiss(True)

    def action_leave(self) -> None:
        self.dismiss(False)

    def action_scroll(self, rows: int) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=rows, animate=False)


def difference_text(proposals: Sequence[Proposal]) -> Text:
    """All differences below each other, warnings first."""
    text = Text()
    for proposal in proposals:
        for warning in proposal.warnings:
            text.append(f"! {plain(warning)}\n", "yellow")
        if not proposal.differs:
            text.append(
                f"{plain(proposal.pair.name)}: the netlist is unchanged; only its record is updated\n"
            )
        for line in proposal.diff().splitlines():
            text.append(plain(line) + "\n", STYLES.get(line[:1], ""))
    return text
