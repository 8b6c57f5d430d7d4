"""Pages of the case table with a bounded cache, so that memory does not grow with the run."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from simorc.rundir.store.connection import Row
from simorc.rundir.store.reader import RunReader
from simorc_tui.data.case_order import RowOrder

PAGE_ROWS = 128
PAGES_KEPT = 24


@dataclass(frozen=True)
class CaseRow:
    """A case as the table shows it; `values` is None while the run has not written its row yet. `circuit` is
    2 or more if the case was simulated from changed inputs that the user accepted.
    """

    case_id: int
    values: Row | None
    circuit: int = 1

    @property
    def status(self) -> str:
        return "pending" if self.values is None else str(self.values["status"])

    def get(self, column: str) -> object:
        """The value in an SQL column, None where there is none."""
        try:
            return None if self.values is None else self.values[column]
        except IndexError:  # a column the run has brought since this row was read
            return None


class CasePages:
    """Pages of `PAGE_ROWS` rows in a given order, `PAGES_KEPT` of them in memory."""

    def __init__(self, view: RunReader, order: RowOrder) -> None:
        self._view = view
        self.order = order
        self._pages: OrderedDict[int, list[CaseRow]] = OrderedDict()

    def __len__(self) -> int:
        return len(self.order)

    def row(self, index: int) -> CaseRow | None:
        """The case in row `index` (from 0), None past the end."""
        if not 0 <= index < len(self.order):
            return None
        page = self._page(index // PAGE_ROWS)
        place = index % PAGE_ROWS
        return page[place] if place < len(page) else None

    def reorder(self, order: RowOrder) -> None:
        """Rows in another order from now on."""
        self.order = order
        self._pages.clear()

    def forget(self) -> None:
        """Everything may have changed."""
        self._pages.clear()

    def renew(self, case_ids: Iterable[int], visible: range) -> dict[int, tuple[CaseRow, CaseRow]]:
        """These cases changed: read the visible ones again, forget pages holding the others.

        Returns row index -> (row before, row now) for the rows of `visible` that changed.
        """
        changed = set(case_ids)
        kept = range(visible.start // PAGE_ROWS, max(visible.start, visible.stop - 1) // PAGE_ROWS + 1)
        for number, page in list(self._pages.items()):
            if number not in kept and any(row.case_id in changed for row in page):
                del self._pages[number]
        places = self._places(changed, kept)
        fresh = self._read(list(places))
        pairs = {index: self._replace(index, fresh[case_id]) for case_id, index in places.items()}
        return {index: pair for index, pair in pairs.items() if index in visible}

    def _places(self, changed: set[int], pages: range) -> dict[int, int]:
        return {
            row.case_id: number * PAGE_ROWS + place
            for number in pages
            for place, row in enumerate(self._pages.get(number, ()))
            if row.case_id in changed
        }

    def _replace(self, index: int, row: CaseRow) -> tuple[CaseRow, CaseRow]:
        page = self._pages[index // PAGE_ROWS]
        before, page[index % PAGE_ROWS] = page[index % PAGE_ROWS], row
        return before, row

    def _page(self, number: int) -> list[CaseRow]:
        page = self._pages.get(number)
        if page is None:
            ids = self.order.ids(number * PAGE_ROWS, (number + 1) * PAGE_ROWS)
            found = self._read(ids)
            page = self._pages[number] = [found[case_id] for case_id in ids]
            if len(self._pages) > PAGES_KEPT:
                self._pages.popitem(last=False)
        self._pages.move_to_end(number)
        return page

    def _read(self, ids: Sequence[int]) -> dict[int, CaseRow]:
        """The named cases; one whose row is not written yet comes without values."""
        if not ids:
            return {}
        if isinstance(ids, range):
            rows = self._view.page(0, len(ids), where="id BETWEEN ? AND ?", args=(ids[0], ids[-1]))
        else:
            slots = ",".join("?" * len(ids))
            rows = self._view.page(0, len(ids), where=f"id IN ({slots})", args=tuple(ids))
        written = {row["id"]: row for row in rows}
        circuits = self._view.accepted_among(ids)
        return {case_id: CaseRow(case_id, written.get(case_id), circuits.get(case_id, 1)) for case_id in ids}
