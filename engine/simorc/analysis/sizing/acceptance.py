"""Writes the values that a sizing found into the testbenches' config.yaml; comments stay."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from simorc.analysis.sizing.task import Task
from simorc.config.project import Project
from simorc.config.yaml.edit import SweepText
from simorc.errors import UsageError
from simorc.units import Number, Value


@dataclass(frozen=True)
class ChangedFile:
    """A configuration file before and after."""

    path: Path
    before: str
    edited: SweepText

    def diff(self, root: Path) -> str:
        """The change as a unified diff, with paths relative to the project."""
        name = self.path.relative_to(root) if self.path.is_relative_to(root) else self.path
        lines = difflib.unified_diff(
            self.before.splitlines(keepends=True),
            self.edited.text.splitlines(keepends=True),
            *(f"a/{name}", f"b/{name}"),
            n=1,
        )
        return "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)


def changed_files(task: Task, parameters: Mapping[str, Number]) -> list[ChangedFile]:
    """The config.yaml of every testbench of the task whose values change. Nothing is written."""
    return list(_changed(task, parameters))


def _changed(task: Task, parameters: Mapping[str, Number]) -> Iterator[ChangedFile]:
    for name in task.definition.testbenches:
        bench = task.project.testbenches[name]
        before = text = SweepText.load(bench.config_path)
        for parameter, value in parameters.items():
            if parameter in bench.parameters and bench.parameters[parameter] != value:
                text = text.with_parameter(parameter, str(value))
        if text.text != before.text:
            yield ChangedFile(bench.config_path, before.text, text)


def elsewhere(task: Task, parameters: Mapping[str, Number]) -> list[str]:
    """Testbenches outside the task that have a changed parameter, as sentences."""
    found = []
    for name, bench in task.project.testbenches.items():
        shared: dict[str, Value] = {
            each: bench.parameters[each]
            for each, value in parameters.items()
            if each in bench.parameters and bench.parameters[each] != value
        }
        if shared and name not in task.definition.testbenches:
            listed = ", ".join(f"{each}: {value}" for each, value in shared.items())
            found.append(f"testbench '{name}' is not part of the sizing and keeps {listed}")
    return found


def accept(task: Task, parameters: Mapping[str, Number]) -> list[ChangedFile]:
    """Write the values. Raises UsageError where they would not be in force, before anything is written."""
    chosen = task.project.setup.environments.get(task.project.environment or "")
    if chosen is not None and (hidden := sorted(parameters.keys() & chosen.parameters.keys())):
        raise UsageError(
            f"environment {task.project.environment} sets {hidden[0]}, which hides the value in config.yaml",
            remedy="apply without this environment",
        )
    files = changed_files(task, parameters)
    for each in files:
        each.edited.save()
    loaded = Project.load(task.project.root)
    for name in task.definition.testbenches:
        own = loaded.testbenches[name].parameters
        wrong = [each for each, value in parameters.items() if each in own and own[each] != value]
        if wrong:
            raise UsageError(f"{loaded.testbenches[name].config_path}: {wrong[0]} could not be changed")
    return files
