"""Saves points of the random variables as statistical corners of the project, and sets of corners."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from simorc.config.names import NO_CORNER, bad_name
from simorc.config.root import CORNER_SETS_FOLDER, CORNERS_FOLDER
from simorc.errors import UsageError
from simorc.files import write_whole
from simorc.units import Number, Value


def save_corner(
    root: Path,
    name: str,
    testbench: str,
    parameters: Mapping[str, Value],
    variables: Mapping[str, float],
    description: str,
    seed: int | None = None,
) -> Path:
    """Write ``corners/NAME.yaml`` of the project at `root`, over an earlier one; returns its path.

    Every digit of the variables is kept, so that a sweep reproduces the point; a `seed` is that of the
    models' own random numbers, in the place of variables. Raises UsageError for a name
    that cannot be one.
    """
    _check_name(name, "corner")
    lines = [
        f"testbench: {json.dumps(testbench)}",
        f"description: {json.dumps(description, ensure_ascii=False)}",
    ]
    if parameters:
        lines += ["parameters:", *(f"  {key}: {_written(value)}" for key, value in parameters.items())]
    if seed is not None:
        lines.append(f"seed: {seed}")
        return _written_to(root / CORNERS_FOLDER / f"{name}.yaml", lines)
    lines += ["variables:", *(f"  {json.dumps(key)}: {value!r}" for key, value in variables.items() if value)]
    return _written_to(root / CORNERS_FOLDER / f"{name}.yaml", lines)


def save_corner_set(
    root: Path, name: str, corners: Mapping[str, Mapping[str, Value]], description: str
) -> Path:
    """Write ``corner_sets/NAME.yaml`` of the project at `root`, over an earlier one; returns its path.

    Raises UsageError for a name that cannot be one, and without corners.
    """
    _check_name(name, "corner set")
    if not corners:
        raise UsageError(f"corner set '{name}' would have no corners")
    lines = [f"description: {json.dumps(description, ensure_ascii=False)}", "corners:"]
    for corner, parameters in corners.items():
        values = ", ".join(f"{key}: {_written(value)}" for key, value in parameters.items())
        lines.append(f"  {json.dumps(corner)}: {{{values}}}")
    return _written_to(root / CORNER_SETS_FOLDER / f"{name}.yaml", lines)


def _check_name(name: str, kind: str) -> None:
    if (reason := bad_name(name)) or name == NO_CORNER:
        raise UsageError(
            f"'{name}' cannot be the name of a {kind}: {reason or 'it means that there is none'}"
        )


def _written_to(path: Path, lines: list[str]) -> Path:
    path.parent.mkdir(exist_ok=True)
    write_whole(path, "\n".join([*lines, ""]))
    return path


def _written(value: Value) -> str:
    if isinstance(value, Number):
        return value.text
    return json.dumps(value, ensure_ascii=False)
