"""The entries of the project tree."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Entry:
    """What a node of the tree represents; `file` is what `e` opens, `why` is the error in it."""

    kind: str
    name: str
    file: Path | None = None
    why: str = ""
