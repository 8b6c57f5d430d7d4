"""The interface in a browser: only with the token, only from its own page."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from pathlib import Path

import pytest

from simorc_tui.serving import own_page
from tests.waiting import PATIENCE

aiohttp = pytest.importorskip("aiohttp")
pytest.importorskip("textual_serve")


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def test_the_page_works_through_a_tunnel_from_another_port() -> None:
    page = '<body data-session-websocket-url="ws://localhost:8000/ws"><link href="http://localhost:8000/s.css"></body>'
    changed = own_page(page, "localhost:8000", "localhost:9001")
    assert '"ws://localhost:9001/ws"' in changed
    assert '"http://localhost:9001/s.css"' in changed
    assert "localhost:8000" not in changed


@pytest.mark.e2e
async def test_a_browser_with_the_token_gets_the_program(project: Path, tmp_path: Path) -> None:
    port = free_port()
    server = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "simorc", "serve", "--port", str(port), "--token", "open sesame"),
        *("--project", str(project)),
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "XDG_STATE_HOME": str(tmp_path)},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        await asyncio.wait_for(_visit(port), PATIENCE)
    finally:
        server.terminate()
        await server.wait()


async def _visit(port: int) -> None:
    page = f"http://localhost:{port}/"
    await _until_it_listens(port)
    async with aiohttp.ClientSession() as stranger:
        assert (await stranger.get(page)).status == 403
        assert (await stranger.get(page, params={"token": "wrong"})).status == 403
        rebound = {"Host": f"evil.example:{port}"}
        assert (await stranger.get(page, params={"token": "open sesame"}, headers=rebound)).status == 403
    async with aiohttp.ClientSession() as user:
        answer = await user.get(page, params={"token": "open sesame"})
        assert (answer.status, str(answer.url)) == (200, page), "the token does not stay in the address"
        html = await answer.text()
        assert {each.key for each in user.cookie_jar} == {f"simorc-token-{port}"}
        assert "googleapis" not in html, "the page asks no other host"
        assert "field.focus()" in html, "the terminal takes the keys without a click"
        assert (await user.get(page + "ws", headers={"Origin": "http://evil.example"})).status == 403
        async with user.ws_connect(page + "ws", headers={"Origin": page.rstrip("/")}) as websocket:
            await _until_drawn(websocket)


async def _until_it_listens(port: int) -> None:
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except ConnectionRefusedError:
            await asyncio.sleep(0.02)
        else:
            writer.close()
            return


async def _until_drawn(websocket: aiohttp.ClientWebSocketResponse) -> None:
    drawn = b""
    async for message in websocket:
        drawn += message.data if isinstance(message.data, bytes) else b""
        if b"1 project" in drawn:
            return
    pytest.fail(f"the program drew nothing: {drawn[-500:]!r}")
