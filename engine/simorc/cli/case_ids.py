"""Parse case numbers on the command line: ``3,7-9``."""

from __future__ import annotations

import re

import click

_PART = re.compile(r"(\d+)(?:-(\d+))?")


def parse_case_ids(text: str) -> list[int]:
    """``"3,7-9"`` -> [3, 7, 8, 9], ascending, each once; ValueError names the part that is none."""
    found: set[int] = set()
    for part in text.split(","):
        match = _PART.fullmatch(part.strip())
        if match is None:
            raise ValueError(f"invalid case number {part.strip()!r}: write numbers and ranges, such as 3,7-9")
        first = int(match[1])
        last = int(match[2] or first)
        if not 1 <= first <= last:
            raise ValueError(
                f"invalid case range {part.strip()!r}: numbers start at 1, and the smaller number comes first"
            )
        if last - first > 10_000_000:
            raise ValueError(f"invalid case range {part.strip()!r}: a run cannot have that many cases")
        found.update(range(first, last + 1))
    return sorted(found)


class CaseIds(click.ParamType[list[int]]):
    """The click type of ``--case``."""

    name = "cases"

    def convert(
        self, value: str | list[int], param: click.Parameter | None, ctx: click.Context | None
    ) -> list[int]:
        if isinstance(value, list):
            return value
        try:
            return parse_case_ids(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


CASE_IDS = CaseIds()
