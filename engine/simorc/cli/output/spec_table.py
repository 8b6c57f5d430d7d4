"""The specs of a run as a table: limits, values, verdict, worst case."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from simorc.cli.output.case_rows import parameter_text
from simorc.cli.output.tables import table
from simorc.rundir.as_written import WrittenParameters
from simorc.rundir.layout import RunLayout
from simorc.rundir.manifest import load_manifest
from simorc.text import plain

if TYPE_CHECKING:
    from simorc.results.open_run import OpenRun
    from simorc.results.specs import SpecResult

HEADER = ("spec", "min", "typ", "max", "lowest", "mean", "highest", "verdict", "worst case")


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
    written = WrittenParameters(run.layout)
    rows = (_cells(run, result, written) for result in run.spec_results)
    return table(HEADER, rows, right=frozenset(range(1, 7)))


def sheet(layouts: Sequence[RunLayout]) -> Iterator[str]:
    """The specs of several runs in one table: one line per spec, with its testbench and run."""
    rows = [
        (plain(run.manifest.testbench), plain(run.name), *_cells(run, result, WrittenParameters(run.layout)))
        for run in map(run_with_specs, layouts)
        if run is not None
        for result in run.spec_results
    ]
    return table(("testbench", "run", *HEADER), rows, right=frozenset(range(3, 9)))


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


def _cells(run: OpenRun, result: SpecResult, written: WrittenParameters) -> tuple[str, ...]:
    from simorc.reports.wording import DASH, Wording

    words, name = Wording(run), result.spec.measurement
    found = (result.least, result.mean, result.most)
    numbers = (*words.limits(result.spec), *(words.value(name, value) for value in found))
    cells = ("" if text == DASH else plain(text) for text in numbers)
    return (plain(name), *cells, _verdict(result), _worst(result, written))


def _verdict(result: SpecResult) -> str:
    from simorc.results.case_counts import counts_of

    # The verdict explains the first number.
    against = counts_of(result.counts).against.replace(" violate", "")
    return f"{result.status} ({against})" if against else result.status


def _worst(result: SpecResult, written: WrittenParameters) -> str:
    if result.worst is None:
        return ""
    texts = written.of(result.worst.case_id)
    values = {name: texts.get(name, value) for name, value in result.worst.parameters.items()}
    where = " ".join(f"{name}={parameter_text(value)}" for name, value in values.items())
    return plain(f"{result.worst.case_id}: {where}")
