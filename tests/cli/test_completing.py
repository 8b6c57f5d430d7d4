"""Tab completes names of sweeps, runs, testbenches and pipelines, in the real shells where they are there."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.shell_completion import ShellComplete

from simorc.cli.command_table import COMMANDS
from simorc.cli.main import simorc
from tests.waiting import PATIENCE

SETUP = """testbenches: {ac: testbenches/ac, dc: testbenches/dc}
sweeps: {pvt: sweeps/pvt.yaml, pvt_hot: sweeps/hot.yaml, "bad name; rm": x.yaml}
environments: {laptop: {}, cluster: {}}
pipelines: {counter: {top: counter}}
"""
RUNS = ("pvt_20260101000000", "mc_20260102000000")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with two runs, in which one stands."""
    (tmp_path / "sim_setup.yaml").write_text(SETUP)
    for run in RUNS:
        (tmp_path / "simulations" / run).mkdir(parents=True)
        (tmp_path / "simulations" / run / "manifest.json").write_text("{}")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def offered(*typed: str) -> list[str]:
    """What is offered for the last word, after the ones before it."""
    complete = ShellComplete(simorc, {}, "simorc", "_SIMORC_COMPLETE")
    return [item.value for item in complete.get_completions(list(typed[:-1]), typed[-1])]


def test_commands(here: Path) -> None:
    assert offered("re") == [name for name in COMMANDS if name.startswith("re")]


def test_a_sweep_to_build_and_what_can_run(here: Path) -> None:
    assert offered("build", "") == ["pvt", "pvt_hot"]
    assert offered("run", "pvt") == ["pvt", "pvt_hot", RUNS[0]]


@pytest.mark.parametrize(
    "command", ["results", "show", "log", "status", "report", "cancel", "jobs", "lock", "fsck", "archive"]
)
def test_runs_and_the_sweeps_that_have_one(command: str, here: Path) -> None:
    assert offered(command, "") == ["mc", "pvt", RUNS[1], RUNS[0]]
    assert offered(command, "mc_") == [RUNS[1]]


def test_each_of_several_runs_is_offered_once(here: Path) -> None:
    assert RUNS[0] not in offered("clean", RUNS[0], "")
    assert offered("compare", RUNS[0], "mc_") == [RUNS[1]]
    assert offered("baseline", "check", "mc_") == [RUNS[1]]


def test_testbenches_environments_pipelines(here: Path) -> None:
    assert offered("netlist", "") == ["dut", "ac", "dc"]
    assert offered("run", "--env", "l") == ["laptop"]
    assert offered("pipeline", "run", "") == ["counter"]


def test_elsewhere_by_project(
    here: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    assert offered("build", "p") == []
    assert offered("build", "--project", str(here), "p") == ["pvt", "pvt_hot"]
    assert offered("--project", str(here), "build", "p") == ["pvt", "pvt_hot"]


def test_a_broken_project_is_met_with_silence(here: Path) -> None:
    (here / "sim_setup.yaml").write_text("sweeps: [")
    assert offered("run", "mc") == [RUNS[1]]
    (here / "sim_setup.yaml").write_text("- a list")
    assert offered("build", "") == []


def arguments(command: click.Command) -> Iterator[click.Argument]:
    yield from (each for each in command.params if isinstance(each, click.Argument))
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from arguments(below)


def test_wherever_a_run_is_named_it_is_completed() -> None:
    for argument in arguments(simorc):
        if argument.name in ("run", "runs", "old", "new", "target", "sweep"):
            assert argument._custom_shell_complete is not None, argument


SHELLS = {
    "bash": "source <(_SIMORC_COMPLETE=bash_source simorc)\n"
    "COMP_WORDS=(simorc build pvt); COMP_CWORD=2; _simorc_completion simorc\n"
    "printf '%s\\n' \"${COMPREPLY[@]}\"",
    "zsh": 'autoload -U compinit; compinit -D; eval "$(_SIMORC_COMPLETE=zsh_source simorc)"\n'
    "COMP_WORDS='simorc build pvt' COMP_CWORD=2 _SIMORC_COMPLETE=zsh_complete simorc",
    "fish": "_SIMORC_COMPLETE=fish_source simorc | source; complete -C 'simorc build pvt'",
}


@pytest.mark.parametrize("shell", SHELLS)
def test_the_shell_itself_completes(shell: str, here: Path) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    tools = here / "bin"
    tools.mkdir()
    (tools / "simorc").write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m simorc "$@"\n')
    (tools / "simorc").chmod(0o755)
    environment = {
        "PATH": f"{tools}:/usr/local/bin:/usr/bin:/bin",
        "PYTHONPATH": ":".join(path for path in sys.path if path),
        "HOME": str(here),
    }
    done = subprocess.run(
        [shell, "-c", SHELLS[shell]],
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    names = [line.split("\t")[0] for line in done.stdout.splitlines()]
    assert {"pvt", "pvt_hot"} <= set(names), done.stdout + done.stderr


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_click_speaks_the_shell(shell: str, here: Path) -> None:
    """Without the shell, too: what its function asks for, and the answer."""
    asked = {"COMP_WORDS": "simorc build pvt", "COMP_CWORD": "pvt" if shell == "fish" else "2"}
    code = "from simorc.cli.main import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.argv = ['simorc']; {code}"],
        env={
            "PATH": "/usr/bin:/bin",
            "PYTHONPATH": ":".join(path for path in sys.path if path),
            "_SIMORC_COMPLETE": f"{shell}_complete",
            **asked,
        },
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert "pvt_hot" in done.stdout, done.stdout + done.stderr
