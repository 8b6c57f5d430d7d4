"""A finished attempt of a case, as the writer takes it."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from simorc.rundir.attempts.status_files import Report
from simorc.simulators.outcome import Outcome

REUSED = "reused"
"""The action of an attempt whose results came from an earlier run."""


class Finished(NamedTuple):
    """One finished attempt of a case, and whether it is the case's last (`final`)."""

    case_id: int
    attempt: int
    outcome: Outcome
    action: str
    final: bool
    started: float
    place: str
    rung: str | None = None
    circuit: int | None = None
    """The number of the circuit it was simulated from; None: the one in force."""

    @property
    def case_status(self) -> str:
        """The status of its case after it."""
        if not self.final:
            return "in_progress"
        return "pending" if self.outcome.status == "cancelled" else self.outcome.status


class Counted(Protocol):
    """An object that counts the attempts of a case."""

    def attempts_of(self, case_id: int) -> int: ...


def finished_elsewhere(report: Report, counted: Counted) -> Finished:
    """A worker's report as the attempt it was."""
    attempt = counted.attempts_of(report.case_id) + 1
    decision = (report.action, True, report.started, report.place, report.rung)
    return Finished(report.case_id, attempt, report.outcome, *decision)
