"""Runs the netlister: xschem 2.8.1 and 3.x without a display, or the command line of the project.

xschem 2.8.1 supports neither ``-o`` nor ``-N``: the output path, and all else, is set in an rcfile created
for the one call, which reads the project's own first. It also reports the library path xschem really uses.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import tempfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from simorc.errors import NetlistError, ToolMissing
from simorc.schematics.pairs import NetlisterSetup, Pair

_LIBRARY_REPORT = "simorc-library-path:"
_VERSION = re.compile(r"XSCHEM V?(\d+)\.(\d+)", re.IGNORECASE)
_RCFILE_ERROR = re.compile(r"can not execute \S*xschemrc", re.IGNORECASE)
# xschem's own libraries where no rcfile names any: 2.8.1 has an empty path then, not none.
_OWN_LIBRARIES = (
    "if {![info exists XSCHEM_LIBRARY_PATH] || $XSCHEM_LIBRARY_PATH eq {}} {"
    "set XSCHEM_LIBRARY_PATH ${XSCHEM_SHAREDIR}/xschem_library:${XSCHEM_SHAREDIR}/xschem_library/devices}"
)
# Settings that xschem 3 has before it reads an rcfile, and that rcfiles of process kits read.
_SET_BY_LATER_VERSIONS = (
    "if {![info exists USER_CONF_DIR]} {set USER_CONF_DIR [file join $env(HOME) .xschem]}",
    "if {![info exists has_x]} {set has_x 0}",
)
_TAIL = 500


@dataclass(frozen=True)
class Made:
    """The text a netlister wrote; the library path it used and its version, if it reports them."""

    text: str
    library: tuple[Path, ...] = ()
    version: tuple[int, int] = (0, 0)


def run_netlister(pair: Pair) -> Made:
    """Netlist one schematic into a directory of its own; nothing of the project is touched.

    Raises NetlistError (no schematic, a failing, silent or endless netlister) or ToolMissing.
    """
    if not pair.schematic.is_file():
        raise NetlistError(
            f"{pair.schematic}: no such schematic", remedy=f"correct the schematic of {pair.name}"
        )
    with tempfile.TemporaryDirectory(prefix="simorc-netlist-") as directory:
        if pair.setup.command:
            return _run_command(pair, pair.setup.command, Path(directory))
        return _run_xschem(pair, Path(directory))


def _run_xschem(pair: Pair, directory: Path) -> Made:
    setup = pair.setup
    executable = shutil.which(setup.executable)
    if executable is None:
        raise ToolMissing(
            f"{setup.executable} is not installed",
            remedy=("install xschem, or set its path: netlister.executable"),
        )
    rcfile = directory / "xschemrc"
    rcfile.write_text(_rcfile(pair, directory), encoding="utf-8")
    arguments = [executable, "--rcfile", str(rcfile), "-n", "-s", "-q", "-x", "-r"]
    version = xschem_version(executable)
    if version >= (3, 0):
        arguments += ["-o", str(directory), "-N", f"{pair.schematic.stem}.spice"]
    schematic = pair.schematic if version >= (3, 0) else _copied(pair.schematic, directory)
    output = _run([*arguments, str(schematic)], setup, pair, directory)
    text = _read(directory / f"{pair.schematic.stem}.spice", pair, output)
    return Made(text, _reported_library(output), version)


def _copied(schematic: Path, directory: Path) -> Path:
    """xschem 2.8 writes the schematic it netlists back, in its own form: it is given a copy.

    Its symbols are found all the same, because the schematic's directory is on the library path.
    """
    copy = directory / "schematic" / schematic.name
    copy.parent.mkdir()
    shutil.copyfile(schematic, copy)
    return copy


def _run_command(pair: Pair, command: tuple[str, ...], directory: Path) -> Made:
    output = directory / f"{pair.schematic.stem}.spice"
    places = {
        "{schematic}": str(pair.schematic),
        "{output}": str(output),
        "{directory}": str(directory),
    }
    arguments = []
    for word in command:
        for name, path in places.items():
            word = word.replace(name, path)
        arguments.append(word)
    printed = _run(arguments, pair.setup, pair, directory)
    return Made(_read(output, pair, printed))


def _rcfile(pair: Pair, directory: Path) -> str:
    """Tcl read by xschem: the project's settings first, then what netlisting for ngspice needs."""
    setup = pair.setup
    user = Path.home() / ".xschem" / "xschemrc" if "HOME" in os.environ else None
    own = setup.rcfile or (user if user and user.is_file() else None)
    extra = [*setup.library_paths, pair.schematic.parent]
    lines = [f"set XSCHEM_TMP_DIR {_tcl(directory)}", *_SET_BY_LATER_VERSIONS]
    lines += [f"source {_tcl(own)}"] if own else []
    lines += [_OWN_LIBRARIES]
    lines += [f"append XSCHEM_LIBRARY_PATH : {_tcl(path)}" for path in extra]
    lines += [f"set netlist_dir {_tcl(directory)}", "set local_netlist_dir 0", "set netlist_type spice"]
    # Braces are expressions to ngspice; HSPICE form would turn them into quotes.
    lines += ["set hspice_netlist 0", f'puts "{_LIBRARY_REPORT} $XSCHEM_LIBRARY_PATH"']
    return "\n".join(lines) + "\n"


