"""A YAML 1.2 file -> plain Python data, with line and column of every value.

Plain scalars that are engineering numbers (``3.30``, ``10k``, ``5e-05``) become `Number` and keep their text;
quoted ones stay strings. Duplicate keys, unreadable bytes, foreign tags, exploding aliases are Problems.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from simorc.errors import Problem
from simorc.files import Stamp, stamp_of
from simorc.regular_files import read_regular
from simorc.units import parse_value

MAX_BYTES = 8 * 1024 * 1024
MAX_VALUES = 500_000
DUPLICATE_KEY = "duplicate key"
"""The message of a problem; the data contains the last value."""
MAX_DEPTH = 40
_REMEMBERED = 65_536
"""The length of the longest text whose nodes are kept."""
_BRACKETS = re.compile(r"[\[\]{}]")

KeyPath = tuple[str | int, ...]
Place = tuple[int, int]

_NULLS = {"", "~", "null", "Null", "NULL"}
_TRUTH = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_TAGS = {
    f"tag:yaml.org,2002:{kind}"
    for kind in ("str", "int", "float", "bool", "null", "map", "seq", "merge", "timestamp", "value")
}


@dataclass(frozen=True)
class Source:
    """One YAML file as read. ``data`` is None if it could not be read; `problems` gives the reasons.

    ``places`` maps a key path to line and column (from 1) of its value, or of its key if the value is a block
    on its own lines. ``keys`` maps it to the position of the key itself. ``stamp`` is that of the file just
    before it was read: comparing with it detects every later change.
    """

    path: Path
    data: Any = None
    problems: tuple[Problem, ...] = ()
    places: Mapping[KeyPath, Place] = field(default_factory=dict)
    keys: Mapping[KeyPath, Place] = field(default_factory=dict)
    stamp: Stamp | None = None

    def place(self, path: KeyPath) -> Place:
        """Line and column of a key path, or of the nearest enclosing one."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.places:
                return self.places[path[:length]]
        return (1, 1) if self.data is not None else (0, 0)

    def problem(self, path: KeyPath, message: str, *, at_key: bool = False) -> Problem:
        """A Problem about the value at a key path."""
        line, column = self.keys[path] if at_key and path in self.keys else self.place(path)
        return Problem(shown(self.path), line, column, dotted(path), message)


def dotted(path: KeyPath) -> str:
    """``("exclude", 0)`` -> ``exclude[0]``, ``("parameters", "vdda")`` -> ``parameters.vdda``."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".")


def shown(path: Path) -> Path:
    """A path as an error names it: relative to the working directory if it is below it."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def read_yaml(path: Path) -> Source:
    """Read one YAML file. Never raises for what is in the file or for a file that cannot be read."""
    stamp = stamp_of(path)
    return replace(_read(path), stamp=stamp)


def _read(path: Path) -> Source:
    try:
        if path.stat().st_size > MAX_BYTES:
            return _broken(path, f"larger than {MAX_BYTES // 1024**2} MiB, the limit of a configuration file")
        content = read_regular(path, follow=True)
    except OSError as error:
        return _broken(path, f"cannot be read: {error.strerror or error}")
    return parse_yaml(content, path)


def parse_yaml(content: bytes, path: Path) -> Source:
    """The same for content already read; `path` only names it in problems."""
    found = _parsed(content, path, lambda text: [_compose(text)])
    return found if isinstance(found, Source) else _build(found[0], path)


def parse_documents(content: bytes, path: Path) -> list[Source]:
    """The same for a file of several documents (``---``), without the empty ones."""
    found = _parsed(content, path, _compose_all)
    return (
        [found] if isinstance(found, Source) else [_build(node, path) for node in found if node is not None]
    )


