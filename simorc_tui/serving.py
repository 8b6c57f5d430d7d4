"""Serves the interface to a browser: textual-serve on loopback, with a token.

For people who tunnel: ``ssh -L 8000:localhost:8000 server simorc serve``. Whoever has the address with its
token can do what the user can, so it listens on this machine only and refuses every request without it.
"""

from __future__ import annotations

import errno
import hmac
import os
import re
import secrets
import shlex
import socket
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from simorc.errors import ToolMissing, UsageError

_TAKE_KEYS = """<script>
new MutationObserver((changes, watch) => {
  const field = document.querySelector(".xterm-helper-textarea");
  if (field) { watch.disconnect(); field.focus(); }
}).observe(document.getElementById("terminal"), {childList: true, subtree: true});
</script>
"""
HOST = "127.0.0.1"
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})


def serve(project_dir: Path, port: int, *, token: str | None = None, say: Callable[[str], object]) -> int:
    """Serve the project at `project_dir` until Ctrl-C; returns the exit code.

    The address with its token is said after the port is held, so that nobody else can receive the token.
    Raises ToolMissing, and UsageError for a port that is taken.
    """
    try:
        from aiohttp import web
        from textual_serve.server import Server
    except ImportError as error:
        raise ToolMissing(
            "textual-serve is not installed", remedy="pip install 'simorc-tui[serve]'"
        ) from error
    secret = token or secrets.token_urlsafe(24)
    listening = listen(port)

    class GuardedServer(Server):  # type: ignore[misc] # unknown where it is not installed
        """textual-serve's server, for those who know the token."""

        async def _make_app(self) -> web.Application:
            app = await super()._make_app()
            app.middlewares.append(_guard(secret, port))
            app.middlewares.append(_adapt_page(f"localhost:{port}"))
            return app

        def serve(self, debug: bool = False) -> None:
            """Answer on the socket that is held already, until Ctrl-C."""
            self.initialize_logging()
            web.run_app(self._make_app(), sock=listening, print=None)

    address = f"http://localhost:{port}"
    command = shlex.join([sys.executable, "-m", "simorc_tui", str(project_dir)])
    server = GuardedServer(command, host=HOST, port=port, title="simorc", public_url=address)
    say(f"{address}/?token={secret}")
    server.serve()
    return 0


def listen(port: int) -> socket.socket:
    """A socket that holds `port` of this machine. Raises UsageError if another program holds it."""
    held = socket.socket()
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        held.bind((HOST, port))
        held.listen(128)
    except OSError as error:
        held.close()
        if error.errno not in (errno.EADDRINUSE, errno.EACCES):
            raise
        raise UsageError(
            f"port {port} of {HOST}: {os.strerror(error.errno)}",
            remedy=f"choose another one: simorc serve --port {_free_port()}",
        ) from None
    return held


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        free: int = probe.getsockname()[1]
        return free


def _guard(token: str, port: int) -> Any:
    """Lets through who brings the token, in the address once or in the cookie ever after.

    The cookie names the port, because browsers send the cookies of one host to all of its ports.
    """
    from aiohttp import web

    cookie = f"simorc-token-{port}"

    @web.middleware
    async def guard(
        request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        if not is_loopback(request.host):
            raise web.HTTPForbidden(text=f"open the address that simorc serve printed, not {request.host}")
        brought = request.query.get("token") or request.cookies.get(cookie, "")
        if not hmac.compare_digest(brought.encode(), token.encode()):
            raise web.HTTPForbidden(text="open the address that simorc serve printed, including its token")
        if _foreign(request):
            raise web.HTTPForbidden(text="requests from other sites are refused")
        if "token" in request.query:
            # The address bar and the browser's history keep no token.
            found = web.HTTPFound(request.path)
            found.set_cookie(cookie, token, httponly=True, samesite="Strict")
            raise found
        return await handler(request)

    return guard


def is_loopback(host: str) -> bool:
    """Whether a Host header names this machine: a name of another site that leads here is refused. Any port
    is right, because a tunnel may begin at another one.
    """
    return re.sub(r":\d+$", "", host.lower()) in _LOOPBACK


def own_page(html: str, address: str, host: str) -> str:
    """The page without links to other hosts, with a terminal that takes the keys at once, and with the host
    and port under which the browser knows `address`: its cookie is for that one.
    """
    others = re.compile(rf"<link\b[^>]*https?://(?!{re.escape(address)}/)[^>]*>")
    return (
        others.sub("", html).replace(f"//{address}", f"//{host}").replace("</body>", f"{_TAKE_KEYS}</body>")
    )


def _adapt_page(address: str) -> Any:
    """Serves the page of the program as `own_page` changes it."""
    from aiohttp import web

    @web.middleware
    async def adapt(
        request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        response = await handler(request)
        if isinstance(response, web.Response) and response.content_type == "text/html" and response.text:
            response.text = own_page(response.text, address, request.host)
        return response

    return adapt


def _foreign(request: object) -> bool:
    """Whether the request comes from a page of another site: a websocket sends cookies whatever page opened
    it.
    """
    headers = request.headers  # type: ignore[attr-defined]
    origin = headers.get("Origin")
    return origin is not None and origin.partition("://")[2] != headers.get("Host")
