"""Lines for measurements across cases that have no spec, and for the yield of a Monte Carlo run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from simorc.cli.output.tables import table
from simorc.errors import UsageError
from simorc.rundir.layout import RunLayout
from simorc.rundir.manifest import load_manifest
from simorc.text import message_line, plain

if TYPE_CHECKING:
    from simorc.results.open_run import OpenRun

HEADER = ("across cases", "lowest", "mean", "highest", "groups")


def run_with_across(layout: RunLayout) -> OpenRun | None:
    """The run for its measurements across cases; None where none is without a spec."""
    manifest = load_manifest(layout)
    specs, measurements = manifest.specs_if_known or {}, manifest.measurements_if_known or {}
    if not any(what.across and name not in specs for name, what in measurements.items()):
        return None
    from simorc.results.open_run import OpenRun

    return OpenRun(layout)


def across_table(run: OpenRun) -> Iterator[str]:
    """One line per measurement across cases without a spec: its values over the parameters that are held."""
    judged = {spec.measurement for spec in run.specs}
    try:
        run.across  # noqa: B018 - read once, here
    except UsageError as error:
        return iter([f"across cases: {message_line(error.message)}"])
    rows = [_cells(run, name) for name in run.across if name not in judged]
    return table(HEADER, rows, right=frozenset(range(1, 5)))


def _cells(run: OpenRun, name: str) -> tuple[str, ...]:
    import numpy as np

    from simorc.reports.wording import Wording

    words, values = Wording(run), run.across[name].values(name)
    there = values[np.isfinite(values)]
    numbers = [float(there.min()), float(there.mean()), float(there.max())] if len(there) else [None] * 3
    counted = f"{len(there)} of {len(values)}" if len(there) < len(values) else str(len(values))
    return (plain(name), *(plain(words.value(name, value)) for value in numbers), counted)


def verdict_lines(run: OpenRun) -> Iterator[str]:
    """How many cases are against the specs, and the yields of a Monte Carlo run: over all, and at each corner
    and other combination.
    """
    from simorc.results.sample_yields import yield_text

    if run.case_counts.against:
        yield f"cases: {run.case_counts.summary}"
    if run.yields is None:
        return
    yield f"yield: {run.yields.text}"
    for where, found in run.yields.by_combination.items():
        yield f"  {plain(where)}: {found.passed} of {found.total} samples: {yield_text(found)}"