def _parsed(
    content: bytes, path: Path, compose: Callable[[str], list[Node | None]]
) -> Source | list[Node | None]:
    """The nodes of a text, or what is wrong with it."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        column = len(before.rpartition(b"\n")[2].decode("utf-8", errors="replace")) + 1
        return _broken(
            path, f"not UTF-8 text (byte {content[error.start]:#04x})", before.count(b"\n") + 1, column
        )
    if nests_too_deep(text):
        return _broken(path, f"nested deeper than {MAX_DEPTH} levels")
    try:
        return compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        return _broken(path, _reason(error, text, line, column), line, column)
    except ReaderError as error:
        before_text = text[: error.position]
        line, column = before_text.count("\n") + 1, len(before_text.rpartition("\n")[2]) + 1
        return _broken(path, f"control character {ord(text[error.position]):#04x} in YAML", line, column)
    except RecursionError:
        return _broken(path, f"nested deeper than {MAX_DEPTH} levels")
    except (YAMLError, ValueError, OverflowError) as error:
        return _broken(path, f"not valid YAML: {' '.join(str(error).split())}")


def nests_too_deep(text: str) -> bool:
    """Whether far more brackets are open at once than any file needs: the parser's time grows with the square
    of their number.
    """
    depth = 0
    for bracket in _BRACKETS.findall(text):
        depth = depth + 1 if bracket in "[{" else max(0, depth - 1)
        if depth > 10 * MAX_DEPTH:
            return True
    return False


def _compose(text: str) -> Node | None:
    """The nodes of a text, which nobody changes: files of a usual size are parsed once in each state."""
    return _composed_once(text) if len(text) <= _REMEMBERED else _composed(text)


@lru_cache(maxsize=128)
def _composed_once(text: str) -> Node | None:
    return _composed(text)


def _composed(text: str) -> Node | None:
    yaml = YAML(typ="safe", pure=True)
    yaml.composer.warn_double_anchors = False
    return yaml.compose(text)  # type: ignore[no-any-return]


def _compose_all(text: str) -> list[Node | None]:
    yaml = YAML(typ="safe", pure=True)
    yaml.composer.warn_double_anchors = False
    return list(yaml.compose_all(text))


def _broken(path: Path, message: str, line: int = 0, column: int = 0) -> Source:
    return Source(path, problems=(Problem(shown(path), line, column, "", message),))


def _reason(error: MarkedYAMLError, text: str, line: int, column: int) -> str:
    """The YAML reader's error, reworded for a person who writes YAML."""
    lines = text.splitlines()
    written = lines[line - 1] if line <= len(lines) else ""
    if written[column - 1 : column] == "\t":
        return "tab character: YAML indents with spaces"
    reason = " ".join(str(error.problem or error.context).split())
    context = " ".join(str(error.context or "").split())
    if "another document" in reason:
        return "second document (---): a file must contain one document"
    if "mapping values are not allowed" in reason:
        reason = "second ': ' on this line (quote the value if it is part of it)"
    return f"not valid YAML: {reason}" + (f" {context}" if context and context not in reason else "")


def _build(node: Node | None, path: Path) -> Source:
    if node is not None and _values_in(node, {}) > MAX_VALUES:
        return _broken(path, f"more than {MAX_VALUES} values")
    builder = _Builder(path)
    data = {} if node is None else builder.value(node, ())
    if builder.exploded:
        return _broken(path, builder.exploded)
    if data is None and not builder.problems:
        data = {}  # a lone ~ means the same as an empty file
    return Source(path, data, tuple(builder.problems), builder.places, builder.keys)


def _values_in(node: Node, known: dict[int, int], depth: int = 0) -> int:
    """How many values `node` stands for with all aliases written out; each anchor is counted once."""
    if isinstance(node, ScalarNode) or depth > MAX_DEPTH:
        return 1
    if id(node) not in known:
        known[id(node)] = 1  # an alias in its own anchor ends here
        pairs = isinstance(node, MappingNode)
        below = (pair[1] for pair in node.value) if pairs else iter(node.value)
        known[id(node)] += sum(_values_in(each, known, depth + 1) for each in below)
    return known[id(node)]


