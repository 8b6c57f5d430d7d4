"""Marks stale netlists on the main screen; N regenerates them after a review."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.message import Message

from simorc_tui.data.project.netlist_watch import accept_all, proposals, short_note, wanting, watch_netlists
from simorc_tui.screens.dialogs.proposal import ProposalScreen
from simorc_tui.screens.main.context import Controller

if TYPE_CHECKING:
    from simorc.schematics.staleness import Condition
    from simorc.schematics.update import Proposal
    from simorc.schematics.watch import Watched


class NetlistsSeen(Message):
    """The state of the project's netlists changed."""

    def __init__(self, seen: Watched) -> None:
        super().__init__()
        self.seen = seen


class NetlistController(Controller):
    """Staleness, and N."""

    conditions: Sequence[Condition] = ()

    def watch(self) -> None:
        """Start watching; it continues until the screen is removed."""
        watching = watch_netlists(
            self.main.root, lambda seen: self.main.screen.post_message(NetlistsSeen(seen))
        )
        self.main.screen.run_worker(watching, group="netlists")

    def seen(self, event: NetlistsSeen) -> None:
        self.conditions = event.seen.conditions
        self.main.tree.show_conditions(self.conditions)
        self.main.status_line.stale = short_note(self.conditions)

    def stale_netlists(self, testbench: str) -> list[str]:
        return [
            c.pair.name
            for c in wanting(self.conditions)
            if c.state == "stale" and c.pair.name in ("dut", testbench)
        ]

    def propose(self) -> None:
        """Netlist the schematic under the cursor of the tree, else all that is stale."""
        entry = self.main.tree.chosen if self.main.pane == "tree" else None
        named = [
            c
            for c in self.conditions
            if entry is not None and entry.kind == "schematic" and c.pair.name == entry.name
        ]
        wanted = named or wanting(self.conditions)
        if not wanted:
            self.main.say(
                "Every netlist matches its schematic."
                if self.conditions
                else "This project has no schematics."
            )
            return
        self.main.say(f"regenerating netlist of {', '.join(condition.pair.name for condition in wanted)} ...")
        self.main.do(self._propose(wanted), "netlist")

    async def _propose(self, wanted: Sequence[Condition]) -> None:
        found = await asyncio.to_thread(proposals, wanted)

        def answered(accepted: bool | None) -> None:
            if accepted:
                self.main.do(self._accept(found), "netlist")

        self.main.ask(ProposalScreen(found), answered)

    async def _accept(self, found: Sequence[Proposal]) -> None:
        await asyncio.to_thread(accept_all, found)
        self.main.say(f"regenerated netlist of {', '.join(proposal.pair.name for proposal in found)}")
