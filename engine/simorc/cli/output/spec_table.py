"""The specs of a run as a table: limits, values, verdict, worst case."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from simorc.cli.output.tables import table
from simorc.plots.limit_strip import UNICODE_SIGNS, strip_text
from simorc.rundir.layout import RunLayout
from simorc.rundir.manifest import load_manifest
from simorc.text import plain

if TYPE_CHECKING:
    from simorc.reports.spec_sheet import SpecRow
    from simorc.results.open_run import OpenRun
    from simorc.results.specs import SpecResult

FOR_SAMPLES = ("yield (95 %)", "Cpk")
HEADER = (
    *("spec", "min", "", "max", "typ", "lowest", "mean", "highest", "verdict"),
    *(*FOR_SAMPLES, "worst case"),
)
"""The titles of the columns; the strip has none."""
NUMBERS = ("min", "typ", "lowest", "mean", "highest", *FOR_SAMPLES)
STRIP_WIDTH = 24


def run_with_specs(layout: RunLayout) -> OpenRun | None:
    """The run for its specs; None where it has none, and then nothing heavy was imported."""
    if not load_manifest(layout).specs_if_known:
        return None
    from simorc.results.open_run import OpenRun

    return OpenRun(layout)


def spec_results(layout: RunLayout) -> list[SpecResult]:
    """Every spec of the run over its cases (or over what is reduced from them); none where it has no
    specs.
    """
    run = run_with_specs(layout)
    return run.spec_results if run is not None else []


def violated(results: Sequence[SpecResult]) -> bool:
    """Whether a case that ran violates a spec, or a missing value leaves it undecided."""
    return any(result.status in ("fail", "missing") for result in results)


def spec_table(run: OpenRun) -> Iterator[str]:
    """One line per spec, values with their units on their display scale."""
    return _table((), [((), row) for row in _rows(run)])


def sheet(layouts: Sequence[RunLayout]) -> Iterator[str]:
    """The specs of several runs in one table: one line per spec, with its testbench and run."""
    rows = [
        ((plain(run.manifest.testbench), plain(run.name)), row)
        for run in map(run_with_specs, layouts)
        if run is not None
        for row in _rows(run)
    ]
    return _table(("testbench", "run"), rows)


def _table(first: tuple[str, ...], rows: Sequence[tuple[tuple[str, ...], SpecRow]]) -> Iterator[str]:
    """The rows with the cells of their own columns `first`; yield and Cpk only where there are some."""
    ascii_only = not _can_print(UNICODE_SIGNS)
    columns = [
        name for name in HEADER if name not in FOR_SAMPLES or any(_cells(row)[name] for _, row in rows)
    ]
    lines = (
        (*own, *(_strip(row, ascii_only) if name == "" else plain(_cells(row)[name]) for name in columns))
        for own, row in rows
    )
    right = frozenset(len(first) + place for place, name in enumerate(columns) if name in NUMBERS)
    return table((*first, *columns), lines, right=right)


def sheet_rows(layouts: Sequence[RunLayout]) -> list[dict[str, object]]:
    """The same as plain values, for JSON."""
    return [
        {
            "run": run.name,
            "testbench": run.manifest.testbench,
            "spec": result.spec.measurement,
            "min": result.spec.min,
            "typ": result.spec.typ,
            "max": result.spec.max,
            "lowest": result.least,
            "mean": result.mean,
            "highest": result.most,
            "verdict": result.status,
            "worst_case": None if result.worst is None else result.worst.case_id,
        }
        for run in map(run_with_specs, layouts)
        if run is not None
        for result in run.spec_results
    ]


def _rows(run: OpenRun) -> tuple[SpecRow, ...]:
    from simorc.reports.spec_sheet import spec_rows

    return spec_rows(run)


def _cells(row: SpecRow) -> dict[str, str]:
    """The texts of a row by the title of their column."""
    # The verdict explains the first number.
    against = row.counts.against.replace(" violate", "")
    return {
        "spec": row.name,
        "min": row.low,
        "max": row.high,
        "typ": row.typ,
        "lowest": row.least,
        "mean": row.mean,
        "highest": row.most,
        "verdict": f"{row.status} ({against})" if against else row.status,
        "yield (95 %)": row.yield_text,
        "Cpk": row.cpk,
        "worst case": "" if row.worst_case is None else f"{row.worst_case}: {row.where}",
    }


def _strip(row: SpecRow, ascii_only: bool) -> str:
    return strip_text(row.strip, STRIP_WIDTH, ascii_only=ascii_only)


def _can_print(signs: str) -> bool:
    """Whether standard output can encode these characters."""
    try:
        signs.encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return False
    return True
