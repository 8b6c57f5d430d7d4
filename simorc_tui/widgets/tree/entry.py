"""The entries of the project tree."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Entry:
    """What a node of the tree stands for; `file` is what `e` opens, `why` is what is wrong with it."""

    kind: str
    name: str
    file: Path | None = None
    why: str = ""
