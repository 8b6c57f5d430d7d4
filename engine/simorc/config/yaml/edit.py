"""Edits values of a sweep file; every other byte stays unchanged.

ruamel.yaml gives the position of each value; the new text is inserted there. Comments, blank lines, quotes
and indentation are preserved, also those beside the remaining items of a block list.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from simorc.errors import ConfigError, Problem, UsageError
from simorc.files import write_whole

AxisValue = str | Sequence[str] | Mapping[str, str]

_PLAIN = re.compile(r"[+-]?[\w.][\w.+-]*")
_NOT_TEXT = frozenset({"true", "false", "null", "yes", "no", "on", "off", "~", ""})


class SweepText:
    """The text of a sweep file; each edit gives a new one."""

    def __init__(self, text: str, path: Path) -> None:
        self.text = text
        self.path = path
        self._root = _compose(text, path)

    @classmethod
    def load(cls, path: Path) -> SweepText:
        """Read the file; raises ConfigError if it is not YAML or cannot be read."""
        try:
            return cls(path.read_text(encoding="utf-8"), path)
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError([Problem(path, 0, 0, "", f"cannot be read: {error}")]) from error

    def parameters(self) -> dict[str, AxisValue]:
        """The value of ``parameters``: name -> scalar, list, or a range's mapping, texts as written."""
        section = self._section()
        if not isinstance(section, MappingNode):
            return {}
        return {key.value: _as_text(value) for key, value in section.value}

    def data(self) -> dict[str, Any]:
        """The whole file as plain mappings, lists and texts as written."""
        tree = _as_data(self._root)
        assert isinstance(tree, dict)
        return tree

    def scalar(self, key: str) -> str | None:
        """The text of a top-level scalar such as ``testbench``, None where there is none."""
        node = _child(self._root, key)
        return node.value if isinstance(node, ScalarNode) else None

    def with_parameter(self, name: str, value: AxisValue) -> SweepText:
        """This text with the parameter's values changed, or the parameter added after the others."""
        section = self._section()
        node = _child(section, name)
        if node is not None:
            return self._replaced(node, value)
        if isinstance(section, MappingNode) and section.value:
            return self._added(section, name, value)
        return self._first(section, name, value)

    def without_parameter(self, name: str) -> SweepText:
        """This text with the parameter no longer swept."""
        section = self._section()
        if not isinstance(section, MappingNode) or _child(section, name) is None:
            return self
        place = next(i for i, (key, _) in enumerate(section.value) if key.value == name)
        if len(section.value) == 1:
            return self._spliced(section.start_mark.index, _end(section), "{}")
        if section.flow_style:
            return self._without_flow(section, place)
        key, value = section.value[place]
        start = self._line_start(key.start_mark.index)
        return self._spliced(start, self._line_end(_end(value)), "")

    def save(self, path: Path | None = None) -> None:
        """Write a file beside it, then rename that over it, so that no reader sees half a file."""
        write_whole(path or self.path, self.text)

    def _section(self) -> Node | None:
        return _child(self._root, "parameters")

    def _spliced(self, start: int, stop: int, text: str) -> SweepText:
        return SweepText(self.text[:start] + text + self.text[stop:], self.path)

    def _replaced(self, node: Node, value: AxisValue) -> SweepText:
        if isinstance(node, SequenceNode) and not node.flow_style and not isinstance(value, str | Mapping):
            return self._block_list(node, value)
        start = node.start_mark.index
        if isinstance(node, MappingNode | SequenceNode) and not node.flow_style:
            start = self.text.rindex(":", 0, start) + 1
            return self._spliced(start, _end(node), " " + yaml_text(value))
        return self._spliced(start, _end(node), yaml_text(value))

    def _block_list(self, node: SequenceNode, values: Sequence[str]) -> SweepText:
        """Items that stay keep their line, with the comments beside and above it."""
        start = self._line_start(node.start_mark.index)
        indent = self.text[start : node.start_mark.index]
        chunks: dict[str, str] = {}
        position = start
        for item in node.value:
            end = self._line_end(_end(item))
            chunks.setdefault(str(_as_text(item)), self.text[position:end])
            position = end
        lines = [chunks.get(value, f"{indent}- {yaml_text(value)}\n") for value in values]
        return self._spliced(
            start, position, "".join(line if line.endswith("\n") else line + "\n" for line in lines)
        )

    def _added(self, section: MappingNode, name: str, value: AxisValue) -> SweepText:
        last_key, last_value = section.value[-1]
        entry = f"{yaml_text(name)}: {yaml_text(value)}"
        if section.flow_style:
            return self._spliced(_end(last_value), _end(last_value), f", {entry}")
        indent = " " * last_key.start_mark.column
        end = self._line_end(_end(last_value))
        newline = "" if self.text[:end].endswith("\n") else "\n"
        return self._spliced(end, end, f"{newline}{indent}{entry}\n")

    def _first(self, section: Node | None, name: str, value: AxisValue) -> SweepText:
        entry = f"{{{yaml_text(name)}: {yaml_text(value)}}}"
        if isinstance(section, MappingNode):
            return self._spliced(section.start_mark.index, _end(section), entry)
        if section is not None:  # "parameters:" with nothing after it
            key = next(key for key, _ in self._root.value if key.value == "parameters")
            colon = self.text.index(":", _end(key)) + 1
            written_null = isinstance(section, ScalarNode) and section.value
            return self._spliced(colon, _end(section) if written_null else colon, " " + entry)
        newline = "" if not self.text or self.text.endswith("\n") else "\n"
        line = f"{newline}parameters:\n  {yaml_text(name)}: {yaml_text(value)}\n"
        return self._spliced(len(self.text), len(self.text), line)

    def _without_flow(self, section: MappingNode, place: int) -> SweepText:
        """Take an entry and one comma out of ``{a: [1], b: [2]}``."""
        if place + 1 < len(section.value):
            start = section.value[place][0].start_mark.index
            return self._spliced(start, section.value[place + 1][0].start_mark.index, "")
        return self._spliced(_end(section.value[place - 1][1]), _end(section.value[place][1]), "")

    def _line_start(self, index: int) -> int:
        return self.text.rfind("\n", 0, index) + 1

    def _line_end(self, index: int) -> int:
        found = self.text.find("\n", index)
        return len(self.text) if found < 0 else found + 1


