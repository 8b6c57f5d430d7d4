"""Watches netlists and their schematics: reports stale ones, proposes and accepts new ones.

Everything slow happens in threads. The modules of the engine come in when first needed: watchfiles, anyio and
the project's reader have no business before the first frame.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from simorc.errors import SimorcError

if TYPE_CHECKING:
    from simorc.config.project import Project
    from simorc.schematics.staleness import Condition
    from simorc.schematics.update import Proposal
    from simorc.schematics.watch import Pace, Watched

TRY_AGAIN_SECONDS = 3.0


async def watch_netlists(root: Path, post: Callable[[Watched], object]) -> None:
    """Call `post` with the state of the project's netlists now and whenever it changes; never returns.

    A project that cannot be read is tried again; its problems are shown elsewhere.
    """
    pace, watch, load = await asyncio.to_thread(_watching, root)
    while True:
        try:
            async for seen in watch(load, pace):
                post(seen)
        except SimorcError:
            await asyncio.sleep(TRY_AGAIN_SECONDS)


def _watching(
    root: Path,
) -> tuple[
    Pace, Callable[[Callable[[], Project], Pace], AsyncGenerator[Watched, None]], Callable[[], Project]
]:
    from simorc.config.project import Project
    from simorc.files import is_network
    from simorc.schematics.watch import Pace, watch

    return Pace(polling=is_network(root)), watch, lambda: Project.load(root)


def wanting(conditions: Sequence[Condition]) -> list[Condition]:
    """Those whose netlist has to be made again."""
    return [condition for condition in conditions if not condition.usable]


def proposals(conditions: Sequence[Condition]) -> list[Proposal]:
    """Netlist these schematics; nothing of the project is touched. Raises NetlistError or ToolMissing."""
    from simorc.schematics.update import propose

    return [propose(condition.pair) for condition in conditions]


def accept_all(found: Sequence[Proposal]) -> None:
    """Put the proposed netlists in place."""
    from simorc.schematics.update import accept

    for proposal in found:
        accept(proposal)


def short_note(conditions: Sequence[Condition]) -> str:
    """``ota_5t.sch newer (N netlists it)`` for the status line, '' when all is well."""
    bad = wanting(conditions)
    if not bad:
        return ""
    if len(bad) > 1:
        return f"{len(bad)} netlists do not match their schematics"
    first = bad[0]
    if first.state == "stale" and first.changed:
        names = {Path(name).name for name in first.changed}
        return f"{', '.join(sorted(names)[:2])} newer"
    return f"netlist of {first.pair.name} {first.state}"
