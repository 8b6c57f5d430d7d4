"""Edits values of a YAML file of the project; every other byte stays unchanged.

ruamel.yaml gives the position of each value; the new text is inserted there. Comments, blank lines, quotes
and indentation are preserved, also those beside the remaining items of a block list.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from simorc.errors import ConfigError, Problem, UsageError
from simorc.files import write_whole

AxisValue = str | Sequence[str] | Mapping[str, str]
Written: TypeAlias = "str | Sequence[str] | Mapping[str, Written]"
"""A value to write: a text, a list of texts, or a mapping."""
KeyPath = Sequence[str]

_PLAIN = re.compile(r"[+-]?[\w.][\w.+-]*")
_NULL = "tag:yaml.org,2002:null"
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

    def comment(self, path: KeyPath) -> str:
        """The comment behind the value at a path of keys, on its line; empty without one."""
        node = self._node(path)
        if node is None:
            return ""
        end = self._end(node)
        rest = self.text[end : self._line_end(end)].strip()
        return rest.lstrip("# ").rstrip() if rest.startswith("#") else ""

    def with_parameter(self, name: str, value: AxisValue) -> SweepText:
        """This text with the parameter's values changed, or the parameter added after the others."""
        return self.with_value(("parameters", name), value)

    def without_parameter(self, name: str) -> SweepText:
        """This text with the parameter no longer swept."""
        return self.without_value(("parameters", name))

    def with_value(self, path: KeyPath, value: Written) -> SweepText:
        """This text with the value at a path of keys changed, or added after the others there.

        Raises UsageError if that cannot be written without changing anything else (a value that others
        refer to by an alias, keys below a list).
        """
        return self._checked(path, value, lambda: self._with_value(path, value))

    def without_value(self, path: KeyPath) -> SweepText:
        """This text without the key at that path and its value; unchanged if there is none. Raises UsageError
        as `with_value`.
        """
        return self._checked(path, None, lambda: self._without_value(path))

    def save(self, path: Path | None = None) -> None:
        """Write a file beside it, then rename that over it, so that no reader sees half a file."""
        write_whole(path or self.path, self.text)

    def _checked(self, path: KeyPath, value: Written | None, edit: Callable[[], SweepText]) -> SweepText:
        """The edited text, if it says what was meant and nothing else differs."""
        try:
            edited = edit()
        except ConfigError as error:
            raise self._refused(path) from error
        if edited.data() != _with_entry(self.data(), path, value):
            raise self._refused(path)
        return edited

    def _refused(self, path: KeyPath) -> UsageError:
        where = f"{self.path.name}: {'.'.join(path)}"
        return UsageError(f"{where} cannot be edited as it is written", remedy="edit the file")

    def _with_value(self, path: KeyPath, value: Written) -> SweepText:
        node = self._node(path)
        if node is not None:
            return self._replaced(path, node, value)
        *above, name = path
        section = self._node(above)
        if isinstance(section, MappingNode) and section.value:
            return self._added(section, name, value)
        if section is not None and not isinstance(section, MappingNode) and section.tag != _NULL:
            raise self._refused(path)
        if section is None and len(above) > 1:
            return self._with_value(above, {name: value})
        return self._first(above, name, value)

    def _without_value(self, path: KeyPath) -> SweepText:
        *above, name = path
        section = self._node(above)
        if not isinstance(section, MappingNode) or _child(section, name) is None:
            return self
        place = next(i for i, (key, _) in enumerate(section.value) if key.value == name)
        if len(section.value) == 1 and above:
            return self._emptied(section)
        if section.flow_style:
            return self._without_flow(section, place)
        key, value = section.value[place]
        start = self._line_start(key.start_mark.index)
        return self._spliced(start, self._line_end(self._end(value)), "")

    def _emptied(self, section: MappingNode) -> SweepText:
        return self._spliced(section.start_mark.index, self._end(section), "{}")

    def _section(self) -> Node | None:
        return _child(self._root, "parameters")

    def _node(self, path: KeyPath) -> Node | None:
        node: Node | None = self._root
        for name in path:
            node = _child(node, name)
        return node

    def _after_colon(self, path: KeyPath) -> int:
        """Where a value of the key at `path` begins."""
        section = self._node(path[:-1])
        assert isinstance(section, MappingNode)
        key = next(key for key, _ in section.value if key.value == path[-1])
        return self.text.index(":", self._end(key)) + 1

    def _spliced(self, start: int, stop: int, text: str) -> SweepText:
        return SweepText(self.text[:start] + text + self.text[stop:], self.path)

    def _replaced(self, path: KeyPath, node: Node, value: Written) -> SweepText:
        if isinstance(node, SequenceNode) and not node.flow_style and not isinstance(value, str | Mapping):
            return self._block_list(node, value)
        start, end = node.start_mark.index, self._end(node)
        if isinstance(node, MappingNode | SequenceNode) and not node.flow_style:
            start = self.text.rindex(":", 0, start) + 1
            return self._spliced(start, end, " " + yaml_text(value))
        if start == end:  # a key with nothing after it
            start = end = self._after_colon(path)
            return self._spliced(start, end, " " + yaml_text(value))
        return self._spliced(start, end, yaml_text(value))

    def _block_list(self, node: SequenceNode, values: Sequence[str]) -> SweepText:
        """Items that stay keep their line, with the comments beside and above it."""
        start = self._line_start(node.start_mark.index)
        indent = self.text[start : node.start_mark.index]
        chunks: dict[str, str] = {}
        position = start
        for item in node.value:
            end = self._line_end(self._end(item))
            chunks.setdefault(str(_as_text(item)), self.text[position:end])
            position = end
        lines = [chunks.get(value, f"{indent}- {yaml_text(value)}\n") for value in values]
        return self._spliced(
            start, position, "".join(line if line.endswith("\n") else line + "\n" for line in lines)
        )

    def _added(self, section: MappingNode, name: str, value: Written) -> SweepText:
        last_key, last_value = section.value[-1]
        entry = f"{yaml_text(name)}: {yaml_text(value)}"
        if section.flow_style:
            return self._spliced(self._end(last_value), self._end(last_value), f", {entry}")
        indent = " " * last_key.start_mark.column
        end = self._line_end(self._end(last_value))
        newline = "" if self.text[:end].endswith("\n") else "\n"
        return self._spliced(end, end, f"{newline}{indent}{entry}\n")

    def _first(self, above: KeyPath, name: str, value: Written) -> SweepText:
        """The first entry of the mapping at `above`, which is empty, null or missing."""
        entry = f"{yaml_text(name)}: {yaml_text(value)}"
        section = self._node(above)
        if isinstance(section, MappingNode) and above:
            return self._spliced(section.start_mark.index, self._end(section), f"{{{entry}}}")
        if isinstance(section, ScalarNode):  # "parameters:" with nothing after it, or null
            colon = self._after_colon(above)
            return self._spliced(colon, self._end(section) if section.value else colon, f" {{{entry}}}")
        newline = "" if not self.text or self.text.endswith("\n") else "\n"
        line = f"{above[0]}:\n  {entry}\n" if above else f"{entry}\n"
        return self._spliced(len(self.text), len(self.text), newline + line)

    def _without_flow(self, section: MappingNode, place: int) -> SweepText:
        """Take an entry and one comma out of ``{a: [1], b: [2]}``."""
        if place + 1 < len(section.value):
            start = section.value[place][0].start_mark.index
            return self._spliced(start, section.value[place + 1][0].start_mark.index, "")
        return self._spliced(self._end(section.value[place - 1][1]), self._end(section.value[place][1]), "")

    def _end(self, node: Node) -> int:
        """The end of the node's own text, without what follows it that its end mark may include."""
        if isinstance(node, MappingNode | SequenceNode) and not node.flow_style and node.value:
            last = node.value[-1]
            return self._end(last[1] if isinstance(last, tuple) else last)
        start, end = int(node.start_mark.index), int(node.end_mark.index)
        return start + len(self.text[start:end].rstrip())

    def _line_start(self, index: int) -> int:
        return self.text.rfind("\n", 0, index) + 1

    def _line_end(self, index: int) -> int:
        found = self.text.find("\n", index)
        return len(self.text) if found < 0 else found + 1


def yaml_text(value: Written) -> str:
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
    return None if node.tag == _NULL else node.value


def _as_text(node: Node) -> AxisValue:
    if isinstance(node, MappingNode):
        return {key.value: str(_as_text(value)) for key, value in node.value}
    if isinstance(node, SequenceNode):
        return [str(_as_text(item)) for item in node.value]
    return str(node.value)


def _with_entry(data: dict[str, Any], path: KeyPath, value: Written | None) -> dict[str, Any]:
    """`data` with a value at a path of keys, None for none; an empty mapping where a last key has gone."""
    name, *rest = path
    if rest:
        below = data.get(name)
        inner = below if isinstance(below, dict) else {}
        if value is None and not inner:
            return data
        return {**data, name: _with_entry(inner, rest, value)}
    if value is None:
        return {key: each for key, each in data.items() if key != name}
    return {**data, name: _plain(value)}


def _plain(value: Written) -> Any:
    """What `data` has for a value that was written."""
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    return str(value) if isinstance(value, str) else [str(each) for each in value]