class _Builder:
    """Walks the composed nodes once, noting places."""

    def __init__(self, path: Path) -> None:
        self.path = shown(path)
        self.places: dict[KeyPath, Place] = {}
        self.keys: dict[KeyPath, Place] = {}
        self.problems: list[Problem] = []
        self.exploded = ""
        self._left = MAX_VALUES
        self._open: set[int] = set()

    def value(self, node: Node, path: KeyPath) -> Any:
        self._left -= 1
        if self._left < 0 or len(path) > MAX_DEPTH:
            too_deep = f"nested deeper than {MAX_DEPTH} levels"
            self.exploded = self.exploded or (
                f"more than {MAX_VALUES} values" if self._left < 0 else too_deep
            )
            return None
        self.places.setdefault(path, _place(node))
        if str(node.tag) not in _TAGS:
            self._wrong(node, path, f"tag {node.tag} is not supported")
            return None
        if isinstance(node, ScalarNode) and "\0" in node.value:
            self._wrong(node, path, "a text with a NUL character is not supported")
            return None
        if isinstance(node, ScalarNode):
            return _scalar(node)
        if id(node) in self._open:
            self._wrong(node, path, "an alias refers to its own anchor")
            return None
        self._open.add(id(node))
        built: Any = None
        if isinstance(node, MappingNode):
            built = self._mapping(node, path)
        elif isinstance(node, SequenceNode):
            built = self._sequence(node, path)
        self._open.discard(id(node))
        return built

    def _sequence(self, node: SequenceNode, path: KeyPath) -> list[Any]:
        return [
            self.value(item, (*path, index)) for index, item in enumerate(node.value) if not self.exploded
        ]

    def _mapping(self, node: MappingNode, path: KeyPath) -> dict[str, Any]:
        built: dict[str, Any] = {}
        for key, key_node, value_node in self._entries(node, path):
            if self.exploded:
                break
            here = (*path, key)
            self.keys[here] = _place(key_node)
            in_lines = isinstance(value_node, MappingNode | SequenceNode) and not value_node.flow_style
            self.places[here] = _place(key_node if in_lines or value_node.value == "" else value_node)
            built[key] = self.value(value_node, here)
        return built

    def _entries(self, node: MappingNode, path: KeyPath) -> Iterator[tuple[str, Node, Node]]:
        """Own entries first, then merged ones that are not overridden; a key written twice comes twice."""
        seen: set[str] = set()
        merged: list[Node] = []
        for key_node, value_node in node.value:
            key = self._key(key_node, path)
            if key is None:
                continue
            if str(key_node.tag).endswith(":merge"):
                merged.append(value_node)
            elif key in seen:
                self._wrong(key_node, (*path, key), DUPLICATE_KEY)
                yield key, key_node, value_node
            else:
                seen.add(key)
                yield key, key_node, value_node
        for source in self._merged(merged, path):
            for key, key_node, value_node in self._entries(source, path):
                if key not in seen:
                    seen.add(key)
                    yield key, key_node, value_node

    def _merged(self, nodes: list[Node], path: KeyPath) -> Iterator[MappingNode]:
        for node in nodes:
            for source in node.value if isinstance(node, SequenceNode) else [node]:
                if isinstance(source, MappingNode) and id(source) not in self._open:
                    self._open.add(id(source))
                    yield source
                    self._open.discard(id(source))
                else:
                    self._wrong(source, (*path, "<<"), "a merge key accepts mappings only")

    def _key(self, node: Node, path: KeyPath) -> str | None:
        if isinstance(node, ScalarNode) and str(node.tag) in _TAGS:
            return str(node.value)
        self._wrong(node, path, "a key must be text or a number")
        return None

    def _wrong(self, node: Node, path: KeyPath, message: str) -> None:
        self.problems.append(Problem(self.path, *_place(node), dotted(path), message))


def _place(node: Node) -> Place:
    return node.start_mark.line + 1, node.start_mark.column + 1


def _scalar(node: ScalarNode) -> Any:
    text = str(node.value)
    if node.style is not None:
        return text
    if text in _NULLS:
        return None
    if text in _TRUTH:
        return _TRUTH[text]
    return parse_value(text)
