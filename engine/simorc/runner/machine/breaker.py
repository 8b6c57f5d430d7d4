"""Whether a failed attempt is the fault of its case or of the machine, and how long to wait then.

Pure: what happened comes in as calls, probes are made by the caller, times are seconds. A fault of the
machine is known by a probe that fails right after the attempt, or by an error of the operating system that
no deck brings about. An error that strikes one case again and again while probes succeed and other cases
complete is that case's own: it may need more disk or memory than there is.
"""

from __future__ import annotations

import errno

from simorc.machine_faults import MACHINE_ERRNOS, words_of
from simorc.simulators.outcome import FailureKind, Outcome

FIRST_WAIT, LONGEST_WAIT = 0.5, 30.0
"""Seconds until the machine is probed again, at first and at most; doubled with every fault in a row."""
MOST_STRIKES = 3
"""How often one case alone may meet an error of the machine that no probe meets."""
_OWN = frozenset(
    {FailureKind.TEMPLATE_ERROR, FailureKind.CANCELLED, FailureKind.TIMEOUT, FailureKind.STUCK}
    | {FailureKind.RAW_LIMIT, FailureKind.LOG_LIMIT}
)
"""Failure kinds that are always a fault of the case itself."""


class Breaker:
    """Counts the faults of one run."""

    def __init__(self) -> None:
        self._strikes: dict[int, int] = {}
        self._struck: dict[int, set[int]] = {}
        self._in_a_row = 0

    def suspects(self, outcome: Outcome) -> bool:
        """Whether the machine may be at fault, so that it is to be probed."""
        return outcome.status == "failed" and outcome.kind not in _OWN

    def blames_machine(self, case_id: int, outcome: Outcome, trouble: str) -> str:
        """The fault of the machine that a failed attempt met; empty: the case is at fault.

        `trouble` is what a probe made after the attempt has met, empty if it succeeded.
        """
        number = _errno_of(outcome)
        if trouble:
            return trouble
        if number is None:
            return ""
        strikes = self._strikes[case_id] = self._strikes.get(case_id, 0) + 1
        struck = self._struck.setdefault(number, set())
        struck.add(case_id)
        if len(struck) == 1 and strikes > MOST_STRIKES:
            return ""
        return words_of(number)

    def completed(self, case_id: int) -> None:
        """A case has run to its end: the machine works."""
        self._strikes.pop(case_id, None)
        self._struck.clear()
        self._in_a_row = 0

    def wait(self) -> float:
        """How long to wait before the next probe, longer each time until a case completes."""
        self._in_a_row += 1
        return float(min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** (self._in_a_row - 1)))


def _errno_of(outcome: Outcome) -> int | None:
    number = errno.ENOSPC if outcome.kind == FailureKind.OUT_OF_DISK else outcome.errno
    if number == errno.ENOENT and outcome.kind == FailureKind.INTERNAL:
        return number  # simorc's own files are gone for a moment: the run was moved, and may be back already
    return number if number in MACHINE_ERRNOS else None
