"""What a check of a run finds, and what it does about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """Something that is not as it should be.

    `where` is a file of the run, `grave` whether the run cannot be relied on as it is, `repaired` what was
    done about it (empty: nothing yet; None: nothing that a repair can do). `lasting` findings are only to be
    known: there is nothing to repair.
    """

    where: str
    message: str
    grave: bool = False
    repaired: str | None = None
    lasting: bool = False

    @property
    def open(self) -> bool:
        """Whether it is still to be dealt with."""
        return not (self.repaired or self.lasting)

    @property
    def repairable(self) -> bool:
        """Whether a repair deals with it, which it has not yet."""
        return self.open and self.repaired is not None


def as_json(finding: Finding) -> dict[str, object]:
    """The finding as ``simorc fsck --json`` prints it."""
    record = {"where": finding.where, "message": finding.message, "grave": finding.grave}
    state = {"repaired": finding.repaired or None, "open": finding.open}
    return {**record, **state, "repairable": finding.repairable}


@dataclass(frozen=True)
class Repair:
    """Does, or only would do, what is needed."""

    wanted: bool

    def __call__(self, done: str, work: Callable[[], object]) -> str:
        """`done` once `work` is; empty if nothing is to be repaired."""
        if not self.wanted:
            return ""
        result = work()
        return f"{done}: {result}" if isinstance(result, str) and result else done
