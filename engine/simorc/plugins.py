"""The names that packages may import to extend simorc.

========================  =======================================  =========================================
group                     the entry point names                    protocol
========================  =======================================  =========================================
``simorc.executors``      ``make(offer: Offer) -> Executor``       `Executor`, asks a `Work` for jobs
``simorc.schedulers``     a class                                  `Scheduler` of a cluster
``simorc.simulators``     a class                                  `Simulator`
``simorc.retry_rules``    a class, made without arguments          `RetryRule`
``simorc.measurements``   a module of ``@measurement`` functions   `measurement`
``simorc.importers``      ``function(source, directory | None)``   `Importer`
``simorc.stages``         ``function(place: Workplace)``           `Stage` of a pipeline
``simorc.remediations``   a class, made without arguments          `Remediation` of a pipeline
========================  =======================================  =========================================

Names that are not listed here may move or change without notice. Importing this module costs nothing: each
name is loaded when it is used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from simorc.config.execution_record import Site
    from simorc.executors.base import Executor, Work
    from simorc.executors.batch_scheduler import ArrayJob, Element, Phase, Scheduler, Submission
    from simorc.executors.local import LocalExecutor
    from simorc.executors.registry import Offer
    from simorc.importers.registry import Importer
    from simorc.importers.result import Carried as ImportResult
    from simorc.measurements.builtins.registry import SIGNAL_UNIT
    from simorc.measurements.builtins.registry import builtin as measurement
    from simorc.measurements.missing import MeasurementMissing
    from simorc.pipeline.outcome import Fault, StageFailed, StageOutcome
    from simorc.pipeline.remediations import RemediationAction as Remediation
    from simorc.pipeline.remediations import StageBudgets
    from simorc.pipeline.workplace import StageRunner as Stage
    from simorc.pipeline.workplace import Workplace
    from simorc.runner.retry_policy import Action, Budgets, RetryRule, Tried
    from simorc.simulators.job import Job
    from simorc.simulators.others.adapter import Adapter as Simulator
    from simorc.simulators.others.adapter import Found as FoundMeasurements
    from simorc.simulators.others.raw_writer import write_raw
    from simorc.simulators.outcome import FailureKind, Outcome

_PLACES = {
    "Action": "runner.retry_policy",
    "ArrayJob": "executors.batch_scheduler",
    "Budgets": "runner.retry_policy",
    "Element": "executors.batch_scheduler",
    "Executor": "executors.base",
    "FailureKind": "simulators.outcome",
    "Fault": "pipeline.outcome",
    "FoundMeasurements": "simulators.others.adapter:Found",
    "ImportResult": "importers.result:Carried",
    "Importer": "importers.registry",
    "Job": "simulators.job",
    "LocalExecutor": "executors.local",
    "MeasurementMissing": "measurements.missing",
    "Offer": "executors.registry",
    "Outcome": "simulators.outcome",
    "Phase": "executors.batch_scheduler",
    "Remediation": "pipeline.remediations:RemediationAction",
    "RetryRule": "runner.retry_policy",
    "SIGNAL_UNIT": "measurements.builtins.registry",
    "Scheduler": "executors.batch_scheduler",
    "Simulator": "simulators.others.adapter:Adapter",
    "Site": "config.execution_record",
    "Stage": "pipeline.workplace:StageRunner",
    "StageBudgets": "pipeline.remediations",
    "StageFailed": "pipeline.outcome",
    "StageOutcome": "pipeline.outcome",
    "Submission": "executors.batch_scheduler",
    "Tried": "runner.retry_policy",
    "Work": "executors.base",
    "Workplace": "pipeline.workplace",
    "measurement": "measurements.builtins.registry:builtin",
    "write_raw": "simulators.others.raw_writer",
}

__all__ = [
    "SIGNAL_UNIT",
    "Action",
    "ArrayJob",
    "Budgets",
    "Element",
    "Executor",
    "FailureKind",
    "Fault",
    "FoundMeasurements",
    "ImportResult",
    "Importer",
    "Job",
    "LocalExecutor",
    "MeasurementMissing",
    "Offer",
    "Outcome",
    "Phase",
    "Remediation",
    "RetryRule",
    "Scheduler",
    "Simulator",
    "Site",
    "Stage",
    "StageBudgets",
    "StageFailed",
    "StageOutcome",
    "Submission",
    "Tried",
    "Work",
    "Workplace",
    "measurement",
    "write_raw",
]


def __getattr__(name: str) -> Any:
    """A public name, loaded from its place."""
    if name not in _PLACES:
        raise AttributeError(f"module 'simorc.plugins' has no attribute {name!r}")
    module, _, attribute = _PLACES[name].partition(":")
    return getattr(importlib.import_module(f"simorc.{module}"), attribute or name)
