"""Whoever follows a run is told everything once."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from simorc.rundir.layout import RunLayout
from simorc.rundir.store.connection import create
from simorc.rundir.store.news import NewsReader
from simorc.rundir.store.reader import CASES_NAMED, RunReader


def written(path: Path, events: int, cases: list[int]) -> None:
    """So many events more, and these cases changed."""
    with sqlite3.connect(path) as db:
        rows = [(str(number),) for number in range(events)]
        db.executemany("INSERT INTO events (time, kind, message) VALUES (0, 'warning', ?)", rows)
        db.executemany("INSERT INTO changes (case_id) VALUES (?)", [(case,) for case in cases])
    db.close()


def test_each_event_and_change_is_told_once(tmp_path: Path) -> None:
    layout = RunLayout(tmp_path)
    create(layout.database, {"total": "9"})
    written(layout.database, 3, [1, 2])
    with RunReader(layout) as view:
        news = NewsReader(view)
        first = news.look()
        assert (first.changes.case_ids, first.events) == ([], [])
        written(layout.database, 1200, [4, 5, 4])  # more events than one question gives
        second = news.look()
        assert second.changes.case_ids == [4, 5] and not second.changes.overflow
        assert [row["message"] for row in second.events] == [str(number) for number in range(1200)]
        assert news.look().events == []
        written(layout.database, 0, [1] * (CASES_NAMED + 1))
        assert news.look().changes.overflow
        assert not news.look().changes.overflow
