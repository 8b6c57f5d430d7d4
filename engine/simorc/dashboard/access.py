"""Who may see a web page of simorc: whoever brings the token, under a name of this machine.

The port is held before the address with the token is printed, so that no other program can receive the token.
Used by ``simorc dashboard`` and ``simorc serve``.
"""

from __future__ import annotations

import errno
import hmac
import os
import re
import socket
from collections.abc import Awaitable, Callable, Collection
from typing import Any

from simorc.errors import UsageError

HOST = "127.0.0.1"
LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})


def listen(port: int, command: str, host: str = HOST) -> socket.socket:
    """A socket that holds `port` of `host`. Raises UsageError if that is not possible; `command` is named in
    the remedy.
    """
    held = socket.socket()
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        held.bind((host, port))
        held.listen(128)
    except OSError as error:
        held.close()
        if error.errno not in (errno.EADDRINUSE, errno.EACCES):
            raise
        raise UsageError(
            f"port {port} of {host}: {os.strerror(error.errno)}",
            remedy=f"choose another one: {command} --port {_free_port()}",
        ) from None
    return held


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        free: int = probe.getsockname()[1]
        return free


def is_allowed(host: str, hosts: Collection[str] = LOOPBACK) -> bool:
    """Whether a Host header names one of `hosts`: a name of another site that leads here is refused. Any port
    is right, because a tunnel or a proxy may begin at another one.
    """
    return re.sub(r":\d+$", "", host.lower()) in hosts


def guard(
    token: str, cookie: str, *, command: str, hosts: Collection[str] = LOOPBACK, secure: bool = False
) -> Any:
    """An aiohttp middleware that lets through who brings the token, in the address once or in the cookie
    later.

    `secure`: the browser sends the cookie over https only. The cookie's name should contain the port, because
    browsers send the cookies of one host to all of its ports.
    """
    from aiohttp import web

    @web.middleware
    async def guarded(
        request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        if not is_allowed(request.host, hosts):
            raise web.HTTPForbidden(text=f"open the address that {command} printed, not {request.host}")
        brought = request.query.get("token") or request.cookies.get(cookie, "")
        if not hmac.compare_digest(brought.encode("utf-8", "replace"), token.encode()):
            raise web.HTTPForbidden(text=f"open the address that {command} printed, including its token")
        if _foreign(request.headers.get("Origin"), request.host):
            raise web.HTTPForbidden(text="requests from other sites are refused")
        if "token" in request.query:
            # The address bar and the browser's history keep no token. Relative: a proxy may add a prefix.
            left = request.rel_url.with_query([pair for pair in request.query.items() if pair[0] != "token"])
            found = web.HTTPFound((request.path.rpartition("/")[2] or "./") + str(left)[len(left.raw_path) :])
            found.set_cookie(cookie, token, httponly=True, samesite="Strict", secure=secure)
            raise found
        return await handler(request)

    return guarded


def _foreign(origin: str | None, host: str) -> bool:
    """Whether a request comes from a page of another site: a websocket sends cookies whatever page opened
    it.
    """
    return origin is not None and origin.partition("://")[2] != host
