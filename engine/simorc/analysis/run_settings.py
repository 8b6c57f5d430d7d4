"""The settings with which a testbench of a project is simulated outside a run."""

from __future__ import annotations

from pathlib import Path

from simorc.config.execution_record import ExecutionRecord, SimulatorRecord
from simorc.config.project import Project
from simorc.rundir.run_settings import RunSettings


def settings_for(project: Project, testbench: str) -> RunSettings:
    """The effective settings of a testbench, as a runner uses them. Raises UsageError for an unknown one."""
    settings = project.settings(testbench)
    simulator = SimulatorRecord.of_json(settings.simulator.model_dump(mode="json"))
    execution = ExecutionRecord.of_json(settings.execution.model_dump(mode="json"))
    spiceinit = Path(simulator.spiceinit) if simulator.spiceinit else None
    return RunSettings.made_of(simulator, execution, spiceinit, None)
