"""What was compared in the warm sessions of one deck, and which cases depend on it.

A comparison proves something for a setting only if the case's value differs from the one the session was
loaded with. A deck is therefore proved setting by setting: `proved` names those that a case has changed in a
session with the same results as in a new process.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from simorc.simulators.ngspice.deck_split import DeckSplit

UNPROVED = "its effect on a warm session could not be checked"


@dataclass
class DeckProof:
    """One deck. `proved` is None before the first comparison; `first` is the form of the first case met."""

    proved: frozenset[str] | None = None
    refused: str = ""
    first: DeckSplit | None = None
    tried: bool = False
    passed_by: int = 0
    _checks: list[frozenset[str]] = field(default_factory=list)
    _cases: array[int] = field(default_factory=lambda: array("I"))
    _provisional: dict[int, frozenset[str]] = field(default_factory=dict)

    def covers(self, changed: frozenset[str]) -> bool:
        """Whether a case that changes these settings is proved."""
        return self.proved is not None and changed <= self.proved

    def awaits(self, changed: frozenset[str]) -> bool:
        """Whether a comparison in progress would prove it."""
        proved = self.proved or frozenset()
        return any(changed <= proved | check for check in self._checks)

    @contextmanager
    def checking(self, changed: frozenset[str]) -> Iterator[None]:
        """While a case that changes these settings is run both ways."""
        self._checks.append(changed)
        try:
            yield
        finally:
            self._checks.remove(changed)

    def prove(self, changed: frozenset[str]) -> None:
        """A case that changed these settings came out the same."""
        self.proved = (self.proved or frozenset()) | changed

    def rests(self, case_id: int, changed: frozenset[str]) -> str:
        """A case was completed in a session; why that does not count, if it does not."""
        if self.refused:
            return self.refused
        if not self.covers(changed):
            if not self.awaits(changed):
                return UNPROVED
            self._provisional[case_id] = changed
        self._cases.append(case_id)
        return ""

    def unproved_cases(self) -> list[int]:
        """The cases that were completed without a check and that no comparison, finished or in progress,
        covers; they are removed from the record.
        """
        settled = [case_id for case_id, changed in self._provisional.items() if self.covers(changed)]
        lost = [
            case_id
            for case_id, changed in self._provisional.items()
            if not self.covers(changed) and not self.awaits(changed)
        ]
        for case_id in (*settled, *lost):
            del self._provisional[case_id]
        self._cases = array("I", (case_id for case_id in self._cases if case_id not in set(lost)))
        return lost

    def start_again(self) -> list[int]:
        """What was compared counts no more; returns the cases that ran warm."""
        cases, self._cases = list(self._cases), array("I")
        self._provisional.clear()
        self.proved = None
        return cases

    def refuse(self, reason: str) -> list[int]:
        """No case runs warm any more; returns the cases that did."""
        self.refused = reason
        cases, self._cases = list(self._cases), array("I")
        self._provisional.clear()
        return cases
