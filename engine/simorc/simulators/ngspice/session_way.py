"""Selects the kind of warm sessions on this machine: the ngspice library, ``ngspice -p``, or none.

The library is used only if it is the executable's own: the same version, started with the same settings
(``spinit``, ``.spiceinit``, search path). Otherwise ``ngspice -p`` is tried, which versions from 44 on refuse
without a display. Both are found out by starting them once.
"""

from __future__ import annotations

import os
import pwd
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from simorc.simulators.ngspice.cold import Ngspice

WORKER = Path(__file__).with_name("library_worker.py")
NO_LIBRARY = "none"
"""The value of ``simulator.library`` that always uses ``ngspice -p``."""
_SONAME = "libngspice.so.0"
_PATIENCE = 20.0
_START, _END = "simorc-settings", "simorc-end"
_VERSION = re.compile(r"^\W*ngspice-(\d+(?:\.\d+)*\+?) : ", re.MULTILINE)
_SHARED = re.compile(r"ngspice-(\d+(?:\.\d+)*\+?) shared library")
_DIFFERING = frozenset({"batchmode", "brief", "sharedmode", "interactive", "inputdir", "prompt", "history"})
"""Variables by which a library, a batch run and a session differ always."""
_INIT = ".spiceinit"
_NOT_LOADED = "cannot be loaded"


@dataclass(frozen=True)
class WarmWay:
    """How sessions are started. `command` is the command line of a process that then reads commands; `reason`
    says why there is no way, or why a better one is not used, and `remedy` how to change that.
    """

    kind: Literal["library", "pipe", "none"]
    command: tuple[str, ...] = ()
    version: str = ""
    library: str = ""
    reason: str = ""
    remedy: str = ""
    environment: tuple[tuple[str, str], ...] = ()
    """Environment variables of the process, in addition to the simulator's environment."""

    def command_line(self, *, interruptible: bool) -> tuple[str, ...]:
        """The command line of a session; what can be interrupted costs a little more per case."""
        return (*self.command, "interruptible") if interruptible and self.kind == "library" else self.command

    def __str__(self) -> str:
        """One line for a person."""
        if self.kind == "library":
            return f"by the library {self.library} (ngspice {self.version})"
        return "by ngspice -p over a pipe" if self.kind == "pipe" else f"none: {self.reason}"


@dataclass(frozen=True)
class _Start:
    """What an ngspice printed about itself when it was started."""

    version: str
    settings: frozenset[str]
    library: str = ""


def find_warm_way(simulator: Ngspice) -> WarmWay:
    """Try the library, then the pipe. Never raises: what is not to be had is the reason of the answer."""
    why, remedy = "", ""
    with tempfile.TemporaryDirectory(prefix="simorc-") as place:
        directory = Path(place)
        simulator.place_spiceinit(directory)
        found = _library_way(simulator, directory)
        if isinstance(found, WarmWay):
            return found
        why, remedy = found
        refused = _pipe_refusal(simulator, directory)
    if not refused:
        return WarmWay("pipe", tuple(simulator.command("-p")), reason=why, remedy=remedy)
    return WarmWay("none", reason=f"{why}; {refused}", remedy=remedy)


# The library ------------------------------------------------------------------------------------------


def _library_way(simulator: Ngspice, directory: Path) -> WarmWay | tuple[str, str]:
    """The way by a library, or why there is none and what to do about it."""
    if simulator.library == NO_LIBRARY:
        return "simulator.library is none", "remove simulator.library"
    if simulator.args:
        return "the ngspice library does not accept simulator.args", "move them to simulator.spiceinit"
    own = _executable(simulator, directory)
    if isinstance(own, str):
        return own, "see simulator.executable"
    place_own_init(directory, simulator.environment)
    environment = _scripts_of(own)
    refusals = []
    for candidate in candidates(simulator.executable, simulator.library):
        start = _library(candidate, simulator, directory, dict(environment))
        refusal = start if isinstance(start, str) else _unlike(start, own)
        if not refusal and isinstance(start, _Start):
            command = worker_command(start.library)
            return WarmWay("library", command, start.version, start.library, environment=environment)
        refusals.append(f"{candidate} {refusal}")
    return _refused(refusals, own.version, simulator.library)


def _refused(refusals: list[str], version: str, named: str | None) -> tuple[str, str]:
    """The most useful of `refusals`: a library that exists but does not match comes before a missing one."""
    remedy = (
        f"install the library of ngspice {version} (package libngspice0, in addition "
        "to the package ngspice), "
        "or set its path: simulator.library"
    )
    telling = [refusal for refusal in refusals if named or _NOT_LOADED not in refusal]
    return (telling[0] if telling else f"ngspice library not found ({_SONAME})"), remedy


def _scripts_of(executable: _Start) -> tuple[tuple[str, str], ...]:
    """Where an executable reads its ``spinit`` from, as an environment variable for the library."""
    path = next((each for each in executable.settings if each.startswith("sourcepath=")), "")
    places = [word for word in path.partition("=")[2].split() if Path(word, "spinit").is_file()]
    return (("SPICE_SCRIPTS", places[0]),) if places else ()


