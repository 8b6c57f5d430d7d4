"""The checks of `simorc doctor`: each checks one thing and states the remedy."""

from __future__ import annotations

import locale
import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from simorc.cpus import usable_cpus
from simorc.files import free_bytes, is_network
from simorc.plugin_loading import broken_plugins
from simorc.processes import file_system_of

LEAST_FREE = 2 * 1024**3
VERSION_OPTIONS = {"ngspice": "--version", "xschem": "--version", "iverilog": "-V"}
VERSION_TEXTS = {
    "ngspice": re.compile(rb"ngspice-(\d+(?:\.\d+)*)"),
    "xschem": re.compile(rb"XSCHEM V(\d+(?:\.\d+)*)", re.IGNORECASE),
    "iverilog": re.compile(rb"version (\d+(?:\.\d+)*)"),
}


@dataclass(frozen=True)
class Finding:
    """One thing looked at: how it is, and what to do if that is not well."""

    name: str
    state: Literal["good", "note", "bad"]
    text: str
    remedy: str = ""


def python_finding() -> Finding:
    return Finding("python", "good", f"{platform.python_version()} ({sys.executable})")


def program_finding(name: str, executable: str, *, needed: bool) -> Finding:
    """Where a program is and which version; without it, `bad` if it is needed."""
    found = shutil.which(executable)
    if found is None:
        state: Literal["note", "bad"] = "bad" if needed else "note"
        return Finding(
            name, state, f"{executable} not found", f"install it (apt-get install {name}), or set its path"
        )
    version = _version(name, found)
    if version is None:
        return Finding(
            name,
            "bad" if needed else "note",
            f"{found} does not report its version",
            f"try: {found} {VERSION_OPTIONS[name]}",
        )
    return Finding(name, "good", f"{version} ({found})")


def _version(name: str, path: str) -> str | None:
    environment = {"HOME": "/", **os.environ, "OMP_THREAD_LIMIT": "1"}
    try:
        process = subprocess.run(
            [path, VERSION_OPTIONS[name]],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=20,
            env=environment,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    match = VERSION_TEXTS[name].search(process.stdout + process.stderr)
    return match[1].decode() if match else None


def terminal_finding(is_terminal: bool) -> Finding:
    """Whether the terminal interface could be opened here, and how large it would be."""
    if not is_terminal:
        return Finding("terminal", "note", "the output is not a terminal", "the terminal interface needs one")
    kind, size = os.environ.get("TERM", ""), shutil.get_terminal_size()
    message = f"{kind or 'TERM is not set'}, {size.columns} x {size.lines}"
    if kind in ("", "dumb"):
        return Finding("terminal", "bad", message, "export TERM=xterm-256color")
    if size.columns < 80 or size.lines < 24:
        return Finding("terminal", "note", message, "the terminal interface needs at least 80 x 24")
    return Finding("terminal", "good", message)


def locale_finding() -> Finding:
    encoding = locale.getencoding()
    if encoding.lower().replace("-", "") == "utf8":
        return Finding("locale", "good", encoding)
    return Finding(
        "locale", "note", f"{encoding}: plots and symbols use ASCII characters", "export LANG=C.UTF-8"
    )


def cpus_finding() -> Finding:
    usable, there = usable_cpus(), os.cpu_count() or 1
    message = f"{usable} usable" + (f" of {there}" if there != usable else "")
    return Finding("cpus", "good", f"{message}: the default number of parallel cases")


def file_system_finding(place: Path) -> Finding:
    """What kind of file system the project is on: runs on a network one are safe, and slower."""
    kind = file_system_of(str(place)) or "unknown"
    if is_network(place):
        return Finding(
            "file system", "note", f"{kind} (network file system)", "supported; a local disk is faster"
        )
    return Finding("file system", "good", kind)


def disk_finding(place: Path) -> Finding:
    free = free_bytes(place)
    message = f"{free / 1024**3:.1f} GB free"
    if free < LEAST_FREE:
        return Finding("disk", "note", message, "simorc clean removes old runs")
    return Finding("disk", "good", message)


def plugin_findings() -> Iterator[Finding]:
    """Packages that extend simorc and cannot be loaded; a run continues without them."""
    for plugin in broken_plugins():
        yield Finding("plugin", "bad", str(plugin), f"update or uninstall {plugin.package}")
