"""`metadata.csv`: the run as a table anybody can read, replaced as a whole.

Columns: ``case_id,status,result_path,<one per swept parameter>,error_message``; values stand as written in
the sweep.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping

from simorc.runs.filesystem import write_whole
from simorc.runs.layout import RunLayout
from simorc.runs.view import STATUSES
from simorc.sweeps.plan import Plan

_ROWS_AT_ONCE = 2_000


def swept_columns(plan: Plan) -> tuple[str, ...]:
    """The columns a sweep brings: its parameters, and ``corner`` and ``sample`` where it has those."""
    return tuple(plan.case(1).scope()) if len(plan) else plan.parameters


def write_metadata(layout: RunLayout, plan: Plan, codes: bytes, messages: Mapping[int, str]) -> None:
    """Replace the run's metadata.csv.

    `codes` holds the index into `STATUSES` of each case (byte 0 unused), `messages` the error message of
    failed cases.
    """
    write_whole(layout.metadata_csv, _chunks(plan, codes, messages))


def _chunks(plan: Plan, codes: bytes, messages: Mapping[int, str]) -> Iterator[str]:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["case_id", "status", "result_path", *swept_columns(plan), "error_message"])
    for case in plan.cases(1, len(plan) + 1):
        status = STATUSES[codes[case.id]]
        values = [str(value) for value in case.scope().values()]
        writer.writerow(
            [case.id, status, f"results/{case.id}/results.raw", *values, messages.get(case.id, "")]
        )
        if case.id % _ROWS_AT_ONCE == 0:
            yield text.getvalue()
            text.seek(0)
            text.truncate()
    yield text.getvalue()
