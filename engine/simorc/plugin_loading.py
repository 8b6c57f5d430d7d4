"""Loads entry points of installed packages. A package that cannot be loaded is reported and ignored."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from simorc.errors import UsageError

GROUPS = {
    "simorc.executors": "executor",
    "simorc.schedulers": "cluster scheduler",
    "simorc.simulators": "simulator",
    "simorc.retry_rules": "retry rule",
    "simorc.measurements": "measurement",
    "simorc.importers": "importer",
    "simorc.stages": "pipeline stage",
    "simorc.remediations": "pipeline remediation",
}
"""Entry point group -> what one of its entry points adds."""
_OLDER = {"simorc.retry_rules": ("simorc.remedies",)}
"""Names of groups that earlier versions had; still read."""


@dataclass(frozen=True)
class Plugin:
    """One entry point: `value` is the object it names, None if it cannot be loaded; `problem` is the
    reason.
    """

    group: str
    name: str
    package: str
    value: Any = None
    problem: str = ""

    def __str__(self) -> str:
        text = f"{GROUPS[self.group]} {self.name!r} of package {self.package}"
        return f"cannot load {text}: {self.problem}" if self.problem else text


def plugin_names(group: str) -> list[str]:
    """The names of a group's entry points in alphabetical order; nothing is loaded."""
    return sorted(entry.name for entry in _entries(group))


def plugins(group: str) -> tuple[Plugin, ...]:
    """Every entry point of a group, loaded, in alphabetical order; those that break have a problem."""
    return tuple(_loaded(group, entry) for entry in sorted(_entries(group), key=lambda entry: entry.name))


def plugin_called(group: str, name: str) -> Any:
    """The object of the entry point of that name, None if no package provides it.

    Raises UsageError with the package and its own error message if it cannot be loaded.
    """
    entry = next((entry for entry in _entries(group) if entry.name == name), None)
    if entry is None:
        return None
    plugin = _loaded(group, entry)
    if plugin.problem:
        raise UsageError(str(plugin), remedy=f"update or uninstall {plugin.package}")
    return plugin.value


def broken_plugins() -> tuple[Plugin, ...]:
    """Every plugin of every group that cannot be loaded, for `simorc doctor`."""
    return tuple(plugin for group in GROUPS for plugin in plugins(group) if plugin.problem)


def _entries(group: str) -> Sequence[EntryPoint]:
    return _entries_in(group, tuple((place, _changed(place)) for place in sys.path))


@lru_cache(maxsize=64)
def _entries_in(group: str, _places: tuple[tuple[str, int], ...]) -> Sequence[EntryPoint]:
    """The entry points, read again only after a package was installed: every expression asks for them."""
    return tuple(entry for each in (group, *_OLDER.get(group, ())) for entry in entry_points(group=each))


def _changed(place: str) -> int:
    """When a directory of packages was changed last (ns); 0 if it cannot be read."""
    try:
        return os.stat(place or ".").st_mtime_ns  # noqa: PTH116 -- a text costs half of what a Path does
    except OSError:
        return 0


@cache
def _loaded(group: str, entry: EntryPoint) -> Plugin:
    package = entry.dist.name if entry.dist is not None else entry.module
    try:
        return Plugin(group, entry.name, package, entry.load())
    except Exception as error:  # noqa: BLE001 - a package may fail in any way while it is imported
        return Plugin(group, entry.name, package, problem=f"{type(error).__name__}: {error}")
