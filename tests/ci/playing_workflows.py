"""Workflows of GitHub and GitLab, their shell steps done here as their runners do them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from tests.waiting import PATIENCE

_INPUT = re.compile(r"\$\{\{ *inputs\.([\w-]+) *\}\}")
_EQUAL = re.compile(r"inputs\.([\w-]+) *(==|!=) *'([^']*)'")


def workflow(path: Path) -> Any:
    return YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))


@dataclass
class Played:
    """What became of a job: its exit code (0, or that of the first step that failed) and what steps said."""

    code: int = 0
    said: str = ""
    outputs: dict[str, str] = field(default_factory=dict)
    kept: list[str] = field(default_factory=list)


class Runner:
    """A machine of a CI service: `directory` is the checkout, `tools` stands first in PATH."""

    def __init__(self, directory: Path, tools: Path, scratch: Path, action: Path) -> None:
        scratch.mkdir()
        self.directory = directory
        self.files = {name: scratch / name.lower() for name in _FILES}
        for path in self.files.values():
            path.touch()
        self._environment = {
            **os.environ,
            **{name: str(path) for name, path in self.files.items()},
            "PATH": os.pathsep.join([str(tools), str(Path(sys.executable).parent), os.environ["PATH"]]),
            "RUNNER_TEMP": str(scratch),
            "GITHUB_ACTION_PATH": str(action),
            "XDG_STATE_HOME": str(scratch / "state"),
        }

    def steps(self, steps: Sequence[Mapping[str, Any]], inputs: Mapping[str, str] | None = None) -> Played:
        """Steps of a GitHub job or a composite action; `uses` are not done, but what they keep is noted."""
        played, given = Played(), inputs or {}
        for step in steps:
            if not _wanted(str(step.get("if", "")), played.code, given):
                continue
            if "run" in step:
                own = {name: _filled(str(value), given) for name, value in (step.get("env") or {}).items()}
                self._shell(_filled(step["run"], given), played, own)
            elif str(step.get("uses", "")).startswith("actions/upload-artifact"):
                played.kept.append(_filled(step["with"]["path"], given))
        pairs = (line.partition("=") for line in self.files["GITHUB_OUTPUT"].read_text().splitlines())
        played.outputs = {name: value for name, _, value in pairs}
        return played

    def gitlab(self, job: Mapping[str, Any]) -> Played:
        """The script of a GitLab job, and what comes after it whatever became of it."""
        played = Played()
        self._shell("\n".join(job["script"]), played, {})
        self._shell("\n".join(job["after_script"]), Played(), {})
        return played

    def _shell(self, script: str, played: Played, own: Mapping[str, str]) -> None:
        path = os.pathsep.join([*self.files["GITHUB_PATH"].read_text().split(), self._environment["PATH"]])
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
            cwd=self.directory,
            env={**self._environment, "PATH": path, **own},
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        played.said += done.stdout + done.stderr
        played.code = played.code or done.returncode


_FILES = ("GITHUB_OUTPUT", "GITHUB_PATH", "GITHUB_STEP_SUMMARY")


def _filled(text: str, inputs: Mapping[str, str]) -> str:
    return _INPUT.sub(lambda match: inputs[match[1]], text)


def _wanted(condition: str, code: int, inputs: Mapping[str, str]) -> bool:
    terms = [term.strip() for term in condition.split("&&") if term.strip()]
    always = "always()" in terms
    return (always or code == 0) and all(_holds(term, inputs) for term in terms if term != "always()")


def _holds(term: str, inputs: Mapping[str, str]) -> bool:
    match = _EQUAL.fullmatch(term)
    assert match, f"a condition this runner does not know: {term}"
    return (inputs[match[1]] == match[3]) == (match[2] == "==")


def no_op_tools(directory: Path, names: Sequence[str]) -> Path:
    """Programs that do nothing, and a python3 whose new environments have such a pip."""
    directory.mkdir()
    for name in names:
        _program(directory / name, "exit 0")
    _program(
        directory / "python3",
        'mkdir -p "$3/bin"; printf "#!/bin/sh\\n" > "$3/bin/pip"; chmod +x "$3/bin/pip"',
    )
    return directory


def _program(path: Path, body: str) -> None:
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)


def names_of(steps: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """The actions some steps use."""
    yield from (str(step["uses"]) for step in steps if "uses" in step)
