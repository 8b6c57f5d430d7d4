"""The settings with which a testbench of a project is simulated outside a run."""

from __future__ import annotations

from pathlib import Path

from simorc.config.project import Project
from simorc.rundir.run_settings import RunSettings, execution_fields


def settings_for(project: Project, testbench: str) -> RunSettings:
    """The effective settings of a testbench, as a runner uses them. Raises UsageError for an unknown one."""
    settings = project.settings(testbench)
    simulator = settings.simulator
    return RunSettings(
        **execution_fields(settings.execution.model_dump(mode="json")),
        simulator=simulator.name,
        executable=simulator.executable,
        args=tuple(simulator.args),
        spiceinit=Path(simulator.spiceinit) if simulator.spiceinit else None,
        library=simulator.library,
        min_version=simulator.min_version,
    )