def _tcl(path: Path) -> str:
    """A path quoted as one word of Tcl, whatever characters it contains."""
    return '"' + re.sub(r'([\\"$\[\]{}])', r"\\\1", str(path)) + '"'


@lru_cache
def xschem_version(executable: str) -> tuple[int, int]:
    """Major and minor version; (0, 0) if the program does not report it."""
    try:
        output = subprocess.run(
            [executable, "--version"],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=20,
            check=False,
            stdin=subprocess.DEVNULL,
            env=_environment(Path(tempfile.gettempdir())),
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return (0, 0)
    match = _VERSION.search(output)
    return (int(match[1]), int(match[2])) if match else (0, 0)


def _environment(home: Path) -> dict[str, str]:
    """xschem 2.8.1 crashes without a HOME."""
    return {"HOME": str(home), **os.environ}


def _run(arguments: list[str], setup: NetlisterSetup, pair: Pair, directory: Path) -> str:
    """Run in a new session and return the output; on a time-out the whole session is killed."""
    try:
        process = subprocess.Popen(
            arguments,
            cwd=setup.root,
            env=_environment(directory),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
    except OSError as error:
        raise ToolMissing(
            f"cannot start {arguments[0]}: {error.strerror}", remedy="correct netlister in sim_setup.yaml"
        ) from None
    try:
        output, _ = process.communicate(timeout=setup.timeout)
    except subprocess.TimeoutExpired:
        raise NetlistError(
            f"{pair.schematic}: {Path(arguments[0]).name} did not finish within {setup.timeout:g} s",
            remedy="run it by hand; a dialogue may be waiting for an answer",
        ) from None
    finally:
        _end(process)
    if _RCFILE_ERROR.search(output):
        raise NetlistError(f"{setup.rcfile or 'xschemrc'}: xschem cannot read its rcfile: {_tail(output)}")
    if process.returncode:
        ended = (
            f"exit code {process.returncode}" if process.returncode > 0 else f"signal {-process.returncode}"
        )
        raise NetlistError(f"{pair.schematic}: {Path(arguments[0]).name} failed ({ended}): {_tail(output)}")
    return output


def _end(process: subprocess.Popen[str]) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def _read(output: Path, pair: Pair, printed: str) -> str:
    try:
        return output.read_text(encoding="utf-8", errors="replace")
    except OSError:
        raise NetlistError(f"{pair.schematic}: the netlister wrote no netlist: {_tail(printed)}") from None


def _reported_library(output: str) -> tuple[Path, ...]:
    reported = re.search(rf"^{_LIBRARY_REPORT} (.*)$", output, re.MULTILINE)
    parts = reported[1].split(":") if reported else []
    return tuple(dict.fromkeys(Path(part) for part in parts if part.startswith("/")))


def _tail(output: str) -> str:
    kept = " ".join(
        line for line in output.splitlines() if line.strip() and not line.startswith(_LIBRARY_REPORT)
    )
    return kept[-_TAIL:].strip() or "no output"
