"""Parameters as the user wrote them. The store has numbers; the plan has ``3.0`` and ``10k``."""

from __future__ import annotations

from simorc.rundir.layout import RunLayout
from simorc.rundir.manifest import load_manifest


class WrittenParameters:
    """The texts of a run's parameters by case."""

    def __init__(self, layout: RunLayout) -> None:
        self._plan = load_manifest(layout).plan

    def of(self, case_id: int) -> dict[str, str]:
        """The swept values of a case, with ``corner`` and ``sample`` where the sweep has those."""
        return {name: str(value) for name, value in self._plan.case(case_id).scope().items()}

    def seed(self, case_id: int) -> int | None:
        """The simulator seed of a Monte Carlo sample; None for any other case."""
        return self._plan.case(case_id).seed
