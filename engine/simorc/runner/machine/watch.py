"""Watches whether the machine works: probes it where an attempt fails, and until it works again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import anyio

from simorc.runner.machine.breaker import Breaker
from simorc.simulators.outcome import Outcome

Probe = Callable[[], str]
"""The machine's fault in one line; empty if there is none."""


def pause_reason(fault: str) -> str:
    """How a pause is called that ends by itself when the machine works again."""
    return f"fault of this machine: {fault}"


class MachineWatch:
    """The breaker of a run and the probes it needs."""

    def __init__(
        self,
        probe: Probe,
        sleep: Callable[[float], Awaitable[None]] = anyio.sleep,
        breaker: Breaker | None = None,
    ) -> None:
        self._probe, self._sleep = probe, sleep
        self._breaker = breaker or Breaker()
        self.fault = ""
        """The fault that pauses the run; empty while the machine works."""

    def blames_machine(self, case_id: int, outcome: Outcome) -> str:
        """The fault of the machine that an attempt met; empty where its outcome counts."""
        if outcome.status == "completed":
            self._breaker.completed(case_id)
            return ""
        if not self._breaker.suspects(outcome):
            return ""
        return self._breaker.blames_machine(case_id, outcome, self._probe())

    async def recovery(self) -> None:
        """Wait, longer each time, until a probe succeeds."""
        while True:
            await self._sleep(self._breaker.wait())
            if not self._probe():
                return
