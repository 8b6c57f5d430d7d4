"""``trace.jsonl`` of a pipeline run: the attempt log, one line per attempt of a stage, append-only.

A line is written, with everything needed to continue, before the next stage starts. The next runner removes
an incomplete last line and repeats that stage.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from simorc.durability import append_durably
from simorc.errors import StoreError
from simorc.regular_files import read_regular

Line = Mapping[str, Any]


def append_line(path: Path, line: Line) -> None:
    """One more line, on the disk when this returns."""
    append_durably(path, json.dumps(line, ensure_ascii=False) + "\n")


def read_trace(path: Path) -> list[dict[str, Any]]:
    """All whole lines; an incomplete last line is skipped. Raises StoreError for any other invalid line."""
    try:
        content = read_regular(path)
    except FileNotFoundError:
        return []
    whole = content[: content.rfind(b"\n") + 1]
    try:
        lines = [json.loads(line) for line in whole.splitlines()]
        broken = [line for line in lines if not isinstance(line, dict) or "seq" not in line]
    except ValueError as error:
        raise StoreError(f"{path}: not a trace: {error}") from None
    if broken:
        raise StoreError(f"{path}: not a trace of a pipeline")
    return lines


def mend_trace(path: Path) -> None:
    """Remove an incomplete last line, so that the next line starts at a line's start."""
    if path.exists():
        content = read_regular(path)
        whole = content.rfind(b"\n") + 1
        if whole != len(content):
            os.truncate(path, whole)
