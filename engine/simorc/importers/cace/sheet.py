"""A CACE datasheet with the directories it names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Datasheet:
    """A datasheet with the directories it names."""

    path: Path
    data: Mapping[str, Any]

    @property
    def name(self) -> str:
        return str(self.data.get("name") or self.path.stem)

    @property
    def root(self) -> Path:
        return (self.path.parent / str(self._paths.get("root", ".."))).resolve()

    @property
    def templates(self) -> Path:
        return self._folder("templates", self.path.parent / "templates")

    @property
    def scripts(self) -> Path:
        return self._folder("scripts", self.path.parent / "scripts")

    @property
    def schematics(self) -> Path:
        return self._folder("schematic", self.root / "xschem")

    @property
    def netlist(self) -> Path:
        return self._folder("netlist", self.root / "netlist") / "schematic" / f"{self.name}.spice"

    @property
    def _paths(self) -> Mapping[str, Any]:
        paths = self.data.get("paths")
        return paths if isinstance(paths, Mapping) else {}

    def _folder(self, key: str, default: Path) -> Path:
        written = self._paths.get(key)
        return self.root / str(written) if written else default
