"""The queue of pending cases.

The pending cases wait in groups, one per shared deck, each a compact array of ids in the order of the sweep.
A slot stays with its group until that is empty, and then joins the group with the fewest slots: few decks are
loaded, and no slot is idle while cases wait. Cases that a person prioritised, and cases that run again, come
before all groups.
"""

from __future__ import annotations

from array import array
from collections import deque
from collections.abc import Iterable, Sequence, Set


class CaseQueue:
    """The cases that wait, in `groups` that share a deck."""

    def __init__(self, groups: Iterable[Iterable[int]]) -> None:
        queues = (_Queue(ids) for ids in groups)
        self._groups = {number: queue for number, queue in enumerate(queues) if len(queue)}
        self._first: deque[int] = deque()
        self._group_of_slot: dict[int, int] = {}

    def __len__(self) -> int:
        return len(self._first) + sum(len(group) for group in self._groups.values())

    def next(self, slot: int) -> int | None:
        """The case for `slot` to run now, None if none waits."""
        if self._first:
            return self._first.popleft()
        number = self._group_for(slot)
        if number is None:
            return None
        case_id = self._groups[number].pop()
        if not len(self._groups[number]):
            del self._groups[number]
        return case_id

    def next_of_group(self, slot: int, most: int) -> Sequence[int]:
        """Up to `most` cases of one group for `slot` to run now; empty if cases come before all groups, or
        none waits.
        """
        number = None if self._first else self._group_for(slot)
        if number is None or most < 1:
            return ()
        case_ids = self._groups[number].pop_many(most)
        if not len(self._groups[number]):
            del self._groups[number]
        return case_ids

    @property
    def prioritised(self) -> int | None:
        """The next of the cases that come before all groups."""
        return self._first[0] if self._first else None

    def put_back(self, case_ids: Sequence[int]) -> None:
        """These run next, in this order."""
        self._first.extendleft(reversed(case_ids))

    def put_first(self, case_ids: Iterable[int]) -> None:
        """These run before everything in the groups, in this order."""
        self._first.extend(case_ids)

    def move_to_front(self, case_ids: Iterable[int]) -> None:
        """Those of these that wait move to the front."""
        moved = sorted(self.drop(case_ids), reverse=True)
        self._first.extendleft(moved)

    def drop(self, case_ids: Iterable[int]) -> list[int]:
        """Take these out; returns those that did wait."""
        wanted = frozenset(case_ids)
        taken = [case_id for case_id in self._first if case_id in wanted]
        self._first = deque(case_id for case_id in self._first if case_id not in wanted)
        for number, group in list(self._groups.items()):
            taken.extend(group.remove(wanted))
            if not len(group):
                del self._groups[number]
        return taken

    def _group_for(self, slot: int) -> int | None:
        number = self._group_of_slot.get(slot)
        if number in self._groups:
            return number
        self._group_of_slot.pop(slot, None)
        if not self._groups:
            return None
        at_work = list(self._group_of_slot.values())
        number = min(self._groups, key=lambda group: (at_work.count(group), -len(self._groups[group])))
        self._group_of_slot[slot] = number
        return number


class _Queue:
    """Case ids and how many of them are gone: four bytes a case."""

    def __init__(self, ids: Iterable[int]) -> None:
        self._ids = array("I", ids)
        self._gone = 0

    def __len__(self) -> int:
        return len(self._ids) - self._gone

    def pop(self) -> int:
        self._gone += 1
        return self._ids[self._gone - 1]

    def pop_many(self, most: int) -> list[int]:
        """The next cases, up to so many."""
        case_ids = self._ids[self._gone : self._gone + most].tolist()
        self._gone += len(case_ids)
        return case_ids

    def remove(self, wanted: Set[int]) -> list[int]:
        left = self._ids[self._gone :]
        self._ids = array("I", (case_id for case_id in left if case_id not in wanted))
        self._gone = 0
        return [case_id for case_id in left if case_id in wanted]
