"""The layout of the case table, stored for each sweep."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from simorc_tui.settings.kept_records import KeptRecords

FILE = "tables.json"
SWEEPS_KEPT = 200
NARROWEST, WIDEST = 3, 120


@dataclass(frozen=True)
class TableLook:
    """The columns by name after the case column (None: the default ones), widths in cells if the user set
    them, and how many columns are frozen when scrolling sideways.
    """

    columns: tuple[str, ...] | None = None
    widths: tuple[tuple[str, int], ...] = ()
    frozen: int = 1

    def width_of(self, name: str) -> int | None:
        """The width the user set for a column, None for automatic width."""
        return dict(self.widths).get(name)

    def with_width(self, name: str, width: int) -> TableLook:
        """Set the width of `name`, limited to the valid range."""
        width = max(NARROWEST, min(width, WIDEST))
        return replace(self, widths=tuple(sorted({**dict(self.widths), name: width}.items())))


USUAL = TableLook()


class LookMemory:
    """The looks of the sweeps of the project at `root`. Never raises: what cannot be kept is not kept."""

    def __init__(self, root: Path) -> None:
        self._records = KeptRecords(FILE, SWEEPS_KEPT)
        self._root = str(root.resolve())

    def recall(self, sweep: str) -> TableLook:
        """As it was left; the usual look where nothing is known."""
        return _look_from(self._records.get(self._key(sweep)))

    def keep(self, sweep: str, look: TableLook) -> None:
        columns = None if look.columns is None else list(look.columns)
        record = {"columns": columns, "widths": dict(look.widths), "frozen": look.frozen}
        self._records.put(self._key(sweep), None if look == USUAL else record)

    def _key(self, sweep: str) -> str:
        return f"{self._root}:{sweep}"


def _look_from(record: Any) -> TableLook:
    try:
        columns, widths, frozen = record["columns"], record["widths"], int(record["frozen"])
        look = TableLook(None if columns is None else tuple(map(str, columns)), (), max(1, min(frozen, 50)))
        for name, width in widths.items():
            look = look.with_width(str(name), int(width))
    except (TypeError, KeyError, ValueError, AttributeError, OverflowError):
        return USUAL
    return look
