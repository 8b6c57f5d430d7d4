"""Serves the interface to a browser: textual-serve on loopback, with a token.

For people who tunnel: ``ssh -L 8000:localhost:8000 server simorc serve``. Whoever has the address with its
token can do what the user can, so it listens on this machine only and refuses every request without it.
"""

from __future__ import annotations

import re
import secrets
import shlex
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from simorc.dashboard.access import HOST, guard, listen
from simorc.errors import ToolMissing

_TAKE_KEYS = """<script>
new MutationObserver((changes, watch) => {
  const field = document.querySelector(".xterm-helper-textarea");
  if (field) { watch.disconnect(); field.focus(); }
}).observe(document.getElementById("terminal"), {childList: true, subtree: true});
</script>
"""


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
    listening = listen(port, "simorc serve")

    class GuardedServer(Server):  # type: ignore[misc] # unknown where it is not installed
        """textual-serve's server, for those who know the token."""

        async def _make_app(self) -> web.Application:
            app = await super()._make_app()
            app.middlewares.append(guard(secret, f"simorc-token-{port}", command="simorc serve"))
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
