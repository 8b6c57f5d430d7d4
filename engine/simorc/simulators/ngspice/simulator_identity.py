"""Which ngspice a result comes from: the program, how it is started, and the files it starts with."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from simorc.errors import ToolMissing
from simorc.simulators.ngspice.cold import Ngspice
from simorc.simulators.ngspice.cut.store import digest, digest_of_file
from simorc.simulators.ngspice.session_way import WarmWay

_STARTED_WITH = (".spiceinit", "spice.rc")
_SEARCHED = ("HOME", "USERPROFILE", "SPICE_USERINIT_DIR")


def simulator_identity(simulator: Ngspice, way: WarmWay | None) -> str:
    """A text that differs whenever an ngspice might give other results: its version and program, the library
    of its sessions, its arguments, its initialisation files. Empty if the program does not report its
    version.
    """
    try:
        version = simulator.version()
    except ToolMissing:
        return ""
    environment = simulator.environment
    settings = sorted(f"{name}={text}" for name, text in environment.items() if name.startswith("SPICE_"))
    library = "" if way is None else f"{way.kind} {way.library}"
    files = [Path(simulator.executable), *([Path(way.library)] if way is not None and way.library else [])]
    return digest(
        [
            *(version, library, str(simulator.threads), *simulator.args, *settings),
            *(_stamp(path) for path in files),
            *(digest_of_file(path) for path in _initialisation(simulator)),
        ]
    )


def _stamp(path: Path) -> str:
    """A program by its place, size and time; its content would take long to read."""
    real = Path(os.path.realpath(path))
    try:
        stat = real.stat()
    except OSError:
        return str(real)
    return f"{real} {stat.st_size} {stat.st_mtime_ns}"


def _initialisation(simulator: Ngspice) -> Iterator[Path]:
    """The files that ngspice may obey when it starts, in a fixed order, whether they are there or not."""
    environment = simulator.environment
    yield simulator.spiceinit or Path("/nonexistent")
    for name in _SEARCHED:
        yield from (Path(environment.get(name) or "/nonexistent", file) for file in _STARTED_WITH)
    beside = Path(os.path.realpath(simulator.executable)).parent.parent / "share" / "ngspice"
    for place in (environment.get("SPICE_LIB_DIR"), str(beside), "/usr/share/ngspice"):
        yield Path(place or "/nonexistent", "scripts", "spinit")
    yield Path(environment.get("SPICE_SCRIPTS") or "/nonexistent", "spinit")
