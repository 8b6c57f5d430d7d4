"""Statuses edited in ``metadata.csv``: ``pending`` requests that a case run again.

The file is an export. Its edits are used only if it was written by another program after the last runner
ended properly: a runner that was killed may have left an older table.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass

from simorc.regular_files import open_regular_text
from simorc.rundir.layout import RunLayout
from simorc.rundir.store.reader import STATUSES, RunReader

_ENDED = ("finished", "cancelled")
_MOST_NAMED = 8


@dataclass(frozen=True)
class Edited:
    """Cases whose status in the table differs from the state of the run.

    `again` are set to ``pending``; `refused` gives the reason why each other edit, or the whole table, is
    ignored.
    """

    again: tuple[int, ...] = ()
    refused: str = ""


def edited_statuses(layout: RunLayout) -> Edited:
    """What was edited by hand since the run ended; nothing while it has not. Raises StoreError."""
    with RunReader(layout) as view:
        meta = view.meta()
        if not _written_since(layout, float(meta.get("ended") or 0)):
            return Edited()
        known = {case_id: status for case_id, status, _ in view.verdicts()}
    other = {case: said for case, said in _statuses(layout) if said != known.get(case, "pending")}
    pending = tuple(case for case, said in other.items() if said == "pending" and case in known)
    if pending and meta.get("state") not in _ENDED:
        return Edited(refused=_old_table(pending))
    wrong = {case: said for case, said in other.items() if said != "pending" and meta.get("state") in _ENDED}
    return Edited(pending, _refused(wrong, known) if wrong else "")


def _written_since(layout: RunLayout, ended: float) -> bool:
    try:
        return layout.metadata_csv.stat().st_mtime >= ended
    except OSError:
        return False


def _statuses(layout: RunLayout) -> Iterator[tuple[int, str]]:
    """Case and status of each row that has both; a table that cannot be read has none."""
    try:
        with open_regular_text(layout.metadata_csv, encoding="utf-8-sig", newline="") as stream:
            for row in csv.DictReader(line.replace("\0", "") for line in stream):
                number, status = str(row.get("case_id") or ""), str(row.get("status") or "").strip().lower()
                if number.isascii() and number.isdigit() and len(number) < 10 and status in STATUSES:
                    yield int(number), status
    except (OSError, csv.Error):
        return


def _old_table(cases: tuple[int, ...]) -> str:
    numbers = ",".join(map(str, cases[:_MOST_NAMED]))
    return (
        f"metadata.csv says pending of {named(cases)}, but the last runner was killed and may have left an "
        f"older table: nothing is read back from it; to run them again: --case {numbers}"
    )


def _refused(wrong: dict[int, str], known: dict[int, str]) -> str:
    case, said = next(iter(wrong.items()))
    return (
        f"metadata.csv says {said} of case {case}, which is {known.get(case, 'pending')}"
        + (f", and differs in {len(wrong) - 1} more" if len(wrong) > 1 else "")
        + ": it is an export, and only `pending` is read back from it"
    )


def named(cases: tuple[int, ...]) -> str:
    """``cases 4, 7, 9``, cut after some."""
    rest = f" and {len(cases) - _MOST_NAMED} more" if len(cases) > _MOST_NAMED else ""
    return f"case{'s' if len(cases) > 1 else ''} {', '.join(map(str, cases[:_MOST_NAMED]))}{rest}"
