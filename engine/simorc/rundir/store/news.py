"""The changes of a run since the last query, for every viewer."""

from __future__ import annotations

from dataclasses import dataclass

from simorc.rundir.store.connection import Row
from simorc.rundir.store.reader import Changes, RunReader


@dataclass(frozen=True)
class News:
    """The cases that changed, and the run's events, oldest first."""

    changes: Changes
    events: list[Row]


class NewsReader:
    """Tracks how far a run was read; events that exist when it is created are not new."""

    def __init__(self, view: RunReader) -> None:
        self._view = view
        self._seq = view.last_seq()
        self._event = view.last_event()

    def look(self) -> News:
        """What came since the last look."""
        changes = self._view.changes_since(self._seq)
        self._seq = changes.seq
        events: list[Row] = []
        while rows := self._view.events_since(self._event):
            events += rows
            self._event = rows[-1]["seq"]
        return News(changes, events)
