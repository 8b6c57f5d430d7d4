"""The provenance of a run: hashes of inputs, versions of tools, commit of the repository, host."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable
from pathlib import Path

from simorc.netlist.deck.file_references import closure, references
from simorc.rundir.manifest_records import GitState, Host, Tools
from simorc.schematics.digests import Digests


def hash_inputs(root: Path, files: Iterable[Path], directory: Path, decks: Iterable[str]) -> dict[str, str]:
    """SHA-256 of every input, by path relative to the project if it is inside.

    The inputs are `files` and everything the `decks` read, and what those files include. `directory` is where
    the decks are simulated.
    """
    return digests_of(root, {*map(_whole, files), *files_read(directory, decks)}, Digests())


def files_read(directory: Path, decks: Iterable[str]) -> set[Path]:
    """Everything the `decks`, simulated in `directory`, read, and what those files include."""
    read: set[Path] = set()
    for deck in {named_files(deck): deck for deck in decks}.values():
        read |= include_closure(directory, deck)
    return read


def digests_of(root: Path, files: Iterable[Path], digests: Digests) -> dict[str, str]:
    """SHA-256 of the existing files, by path relative to the project if they are inside."""
    found = {input_name(path, root): digests.of(path) for path in sorted(files)}
    return {name: digest for name, digest in found.items() if digest is not None}


def named_files(deck: str) -> tuple[str, ...]:
    """The files a deck names, as written: two decks that name the same read the same, whichever section."""
    return tuple(reference.written for reference in references(deck))


def include_closure(directory: Path, deck: str) -> set[Path]:
    """Every file that a deck run in `directory` reads, directly or not."""
    return closure(deck, directory)


def git_state(root: Path) -> GitState | None:
    """The commit the project is at and whether anything in it differs; None outside a repository."""
    git = ["git", "-C", str(root), "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"]
    commit = _output([*git, "rev-parse", "HEAD"])
    if not commit:
        return None
    for name in _filters_of_repository(git):
        git += ["-c", f"{name}="]
    status = ["--no-optional-locks", "status", "--porcelain", "--untracked-files=no"]
    changed = _output([*git, *status, "--ignore-submodules=all", "--", "."])
    return GitState(commit, bool(changed))


def _filters_of_repository(git: list[str]) -> list[str]:
    """The settings of the repository's own configuration that name programs by which git reads files. They
    may come from an untrusted project: the programs are not run.
    """
    pattern = r"^filter\..*\.(clean|smudge|process|required)$"
    where = ["config", "--local", "--includes", "--name-only", "--get-regexp", pattern]
    return sorted({name for name in _output([*git, *where]).splitlines() if "=" not in name})


def describe_tools(simulator: str) -> Tools:
    """Versions of what makes the results."""
    # Imported here and below: reading a run is quick without what only its build asks.
    import platform
    from importlib import metadata

    where = shutil.which(simulator)
    output = _output([where, "--version"]) if where else ""
    match = re.search(r"ngspice-([\w.+-]+)", output)
    return Tools(
        simorc=next(
            (each.version for each in metadata.Distribution.discover(name="simorc-tui")), "uninstalled"
        ),
        simulator=match[1] if match else output.splitlines()[0] if output else "not found",
        simulator_path=where or "",
        python=platform.python_version(),
    )


def describe_host() -> Host:
    import platform
    import socket

    return Host(
        name=socket.gethostname(),
        system=platform.platform(),
        user=os.environ.get("USER") or str(os.getuid()),
    )


def _output(command: list[str]) -> str:
    import subprocess

    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=20, check=False, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def _whole(path: Path) -> Path:
    return Path(os.path.normpath(path.absolute()))


def input_name(path: Path, root: Path) -> str:
    """A file's name in a manifest: relative to the project if it is inside."""
    return str(path.relative_to(root)) if path.is_relative_to(root) else str(path)
