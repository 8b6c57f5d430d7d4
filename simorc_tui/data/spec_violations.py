"""How many cases of a run break a spec, for the line on top and for the word that a run is over."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from simorc.errors import SimorcError
from simorc.rundir.layout import RunLayout


@dataclass(frozen=True)
class Violations:
    """Of `cases` cases, `breaking` break a spec; `across` specs over all cases fail."""

    cases: int = 0
    breaking: int = 0
    across: int = 0

    @property
    def text(self) -> str:
        """``3 of 45 violate a spec``; empty where none does."""
        parts = [f"{self.breaking} of {self.cases} violate a spec"] if self.breaking else []
        parts += (
            [f"{self.across} spec{'s' if self.across > 1 else ''} over all cases fail"] if self.across else []
        )
        return ", ".join(parts)

    @property
    def short(self) -> str:
        """The same for a narrow line."""
        return f"{self.breaking or self.across} off spec" if self.breaking or self.across else ""


def read_violations(layout: RunLayout) -> Violations:
    """Judge every case by the run's specs; none where they cannot be read (the specs pane tells). Slow."""
    import numpy as np

    from simorc.results.open_run import OpenRun
    from simorc.results.specs import judge_cases

    try:
        run = OpenRun(layout)
        single = [spec for spec in run.specs if spec.measurement not in run.across]
        failing = [result for result in run.spec_results if result.spec.measurement in run.across]
        breaking = np.zeros(len(run.frame), dtype=np.bool_)
        for spec in single:
            breaking |= np.asarray(judge_cases(run.frame, spec).status == "fail", dtype=np.bool_)
    except (SimorcError, sqlite3.DatabaseError, ValueError):
        return Violations()
    across = sum(result.status == "fail" for result in failing)
    return Violations(len(breaking), int(np.count_nonzero(breaking)), across)
