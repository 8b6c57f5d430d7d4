"""Expands ``~`` and ``${VAR}`` in strings, and resolves paths relative to the directory of their file."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from simorc.config.names import did_you_mean
from simorc.config.yaml.source import KeyPath, Source

_VARIABLE = re.compile(r"\$\$|\$\{([^}]*)\}|\$\{")
_NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_SAME_VARIABLE = 0.85
"""Minimum similarity of two variables of which one may be a typo: many variables of an environment
share a word.
"""


class UnsetVariable(ValueError):
    """A ``${VAR}`` that has no value or no valid name."""


def expand(text: str, variables: Mapping[str, str] | None = None) -> str:
    """A leading ``~`` and every ``${VAR}`` or ``${VAR:-default}`` replaced; ``$$`` is a dollar.

    Raises UnsetVariable.
    """
    known = os.environ if variables is None else variables

    def replaced(match: re.Match[str]) -> str:
        if match[0] == "$$":
            return "$"
        name, has_default, default = (match[1] or "").partition(":-")
        if not _NAME.fullmatch(name):
            raise UnsetVariable(f"'{match[0]}' is not a variable: write ${{NAME}}, or $$ for a dollar")
        if name not in known and not has_default:
            near = did_you_mean(name, known, cutoff=_SAME_VARIABLE)
            raise UnsetVariable(f"${{{name}}} is not set{near}")
        return known.get(name) or default if has_default else known[name]

    expanded = _VARIABLE.sub(replaced, text)
    return str(Path(expanded).expanduser()) if text.startswith("~") else expanded


def expand_entries(source: Source, under: tuple[KeyPath, ...]) -> tuple[Any, list[tuple[KeyPath, str]]]:
    """The data with strings below the given keys expanded; key path and reason of each that could not be."""
    unset: list[tuple[KeyPath, str]] = []

    def expanded(value: Any, path: KeyPath) -> Any:
        if isinstance(value, dict):
            return {key: expanded(entry, (*path, key)) for key, entry in value.items()}
        if isinstance(value, list):
            return [expanded(entry, (*path, index)) for index, entry in enumerate(value)]
        if not isinstance(value, str) or not any(path[: len(key)] == key for key in under):
            return value
        try:
            return expand(value)
        except (UnsetVariable, RuntimeError) as error:
            unset.append((path, str(error)))
            return value

    return expanded(source.data, ()), unset


def against(text: str, base: Path) -> Path:
    """A path as written in a file of directory `base`, absolute and without ``..``."""
    return Path(os.path.normpath(base / text))


def within(path: Path, root: Path) -> str:
    """A path as kept in a run: relative to the project where it lies inside, else absolute."""
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)


def is_file(path: Path) -> bool:
    """Whether there is such a file; a name the system cannot even look for is none."""
    try:
        return path.is_file()
    except OSError:
        return False


def is_folder(path: Path) -> bool:
    """Whether there is such a directory."""
    try:
        return path.is_dir()
    except OSError:
        return False
