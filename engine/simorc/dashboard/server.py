"""The web server of the dashboard: pages, their live updates as server-sent events, and a JSON API.

One task looks at the runs once a second while anybody watches, and sends every viewer the same bytes.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from importlib import resources
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from simorc.dashboard.access import LOOPBACK, guard, listen
from simorc.dashboard.digests import Digest, digest, politely, report
from simorc.dashboard.overview import Changes, Overview, run_stamp
from simorc.dashboard.projects import WatchedProject
from simorc.errors import ToolMissing
from simorc.rundir.layout import RunLayout

if TYPE_CHECKING:
    from aiohttp import web

EVERY = 1.0
"""Seconds between two looks at the runs."""
_QUIET = 15.0
"""Seconds after which a silent stream gets a comment, so that proxies keep it open."""
_KEPT_PAGES = 8
_KEPT_DIGESTS = 256
_DIGEST_AGE = 4.0
"""Seconds for which a digest is right enough while its run goes on."""
_STRICT = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'"
_DRAWN = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:"
_FILES = {"dashboard.js": "text/javascript", "dashboard.css": "text/css"}


class Dashboard:
    """The application over some projects. `cache` is where digests are kept (None: the user's cache)."""

    def __init__(
        self, projects: Sequence[WatchedProject], *, cache: str | None = None, every: float = EVERY
    ) -> None:
        self.overview = Overview(projects)
        self._cache = cache
        self._every = every
        self._viewers: set[asyncio.Queue[bytes]] = set()
        self._pool = ProcessPoolExecutor(1, get_context("spawn"), politely)
        self._pages: OrderedDict[tuple[str, object], str] = OrderedDict()
        self._digests: OrderedDict[str, tuple[float, object, asyncio.Future[Digest]]] = OrderedDict()
        self._watched = asyncio.Event()

    def application(self, middlewares: Sequence[Any] = ()) -> web.Application:
        """The aiohttp application."""
        from aiohttp import web

        application = web.Application(middlewares=list(middlewares))
        application.add_routes(
            [
                web.get("/", self._index),
                web.get("/run", self._run),
                web.get("/report", self._report),
                web.get("/trends", self._trends),
                web.get("/events", self._events),
                web.get("/api/runs", self._api_runs),
                web.get("/api/run", self._api_run),
                web.get("/api/trends", self._api_trends),
                web.get("/static/{name}", self._static),
            ]
        )
        application.cleanup_ctx.append(self._lifetime)
        return application

    async def _lifetime(self, _: web.Application) -> Any:
        looking = asyncio.create_task(self._look())
        yield
        looking.cancel()
        self._pool.shutdown(wait=False, cancel_futures=True)

    # Live updates -------------------------------------------------------------------------------------------

    async def _look(self) -> None:
        """Refresh while somebody watches, and tell every viewer what has changed."""
        while True:
            await self._watched.wait()
            changes = await asyncio.to_thread(self.overview.refresh)
            if changes.changed or changes.removed:
                self._send(_event(changes))
            if not changes.backlog:
                await asyncio.sleep(self._every)

    def _send(self, message: bytes) -> None:
        for queue in self._viewers:
            if queue.full():
                queue.get_nowait()  # a viewer that does not read gets the newest
            queue.put_nowait(message)

    async def _events(self, request: web.Request) -> web.StreamResponse:
        from aiohttp import web

        headers = {
            "Content-Type": "text/event-stream",
            "Cache-Control": "no-store",
            "X-Accel-Buffering": "no",
        }
        response = web.StreamResponse(headers=headers)
        queue: asyncio.Queue[bytes] = asyncio.Queue(64)
        self._viewers.add(queue)
        self._watched.set()
        try:
            await response.prepare(request)
            await response.write(_event(Changes(self.overview.records(), [], backlog=False)))
            while True:
                try:
                    message = await asyncio.wait_for(queue.get(), _QUIET)
                except TimeoutError:
                    message = b": still here\n\n"
                await response.write(message)
        except ConnectionError:
            return response  # the viewer has left
        finally:
            self._viewers.discard(queue)
            if not self._viewers:
                self._watched.clear()

    # Pages --------------------------------------------------------------------------------------------------

    async def _index(self, _: web.Request) -> web.Response:
        await self._first_look()
        return _page("index.html", _STRICT, records=self.overview.records())

    async def _run(self, request: web.Request) -> web.Response:
        layout = await self._asked(request)
        project, run = request.query["project"], layout.name
        record = next((r for r in self.overview.records() if (r["project"], r["run"]) == (project, run)), {})
        return _page("run.html", _STRICT, record=record)

    async def _report(self, request: web.Request) -> web.Response:
        layout = await self._asked(request)
        text = await self._kept((str(layout.path), run_stamp(layout)), report)
        return _html(text, _DRAWN)

    async def _trends(self, request: web.Request) -> web.Response:
        from simorc.dashboard.trends import trend_figures
        from simorc.plots.backends.html import STYLE, figure_markup, script

        runs = await self._runs_of_sweep(request)
        figures = await asyncio.to_thread(trend_figures, runs)
        drawn = [figure_markup(each, 900, 300) for each in figures]
        return _page("trends.html", _DRAWN, figures=drawn, style=STYLE, script=script(), **_names(request))

    async def _static(self, request: web.Request) -> web.Response:
        from aiohttp import web

        name = request.match_info["name"]
        if name not in _FILES:
            raise web.HTTPNotFound
        headers = {"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"}
        return web.Response(text=_file(name), content_type=_FILES[name], headers=headers)

    # The JSON API -------------------------------------------------------------------------------------------

    async def _api_runs(self, _: web.Request) -> web.Response:
        await self._first_look()
        return _json({"runs": self.overview.records()})

    async def _api_run(self, request: web.Request) -> web.Response:
        return _json(await self._digest(await self._asked(request)))

    async def _api_trends(self, request: web.Request) -> web.Response:
        runs = await self._runs_of_sweep(request)
        return _json({"runs": [{"run": label, **found} for label, found in runs]})

    # What they show -----------------------------------------------------------------------------------------

    async def _first_look(self) -> None:
        """Nobody may have watched for a while."""
        if not self._viewers:
            await asyncio.to_thread(self.overview.refresh)

    async def _asked(self, request: web.Request) -> RunLayout:
        from aiohttp import web

        await self._first_look()
        layout = self.overview.layout(request.query.get("project", ""), request.query.get("run", ""))
        if layout is None:
            raise web.HTTPNotFound(text="no such run")
        return layout

    async def _runs_of_sweep(self, request: web.Request) -> list[tuple[str, Digest]]:
        """The newest finished runs of a sweep, oldest first, by date and commit."""
        from simorc.dashboard.trends import MOST_RUNS

        await self._first_look()
        names = _names(request)
        chosen = [
            record
            for record in self.overview.records()
            if (record["project"], record["sweep"]) == (names["project"], names["sweep"])
        ]
        found = []
        for record in reversed(chosen[:MOST_RUNS]):
            layout = self.overview.layout(record["project"], record["run"])
            if layout is not None:
                made = await self._digest(layout)
                commit = f" {made['commit']}" if made.get("commit") else ""
                found.append((f"{made.get('created', '')[:16].replace('T', ' ')}{commit}", made))
        return found

    async def _digest(self, layout: RunLayout) -> Digest:
        """The digest of a run, computed once for all who ask while its files are the same; while its runner
        writes, for all who ask within some seconds.
        """
        loop, path, stamp = asyncio.get_running_loop(), str(layout.path), run_stamp(layout)
        at, seen, found = self._digests.get(path, (0.0, None, None))
        lately = loop.time() - at < _DIGEST_AGE and stamp[0] is not None
        if found is None or not (seen == stamp or lately) or (found.done() and found.exception()):
            found = asyncio.ensure_future(loop.run_in_executor(self._pool, digest, path, self._cache))
            self._digests[path] = (loop.time(), stamp, found)
            while len(self._digests) > _KEPT_DIGESTS:
                self._digests.popitem(last=False)
        return await asyncio.shield(found)

    async def _kept(self, key: tuple[str, object], make: Callable[[str], str]) -> str:
        """What `make` gives of the path in `key`, made once while the rest of the key is the same."""
        if key not in self._pages:
            loop = asyncio.get_running_loop()
            self._pages[key] = await loop.run_in_executor(self._pool, make, key[0])
            while len(self._pages) > _KEPT_PAGES:
                self._pages.popitem(last=False)
        return self._pages[key]


def _names(request: web.Request) -> dict[str, str]:
    return {name: request.query.get(name, "") for name in ("project", "sweep")}


def _event(changes: Changes) -> bytes:
    data = {"changed": changes.changed, "removed": [list(key) for key in changes.removed]}
    return b"data: " + json.dumps(data, separators=(",", ":")).encode() + b"\n\n"


def _json(data: object) -> web.Response:
    from aiohttp import web

    return web.json_response(data, headers={"Cache-Control": "no-store"})


def _page(template: str, policy: str, **values: Any) -> web.Response:
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("simorc.dashboard", "page"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
    )
    return _html(environment.get_template(f"{template}.j2").render(values), policy)


def _html(text: str, policy: str) -> web.Response:
    from aiohttp import web

    headers = {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
    }
    return web.Response(text=text, content_type="text/html", headers=headers)


def _file(name: str) -> str:
    return resources.files("simorc.dashboard").joinpath("page", name).read_text(encoding="utf-8")


def serve(
    projects: Sequence[WatchedProject],
    port: int,
    *,
    say: Callable[[str], object],
    token: str | None = None,
    public_url: str = "",
) -> None:
    """Serve until Ctrl-C. `public_url` is the address that a proxy gives the dashboard. Raises ToolMissing,
    and UsageError for a port that is taken.
    """
    try:
        from aiohttp import web
    except ImportError as error:
        raise ToolMissing("aiohttp is not installed", remedy="pip install 'simorc-tui[serve]'") from error
    secret = token or secrets.token_urlsafe(24)
    held = listen(port, "simorc dashboard")
    public = urlsplit(public_url).hostname
    hosts = LOOPBACK | ({public} if public else set())
    name, https = f"simorc-dashboard-{port}", public_url.startswith("https:")
    middleware = guard(secret, name, command="simorc dashboard", hosts=hosts, secure=https)
    place = f"http://localhost:{held.getsockname()[1]}"
    say(f"{public_url.rstrip('/') or place}/?token={secret}")
    if public_url:
        say(f"the proxy should lead there: {place}/")

    async def application() -> web.Application:
        return Dashboard(projects).application([middleware])

    web.run_app(application(), sock=held, print=None)
