"""How many cases of the project's finished runs violate a spec, for the signs in the tree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from simorc.errors import SimorcError
from simorc.rundir.layout import find_run
from simorc.rundir.summary import RunSummary
from simorc_tui.data.spec_violations import read_violations

MOST_CASES = 100_000
"""Larger runs are judged when they are opened."""
NEWEST = 20
"""Runs that are judged besides the newest of each sweep."""


class RunVerdicts:
    """Remembers what it judged; a run is judged again when it has changed."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._known: dict[str, tuple[float | None, int]] = {}

    def wanted(self, summaries: Sequence[RunSummary]) -> list[RunSummary]:
        """The finished runs to judge: the newest of each sweep, then other new ones; newest first."""
        newest: dict[str, RunSummary] = {}
        for summary in summaries:
            newest.setdefault(summary.sweep, summary)
        chosen = {each.run: each for each in (*newest.values(), *summaries[:NEWEST])}
        return [
            each
            for each in chosen.values()
            if each.state == "finished" and each.total <= MOST_CASES and not self._is_known(each)
        ]

    def judge(self, summaries: Sequence[RunSummary]) -> Mapping[str, int]:
        """The cases that violate a spec, by run, of these runs and those judged before. Slow."""
        for summary in summaries:
            try:
                found = read_violations(find_run(self._root, summary.run))
            except SimorcError:
                continue  # it has just been removed
            self._known[summary.run] = (summary.updated, found.counts.violating + found.across)
        return {run: count for run, (_, count) in self._known.items()}

    def _is_known(self, summary: RunSummary) -> bool:
        known = self._known.get(summary.run)
        return known is not None and known[0] == summary.updated
