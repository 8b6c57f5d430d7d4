"""``simulator.min_version``: the oldest simulator version that a project accepts."""

from __future__ import annotations

import re
import shutil
import subprocess

from simorc.errors import ToolMissing
from simorc.simulators.ngspice.cold import Ngspice
from simorc.simulators.others.adapter import Adapter
from simorc.simulators.others.registry import adapter_called

NGSPICE = "ngspice"
_PATIENCE = 30.0


def require_version(simulator: str, executable: str, minimum: str | None) -> None:
    """Raise `ToolMissing` for a simulator older than `minimum` (None: every version will do), or one whose
    version cannot be found out.
    """
    if minimum is None:
        return
    version = _version_of(simulator, executable)
    if numbers(version) < numbers(minimum):
        raise ToolMissing(
            f"{simulator} {version} ({executable}) is older than simulator.min_version {minimum}",
            remedy=f"install {simulator} {minimum} or newer, or name another: simulator.executable",
        )


def program_of(simulator: str, executable: str) -> str:
    """The program of a simulator: as set, else the one its adapter names."""
    if simulator == NGSPICE or executable != NGSPICE:
        return executable
    return adapter_called(simulator).executable


def numbers(version: str) -> tuple[int, ...]:
    """A version to compare: ``44.2`` → (44, 2), ``44`` and ``44.0`` → (44,)."""
    found = [int(part) for part in re.findall(r"\d+", version)]
    while len(found) > 1 and not found[-1]:
        found.pop()
    return tuple(found)


def _version_of(simulator: str, executable: str) -> str:
    if simulator == NGSPICE:
        return Ngspice(executable).version()
    adapter, program = adapter_called(simulator), program_of(simulator, executable)
    if not adapter.version_options:
        raise ToolMissing(
            f"{simulator} cannot be asked for its version, so simulator.min_version cannot be checked",
            remedy="remove simulator.min_version",
        )
    return adapter.version(_asked(adapter, shutil.which(program) or program))


def _asked(adapter: Adapter, program: str) -> str:
    """The output of a program that is started to print its version."""
    try:
        done = subprocess.run(
            [program, *adapter.version_options],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_PATIENCE,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ToolMissing(
            f"{program} does not report its version: {error}", remedy=f"install {adapter.name}"
        ) from None
    return done.stdout + done.stderr
