"""The pages, the JSON API and the stream of changes, over HTTP without a browser."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from simorc.dashboard.projects import WatchedProject
from tests.waiting import PATIENCE

pytest.importorskip("aiohttp")
from aiohttp.test_utils import TestClient, TestServer

from simorc.dashboard.access import guard
from simorc.dashboard.server import Dashboard

TOKEN = {"token": "open sesame"}
ASKED = {"project": "ota", "run": "pvt_20260102000000"}


@pytest.fixture
async def client(watched: WatchedProject, tmp_path: Path) -> AsyncIterator[Any]:
    guarded = guard("open sesame", "simorc-dashboard-8001", command="simorc dashboard")
    dashboard = Dashboard([watched], cache=str(tmp_path / "cache"), every=0.01)
    async with TestClient(TestServer(dashboard.application([guarded]))) as found:
        yield found


async def test_without_the_token_there_is_nothing(client: Any) -> None:
    for path in ("/", "/events", "/api/runs", "/static/dashboard.js", "/run", "/report"):
        assert (await client.get(path)).status == 403
    assert (await client.get("/", params={"token": "wrong"})).status == 403
    assert (await client.get("/", params=TOKEN, headers={"Host": "evil.example"})).status == 403
    assert (await client.get("/", params=TOKEN, headers={"Origin": "http://evil.example"})).status == 403


async def test_the_list_of_runs_and_its_json(client: Any) -> None:
    page = await client.get("/", params=TOKEN)
    assert page.status == 200
    assert "token" not in str(page.url)
    text = await page.text()
    assert "pvt_20260102000000" in text
    assert "http://" not in text, "it asks no other host"
    runs = (await (await client.get("/api/runs")).json())["runs"]
    assert [each["run"] for each in runs] == ["pvt_20260102000000", "pvt_20260101000000"]


async def test_a_run_its_report_and_its_trends(client: Any) -> None:
    await client.get("/", params=TOKEN)
    assert "Report with plots" in await (await client.get("/run", params=ASKED)).text()
    found = await (await client.get("/api/run", params=ASKED)).json()
    assert found["met"] == [0, 1]
    report = await client.get("/report", params=ASKED)
    assert "connect-src" not in report.headers["Content-Security-Policy"]
    assert "1 of 1 specs not met" in await report.text()
    trends = {"project": "ota", "sweep": "pvt"}
    assert "2026-01-01 00:00 1abcdef012" in await (await client.get("/trends", params=trends)).text()
    runs = (await (await client.get("/api/trends", params=trends)).json())["runs"]
    assert [each["values"]["gain"]["mean"] for each in runs] == [42.0, 42.0]


@pytest.mark.parametrize("run", ["nope", "../../etc", "pvt_20260102000000/../x", ""])
async def test_a_run_that_is_not_listed_is_not_found(client: Any, run: str) -> None:
    await client.get("/", params=TOKEN)
    for path in ("/run", "/report", "/api/run"):
        assert (await client.get(path, params={"project": "ota", "run": run})).status == 404
    assert (await client.get("/static/../server.py")).status == 404


async def test_an_address_with_the_token_leads_to_its_page(client: Any) -> None:
    answer = await client.get("/run", params=ASKED | TOKEN)
    assert (answer.status, answer.url.path, dict(answer.url.query)) == (200, "/run", ASKED)


async def test_it_is_read_only(client: Any) -> None:
    await client.get("/", params=TOKEN)
    for path in ("/", "/run", "/api/runs"):
        assert (await client.post(path)).status == 405


async def test_every_viewer_hears_of_a_change(client: Any, watched: WatchedProject) -> None:
    await client.get("/", params=TOKEN)
    async with client.get("/events") as one, client.get("/events") as other:
        for stream in (one, other):
            assert len((await heard(stream))["changed"]) == 2
        database = watched.root / "simulations" / ASKED["run"] / "run.sqlite"
        db = sqlite3.connect(database)
        db.execute("INSERT OR REPLACE INTO meta VALUES ('state', 'cancelled')")
        db.commit()
        db.close()
        for stream in (one, other):
            (changed,) = (await heard(stream))["changed"]
            assert (changed["run"], changed["state"]) == (ASKED["run"], "cancelled")


async def heard(stream: Any) -> dict[str, Any]:
    """The next message of a stream."""

    async def following() -> dict[str, Any]:
        async for line in stream.content:
            if line.startswith(b"data: "):
                found: dict[str, Any] = json.loads(line.removeprefix(b"data: "))
                return found
        raise AssertionError("the stream has ended")

    return await asyncio.wait_for(following(), PATIENCE)
