"""The project and environment of a command: ``--project DIR`` and ``--env NAME``."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from simorc.cli.completion import ENVIRONMENTS
from simorc.config.root import find_root
from simorc.errors import SimorcError
from simorc.rundir.layout import RunLayout, find_run

if TYPE_CHECKING:
    from simorc.config.project import Project

Command = TypeVar("Command", bound=Callable[..., Any])


@dataclass(frozen=True)
class Scope:
    """The project (None: upwards from here) and the environment (None: SIMORC_ENV) of a command line."""

    project: Path | None = None
    environment: str | None = None

    def inside(self) -> bool:
        """Whether there is a project to work on."""
        try:
            self.root()
        except SimorcError:
            return False
        return True

    def root(self) -> Path:
        """The project's directory. Light: reads no file."""
        return find_root(self.project)

    def load(self, overrides: Mapping[str, object] | None = None) -> Project:
        """The whole project, checked; `overrides` are settings of the command line ("execution.jobs": 4)."""
        from simorc.config.project import Project

        return Project.load(self.root(), environment=self.environment, overrides=overrides)

    def run(self, name: str) -> RunLayout:
        """The run called `name`; a path to a run directory needs no project around it."""
        direct = RunLayout(Path(name).resolve())
        return direct if direct.exists() else find_run(self.root(), name)


def scoped(function: Command) -> Command:
    """Give a command ``--project`` and ``--env``, and a `Scope` as its first argument."""

    @click.option("--project", type=click.Path(path_type=Path), metavar="DIR", help="Project directory.")
    @click.option(
        "--env",
        "environment",
        metavar="NAME",
        help="Environment in sim_setup.yaml.",
        shell_complete=ENVIRONMENTS,
    )
    @functools.wraps(function)
    def with_scope(*args: Any, project: Path | None, environment: str | None, **options: Any) -> Any:
        given = click.get_current_context().find_object(Scope) or Scope()
        scope = Scope(project or given.project, environment or given.environment)
        return function(scope, *args, **options)

    return with_scope  # type: ignore[return-value]
