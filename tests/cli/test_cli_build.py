"""Commands that read the project: validate, config show, build."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from simorc.rundir.layout import RunLayout

Simorc = Callable[..., Any]


def test_validate_counts_cases(simorc: Simorc, project: Path) -> None:
    printed = simorc("validate", "--project", project)
    assert printed.code == 0, printed.err
    assert printed.out.splitlines()[:2] == ["sweep corners: 9 cases", "sweep spread: 9 cases"]


def test_validate_shows_every_problem_with_its_place(
    simorc: Simorc, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sweep = project / "sweeps" / "spread.yaml"
    sweep.write_text(sweep.read_text().replace("  r:", "  rr:"))
    config = project / "testbenches" / "ac" / "config.yaml"
    config.write_text(config.read_text() + "\nextra: 1\n")
    monkeypatch.chdir(project)
    printed = simorc("validate")
    assert printed.code == 2
    assert "sweeps/spread.yaml:5:" in printed.err
    assert "did you mean 'r'" in printed.err
    assert "extra" in printed.err
    assert printed.err.splitlines()[-1] == "2 problems found; nothing was started"


def test_build_prints_the_id_alone(simorc: Simorc, project: Path) -> None:
    printed = simorc("build", "corners", "--project", project)
    assert printed.code == 0, printed.err
    layout = RunLayout(project / "simulations" / printed.out.strip())
    assert layout.exists()
    listed = json.loads(simorc("status", "--json", "--project", project).out)["runs"]
    assert [(run["run"], run["state"], run["total"]) for run in listed] == [(layout.name, "pending", 9)]


def test_build_of_a_part(simorc: Simorc, project: Path) -> None:
    printed = simorc("build", "corners", "--corner", "slow,fast", "--where", "temp > 0", "--project", project)
    run = RunLayout(project / "simulations" / printed.out.strip())
    rows = run.metadata_csv.read_text().splitlines()
    assert len(rows) == 1 + 4


def test_build_of_an_unsaved_definition(simorc: Simorc, project: Path, tmp_path: Path) -> None:
    definition = tmp_path / "draft.yaml"
    definition.write_text("testbench: ac\nparameters:\n  r: [1k, 2k]\n")
    printed = simorc("build", "tried", "--definition", definition, "--project", project)
    assert printed.code == 0, printed.err
    assert printed.out.startswith("tried_")


def test_dry_run_makes_nothing(simorc: Simorc, project: Path) -> None:
    printed = simorc("build", "corners", "--dry-run", "--project", project)
    assert printed.code == 0
    assert printed.out.splitlines()[1].split() == ["1", "nominal", "-40", "10k", "1n"]
    assert printed.err == "corners: 9 cases\n"
    assert not list((project / "simulations").iterdir())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["build", "cornres"], "corners"),
        (["run", "cornres"], "no sweep or run 'cornres'"),
        (["build", "corners", "--where", "tmp > 3"], "temp"),
        (["run", "corners", "--case", "0"], "numbers start at 1"),
        (["run", "corners", "--jobs", "0"], "--jobs"),
    ],
)
def test_what_makes_no_sense_makes_nothing(
    simorc: Simorc, project: Path, arguments: list[str], words: str
) -> None:
    printed = simorc(*arguments, "--project", project)
    assert printed.code == 2
    assert words in printed.err
    assert not list(project.glob("simulations/*"))


@pytest.mark.parametrize("command", [["run", "extra"], ["build", "extra"]])
def test_a_sweep_file_that_is_not_named_is_told_with_the_line_to_add(
    simorc: Simorc, project: Path, command: list[str]
) -> None:
    shutil.copy(project / "sweeps" / "corners.yaml", project / "sweeps" / "extra.yaml")
    printed = simorc(*command, "--project", project)
    assert printed.code == 2
    assert "add 'extra: sweeps/extra.yaml' below sweeps:" in printed.err


@pytest.mark.parametrize("command", ["validate", "run corners", "build corners", "build corners --dry-run"])
def test_a_condition_about_nothing_is_told_with_file_and_line(
    simorc: Simorc, project: Path, command: str
) -> None:
    file = project / "sweeps" / "corners.yaml"
    file.write_text(file.read_text() + "exclude:\n  - hh > 3\n")
    lines = len(file.read_text().splitlines())
    printed = simorc(*command.split(), "--project", project)
    assert printed.code == 2
    assert f"sweeps/corners.yaml:{lines}:5: exclude[0]: hh > 3: hh is not a parameter" in printed.err


def test_config_show_names_the_origin(simorc: Simorc, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with (project / "sim_setup.yaml").open("a") as setup:
        setup.write("execution:\n  timeout: 30\nenvironments:\n  farm: {execution: {jobs: 7}}\n")
    settings = json.loads(simorc("config", "show", "--json", "--env", "farm", "--project", project).out)
    by_key = {setting["key"]: setting for setting in settings}
    assert by_key["execution.timeout"]["value"] == 30
    assert "sim_setup.yaml" in by_key["execution.timeout"]["origin"]
    assert by_key["execution.jobs"]["value"] == 7
    assert "farm" in by_key["execution.jobs"]["origin"]
    assert by_key["execution.retries"]["origin"] == "default"
