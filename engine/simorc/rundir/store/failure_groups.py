"""Failed cases grouped by kind and message, ignoring numbers that differ."""

from __future__ import annotations

import re
from dataclasses import dataclass

from simorc.rundir.layout import RunLayout
from simorc.rundir.store.connection import open_for_reading

MOST_GROUPS = 200
VARYING = "…"
"""Placeholder in a group's message for a number that differs between its cases."""
_ANY = "\0"
_NUMBER = re.compile(r"(?<![\w.])[-+]?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?(?![\w.])")


@dataclass(frozen=True)
class FailureGroup:
    """Failed cases with one kind and one message; numbers in which they differ are `VARYING`."""

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
    groups: dict[tuple[str, str], _Alike] = {}
    for kind, message, count, first in rows:
        line = _first_line(message)
        alike = groups.setdefault((str(kind or ""), _NUMBER.sub(_ANY, line)), _Alike(_NUMBER.findall(line)))
        alike.add(count, first, _NUMBER.findall(line))
    ordered = sorted(groups.items(), key=lambda item: (-item[1].count, item[1].first))
    return tuple(_group(*key, alike) for key, alike in ordered[:MOST_GROUPS])


@dataclass
class _Alike:
    """Failures whose messages differ in numbers at most; a number in which they do is `VARYING`."""

    numbers: list[str]
    count: int = 0
    first: int = 0

    def add(self, count: int, first: int, numbers: list[str]) -> None:
        self.count += count
        self.first = min(self.first or first, first)
        pairs = zip(self.numbers, numbers, strict=True)
        self.numbers = [mine if mine == theirs else VARYING for mine, theirs in pairs]


def _group(kind: str, shape: str, alike: _Alike) -> FailureGroup:
    numbers = iter(alike.numbers)
    message = "".join(next(numbers) if char == _ANY else char for char in shape)
    return FailureGroup(alike.count, kind, message, alike.first, _filter(kind, shape))


def _first_line(message: object) -> str:
    return str(message or "").partition("\n")[0].replace(_ANY, "").strip()


def _filter(kind: str, shape: str) -> str:
    """A filter for the kind and for the longest piece of the message that contains no number."""
    piece = max(re.split(rf"['\"{_ANY}]", shape), key=len).strip()
    terms = ["status:failed", *([f"kind={kind}"] if kind else []), *([f'message~"{piece}"'] if piece else [])]
    return " ".join(terms)
