"""Settings from the command line and from SIMORC_* variables."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from simorc.config.models.fields import Section
from simorc.config.names import did_you_mean
from simorc.config.settings import SECTIONS, Layer, leaves, overlaid
from simorc.config.yaml.document import problem_of
from simorc.config.yaml.source import KeyPath, Source
from simorc.errors import Problem
from simorc.units import parse_value

_LISTS = {"args", "library_paths", "command", "setup", "ladder"}


def override_layer(overrides: Mapping[str, object]) -> tuple[Layer, list[Problem]]:
    """Settings of the command line, ``{"execution.jobs": 4}``; None means not given."""
    given = {tuple(key.split(".")): value for key, value in overrides.items() if value is not None}
    problems = [_unknown("command line", key) for key in given if key not in _setting_keys()]
    sections, invalid = _checked(
        {key: each for key, each in given.items() if key in _setting_keys()}, "command line"
    )
    return Layer(sections, lambda _: "command line"), problems + invalid


def variable_layer(variables: Mapping[str, str]) -> tuple[Layer, list[Problem]]:
    """Settings of the process environment: SIMORC_EXECUTION_JOBS, or SIMORC_JOBS for those of `execution`."""
    names = _variable_names()
    given: dict[str, tuple[str, ...]] = {}
    problems = []
    for variable in sorted(variables, key=len):
        if variable in names and variables[variable]:
            given[variable] = names[variable]
        elif (
            variable.startswith(tuple(f"SIMORC_{section.upper()}_" for section in SECTIONS))
            and variable not in names
        ):
            message = f"unknown setting{did_you_mean(variable, names)}"
            problems.append(Problem(Path(variable), 0, 0, "", message))
    sections: dict[str, Section] = {}
    texts: dict[KeyPath, str] = {}
    for variable, key in given.items():
        try:
            single, invalid = _checked({key: _read_variable(key, variables[variable])}, variable)
        except ValueError as error:
            problems.append(Problem(Path(variable), 0, 0, "", f"invalid command line: {error}"))
            continue
        problems += invalid
        texts[key] = variable
        for name, section in single.items():
            sections[name] = overlaid(sections[name], section) if name in sections else section
    return Layer(sections, lambda path: texts[path]), problems


def _read_variable(key: tuple[str, ...], text: str) -> Any:
    return shlex.split(text) if key[-1] in _LISTS else parse_value(text)


def _setting_keys() -> set[tuple[str, ...]]:
    return {
        tuple(str(part) for part in path)
        for name, model in SECTIONS.items()
        for path, _ in leaves((name,), model())
    }


def _variable_names() -> dict[str, tuple[str, ...]]:
    keys = _setting_keys()
    short = {f"SIMORC_{key[1].upper()}": key for key in keys if key[0] == "execution" and len(key) == 2}
    return {**short, **{f"SIMORC_{'_'.join(key).upper()}": key for key in keys}}


def _unknown(place: str, key: tuple[str, ...]) -> Problem:
    known = [".".join(each) for each in _setting_keys()]
    return Problem(Path(place), 0, 0, ".".join(key), f"unknown setting{did_you_mean('.'.join(key), known)}")


def _checked(given: Mapping[tuple[str, ...], object], place: str) -> tuple[dict[str, Section], list[Problem]]:
    """Values by key path -> sections, or what is wrong with them."""
    trees: dict[str, dict[str, Any]] = {}
    for key, value in given.items():
        branch = trees.setdefault(key[0], {})
        for part in key[1:-1]:
            branch = branch.setdefault(part, {})
        branch[key[-1]] = value
    sections, problems = {}, []
    for name, tree in trees.items():
        try:
            sections[name] = SECTIONS[name].model_validate(tree)
        except ValidationError as error:
            source = Source(Path(place), tree)
            found = [problem_of(one, source, SECTIONS[name]) for one in error.errors()]
            problems += [Problem(Path(place), 0, 0, f"{name}.{each.key}", each.message) for each in found]
    return sections, problems
