"""Waits for a busy server of a language model, within a time limit that is separate from any other."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime

from simorc.pipeline.generation.answers import NoAnswer

BUSY = frozenset({429, 503, 529})
"""HTTP statuses of a server that may answer the same request later."""
_FIRST, _LONGEST = 1.0, 60.0


@dataclass(frozen=True)
class Clock:
    """The time: seconds of a steady clock, seconds since 1970, and a wait of some seconds."""

    steady: Callable[[], float] = time.monotonic
    today: Callable[[], float] = time.time
    wait: Callable[[float], None] = time.sleep


CLOCK = Clock()
"""The clock of this machine."""


class ServerBusy(Exception):
    """The server is busy: its answer in words, and its Retry-After header (None: it sent none)."""

    def __init__(self, message: str, retry_after: str | None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


def ask_patiently(once: Callable[[], str], seconds: float, clock: Clock) -> str:
    """The answer of `once`, which is repeated for up to `seconds` while it raises ServerBusy.

    The waits double from 1 s to 60 s; a longer Retry-After is honoured. Raises NoAnswer.
    """
    began, requests = clock.steady(), 0
    while True:
        requests += 1
        try:
            return once()
        except ServerBusy as busy:
            pause = max(_asked(busy.retry_after, clock), min(_FIRST * 2 ** (requests - 1), _LONGEST))
            if clock.steady() - began + pause > seconds:
                raise _given_up(busy, requests, pause, seconds) from None
        clock.wait(pause)


def _asked(header: str | None, clock: Clock) -> float:
    """Seconds of a Retry-After header: a number or a date; 0 for anything else."""
    text = (header or "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return 0.0
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, aware.timestamp() - clock.today())


def _given_up(busy: ServerBusy, requests: int, pause: float, seconds: float) -> NoAnswer:
    asked = "1 request" if requests == 1 else f"{requests} requests"
    limit = f"another wait of {pause:.0f} s would exceed busy_wait ({seconds:g} s)"
    return NoAnswer("backend_refused", f"{busy}; the server is busy after {asked}, and {limit}")
