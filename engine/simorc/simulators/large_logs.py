"""Judges a case with a large log outside of the event loop, which serves the other cases meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from simorc.threads import in_thread

LARGE = 1 << 20
"""Bytes of a log that take a noticeable time to read."""
_Given = ParamSpec("_Given")
_Answer = TypeVar("_Answer")


async def judged_aside(
    log: int, judge: Callable[_Given, _Answer], /, *given: _Given.args, **named: _Given.kwargs
) -> _Answer:
    """The answer of `judge`, in a thread if the case has printed more than `LARGE` bytes; `log` is how many
    it has printed. On a machine that starts no thread, the other cases wait.
    """
    if log <= LARGE:
        return judge(*given, **named)
    return await in_thread(lambda: judge(*given, **named))
