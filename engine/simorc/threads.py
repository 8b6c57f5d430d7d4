"""Work that is done in a thread, so that an event loop serves others meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from anyio import to_thread

Answer = TypeVar("Answer")


async def in_thread(work: Callable[[], Answer]) -> Answer:
    """The answer of `work`, in a thread. On a machine that starts no thread, the others wait for it."""
    try:
        return await to_thread.run_sync(work)
    except RuntimeError:
        return work()