def worker_command(library: str) -> tuple[str, ...]:
    """The command line of a worker process that drives `library`."""
    return (sys.executable, "-I", "-S", str(WORKER), library)


def candidates(executable: str, named: str | None) -> Iterator[str]:
    """The possible paths of an executable's library, most likely first; only `named` if that is given."""
    if named:
        yield named
        return
    seen = set()
    for program in (Path(executable), Path(os.path.realpath(executable))):
        for pattern in ("lib/*-linux-gnu", "lib64", "lib"):
            for place in sorted(program.parent.parent.glob(pattern)):
                for name in (_SONAME, "libngspice.so"):
                    path = place / name
                    if path.is_file() and os.path.realpath(path) not in seen:
                        seen.add(os.path.realpath(path))
                        yield str(path)
    yield _SONAME


def _unlike(library: _Start, executable: _Start) -> str:
    """In what a library differs from the executable; empty if in nothing."""
    if library.version != executable.version:
        return f"is ngspice {library.version}, the executable is {executable.version}"
    differing = sorted({setting.partition("=")[0] for setting in library.settings ^ executable.settings})
    return f"starts with other settings than the executable ({', '.join(differing)})" if differing else ""


def _library(path: str, simulator: Ngspice, directory: Path, environment: Mapping[str, str]) -> _Start | str:
    commands = [f"echo {_START}", "set", f"echo {_END}", "simorc-library"]
    output = _run(worker_command(path), simulator, directory, "\n".join([*commands, ""]), environment)
    match = _SHARED.search(output)
    if match is None:
        return f"{_NOT_LOADED} ({output.strip().splitlines()[-1] if output.strip() else 'it says nothing'})"
    where = re.search(r"^simorc-library (.+)$", output, re.MULTILINE)
    settings = _settings(output)
    if where is None or settings is None:
        return f"{_NOT_LOADED} (it does not respond)"
    return _Start(match[1], settings, where[1])


def _executable(simulator: Ngspice, directory: Path) -> _Start | str:
    deck = f"* settings\n.control\nversion -f\necho {_START}\nset\necho {_END}\nquit 0\n.endc\n.end\n"
    (directory / "settings.sp").write_text(deck, encoding="ascii")
    output = _run(simulator.command("-b", "settings.sp"), simulator, directory, "")
    match, settings = _VERSION.search(output), _settings(output)
    if match is None or settings is None:
        return f"{simulator.executable} does not report its version and settings"
    return _Start(match[1], settings)


def _settings(output: str) -> frozenset[str] | None:
    """The variables that ``set`` printed, as ``name=value``; a search path without repetitions."""
    body = output.partition(f"{_START}\n")[2]
    if _END not in body:
        return None
    settings = set()
    for line in body[: body.index(_END)].splitlines():
        name, _, value = line.strip().partition("\t")
        if name and not name.startswith("*") and name not in _DIFFERING:
            settings.add(f"{name}={' '.join(dict.fromkeys(value.split()))}")
    return frozenset(settings)


def place_own_init(directory: Path, environment: Mapping[str, str]) -> None:
    """Make the library read the initialisation file that the executable, started in `directory`, would read.

    The executable searches SPICE_USERINIT_DIR, the directory, HOME and USERPROFILE; the library of some
    versions searches the directory and the home directory of the password file.
    """
    places = [environment.get(name) for name in ("SPICE_USERINIT_DIR", "HOME", "USERPROFILE")]
    wanted = _first_init([places[0], str(directory), *places[1:]])
    try:
        home = pwd.getpwuid(os.getuid()).pw_dir
    except KeyError:
        home = "/nonexistent"
    taken = _first_init([str(directory), home])
    own = directory / _INIT
    if wanted == taken:
        return
    own.unlink(missing_ok=True)
    if wanted is None:
        own.write_text("* none\n", encoding="ascii")
    else:
        own.symlink_to(wanted)


def _first_init(places: Iterable[str | None]) -> Path | None:
    paths = (Path(place) / name for place in places if place for name in (_INIT, "spice.rc"))
    return next((path for path in paths if os.access(path, os.R_OK)), None)


# The pipe ---------------------------------------------------------------------------------------------


def _pipe_refusal(simulator: Ngspice, directory: Path) -> str:
    """Why ``ngspice -p`` cannot be used; empty if it can."""
    output = _run(simulator.command("-p"), simulator, directory, f"echo {_END}\n")
    if _END in output:
        return ""
    return f"{simulator.executable} -p ends at once without a display"


def _run(
    command: Iterable[str],
    simulator: Ngspice,
    directory: Path,
    commands: str,
    environment: Mapping[str, str] | None = None,
) -> str:
    """The output of a program for these commands; its last lines if it cannot be run."""
    try:
        done = subprocess.run(
            list(command),
            input=commands.encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=directory,
            env={**simulator.environment, **(environment or {})},
            timeout=_PATIENCE,
            start_new_session=True,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return done.stdout.decode("utf-8", "replace")
