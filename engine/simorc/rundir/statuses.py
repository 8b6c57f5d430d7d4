"""The status of every case of a run, in memory."""

from __future__ import annotations

from simorc.rundir.store.reader import STATUSES

_CODES = {status: code for code, status in enumerate(STATUSES)}


class Statuses:
    """The status of every case in one byte each, and how many there are of each."""

    def __init__(self, total: int) -> None:
        self._codes = bytearray(total + 1)
        self._counts = [total, 0, 0, 0]

    def __len__(self) -> int:
        return len(self._codes) - 1

    def set(self, case_id: int, status: str) -> None:
        """Raises ValueError for a word that is no status."""
        code = _CODES.get(status)
        if code is None:
            raise ValueError(f"case {case_id} has the unknown status {status!r}")
        self._counts[self._codes[case_id]] -= 1
        self._counts[code] += 1
        self._codes[case_id] = code

    def of(self, case_id: int) -> str:
        return STATUSES[self._codes[case_id]]

    def counts(self) -> dict[str, int]:
        return dict(zip(STATUSES, self._counts, strict=True))

    def ids(self, *wanted: str) -> list[int]:
        """The cases in any of these statuses, ascending."""
        codes = {STATUSES.index(status) for status in wanted}
        return [case_id for case_id, code in enumerate(self._codes) if code in codes and case_id]

    def snapshot(self) -> bytes:
        return bytes(self._codes)
