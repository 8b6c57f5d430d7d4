"""The checks of simulators: version, warm sessions, simulators other than ngspice."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from simorc.cli.context import Scope
from simorc.cli.doctor.machine import Finding
from simorc.config.models.execution import SimulatorSettings
from simorc.errors import SimorcError, ToolMissing
from simorc.simulators.ngspice.cold import Ngspice
from simorc.simulators.ngspice.session_trial import tried_session
from simorc.simulators.ngspice.session_way import find_warm_way
from simorc.simulators.others.adapter import Adapter
from simorc.simulators.others.registry import adapter_called
from simorc.simulators.versions import NGSPICE, require_version


def foreign_simulator_findings(scope: Scope) -> Iterator[Finding]:
    """The simulator the project names, if it is not ngspice and the project can be read."""
    if not scope.inside():
        return
    try:
        settings = scope.load().settings().simulator
    except SimorcError:
        return  # reported by the finding about the project
    if settings.name != "ngspice":
        yield _finding(settings)


def ngspice_findings(settings: SimulatorSettings) -> Iterator[Finding]:
    """Whether ngspice is new enough for the project, and how its warm sessions are driven; one is tried."""
    program = shutil.which(settings.executable)
    if program is None:
        return  # reported by the finding about the program
    try:
        require_version(NGSPICE, program, settings.min_version)
    except ToolMissing as error:
        yield Finding("min version", "bad", error.message, error.remedy or "")
    spiceinit = None if settings.spiceinit is None else Path(settings.spiceinit)
    yield _warm_finding(Ngspice(program, settings.args, spiceinit, library=settings.library))


def _warm_finding(simulator: Ngspice) -> Finding:
    way = find_warm_way(simulator)
    if way.kind == "none":
        message = f"warm sessions are not available, every case runs cold: {way.reason}"
        return Finding("warm", "note", message, way.remedy)
    refusal = tried_session(simulator, way)
    if refusal:
        return Finding("warm", "note", f"the warm session {way} fails: {refusal}", "execution.warm: off")
    if way.kind == "pipe":
        return Finding("warm", "good", f"{way}; {way.reason}", way.remedy)
    return Finding("warm", "good", str(way))


def _finding(settings: SimulatorSettings) -> Finding:
    try:
        adapter = adapter_called(settings.name)
    except SimorcError as error:
        return Finding("simulator", "bad", error.message, error.remedy or "")
    executable = adapter.executable if settings.executable == "ngspice" else settings.executable
    found = shutil.which(executable) or (executable if Path(executable).is_file() else None)
    if found is None:
        remedy = "install it, or set its path: simulator.executable"
        return Finding(settings.name, "bad", f"{executable} not found", remedy)
    starter = adapter.command(found, ())[0]
    if shutil.which(starter) is None:
        return Finding(settings.name, "bad", f"{starter} not found; {found} needs it", f"install {starter}")
    return _version_finding(adapter, found)


def _version_finding(adapter: Adapter, program: str) -> Finding:
    if not adapter.version_options:
        message = f"{program}; it has no option that prints its version; {_made_for(adapter)}"
        return Finding(adapter.name, "good", message)
    try:
        process = subprocess.run(
            [program, *adapter.version_options],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=30,
            check=False,
        )
        version = adapter.version(process.stdout + process.stderr)
    except (OSError, subprocess.TimeoutExpired, ToolMissing) as error:
        return Finding(adapter.name, "note", f"{program} does not report its version: {error}")
    doubt = adapter.supports(version)
    if doubt:
        return Finding(
            adapter.name, "note", f"{doubt} ({program})", "compare one case with a simulation by hand"
        )
    return Finding(adapter.name, "good", f"{version} ({program}); {_made_for(adapter)}")


def _made_for(adapter: Adapter) -> str:
    oldest, newest = adapter.versions
    if not oldest and not newest:
        return "any version"
    return f"tested with {oldest or 'the oldest'} to {newest or 'the newest'}"
