"""Serves the interface to a browser: textual-serve on loopback, with a token.

For people who tunnel: ``ssh -L 8000:localhost:8000 server simorc serve``. Whoever has the address with its
token can do what the user can, so it listens on this machine only and refuses every request without it.
"""

from __future__ import annotations

import hmac
import re
import secrets
import shlex
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from simorc.errors import ToolMissing

_FONT_LINK = re.compile(r"<link\b[^>]*https?://[^>]*>")
_TAKE_KEYS = """<script>
new MutationObserver((changes, watch) => {
  const field = document.querySelector(".xterm-helper-textarea");
  if (field) { watch.disconnect(); field.focus(); }
}).observe(document.getElementById("terminal"), {childList: true, subtree: true});
</script>
"""
COOKIE = "simorc-token"
HOST = "127.0.0.1"


def serve(project_dir: Path, port: int, *, token: str | None = None, say: Callable[[str], object]) -> int:
    """Serve the project at `project_dir` until Ctrl-C; returns the exit code. Raises ToolMissing."""
    try:
        from aiohttp import web
        from textual_serve.server import Server
    except ImportError as error:
        raise ToolMissing(
            "textual-serve is not installed", remedy="pip install 'simorc-tui[serve]'"
        ) from error
    secret = token or secrets.token_urlsafe(24)

    class GuardedServer(Server):  # type: ignore[misc] # unknown where it is not installed
        """textual-serve's server, for those who know the token."""

        async def _make_app(self) -> web.Application:
            app = await super()._make_app()
            app.middlewares.append(_guard(secret))
            app.middlewares.append(_adapt_page())
            return app

    # The page opens its websocket at this address: it has to be the one the cookie was set for.
    address = f"http://localhost:{port}"
    command = shlex.join([sys.executable, "-m", "simorc_tui", str(project_dir)])
    server = GuardedServer(command, host=HOST, port=port, title="simorc", public_url=address)
    say(f"{address}/?token={secret}")
    server.serve()
    return 0


def _guard(token: str) -> Any:
    """Lets through who brings the token, in the address once or in the cookie ever after."""
    from aiohttp import web

    @web.middleware
    async def guard(
        request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        brought = request.query.get("token") or request.cookies.get(COOKIE, "")
        if not hmac.compare_digest(brought.encode(), token.encode()):
            raise web.HTTPForbidden(text="open the address that simorc serve printed, including its token")
        if _foreign(request):
            raise web.HTTPForbidden(text="requests from other sites are refused")
        if "token" in request.query:
            # The address bar and the browser's history keep no token.
            found = web.HTTPFound(request.path)
            found.set_cookie(COOKIE, token, httponly=True, samesite="Strict")
            raise found
        return await handler(request)

    return guard


def own_page(html: str) -> str:
    """The page without links to other hosts, and with a terminal that takes the keys at once."""
    return _FONT_LINK.sub("", html).replace("</body>", f"{_TAKE_KEYS}</body>")


def _adapt_page() -> Any:
    """Serves the page of the program as `own_page` changes it."""
    from aiohttp import web

    @web.middleware
    async def adapt(
        request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        response = await handler(request)
        if isinstance(response, web.Response) and response.content_type == "text/html" and response.text:
            response.text = own_page(response.text)
        return response

    return adapt


def _foreign(request: object) -> bool:
    """Whether the request comes from a page of another site: a websocket sends cookies whatever page opened
    it.
    """
    headers = request.headers  # type: ignore[attr-defined]
    origin = headers.get("Origin")
    return origin is not None and origin.partition("://")[2] != headers.get("Host")
