"""simorc doctor on a project whose simulator is not ngspice."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from simorc.cli.context import Scope
from simorc.cli.doctor.machine import Finding
from simorc.config.models.execution import SimulatorSettings
from simorc.errors import SimorcError, ToolMissing
from simorc.simulators.others.adapter import Adapter
from simorc.simulators.others.registry import adapter_called


def foreign_simulator_findings(scope: Scope) -> Iterator[Finding]:
    """The simulator the project names, if it is not ngspice and the project can be read."""
    if not scope.inside():
        return
    try:
        settings = scope.load().settings().simulator
    except SimorcError:
        return  # told as the finding about the project
    if settings.name != "ngspice":
        yield _finding(settings)


def _finding(settings: SimulatorSettings) -> Finding:
    try:
        adapter = adapter_called(settings.name)
    except SimorcError as error:
        return Finding("simulator", "bad", error.message, error.remedy or "")
    executable = adapter.executable if settings.executable == "ngspice" else settings.executable
    found = shutil.which(executable) or (executable if Path(executable).is_file() else None)
    if found is None:
        remedy = "install it, or name its path: simulator.executable"
        return Finding(settings.name, "bad", f"{executable} not found", remedy)
    starter = adapter.command(found, ())[0]
    if shutil.which(starter) is None:
        return Finding(
            settings.name, "bad", f"{starter} not found, which starts {found}", f"install {starter}"
        )
    return _version_finding(adapter, found)


def _version_finding(adapter: Adapter, program: str) -> Finding:
    if not adapter.version_options:
        told = f"{program}, which cannot be asked for its version; {_made_for(adapter)}"
        return Finding(adapter.name, "good", told)
    try:
        said = subprocess.run(
            [program, *adapter.version_options],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=30,
            check=False,
        )
        version = adapter.version(said.stdout + said.stderr)
    except (OSError, subprocess.TimeoutExpired, ToolMissing) as error:
        return Finding(adapter.name, "note", f"{program} does not tell its version: {error}")
    doubt = adapter.supports(version)
    if doubt:
        return Finding(adapter.name, "note", f"{doubt} ({program})", "compare a case with a run by hand")
    return Finding(adapter.name, "good", f"{version} ({program}); {_made_for(adapter)}")


def _made_for(adapter: Adapter) -> str:
    oldest, newest = adapter.versions
    if not oldest and not newest:
        return "of any version"
    return f"made for {oldest or 'the oldest'} to {newest or 'the newest'}"
