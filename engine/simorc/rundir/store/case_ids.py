"""The numbers of all matching cases, in order."""

from __future__ import annotations

import sqlite3
import threading
from array import array
from collections.abc import Sequence

from simorc.errors import UsageError
from simorc.rundir.layout import RunLayout
from simorc.rundir.store.connection import open_for_reading
from simorc.rundir.store.ordering import clause, ordering


class CaseIdQuery:
    """One reading of the ids, on its own connection; `interrupt` may be called from another thread."""

    def __init__(self, layout: RunLayout) -> None:
        self._db = open_for_reading(layout.database)
        self._closing = threading.Lock()
        self._is_open = True

    def interrupt(self) -> None:
        """Let `run` return None; nothing happens if it is over."""
        with self._closing:
            if self._is_open:
                self._db.interrupt()

    def run(
        self, order: str, descending: bool, where: str = "", args: Sequence[object] = ()
    ) -> array[int] | None:
        """The numbers of matching cases in order, None if interrupted; closes the connection.

        All ids come in one row: after every row Python takes its lock back, for which a thread waits up to
        5 ms while the screen is busy; a million rows would take minutes.
        """
        try:
            ordered = f"SELECT id FROM cases{clause(where)} ORDER BY {ordering(self._db, order, descending)}"
            (ids,) = self._db.execute(f"SELECT group_concat(id) FROM ({ordered})", tuple(args)).fetchone()
        except sqlite3.OperationalError as error:
            if "interrupt" in str(error):
                return None
            raise UsageError(f"the cases cannot be sorted or filtered like this: {error}") from error
        finally:
            with self._closing:
                self._is_open = False
                self._db.close()
        return _parsed(ids or "")


def _parsed(ids: str) -> array[int]:
    """Parse ``3,1,2`` into numbers; in bulk, because there may be a million."""
    import numpy as np  # loaded when cases are first sorted: the first frame waits for nothing heavy

    return array("q", np.fromstring(ids, dtype=np.int64, sep=",").tobytes())
