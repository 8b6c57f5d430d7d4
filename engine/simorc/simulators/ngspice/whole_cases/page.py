"""The memory that the process of a session shares with the runner while it works on a range of cases."""

from __future__ import annotations

import mmap
import os
import struct

_SIZE = mmap.PAGESIZE
_CASE, _BEGUN, _FRACTION, _PRINTED, _HOLD, _REASON = 0, 8, 16, 24, 32, 40
_WHOLE, _REAL = struct.Struct("<q"), struct.Struct("<d")
REASONS = ("", "timeout", "stuck", "log_limit", "raw_limit", "memory")
"""Why the runner ends a case; the worker reads the place in this list."""


class CasePage:
    """One page of memory. The worker writes which case it runs and how far that is; the runner writes what
    the worker is to do about it.
    """

    def __init__(self, descriptor: int) -> None:
        """`descriptor` is a file of memory, see `new_page`."""
        self._memory = mmap.mmap(descriptor, _SIZE)

    def close(self) -> None:
        self._memory.close()

    def begin(self, case_id: int, now: float) -> None:
        """A case begins; 0: none is in progress. `now` is a reading of the monotonic clock (s)."""
        self._real(_FRACTION, -1.0)
        self._whole(_PRINTED, 0)
        self._real(_BEGUN, now)
        self._whole(_CASE, case_id)

    def moved(self, printed: int, fraction: float | None) -> None:
        """The case in progress has printed so many bytes; `fraction` is how far it is, if known."""
        self._whole(_PRINTED, printed)
        if fraction is not None:
            self._real(_FRACTION, fraction)

    @property
    def case_id(self) -> int:
        """The case in progress; 0 if none is."""
        return self._read(_CASE)

    @property
    def begun(self) -> float:
        """When the case in progress began."""
        return float(_REAL.unpack_from(self._memory, _BEGUN)[0])

    @property
    def fraction(self) -> float | None:
        """How far the case in progress is, 0 ... 1; None if that is unknown."""
        fraction = float(_REAL.unpack_from(self._memory, _FRACTION)[0])
        return None if fraction < 0 else fraction

    @property
    def printed(self) -> int:
        """The bytes that the case in progress has printed."""
        return self._read(_PRINTED)

    @property
    def hold(self) -> bool:
        """Whether the worker is to begin no further case of its range."""
        return bool(self._read(_HOLD))

    @hold.setter
    def hold(self, wanted: bool) -> None:
        self._whole(_HOLD, int(wanted))

    def break_off(self, case_id: int, reason: str) -> None:
        """The runner ends this case for one of `REASONS`."""
        self._whole(_REASON, case_id * len(REASONS) + REASONS.index(reason))

    def broken_off(self, case_id: int) -> str:
        """Why the runner has ended this case, one of `REASONS`; empty if it has not."""
        case, reason = divmod(self._read(_REASON), len(REASONS))
        return REASONS[reason] if case == case_id else ""

    def _whole(self, place: int, value: int) -> None:
        _WHOLE.pack_into(self._memory, place, value)

    def _real(self, place: int, value: float) -> None:
        _REAL.pack_into(self._memory, place, value)

    def _read(self, place: int) -> int:
        return int(_WHOLE.unpack_from(self._memory, place)[0])


def new_page() -> int:
    """The descriptor of a new page, which both sides map. Raises OSError."""
    descriptor = os.memfd_create("simorc-cases")
    os.ftruncate(descriptor, _SIZE)
    return descriptor
