"""What every test gets: a quiet environment, and skips that name the program they miss."""

from __future__ import annotations

import gc
import itertools
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from simorc.launch import start as start_module
from tests.divider_projects import make_project, run_through, start
from tests.forked_command import serve_commands
from tests.forked_runner import fork_runner
from tests.made_runs import make_run

__all__ = ["make_project", "make_run", "run_through", "start"]

# Where Python is told to keep no compiled modules, each simorc that a test starts compiles all of it again:
# half of its work.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# Nearly all objects of the tests live until the end: to look for garbage among them again and again is
# a third of the work of an application on a headless terminal.
gc.set_threshold(50_000, 20, 50)

# Each run of the tests tries properties on other examples. How long one takes is a matter of the machine.
settings.register_profile(
    "suite", max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("suite")

PROGRAMS = {
    "ngspice": ("ngspice",),
    "xschem": ("xschem",),
    "iverilog": ("iverilog", "vvp"),
    "slurm": ("sbatch", "squeue", "sinfo"),
    "tmux": ("tmux",),
}
"""Marker -> the programs a test with it starts."""


def _missing_program(item: pytest.Item) -> str | None:
    for marker, programs in PROGRAMS.items():
        if item.get_closest_marker(marker):
            for program in programs:
                if shutil.which(program) is None:
                    return program
    return None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip, with its name, a test whose program is not installed."""
    for item in items:
        program = _missing_program(item)
        if program is not None:
            item.add_marker(pytest.mark.skip(reason=f"{program} is not installed"))


def pytest_collection_finish() -> None:
    """What is loaded by now stays: no search for garbage goes through it."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def _caches(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Directories for the caches of tests, one for each."""
    base = tmp_path_factory.mktemp("caches")
    return (base / str(number) for number in itertools.count())


@pytest.fixture(autouse=True)
def _quiet_environment(monkeypatch: pytest.MonkeyPatch, _caches: Iterator[Path]) -> None:
    """Settings and caches of the person running the tests must not reach them, nor those of another test."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(next(_caches)))
    for name in list(os.environ):
        if name.startswith("SIMORC_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("NO_COLOR", "1")


@pytest.fixture(autouse=True)
def _forked_runners(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs that a test starts in its own process have a fork of it as their runner."""
    if request.node.get_closest_marker("e2e") is None:
        monkeypatch.setattr(start_module, "spawn_runner", fork_runner)


@pytest.fixture(scope="session")
def served_commands(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A directory with a program ``simorc`` that is quick to start, for shells."""
    directory = tmp_path_factory.mktemp("commands") / "bin"
    server = serve_commands(directory)
    yield directory
    server.stdin.close()
    server.wait()


@pytest.fixture
def repository() -> Path:
    """The root of the checkout."""
    return Path(__file__).resolve().parent.parent


@pytest.fixture
def sample_project(repository: Path, tmp_path: Path) -> Path:
    """A private copy of the sample project."""
    target = tmp_path / "sample"
    shutil.copytree(repository / "sample_project", target, ignore=shutil.ignore_patterns("simulations"))
    return target


@pytest.fixture
def pdk_root() -> Path:
    """The directory of process design kits, from ``PDK_ROOT``."""
    root = os.environ.get("PDK_ROOT", "")
    if not root or not Path(root).is_dir():
        pytest.skip("PDK_ROOT does not name a directory")
    return Path(root)
