"""The request of a stage, stored in request.json, and its working directory."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

from simorc.config.models.pipeline import PipelineDefinition
from simorc.errors import StoreError
from simorc.files import write_json
from simorc.pipeline.outcome import StageOutcome
from simorc.pipeline.rundir.layout import PipelineLayout
from simorc.pipeline.tools import Ended, Limits, Watch, bare_environment, run_tool
from simorc.processes import search_path
from simorc.runner.guardian import RUN_VARIABLE


@dataclass(frozen=True)
class Request:
    """One attempt at a stage. `files` maps spec, rtl, testbench to names in the attempt's directory
    (``in/...``).

    `failure` is what failed before, None in a first attempt. `fixing`: the run came back to this stage to
    mend.
    """

    seq: int
    stage: str
    attempt: int
    top: str
    files: Mapping[str, str]
    failure: Mapping[str, Any] | None = None
    fixing: bool = False


@dataclass(frozen=True)
class Workplace:
    """An attempt's directory and what surrounds it."""

    layout: PipelineLayout
    directory: Path
    definition: PipelineDefinition
    project: Path
    watch: Watch
    request: Request

    @property
    def output(self) -> Path:
        """What the stage makes goes here."""
        return self.directory / "out"

    def given(self, name: str) -> Path | None:
        """The attempt's own copy of the spec, the RTL or the testbench; None where there is none."""
        relative = self.request.files.get(name)
        return self.directory / relative if relative else None

    def text(self, name: str) -> str:
        """The text of a given file, empty where there is none."""
        path = self.given(name)
        return path.read_text(encoding="utf-8", errors="replace") if path else ""

    def frozen(self, relative: str) -> Path:
        """A file of the run's inputs."""
        return self.layout.path / relative

    def made(self, path: Path) -> str:
        """An artefact's name: relative to the attempt's directory."""
        return path.relative_to(self.directory).as_posix()

    def run(self, command: Sequence[str], log: str, bounds: Limits, *, inside: bool = False) -> Ended:
        """Run a program of the user's in the attempt's directory; `inside` its output directory, and with
        a bare environment, a tool that reads generated code.
        """
        if inside:
            environment, directory = bare_environment(), self.output
        else:
            environment = {**os.environ, "SIMORC_REQUEST": str(self.directory / "request.json")}
            environment["PYTHONPATH"] = search_path()
            directory = self.directory
        environment[RUN_VARIABLE] = str(self.layout.path)
        log_path = self.directory / log
        return run_tool(command, directory, log_path, bounds, environment=environment, watch=self.watch)

    def run_python(self, module: str, arguments: Sequence[str], log: str, bounds: Limits) -> Ended:
        """Run a module of simorc as a program of its own, with a bare environment."""
        environment = {**bare_environment(), RUN_VARIABLE: str(self.layout.path), "PYTHONHASHSEED": "0"}
        environment["PYTHONPATH"] = search_path()
        command = [sys.executable, "-m", module, *arguments]
        return run_tool(
            command, self.directory, self.directory / log, bounds, environment=environment, watch=self.watch
        )


class StageRunner(Protocol):
    """One stage. Raises StageFailed, ToolMissing or TemplateError for what is not a verdict of its own."""

    def __call__(self, place: Workplace) -> StageOutcome: ...


def set_up(directory: Path, request: Request, sources: Mapping[str, Path]) -> Request:
    """Make the attempt's directory with copies of its inputs; returns the request with their names."""
    (directory / "in").mkdir(parents=True)
    (directory / "out").mkdir()
    files = {}
    for name, source in sources.items():
        files[name] = f"in/{name}{source.suffix}"
        shutil.copyfile(source, directory / files[name])
    complete = Request(**{**asdict(request), "files": files})
    write_json(directory / "request.json", asdict(complete))
    return complete


def read_request(directory: Path) -> Request:
    """The request of an attempt. Raises StoreError."""
    path = directory / "request.json"
    try:
        return Request(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise StoreError(f"{path}: not a stage's request: {error}") from None
