"""Shell completion of the names of sweeps, runs, testbenches and pipelines of the current project.

It imports little and prints no errors: a message would disturb the command line being completed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from simorc.config.root import SETUP_FILE, find_root
from simorc.errors import SimorcError
from simorc.rundir.layout import find_runs

RUNS_OFFERED = 50
"""The newest runs, so that a project of thousands stays quick."""

Complete = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]


def _root(ctx: click.Context) -> Path | None:
    asked: Path | None = ctx.params.get("project")
    above = ctx
    while asked is None and above.parent is not None:
        above = above.parent
        asked = above.params.get("project")
    try:
        return find_root(asked)
    except SimorcError:
        return None


def _section(root: Path, key: str) -> list[str]:
    """The names under a key of sim_setup.yaml."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        text = (root / SETUP_FILE).read_text(encoding="utf-8")
        setup = YAML(typ="safe", pure=True).load(text)
    except (OSError, UnicodeDecodeError, YAMLError):
        return []
    section = setup.get(key) if isinstance(setup, dict) else None
    return [str(name) for name in section] if isinstance(section, dict) else []


def _sweeps(root: Path) -> list[CompletionItem]:
    return [CompletionItem(name, help="sweep") for name in _section(root, "sweeps")]


def _runs(root: Path) -> list[CompletionItem]:
    """The newest runs, and each sweep that has one: a sweep's name selects its newest run."""
    found = find_runs(root)
    sweeps = dict.fromkeys(run.sweep for run in found)
    names = [CompletionItem(name, help="newest run of the sweep") for name in sweeps]
    return names + [CompletionItem(run.name, help="run") for run in found[:RUNS_OFFERED]]


def _runs_and_sweeps(root: Path) -> list[CompletionItem]:
    sweeps = _sweeps(root)
    return sweeps + [CompletionItem(run.name, help="run") for run in find_runs(root)[:RUNS_OFFERED]]


def _analyses_and_sweeps(root: Path) -> list[CompletionItem]:
    return [CompletionItem(name, help="analysis") for name in _section(root, "analyses")] + _sweeps(root)


def _benches_and_sweeps(root: Path) -> list[CompletionItem]:
    benches = [CompletionItem(name, help="testbench") for name in _section(root, "testbenches")]
    return _analyses_and_sweeps(root) + benches


def _netlists(root: Path) -> list[CompletionItem]:
    return [CompletionItem(name) for name in ("dut", *_section(root, "testbenches"))]


def _pipelines(root: Path) -> list[CompletionItem]:
    return [CompletionItem(name, help="pipeline") for name in _section(root, "pipelines")]


def _pipeline_runs(root: Path) -> list[CompletionItem]:
    from simorc.pipeline.rundir.layout import find_pipeline_runs

    return [CompletionItem(run.name, help="run") for run in find_pipeline_runs(root)[:RUNS_OFFERED]]


def _sizings(root: Path) -> list[CompletionItem]:
    files = sorted((root / "sizing").glob("*.y*ml"))
    runs = sorted((root / "sizing_runs").glob("*"), reverse=True)[:RUNS_OFFERED]
    names = [CompletionItem(path.stem, help="sizing") for path in files]
    return names + [CompletionItem(path.name, help="run") for path in runs]


def _environments(root: Path) -> list[CompletionItem]:
    return [CompletionItem(name) for name in _section(root, "environments")]


def _completing(offered: Callable[[Path], Iterable[CompletionItem]]) -> Complete:
    def complete(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
        root = _root(ctx)
        given = {str(each) for value in ctx.params.values() if isinstance(value, tuple) for each in value}
        return [
            item
            for item in (offered(root) if root is not None else ())
            if item.value.startswith(incomplete) and item.value not in given and _plain(item.value)
        ]

    return complete


def _plain(name: str) -> bool:
    """A name without anything a shell would read as more than a name."""
    return re.fullmatch(r"[\w.-]+", name) is not None


SWEEPS = _completing(_sweeps)
RUNS = _completing(_runs)
RUNS_AND_SWEEPS = _completing(_runs_and_sweeps)
ANALYSES_AND_SWEEPS = _completing(_analyses_and_sweeps)
BENCHES_AND_SWEEPS = _completing(_benches_and_sweeps)
NETLISTS = _completing(_netlists)
PIPELINES = _completing(_pipelines)
PIPELINE_RUNS = _completing(_pipeline_runs)
ENVIRONMENTS = _completing(_environments)
SIZINGS = _completing(_sizings)
