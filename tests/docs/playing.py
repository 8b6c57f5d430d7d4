"""Reading and playing a page of the documentation.

A page starts in an empty directory, or in the project a comment of it names: ``<!-- project: rc -->``, or
beside it: ``<!-- project: ota as demo -->``. A block with a title is a file and is written; a ``console``
block is typed, line by line, and what it shows is compared (``...`` stands for anything; times and the stamps
of runs may differ); ``python`` is run. ``# exit 3`` at the end of a command is the exit code it must have.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.forked_command import forked_simorc
from tests.waiting import PATIENCE

_FENCE = re.compile(
    r"^(?P<gap> *)```(?P<kind>\w*)(?P<info>[^\n]*)\n(?P<text>.*?)^(?P=gap)```[ ]*$", re.M | re.S
)
_TITLE = re.compile(r'title="([^"]+)"')
_PROJECT = re.compile(r"<!-- project: (\w+)(?: as (\w+))? -->")
_PASSING = re.compile(r"(?P<stamp>_\d{14}(_\d+)?)|(?<![\w.])(\d+(\.\d+)?|\.\.\.) m?s(?![\w/])")
_EXIT = re.compile(r"\s+# exit (\d+)$")
_FOR_A_SHELL = re.compile(r"[|&;<>$`*?~]")
"""What a shell makes something of."""

ROOT = Path(__file__).resolve().parents[2]
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "sample_project").rglob("*.md")),
]
"""Every page a reader meets."""


@dataclass(frozen=True)
class Block:
    """One fenced block; ``title`` is empty unless it is a file."""

    kind: str
    title: str
    text: str
    line: int


def blocks_of(page: Path) -> Iterator[Block]:
    text = page.read_text(encoding="utf-8")
    for match in _FENCE.finditer(text):
        title = _TITLE.search(match["info"])
        body = re.sub(rf"^{match['gap']}", "", match["text"], flags=re.M)
        yield Block(match["kind"], title[1] if title else "", body, text[: match.start()].count("\n") + 1)


def project_of(page: Path) -> tuple[str, str] | None:
    """The template of a page and the directory for it (empty: here); None for a page that is not played."""
    match = _PROJECT.search(page.read_text(encoding="utf-8"))
    return (match[1], match[2] or "") if match else None


def programs_of(page: Path) -> list[str]:
    """The programs a page needs beside ngspice: ``<!-- needs: xschem -->``."""
    return re.findall(r"<!-- needs: (\w+) -->", page.read_text(encoding="utf-8"))


@dataclass
class Session:
    """A terminal in which a page is played."""

    directory: Path
    repository: Path
    variables: dict[str, str] = field(default_factory=dict)
    installed: bool = False

    def __post_init__(self) -> None:
        tools = self.directory.parent / "bin"
        tools.mkdir()
        for name in ("simorc", "python"):
            module = " -m simorc" if name == "simorc" else ""
            (tools / name).write_text(f'#!/bin/sh\nexec "{sys.executable}"{module} "$@"\n')
            (tools / name).chmod(0o755)
        self.variables = {
            **os.environ,
            "PATH": f"{tools}:{Path(sys.executable).parent}:{os.environ['PATH']}",
            "PYTHONPATH": f"{self.repository / 'engine'}:{self.repository}",
            "COLUMNS": "110",
            "TMUX_TMPDIR": str(tools.parent),
        }

    def play(self, block: Block) -> None:
        """Write the block's file, or type its commands."""
        if block.title:
            path = self.directory / block.title
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text, encoding="utf-8")
            if path.name == "pyproject.toml":
                self._install(path)
        elif block.kind == "console":
            for command, shown in commands_of(block.text):
                self._type(command, shown, block.line)
        elif block.kind == "python":
            self._type(f"python -c {shlex.quote(block.text)}", [], block.line)

    def _install(self, pyproject: Path) -> None:
        """Make a package's entry points known, as `pip install` would, but without network."""
        project = tomllib.loads(pyproject.read_text(encoding="utf-8"))["project"]
        info = pyproject.parent / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Name: {project['name']}\nVersion: {project['version']}\n")
        groups = project["entry-points"].items()
        lines = [f"[{group}]\n" + "\n".join(f"{k} = {v}" for k, v in each.items()) for group, each in groups]
        (info / "entry_points.txt").write_text("\n".join(lines))
        self.variables["PYTHONPATH"] += f":{pyproject.parent}"
        self.installed = True

    def _type(self, command: str, shown: list[str], line: int) -> None:
        expected = _EXIT.search(command)
        typed = _EXIT.sub("", command)
        if typed.startswith("cd "):
            self.directory = (self.directory / typed[3:].strip()).resolve()
            return
        if typed.startswith("export "):
            name, _, value = typed[7:].partition("=")
            self.variables[name] = value
            return
        code, said = self._command(typed)
        told = f"line {line}: {command}\n{said}"
        assert code == (int(expected[1]) if expected else 0), f"exit {code}: {told}"
        _compare(shown, said.splitlines(), told)

    def _command(self, typed: str) -> tuple[int, str]:
        """The exit code of a command, and what it says: simorc itself in a fork, anything else by a shell."""
        program, *arguments = shlex.split(typed, comments=True)
        if program == "simorc" and not self.installed and not _FOR_A_SHELL.search(typed):
            forked = forked_simorc(arguments, self.directory, self.variables)
            return forked.returncode, forked.stdout + forked.stderr
        done = subprocess.run(
            ["bash", "-c", typed],
            cwd=self.directory,
            env=self.variables,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            stdin=subprocess.DEVNULL,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr


def commands_of(text: str) -> Iterator[tuple[str, list[str]]]:
    """Each ``$`` line, joined where it ends in a backslash, with the lines it shows."""
    command, shown = "", []
    for line in text.replace("\\\n", " ").splitlines():
        if line.startswith("$ "):
            if command:
                yield command, shown
            command, shown = line[2:], []
        else:
            shown.append(line)
    if command:
        yield command, shown


def _compare(shown: list[str], said: list[str], told: str) -> None:
    """Every line shown must come, in this order; ``...`` in it stands for anything, spaces count as one."""
    rest = iter(_plain(line) for line in said)
    for line in shown:
        if line.strip() in ("", "..."):
            continue
        pattern = ".*".join(re.escape(" ".join(part.split())) for part in re.split(r"\.\.\.|…", _plain(line)))
        assert any(re.fullmatch(rf"\s*{pattern}\s*", each) for each in rest), f"not shown: {line!r}\n{told}"


def _plain(line: str) -> str:
    """The line with spaces as one, and what differs from run to run as the same."""
    return " ".join(_PASSING.sub(lambda found: "_STAMP" if found["stamp"] else "TIME", line).split())
