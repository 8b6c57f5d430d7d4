"""Prepares and measures the cases of a run in the processes that run whole cases."""

from __future__ import annotations

from simorc.runner.measuring import Measuring
from simorc.runner.preparation import Preparation, clear_case
from simorc.simulators.job import Job
from simorc.simulators.outcome import Outcome


class RunCases:
    """The cases of one run, from its frozen inputs."""

    def __init__(self, preparation: Preparation, measuring: Measuring) -> None:
        self._preparation, self._measuring = preparation, measuring

    def job(self, case_id: int) -> Job:
        """The job of a case, without touching the disk. Raises `TemplateError`."""
        return self._preparation.sketch(self._preparation.plan.case(case_id))

    def clear(self, job: Job) -> None:
        """Make the directory of a case, empty but for the logs of earlier attempts. Raises OSError."""
        clear_case(job.directory)

    def measured(self, case_id: int, outcome: Outcome) -> Outcome:
        """The outcome with what the testbench and the sweep declare."""
        return self._measuring.complete_here(case_id, outcome)
