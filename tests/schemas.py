"""What an editor makes of a project's files by the JSON Schemas they name."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from simorc.config.schema.files import schema_text
from simorc.config.yaml.source import read_yaml

HEADER = re.compile(r"# yaml-language-server: \$schema=(\S+)\n")


def plain(value: Any) -> Any:
    """YAML as JSON has it: engineering numbers are their text."""
    if isinstance(value, dict):
        return {str(key): plain(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [plain(entry) for entry in value]
    return str(value) if isinstance(value, float) and type(value) is not float else value


def complaints(name: str, data: Any) -> list[str]:
    validator = Draft202012Validator(json.loads(schema_text(name)))
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(plain(data))]


def yaml_files(project: Path) -> Iterator[Path]:
    yield from project.rglob("config.yaml")
    yield from (project / "sweeps").glob("*.yaml")
    yield project / "sim_setup.yaml"


def schemas_accept(project: Path) -> None:
    """Every file of the project names a schema that is there, is simorc's, and accepts it."""
    for path in yaml_files(project):
        header = HEADER.match(path.read_text(encoding="utf-8"))
        assert header, path
        schema = (path.parent / header[1]).resolve()
        assert json.loads(schema.read_text())["title"] == json.loads(schema_text(schema.stem))["title"]
        assert complaints(schema.stem, read_yaml(path).data) == [], path
