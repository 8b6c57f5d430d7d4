"""The history of view changes, for undo."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from simorc_tui.data.case_order import Arrangement
from simorc_tui.settings.table_look import USUAL, TableLook

STEPS_KEPT = 100
MARKS_KEPT = 2_000_000
"""Marks of all steps together: a million of them take some 60 MB."""


@dataclass(frozen=True)
class ViewState:
    """Everything about the view that a key may change permanently: order and filter, marks, columns."""

    arrangement: Arrangement = field(default_factory=Arrangement)
    marks: frozenset[int] = frozenset()
    look: TableLook = USUAL


class ViewHistory:
    """The states before the one that is now, the newest last."""

    def __init__(self, now: ViewState | None = None) -> None:
        self.now = now or ViewState()
        self._steps: deque[tuple[str, ViewState]] = deque(maxlen=STEPS_KEPT)

    def __len__(self) -> int:
        return len(self._steps)

    def moved_to(self, state: ViewState, *, typing: bool = False) -> None:
        """The view is another now. What comes while `typing` is one step with what was typed before."""
        if state == self.now:
            return
        before = self.now
        if typing and self._steps and self._steps[-1][0] == _TYPING:
            before = self._steps.pop()[1]
        self.now = state
        if state != before:
            self._steps.append((_TYPING if typing else described(before, state), before))
        while sum(len(each.marks) for _, each in self._steps) > MARKS_KEPT and len(self._steps) > 1:
            self._steps.popleft()

    def typed(self) -> None:
        """Typing has ended: its result becomes one step of the history."""
        if self._steps and self._steps[-1][0] == _TYPING:
            before = self._steps.pop()[1]
            self._steps.append((described(before, self.now), before))

    def undo(self) -> tuple[str, ViewState] | None:
        """What the last step was, and the state before it; None where there is none."""
        self.typed()
        if not self._steps:
            return None
        what, self.now = self._steps.pop()
        return what, self.now


_TYPING = ""


def described(before: ViewState, after: ViewState) -> str:
    """The step from one state to the other, for a person."""
    was, now = before.arrangement, after.arrangement
    if was.filter_text != now.filter_text:
        return f"filter /{now.filter_text}" if now.filter_text else f"filter /{was.filter_text} cleared"
    if (was.order, was.descending) != (now.order, now.descending):
        return "sorting reversed" if was.order == now.order else f"sorting by {now.order.removeprefix('m_')}"
    if before.marks != after.marks:
        more, fewer = len(after.marks - before.marks), len(before.marks - after.marks)
        return f"{more} marked" if more else f"{fewer} marks removed"
    if before.look.columns != after.look.columns:
        return "choice of columns"
    return "frozen columns" if before.look.frozen != after.look.frozen else "widths of columns"
