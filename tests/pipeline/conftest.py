"""A project with one small pipeline whose generator is a program that can be told to err in every way."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from simorc.config.project import Project
from simorc.errors import ToolMissing
from simorc.pipeline.build import build_pipeline_run
from simorc.pipeline.loop import conduct
from simorc.pipeline.rundir.attempt_log import read_trace
from simorc.pipeline.rundir.layout import PipelineLayout
from simorc.pipeline.rundir.manifest import PipelineRun, open_pipeline_run
from simorc.pipeline.rundir.progress import Progress
from simorc.pipeline.tools import Unwatched, find_tool
from tests.toggle_design import GOOD
from tests.waiting import PATIENCE

STEPS = [{"cycles": 1, "expect": {"q": 1}}, {"cycles": 1, "expect": {"q": 0}}]

GENERATOR = """
import json, os, pathlib, sys, time
project, output, failure = (pathlib.Path(word) for word in sys.argv[1:4])
plan = json.loads((project / "answers.json").read_text())
request = json.loads(pathlib.Path(os.environ["SIMORC_REQUEST"]).read_text())
answers = plan[request["stage"]]
answer = answers[min(request["attempt"], len(answers)) - 1]
said = {"attempt": request["attempt"], "stage": request["stage"], "failure": failure.read_text()}
with (project / "asked.jsonl").open("a") as stream:
    stream.write(json.dumps(said) + "\\n")
if answer == "CRASH":
    sys.exit("the generator fell over")
if answer == "HANG":
    time.sleep(600)
if answer != "NOTHING":
    output.write_text(answer)
"""


class Loop:
    """One project and what its pipeline did."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def build(self) -> PipelineLayout:
        return build_pipeline_run(Project.load(self.root), "toggle")

    def run(self) -> list[dict[str, Any]]:
        """Build and conduct a run in this process; its trace."""
        self.opened: PipelineRun = open_pipeline_run(self.build())
        self.progress: Progress = conduct(self.opened, Unwatched())
        return read_trace(self.opened.layout.trace)

    @property
    def layout(self) -> PipelineLayout:
        return self.opened.layout

    @property
    def result(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.layout.result.read_text())
        return found

    def asked(self) -> list[dict[str, Any]]:
        """What the generator was asked, call by call."""
        return [json.loads(line) for line in (self.root / "asked.jsonl").read_text().splitlines()]


Make = Callable[..., Loop]


@pytest.fixture
def loop(tmp_path: Path) -> Make:
    """Make a project: the answers of its generator for a1 (and a7, a4), and stages that differ."""

    def make(
        rtl: list[str] | None = None,
        /,
        *,
        answers: dict[str, list[str]] | None = None,
        contract: str | None = None,
        **stages: dict[str, Any],
    ) -> Loop:
        root = tmp_path / "project"
        root.mkdir()
        (root / "spec.md").write_text("Module toggle: q changes with each clock.\n")
        (root / "generate.py").write_text(GENERATOR)
        (root / "answers.json").write_text(json.dumps({"a1": rtl or [GOOD], **(answers or {})}))
        command = [sys.executable, "{project}/generate.py", "{project}", "{output}", "{failure}"]
        made_by = {"backend": "command", "command": command, "timeout": PATIENCE}
        own: dict[str, dict[str, Any]] = {
            "a1": made_by,
            "a5": {"enable": False},
            "a4": {"enable": False},
            "a7": {"parameters": {"steps": STEPS}},
            "simulation": {"timeout": PATIENCE},
            "qualify": {"enable": contract is not None, "mutants": 10},
        }
        if contract is not None:
            own["a7"] = {}
            (root / "contract.yaml").write_text(contract)
        for name, given in stages.items():
            asked = {**made_by, **given} if given.get("backend") == "command" else given
            if name == "a4" and given.get("fix", {}).get("backend") == "command":
                asked = {**given, "fix": made_by}
            own[name] = asked if name == "a7" else {**own.get(name, {}), **asked}
        pipeline = {"top": "toggle", "spec": "spec.md", "stages": own}
        if contract is not None:
            pipeline["contract"] = "contract.yaml"
        # JSON is YAML: what a user writes, without quoting Verilog by hand.
        (root / "sim_setup.yaml").write_text(json.dumps({"pipelines": {"toggle": pipeline}}, indent=1))
        return Loop(root)

    return make


@pytest.fixture
def needs() -> Callable[..., None]:
    """Skip, with its name, a test whose program is not installed."""

    def need(*programs: str) -> None:
        for program in programs:
            try:
                find_tool(program)
            except ToolMissing:
                pytest.skip(f"{program} is not installed")

    return need


@pytest.fixture
def sample_copy(repository: Path, tmp_path: Path) -> Path:
    """A private copy of the sample project."""
    target = tmp_path / "sample"
    ignored = shutil.ignore_patterns("simulations", "pipeline_runs")
    shutil.copytree(repository / "sample_project", target, ignore=ignored)
    return target
