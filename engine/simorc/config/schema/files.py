"""The JSON Schema files of a project, and the first line of YAML files that names them. Imports nothing
heavy."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path, PurePath, PurePosixPath

FOLDER = ".schemas"
"""The directory of the schemas, at the project's root."""
NAMES = ("setup", "testbench", "sweep", "analysis", "corner", "corner_set", "sizing", "contract")

_BY_NAME = {"sim_setup.yaml": "setup", "config.yaml": "testbench", "contract.yaml": "contract"}
_BY_FOLDER = {
    "sweeps": "sweep",
    "analyses": "analysis",
    "corners": "corner",
    "corner_sets": "corner_set",
    "sizing": "sizing",
}


@cache
def schema_text(name: str) -> str:
    """One schema as text, made once per process."""
    from simorc.config.schema.json_schema import json_schema

    return json.dumps(json_schema(name), indent=1, ensure_ascii=False) + "\n"


def write_schemas(directory: Path) -> list[Path]:
    """Write every schema into a directory, over those that are there."""
    directory.mkdir(parents=True, exist_ok=True)
    paths = [directory / f"{name}.json" for name in NAMES]
    for path in paths:
        path.write_text(schema_text(path.stem), encoding="utf-8")
    return paths


def schema_line(path: PurePath) -> str:
    """The first line that names the schema of a file for an editor, by its path in the project; empty for
    files without one.
    """
    name = _BY_NAME.get(path.name)
    if name is None and path.suffix in (".yaml", ".yml"):
        name = _BY_FOLDER.get(path.parts[0])
    if name is None:
        return ""
    up = PurePosixPath(*[".."] * (len(path.parts) - 1), FOLDER, f"{name}.json")
    return f"# yaml-language-server: $schema={up}\n"
