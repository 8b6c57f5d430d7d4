"""Which run is the newest: by the instant it was built, wherever and by whatever clock."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from simorc.launch.build import build_run
from simorc.pipeline.rundir.layout import find_pipeline_runs
from simorc.rundir.instants import age_key, next_instant, written
from simorc.rundir.layout import find_run, find_runs
from simorc.rundir.manifest import load_manifest
from tests.divider_projects import DIVIDER, MakeProject


@pytest.fixture(autouse=True)
def own_zone() -> Iterator[None]:
    """The process's time zone as it was."""
    before = os.environ.get("TZ")
    yield
    if before is None:
        os.environ.pop("TZ", None)
    else:
        os.environ["TZ"] = before
    time.tzset()


def live_in(zone: str) -> None:
    os.environ["TZ"] = zone
    time.tzset()


def run_at(root: Path, name: str, **manifest: object) -> Path:
    directory = root / "simulations" / name
    directory.mkdir(parents=True)
    (directory / "manifest.json").write_text(json.dumps({"format": 1, "sweep": "s", **manifest}))
    return directory


def names(root: Path) -> list[str]:
    return [run.name for run in find_runs(root)]


def test_the_later_run_is_the_newest_whatever_its_name_says(make_project: MakeProject) -> None:
    project = make_project(DIVIDER)
    live_in("Asia/Tokyo")
    first = build_run(project, "s")
    live_in("America/Los_Angeles")
    second = build_run(project, "s")
    assert second.name < first.name, "by local time the second is the older one"
    assert names(project.root) == [second.name, first.name]
    assert find_run(project.root, "s") == find_run(project.root, "last") == second


def test_two_runs_of_one_second_stand_in_the_order_they_were_built(make_project: MakeProject) -> None:
    project = make_project(DIVIDER)
    built = [build_run(project, "s").name for _ in range(3)]
    assert names(project.root) == built[::-1]
    for number, name in enumerate(built):  # a copy of the project has other time stamps
        os.utime(project.root / "simulations" / name / "manifest.json", (1e9 - number, 1e9 - number))
    assert names(project.root) == built[::-1]


def test_a_clock_that_was_set_back_makes_no_older_run(tmp_path: Path) -> None:
    ahead = datetime(2031, 1, 1, tzinfo=UTC)
    earlier = run_at(tmp_path, "s_20310101000000", created_utc=written(ahead))
    now = next_instant([earlier], now=datetime(2026, 1, 1, tzinfo=UTC).timestamp())
    assert now == ahead + timedelta(microseconds=1)
    run_at(tmp_path, "s_20260101000000", created_utc=written(now))
    assert names(tmp_path) == ["s_20260101000000", "s_20310101000000"]


def test_the_hour_that_comes_twice_in_autumn(tmp_path: Path) -> None:
    run_at(tmp_path, "s_20261025025900", created="2026-10-25T02:59:00+0200")
    run_at(tmp_path, "s_20261025020100", created="2026-10-25T02:01:00+0100")
    assert names(tmp_path) == ["s_20261025020100", "s_20261025025900"]


def test_older_runs_go_by_what_they_recorded(tmp_path: Path) -> None:
    live_in("UTC")
    run_at(tmp_path, "s_20260101120000", created="2026-01-01T12:00:00+0900")  # 03:00 UTC
    run_at(tmp_path, "s_20260101040000")  # its name alone
    run_at(tmp_path, "s_20260101020000", created_utc="2026-01-01T05:00:00.000000+00:00")
    assert names(tmp_path) == ["s_20260101020000", "s_20260101040000", "s_20260101120000"]


@pytest.mark.parametrize("text", ["", "never", "2026-13-45T99:00:00", "\\u0000"])
def test_a_time_that_is_none_is_passed_over(tmp_path: Path, text: str) -> None:
    live_in("UTC")
    directory = run_at(tmp_path, "s_20260101040000", created_utc=text)
    assert age_key(directory)[0] == datetime(2026, 1, 1, 4, tzinfo=UTC)


def test_a_directory_without_a_stamp_goes_by_its_manifest(tmp_path: Path) -> None:
    directory = run_at(tmp_path, "kept")
    os.utime(directory / "manifest.json", (1e9, 1e9))
    assert age_key(directory)[0] == datetime.fromtimestamp(1e9, UTC)


def test_an_edited_manifest_is_read_again(tmp_path: Path) -> None:
    directory = run_at(tmp_path, "s_20260101040000", created_utc="2026-01-01T05:00:00+00:00")
    first = age_key(directory)[0]
    run = directory / "manifest.json"
    run.write_text(run.read_text().replace("05:00:00", "06:00:00.5"))
    assert age_key(directory)[0] - first == timedelta(hours=1, seconds=0.5)


def test_a_pipelines_runs_are_ordered_the_same_way(tmp_path: Path) -> None:
    for name, instant in (("p_20260102000000", "01:00"), ("p_20260101000000", "02:00")):
        directory = tmp_path / "pipeline_runs" / name
        directory.mkdir(parents=True)
        text = json.dumps({"created_utc": f"2026-01-01T{instant}:00+00:00"})
        (directory / "manifest.json").write_text(text)
    assert [run.name for run in find_pipeline_runs(tmp_path)] == ["p_20260101000000", "p_20260102000000"]


def test_the_manifest_holds_the_instant(make_project: MakeProject) -> None:
    before = datetime.now(UTC)
    run = build_run(make_project(DIVIDER), "s")
    assert before <= datetime.fromisoformat(load_manifest(run).created_utc) <= datetime.now(UTC)
