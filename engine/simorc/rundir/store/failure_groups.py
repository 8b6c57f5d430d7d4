"""Why the cases of a run failed: by kind and message, numbers in it aside."""

from __future__ import annotations

import re
from dataclasses import dataclass

from simorc.rundir.layout import RunLayout
from simorc.rundir.store.connection import open_for_reading

MOST_GROUPS = 200
_NUMBER = re.compile(r"(?<![\w.])[-+]?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?(?![\w.])")


@dataclass(frozen=True)
class FailureGroup:
    """Failed cases with one kind and one message, numbers in it aside."""

    count: int
    kind: str
    message: str
    first_case: int
    filter_text: str


def failures_of(layout: RunLayout) -> tuple[FailureGroup, ...]:
    """Failed cases by kind and message, the largest group first. Raises StoreError."""
    db = open_for_reading(layout.database)
    try:
        rows = db.execute(
            "SELECT kind, message, count(*), min(id) FROM cases WHERE status = 'failed' "
            "GROUP BY kind, message"
        ).fetchall()
    finally:
        db.close()
    groups: dict[tuple[str, str], tuple[int, int]] = {}
    for kind, message, count, first in rows:
        key = (str(kind or ""), alike(str(message or "")))
        before = groups.get(key, (0, first))
        groups[key] = (before[0] + count, min(before[1], first))
    ordered = sorted(groups.items(), key=lambda item: (-item[1][0], item[1][1]))
    return tuple(_group(*key, *found) for key, found in ordered[:MOST_GROUPS])


def alike(message: str) -> str:
    """The first line of a message with its free-standing numbers as ``#``: what groups it with its like."""
    return _NUMBER.sub("#", message.partition("\n")[0]).strip()


def _group(kind: str, message: str, count: int, first: int) -> FailureGroup:
    """The filter asks for the kind and for the longest piece of the message that holds no number."""
    piece = max(re.split(r"[#'\"]", message), key=len).strip() if message else ""
    terms = ["status:failed", *([f"kind={kind}"] if kind else []), *([f'message~"{piece}"'] if piece else [])]
    return FailureGroup(count, kind, message, first, " ".join(terms))