def yaml_text(value: AxisValue) -> str:
    """A value in YAML's flow style: ``[3.0, 3.3]``, ``{start: 0, stop: 1, num: 5}``, ``ss``, ``'a b'``."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {yaml_text(item)}" for key, item in value.items()) + "}"
    if not isinstance(value, str):
        return "[" + ", ".join(yaml_text(item) for item in value) + "]"
    if _PLAIN.fullmatch(value) and value.lower() not in _NOT_TEXT:
        return value
    return "'" + value.replace("'", "''") + "'"


def _compose(text: str, path: Path) -> MappingNode:
    try:
        root = YAML(typ="rt", pure=True).compose(text)
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line, column = (mark.line + 1, mark.column + 1) if mark is not None else (0, 0)
        message = getattr(error, "problem", None) or str(error)
        raise ConfigError([Problem(path, line, column, "", str(message))]) from error
    if not isinstance(root, MappingNode):
        raise ConfigError([Problem(path, 1, 1, "", "a sweep file must be a mapping of keys to values")])
    if root.flow_style:
        raise UsageError(
            f"{path}: a sweep written as one {{...}} cannot be edited here", remedy="edit the file"
        )
    return root


def _child(node: Node | None, key: str) -> Node | None:
    if not isinstance(node, MappingNode):
        return None
    return next((value for name, value in node.value if name.value == key), None)


def _as_data(node: Node) -> Any:
    if isinstance(node, MappingNode):
        return {key.value: _as_data(value) for key, value in node.value}
    if isinstance(node, SequenceNode):
        return [_as_data(item) for item in node.value]
    return None if node.tag == "tag:yaml.org,2002:null" else node.value


def _as_text(node: Node) -> AxisValue:
    if isinstance(node, MappingNode):
        return {key.value: str(_as_text(value)) for key, value in node.value}
    if isinstance(node, SequenceNode):
        return [str(_as_text(item)) for item in node.value]
    return str(node.value)


def _end(node: Node) -> int:
    """The end of the node's own text; a block collection's end mark is after the comments that follow it."""
    if isinstance(node, MappingNode | SequenceNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _end(last[1] if isinstance(last, tuple) else last)
    return int(node.end_mark.index)
