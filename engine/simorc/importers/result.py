"""The result of an import: the files of the new project, and what was not imported."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from simorc.config.names import bad_name
from simorc.config.schema.files import FOLDER, schema_line, write_schemas
from simorc.errors import UsageError
from simorc.regular_files import read_regular
from simorc.units import Number

_MARK = re.compile(r"\{(?=[{%#])")
_WHOLE, _DECIMAL = re.compile(r"-?\d+"), re.compile(r"-?\d+\.\d+")


@dataclass
class Carried:
    """The files of a new project in `directory`, by their path in it, and notes on what was not imported."""

    directory: Path
    files: dict[Path, str] = field(default_factory=dict)
    left: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    """What means something else here than in the other tool."""
    place: str = ""
    """Where the file is read, as ``file:line``: the beginning of every remark; '' for none."""

    def yaml(self, path: str, data: Mapping[str, Any], comment: str) -> None:
        """Add a YAML file; empty entries are left out."""
        kept = {key: value for key, value in data.items() if value not in ({}, [], "")}
        self.files[Path(path)] = f"{schema_line(Path(path))}# {comment}\n{yaml_text(kept)}"

    def leave(self, remark: str) -> None:
        """Note, once, something that was not carried over."""
        _add_once(self.left, self._placed(remark))

    def change(self, remark: str) -> None:
        """Note, once, something that was carried over in another form."""
        _add_once(self.changed, self._placed(remark))

    def _placed(self, remark: str) -> str:
        return f"{self.place}: {remark}" if self.place else remark

    def towards(self, path: Path) -> str:
        """An existing file or directory as named in sim_setup.yaml."""
        return Path(os.path.relpath(path.resolve(), self.directory.resolve())).as_posix()

    def write(self) -> list[Path]:
        """Write every file, and the schemas they name. Raises UsageError, before anything is written, if one
        is there already.
        """
        there = [path for path in self.files if (self.directory / path).exists()]
        if there:
            raise UsageError(
                f"{self.directory / there[0]} already exists", remedy="choose another directory: --out DIR"
            )
        for path, text in self.files.items():
            target = self.directory / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
        schemas = write_schemas(self.directory / FOLDER)
        return [*(self.directory / path for path in self.files), *schemas]


def _add_once(remarks: list[str], remark: str) -> None:
    if remark not in remarks:
        remarks.append(remark)


def yaml_text(data: Mapping[str, Any]) -> str:
    """YAML with the innermost mappings and lists on one line."""
    from ruamel.yaml import YAML

    writer = YAML(typ="safe", pure=True)
    writer.default_flow_style = None
    writer.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    writer.width = 110
    writer.allow_unicode = True
    text = io.StringIO()
    writer.dump(_plain(data), text)
    return text.getvalue()


def _plain(value: Any) -> Any:
    """Engineering numbers as plain ones where they were written so, else as their text."""
    if isinstance(value, Mapping):
        return {str(key): _plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    if isinstance(value, Number):
        written = str(value)
        if _WHOLE.fullmatch(written):
            return int(written)
        return float(value) if _DECIMAL.fullmatch(written) else written
    return value


def read_mapping(path: Path, note: Callable[[str], None]) -> dict[str, Any]:
    """The mapping of a foreign YAML file. `note` gets a remark for each key that is written twice: the last
    value counts, as for the YAML readers of other tools. Raises UsageError with its name.
    """
    from simorc.config.yaml.source import DUPLICATE_KEY, read_yaml

    source = read_yaml(path)
    for problem in source.problems:
        if problem.message != DUPLICATE_KEY:
            raise UsageError(str(problem))
        note(repeated_key(path, problem.line, problem.key))
    if not isinstance(source.data, dict):
        raise UsageError(f"{path}: expected a mapping")
    return source.data


def repeated_key(path: Path, line: int, key: str) -> str:
    """The remark about a key that a foreign YAML file has twice."""
    return f"{path.name}:{line}: {key} is written twice: the last one is used"


def read_text(path: Path) -> str:
    """A text file of another tool, whichever of the usual encodings it has. Raises UsageError."""
    try:
        data = read_regular(path, follow=True)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from None
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    if b"\0" in data[:200]:
        return data.decode("utf-16-le", "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def without_marks(text: str) -> str:
    """A foreign deck without the marks of templates: ``{{x}-1n}`` is ``{ {x}-1n}``, the same for ngspice."""
    return _MARK.sub("{ ", text)


def named(text: str) -> str:
    """A name of simorc's for any text."""
    name = re.sub(r"[^A-Za-z0-9_.-]+", "_", text).strip("._-") or "unnamed"
    return name if not bad_name(name) else f"n_{name}"[:100]
