"""Reads measurement files of simulators: ``name = value`` lines, and tables in the format of HSPICE
(.mt0)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from simorc.simulators.others.adapter import Found

_LINE = re.compile(r"^\s*([A-Za-z_][\w.:]*)\s*=\s*(\S+)", re.MULTILINE)
_LAST_COLUMN = "alter#"
_NOT_MEASURED = {"index", "temper", _LAST_COLUMN}


def read_measure_files(files: Iterable[Path]) -> Found:
    """All measurements of some files; a later file adds to the earlier ones."""
    values: dict[str, float] = {}
    failed: set[str] = set()
    for path in files:
        text = path.read_text(encoding="utf-8", errors="replace")
        for name, written in _pairs(text):
            value = _number(written)
            if value is None:
                failed.add(name)
            else:
                values[name] = value
    return Found(values, frozenset(failed - values.keys()))


def _pairs(text: str) -> list[tuple[str, str]]:
    if _LAST_COLUMN in text:
        return _table(text)
    return [(match[1].lower(), match[2]) for match in _LINE.finditer(text)]


def _table(text: str) -> list[tuple[str, str]]:
    """The first row of a table whose names and values run over several lines."""
    lines = [line for line in text.splitlines() if not line.startswith(("$", ".TITLE", ".title"))]
    words = " ".join(lines).split()
    place = words.index(_LAST_COLUMN)
    names, row = words[: place + 1], words[place + 1 : 2 * place + 2]
    return [
        (name.lower(), value)
        for name, value in zip(names, row, strict=False)
        if name.lower() not in _NOT_MEASURED
    ]


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
