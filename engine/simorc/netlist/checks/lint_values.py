"""Finds values that look like numbers but are texts: ``10kk``, ``1..5``. Names of parts and corners are
allowed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from simorc.netlist.finding import Finding
from simorc.number_grammar import near_number
from simorc.units import Number, Value, parse_value

if TYPE_CHECKING:
    from simorc.config.models.sweep import SweepDefinition
    from simorc.config.project import Project

_BEGINS = re.compile(r"[-+]?\.?[0-9]")
_ONLY_DIGITS = re.compile(r"[-+]?[0-9.,]+")
_PLAIN = re.compile(r"(?:(?<![\w.])[-+])?[\w.]+")
# A suffix written twice, or after a blank. `2n3904`, `1v8` and `28nmhp` are names.
_MISTYPED_SUFFIX = re.compile(
    r"[-+]?[0-9]*(?:\.[0-9]*)?(?:(meg|[tgkmuµnpf])\1|\s+(?:meg|[tgkmuµnpf]))", re.IGNORECASE
)


def lint_values(project: Project) -> tuple[Finding, ...]:
    """Defaults and swept values that are probably mistyped numbers; warnings, for a text is allowed."""
    found: set[Finding] = set()
    for testbench in project.testbenches.values():
        found |= set(_in_file(testbench.config_path, testbench.parameters.items(), {}))
    for sweep in project.sweeps.values():
        defaults = project.testbenches[sweep.definition.testbench].parameters
        found |= set(_in_file(sweep.path, swept_values(sweep.definition), defaults))
    return tuple(sorted(found))


def swept_values(definition: SweepDefinition) -> Iterator[tuple[str, Value]]:
    """Every value written in a sweep, with its parameter; ranges hold numbers only."""
    groups: list[Mapping[str, object]] = [definition.parameters, *definition.zip, definition.sensitivity]
    for group in [*groups, *definition.corners.values()]:
        for name, values in group.items():
            for value in values if isinstance(values, list | tuple) else [values]:
                if isinstance(value, str | int | float):
                    yield name, value


def _in_file(
    path: Path, values: Iterable[tuple[str, Value]], defaults: Mapping[str, Value]
) -> Iterator[Finding]:
    written = list(values)
    numeric = {name for name, value in [*defaults.items(), *written] if isinstance(value, Number)}
    for name, value in written:
        if isinstance(value, str) and _looks_mistyped(value, name in numeric):
            yield Finding(path, *place_of_value(path, value), f"{name}: {_reason(value)}", True)


def _reason(value: str) -> str:
    if isinstance(parse_value(value), Number):
        return f"'{value}' is text, not a number, because it is quoted: remove the quotes"
    near = near_number(value)
    return f"{value} is text, not a number{f' (did you mean {near}?)' if near else ''}"


def _looks_mistyped(text: str, among_numbers: bool) -> bool:
    if not _BEGINS.match(text):
        return False
    mistyped = _ONLY_DIGITS.fullmatch(text) or _MISTYPED_SUFFIX.fullmatch(text)
    return among_numbers or mistyped is not None


def place_of_value(path: Path, value: str) -> tuple[int, int]:
    """Line and column of a value in the file that contains it; the file's first line if it is not found."""
    if _PLAIN.fullmatch(value):
        status = path.stat()
        return _first_places(path, status.st_mtime_ns, status.st_size).get(value, (1, 1))
    text = path.read_text(encoding="utf-8", errors="replace")
    word = re.compile(rf"(?<![\w.]){re.escape(value)}(?![\w.])")
    for number, line in enumerate(text.splitlines(), 1):
        if match := word.search(line.partition(" #")[0]):
            return number, match.start() + 1
    return 1, 1


@lru_cache(maxsize=2)
def _first_places(path: Path, _changed: int, _size: int) -> Mapping[str, tuple[int, int]]:
    """Where each word of a file stands first, so that a million values cost one look at the file."""
    places: dict[str, tuple[int, int]] = {}
    text = path.read_text(encoding="utf-8", errors="replace")
    for number, line in enumerate(text.splitlines(), 1):
        for match in _PLAIN.finditer(line.partition(" #")[0]):
            places.setdefault(match[0], (number, match.start() + 1))
            places.setdefault(match[0].lstrip("+-"), (number, match.start() + 1 + (match[0][0] in "+-")))
    return places
