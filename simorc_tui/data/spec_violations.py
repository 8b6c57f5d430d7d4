"""Counts the cases of a run that violate a spec, for the status line and the message at the end of a run."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from simorc.errors import SimorcError
from simorc.results.case_counts import CaseCounts
from simorc.rundir.layout import RunLayout
from simorc.rundir.store.connection import DatabaseError

if TYPE_CHECKING:
    from simorc.reports.spec_sheet import SpecRow


@dataclass(frozen=True)
class Violations:
    """The cases by what they are under the specs; `across` specs over all cases fail.

    `tightest` is the spec that needs attention first.
    """

    counts: CaseCounts = field(default_factory=CaseCounts)
    across: int = 0
    tightest: SpecRow | None = None

    @property
    def text(self) -> str:
        """``3 of 45 violate a spec, 2 failed``; empty where none violates a spec or lacks a value."""
        parts = [self.counts.summary] if self.counts.violating or self.counts.missing else []
        parts += (
            [f"{self.across} spec{'s' if self.across > 1 else ''} over all cases fail"] if self.across else []
        )
        return ", ".join(parts)

    @property
    def short(self) -> str:
        """The same for a narrow line."""
        return f"{self.off} violated" if self.off else ""

    @property
    def off(self) -> int:
        """How many cases violate a spec, or how many specs over all cases do."""
        return self.counts.violating or self.across


def read_violations(layout: RunLayout) -> Violations:
    """Judge every case by the run's specs; empty if they cannot be read (the specs pane shows the error).
    Slow.
    """
    from simorc.reports.spec_sheet import spec_rows, tightest
    from simorc.results.open_run import OpenRun

    try:
        run = OpenRun(layout)
        failing = [result for result in run.spec_results if result.spec.measurement in run.across]
        counts = run.case_counts if run.own_specs else CaseCounts()
        first = tightest(spec_rows(run))
    except (SimorcError, DatabaseError, ValueError):
        return Violations()
    across = sum(result.status == "fail" for result in failing)
    return Violations(counts, across, first)
