"""The action and the templates for CI, done step by step on a project."""

from __future__ import annotations

import re
import shutil
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from simorc.cli.main import run
from tests.ci.playing_workflows import Played, Runner, names_of, no_op_tools, workflow

ROOT = Path(__file__).resolve().parents[2]
ACTION = workflow(ROOT / "action.yml")
GITHUB = workflow(ROOT / "docs" / "ci" / "github.yml")["jobs"]["specs"]["steps"]
GITLAB = workflow(ROOT / "docs" / "ci" / "gitlab.yml")["simulate"]
DEFAULTS = {name: str(entry.get("default", "")) for name, entry in ACTION["inputs"].items()}

pytestmark = pytest.mark.ngspice


@pytest.fixture(scope="module")
def committed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The rc project with a baseline of its sweep."""
    directory = tmp_path_factory.mktemp("committed") / "project"
    assert run(["init", str(directory), "--template", "rc"]) == 0
    assert run(["--project", str(directory), "run", "corners"]) == 0
    assert run(["--project", str(directory), "baseline", "set", "corners"]) == 0
    return directory


@pytest.fixture
def project(committed: Path, tmp_path: Path) -> Path:
    """A checkout of it."""
    ignored = shutil.ignore_patterns("simulations", ".simorc")
    return shutil.copytree(committed, tmp_path / "project", ignore=ignored)


@pytest.fixture
def runner(request: pytest.FixtureRequest, project: Path, tmp_path: Path) -> Runner:
    """A CI machine that has everything installed: what installs does nothing."""
    tools = no_op_tools(tmp_path / "tools", ["sudo", "apt-get", "pip"])
    if request.node.get_closest_marker("e2e") is None:
        served: Path = request.getfixturevalue("served_commands")
        (tools / "simorc").symlink_to(served / "simorc")
    return Runner(project, tools, tmp_path / "runner", ROOT)


def action(runner: Runner, **inputs: str) -> Played:
    given = {name.replace("_", "-"): value for name, value in inputs.items()}
    return runner.steps(ACTION["runs"]["steps"], {**DEFAULTS, "sweep": "corners", **given})


def violate(project: Path) -> None:
    config = project / "testbenches" / "ac" / "config.yaml"
    text = config.read_text()
    assert "specs:" in text
    config.write_text(text.replace("specs:\n", "specs:\n  gain_1k: {min: 100}\n", 1))


def failures(report: Path) -> int:
    return len(ET.parse(report / "junit.xml").findall(".//failure"))


def test_the_action_runs_a_sweep_and_keeps_its_report(runner: Runner, project: Path) -> None:
    played = action(runner)
    assert (played.code, played.outputs["exit-code"]) == (0, "0"), played.said
    assert "0 values changed" in played.said
    assert failures(project / "report") == 0
    assert played.kept == ["report"]
    assert "corners" in runner.files["GITHUB_STEP_SUMMARY"].read_text()


def test_a_violated_spec_is_the_exit_code_of_every_template(runner: Runner, project: Path) -> None:
    violate(project)
    played = action(runner, baseline="no")
    assert (played.code, played.outputs["exit-code"]) == (3, "3"), played.said
    assert failures(project / "report") > 0
    assert played.kept == ["report"], "the report is kept, the more so"
    assert runner.steps(GITHUB).code == 3
    assert runner.gitlab(GITLAB).code == 3


def test_a_value_that_moved_fails_the_baseline(runner: Runner, project: Path) -> None:
    baseline = project / "baselines" / "corners.json"
    text = baseline.read_text()
    moved = re.sub(r"\[1\d{4}\.", "[19999.", text, count=1)
    assert moved != text
    baseline.write_text(moved)
    assert action(runner).code == 1
    baseline.unlink()
    assert action(runner).code == 0, "without a baseline there is nothing to compare"
    assert action(runner, baseline="yes").code == 2


def test_bad_configuration_stops_before_anything_runs(runner: Runner, project: Path) -> None:
    (project / "sweeps" / "corners.yaml").write_text("testbench: nosuch\n")
    played = action(runner)
    assert played.code == 2
    assert "exit-code" not in played.outputs


@pytest.mark.e2e
def test_the_template_for_github(runner: Runner, project: Path) -> None:
    played = runner.steps(GITHUB)
    assert played.code == 0, played.said
    assert failures(project / "report") == 0
    assert played.kept == ["report"]


def test_the_template_for_gitlab(runner: Runner, project: Path) -> None:
    played = runner.gitlab(GITLAB)
    assert played.code == 0, played.said
    assert GITLAB["artifacts"]["reports"]["junit"] == "report/junit.xml"
    assert (project / GITLAB["artifacts"]["reports"]["junit"]).is_file()
    assert GITLAB["image"]["entrypoint"] == [""], "the image starts simorc, GitLab needs a shell"


def test_workflows_name_the_versions_of_what_they_use() -> None:
    own = [
        job
        for path in (ROOT / ".github" / "workflows").glob("*.yml")
        for job in workflow(path)["jobs"].values()
    ]
    for steps in (ACTION["runs"]["steps"], GITHUB, *(job["steps"] for job in own)):
        assert all("@" in name or name == "./" for name in names_of(steps))
    given = [step["with"] for job in own for step in job["steps"] if step.get("uses") == "./"]
    assert given, "the action is tried on itself"
    assert all(set(inputs) <= set(ACTION["inputs"]) for inputs in given)
    commands = [step["run"] for job in own for step in job["steps"] if "run" in step]
    for command in commands:
        for word in command.split():
            if word.startswith("scripts/"):
                assert (ROOT / word).is_file(), word
