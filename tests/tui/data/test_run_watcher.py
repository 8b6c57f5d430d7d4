from __future__ import annotations

import queue
import shutil
from collections.abc import Callable
from typing import Any

from simorc.rundir.layout import RunLayout
from simorc_tui.data.run_list import Overview
from simorc_tui.data.run_watcher import Follower, RunNews
from tests.waiting import PATIENCE


def test_news_is_coalesced_until_it_is_taken(make_run: Callable[..., Any]) -> None:
    run = make_run(20)
    reported: queue.Queue[RunNews] = queue.Queue()
    follower = Follower(run.layout, reported.put)
    follower.start()
    try:
        first = reported.get(timeout=PATIENCE)
        assert first.case_ids is None
        assert first.counts["failed"] == 2
        run.set_case(3, status="failed")
        run.set_case(4, status="failed")
        run.db.execute("INSERT INTO events (time, kind, message) VALUES (1, 'paused', 'disk low')")
        run.set_meta(state="paused")
        assert reported.empty(), "no second message while the first has not been taken"
        follower.taken()
        news = reported.get(timeout=PATIENCE)
        seen, events = set(news.case_ids or ()), list(news.events)
        while (seen, events) != ({3, 4}, [("paused", "disk low")]):
            follower.taken()
            news = reported.get(timeout=PATIENCE)
            seen |= set(news.case_ids or ())
            events += news.events
        assert news.counts["failed"] == 4
    finally:
        follower.stop()


def test_a_store_that_cannot_be_read_is_told(make_run: Callable[..., Any]) -> None:
    run = make_run(3)
    run.db.close()
    run.layout.database.write_bytes(b"not a database at all" * 100)
    reported: queue.Queue[RunNews] = queue.Queue()
    follower = Follower(run.layout, reported.put)
    follower.start()
    assert "cannot be read" in reported.get(timeout=PATIENCE).error
    follower.stop()


def test_overview_tells_what_is_new(make_run: Callable[..., Any]) -> None:
    run = make_run(10)
    reported: queue.Queue[list[Any]] = queue.Queue()
    overview = Overview(run.layout.root, reported.put)
    overview.start()
    try:
        assert [summary.state for summary in reported.get(timeout=PATIENCE)] == ["finished"]
        other = RunLayout(run.layout.path.with_name("pvt_20261121130000"))
        run.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        shutil.copytree(run.layout.path, other.path)
        overview.look_now()
        assert [summary.run for summary in reported.get(timeout=PATIENCE)] == [other.name, run.layout.name]
    finally:
        overview.stop()
