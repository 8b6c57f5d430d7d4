"""`metadata.csv`: the table of cases, replaced atomically.

Large runs are written by a separate process (``python -m simorc.rundir.metadata_csv RUN_DIR``), so that a
million rows do not block the runner. Columns: ``case_id,status,result_path``, one per swept parameter,
``error_message``; values are spelled as in the sweep. The table is read back, so its texts are not changed
for spreadsheets as in other CSV files (`csv_text`).
"""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from simorc.files import write_whole
from simorc.regular_files import open_regular_text
from simorc.rundir.layout import RunLayout
from simorc.rundir.manifest import load_manifest
from simorc.rundir.store.reader import STATUSES, RunReader
from simorc.sweeps.plan import Plan
from simorc.units import Value

_ROWS_AT_ONCE = 2_000


def swept_columns(plan: Plan) -> tuple[str, ...]:
    """The columns a sweep brings: its parameters, and ``corner`` and ``sample`` where it has those."""
    return tuple(plan.case(1).scope()) if len(plan) else plan.parameters


def write_metadata(layout: RunLayout, plan: Plan, codes: bytes, messages: Mapping[int, str]) -> None:
    """Replace the run's metadata.csv.

    `codes` contains the index into `STATUSES` of each case (byte 0 unused), `messages` the error message of
    failed cases.
    """
    write_whole(layout.metadata_csv, _chunks(_raw_name(layout), plan, codes, messages))


def differs_from(layout: RunLayout, plan: Plan, codes: bytes, messages: Mapping[int, str]) -> str:
    """How metadata.csv differs from what `write_metadata` would write; empty if it does not."""
    try:
        with open_regular_text(layout.metadata_csv, newline="") as stream:
            for chunk in _chunks(_raw_name(layout), plan, codes, messages):
                if stream.read(len(chunk)) != chunk:
                    return "differs from the store"
            return "has data after its last case" if stream.read(1) else ""
    except FileNotFoundError:
        return "is missing"
    except OSError as error:
        return f"cannot be read: {error.strerror}"


def _raw_name(layout: RunLayout) -> str:
    """What a case's waveforms are called in this run."""
    if layout.exists() and load_manifest(layout).execution.compress:
        return "results.raw.gz"
    return "results.raw"


def _chunks(raw: str, plan: Plan, codes: bytes, messages: Mapping[int, str]) -> Iterator[str]:
    columns = ("case_id", "status", "result_path", *swept_columns(plan), "error_message")
    lines = [",".join(map(_cell, columns))]
    row_of = plan.rows(_cell)
    for case_id in range(1, len(plan) + 1):
        values, message = row_of(case_id), messages.get(case_id)
        start = f"{case_id},{STATUSES[codes[case_id]]},results/{case_id}/{raw}"
        lines.append(",".join((start, *values, _cell(message) if message else "")))
        if len(lines) >= _ROWS_AT_ONCE:
            lines.append("")
            yield "\n".join(lines)
            lines = []
    lines.append("")
    yield "\n".join(lines)


def _cell(value: Value) -> str:
    """A value as CSV has it beside others."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(["", str(value)])
    return text.getvalue()[1:-1]


def main() -> int:
    """Write the metadata.csv of the run named on the command line from its store."""
    layout = RunLayout(Path(sys.argv[1]))
    plan = load_manifest(layout).plan
    codes = bytearray(len(plan) + 1)
    messages: dict[int, str] = {}
    with RunReader(layout) as view:
        for case_id, status, message in view.verdicts():
            codes[case_id] = STATUSES.index(status)
            if status == "failed":
                messages[case_id] = message
    write_metadata(layout, plan, bytes(codes), messages)
    return 0


if __name__ == "__main__":
    sys.exit(main())
