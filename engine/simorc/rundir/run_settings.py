"""The settings that the runner of a run uses."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from simorc.config.execution_record import ExecutionRecord, SimulatorRecord
from simorc.config.models import defaults
from simorc.simulators.job import Limits


@dataclass(frozen=True)
class RunSettings(ExecutionRecord):
    """The settings a runner uses, from the manifest and the options of `simorc run`.

    `spiceinit` is the run's own copy; `cases` are those requested, None for all.
    """

    simulator: str = defaults.SIMULATOR
    executable: str = defaults.EXECUTABLE
    args: tuple[str, ...] = ()
    spiceinit: Path | None = None
    library: str | None = None
    min_version: str | None = None
    cases: tuple[int, ...] | None = None

    @classmethod
    def made_of(
        cls,
        simulator: SimulatorRecord,
        execution: ExecutionRecord,
        spiceinit: Path | None,
        cases: tuple[int, ...] | None,
    ) -> RunSettings:
        """The settings of a manifest, with the run's own copy of spiceinit."""
        own = _values_of(simulator)
        own.update(simulator=own.pop("name"), spiceinit=spiceinit)
        return cls(**_values_of(execution), **own, cases=cases)

    @property
    def limits(self) -> Limits:
        """What one case may use."""
        return Limits(
            timeout=self.timeout,
            memory=self.memory_limit,
            raw=self.raw_limit,
            log=self.log_limit,
            nice=self.nice,
            stuck=self.stuck,
            grace=self.timeout_grace,
        )


def _values_of(record: SimulatorRecord | ExecutionRecord) -> dict[str, Any]:
    return {each.name: getattr(record, each.name) for each in fields(record)}
