"""The list of runs is read again only where files changed."""

from __future__ import annotations

import json
import shutil
import sqlite3
from dataclasses import replace

import pytest

from simorc.dashboard import overview
from simorc.dashboard.overview import Overview
from simorc.dashboard.projects import WatchedProject
from simorc.rundir.layout import RunLayout
from simorc.rundir.summary import RunSummary, summarise


class Clock:
    """Seconds that a test moves on."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def runs(watched: WatchedProject, clock: Clock) -> Overview:
    return Overview([watched], clock)


def newest(watched: WatchedProject) -> RunLayout:
    return RunLayout(watched.root / "simulations" / "pvt_20260102000000")


def test_runs_come_newest_first_with_what_a_list_shows(runs: Overview) -> None:
    changes = runs.refresh()
    assert [each["run"] for each in changes.changed] == ["pvt_20260102000000", "pvt_20260101000000"]
    first = runs.records()[0]
    assert (first["project"], first["sweep"], first["user"], first["host"]) == ("ota", "pvt", "ann", "eda1")
    assert (first["total"], first["state"]) == (3, "finished")
    json.dumps(first, allow_nan=False)


def test_nothing_is_read_again_that_did_not_change(
    runs: Overview, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs.refresh()
    clock.now += 10
    monkeypatch.setattr(overview, "summarise", lambda *_, **__: pytest.fail("read again"))
    assert runs.refresh().changed == []


def test_a_change_of_the_store_is_noticed(runs: Overview, watched: WatchedProject, clock: Clock) -> None:
    runs.refresh()
    db = sqlite3.connect(newest(watched).database)
    db.execute("UPDATE counts SET n = 5 WHERE status = 'failed'")
    db.execute("INSERT OR REPLACE INTO meta VALUES ('state', 'paused'), ('pause_reason', 'disk full')")
    db.commit()
    db.close()
    clock.now += 1
    (changed,) = runs.refresh().changed
    assert (changed["run"], changed["state"]) == ("pvt_20260102000000", "dead"), "paused without a runner"


def test_a_removed_run_leaves_the_list(runs: Overview, watched: WatchedProject, clock: Clock) -> None:
    runs.refresh()
    shutil.rmtree(newest(watched).path)
    clock.now += 10
    assert runs.refresh().removed == [("ota", "pvt_20260102000000")]
    assert [each["run"] for each in runs.records()] == ["pvt_20260101000000"]


def test_thousands_of_runs_are_read_in_parts(
    runs: Overview, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    monkeypatch.setattr(overview, "_READ_AT_ONCE", 1)
    first = runs.refresh()
    assert (len(first.changed), first.backlog) == (1, True)
    second = runs.refresh()
    assert (len(second.changed), second.backlog) == (1, False)


def test_a_running_run_has_a_rate_and_the_time_that_is_left(
    runs: Overview, watched: WatchedProject, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    idle = summarise(newest(watched), inputs=False)

    def running(layout: RunLayout, *, inputs: bool) -> RunSummary:
        over = 10 * int(clock.now - 100)
        return replace(idle, state="running", total=100, counts={**idle.counts, "completed": over})

    monkeypatch.setattr(overview, "summarise", running)
    runs.refresh()
    clock.now += 2
    (first, *_) = runs.refresh().changed
    assert (first["rate"], first["eta"]) == (10.0, 8)


def test_runs_of_one_second_are_in_the_order_they_were_built(runs: Overview, watched: WatchedProject) -> None:
    second = newest(watched).path.with_name("pvt_20260102000000_2")
    shutil.copytree(newest(watched).path, second)
    manifest = json.loads((second / "manifest.json").read_text())
    manifest["created_utc"] = "2026-01-02T00:00:00.500000+00:00"
    (second / "manifest.json").write_text(json.dumps(manifest))
    runs.refresh()
    assert [each["run"] for each in runs.records()][:2] == ["pvt_20260102000000_2", "pvt_20260102000000"]
