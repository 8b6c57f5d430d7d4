"""python -m benchmarks.dashboard [--runs N]: the dashboard over many runs, beside a bare page of aiohttp.

A run of two cases is made once and copied. Printed: seconds to the first page with the newest runs, and the
CPU for it; seconds from a change in a store to the event about it; and the CPU share with twenty viewers
while a run changes every second.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import psutil

from benchmarks.tables import table
from simorc.rundir.layout import RunLayout
from tests.made_runs import write_run

VIEWERS = 20
SECONDS = 15
CHANGES = 5
_BARE = """
import sys
from aiohttp import web
app = web.Application()
async def page(_): return web.Response(text="x" * 20_000, content_type="text/html")
app.add_routes([web.get("/", page)])
web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), print=None)
"""


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="simorc-bench-") as directory:
        layout = _runs(Path(directory), asked.runs)
        rows = asyncio.run(_measured(Path(directory), layout))
    print(f"{asked.runs} runs, {VIEWERS} viewers, load {os.getloadavg()[0]:.1f}")
    print(table([("what", "seen", "wanted"), *rows]))
    return 0


def _runs(root: Path, count: int) -> RunLayout:
    """A project with that many runs; the newest of them."""
    (root / "sim_setup.yaml").write_text("dut: {netlist: dut.spice}\n")
    rows = [("completed", {"vdda": 3.0}, {"gain": 40.0}), ("completed", {"vdda": 3.3}, {"gain": 44.0})]
    first = write_run(
        root, rows, name="pvt_20260101000000", host={"name": "eda1", "system": "", "user": "ann"}
    )
    for number in range(1, count):
        stamp = time.strftime("%Y%m%d%H%M%S", time.gmtime(1767225600 + 60 * number))
        shutil.copytree(first.path, first.path.with_name(f"pvt_{stamp}"))
    return RunLayout(max(first.path.parent.iterdir()))


async def _measured(root: Path, layout: RunLayout) -> Sequence[tuple[str, str, str]]:
    port, bare_port = 8461, 8462
    async with _server("-c", _BARE, str(bare_port), port=bare_port), aiohttp.ClientSession() as session:
        bare = await _page(session, f"http://localhost:{bare_port}/")
    command = ("-m", "simorc", "dashboard", str(root), "--port", str(port), "--token", "t")
    async with _server(*command, port=port) as server, aiohttp.ClientSession(read_bufsize=1 << 24) as session:
        base, before = f"http://localhost:{port}/", _cpu(server)
        first = await _page(session, f"{base}?token=t")
        first_cpu = _cpu(server) - before
        streams = [await session.get(f"{base}events") for _ in range(VIEWERS)]
        await _settled(server)
        latency = [await _until_heard(streams[0], layout) for _ in range(CHANGES)]
        before = _cpu(server)
        for _ in range(SECONDS):
            _change(layout)
            await asyncio.sleep(1)
        share = (_cpu(server) - before) / SECONDS
    return (
        ("first page", f"{first:.2f} s, {first_cpu:.2f} s CPU; {first / bare:.0f}x a bare page", "<= 1 s"),
        ("a change is shown after", f"{max(latency):.2f} s at most of {CHANGES}", "<= 2 s"),
        (f"CPU with {VIEWERS} viewers", f"{100 * share:.1f} % of a core", "<= 10 %"),
    )


@asynccontextmanager
async def _server(*command: str, port: int) -> AsyncIterator[psutil.Process]:
    server = await asyncio.create_subprocess_exec(sys.executable, *command, stdout=asyncio.subprocess.DEVNULL)
    try:
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                break
            except ConnectionRefusedError:
                await asyncio.sleep(0.05)
        yield psutil.Process(server.pid)
    finally:
        server.terminate()
        await server.wait()


def _cpu(process: psutil.Process) -> float:
    used = process.cpu_times()
    return float(used.user + used.system)


async def _page(session: aiohttp.ClientSession, address: str) -> float:
    began = time.perf_counter()
    async with session.get(address) as answer:
        await answer.read()
        answer.raise_for_status()
    return time.perf_counter() - began


async def _settled(server: psutil.Process) -> None:
    """Until every run has been read: two seconds of little work, or half a minute."""
    for _ in range(15):
        before = _cpu(server)
        await asyncio.sleep(2)
        if _cpu(server) - before < 0.4:
            return


def _change(layout: RunLayout) -> None:
    db = sqlite3.connect(layout.database)
    db.execute("INSERT OR REPLACE INTO meta VALUES ('pause_reason', ?)", (str(time.time()),))
    db.execute("INSERT OR REPLACE INTO meta VALUES ('updated', ?)", (str(time.time()),))
    db.commit()
    db.close()


async def _until_heard(stream: aiohttp.ClientResponse, layout: RunLayout) -> float:
    """Seconds from a change to the event that has it."""
    began, stamp = time.time(), None
    _change(layout)
    async for line in stream.content:
        if line.startswith(b"data: ") and layout.name.encode() in line and b'"removed":[]' in line:
            stamp = time.time()
            if b'"changed":[{' in line and len(line) < 10_000:
                break
    return (stamp or time.time()) - began


if __name__ == "__main__":
    sys.exit(main())
