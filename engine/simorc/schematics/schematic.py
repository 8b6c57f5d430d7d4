"""Reads files of xschem: the symbols of a schematic, and every text with its line.

A ``.sch`` or ``.sym`` file is a list of objects, each a letter, numbers, and texts in braces::

    C {devices/res.sym} 100 0 0 0 {name=R1 value=10k}

Within braces a backslash takes the next character literally and the first bare ``}`` ends the text; braces do
not nest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from simorc.errors import NetlistError

_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_ATTRIBUTE = re.compile(r'([^\s="]+)\s*=\s*("(?:\\.|[^"\\])*"|(?:\\.|[^\s\\])*)', re.DOTALL)
_TEXT = re.compile(r"\{((?:\\.|[^}\\])*)\}", re.DOTALL)
_VERSION = re.compile(r"xschem version=(\d+)\.(\d+)")
_GLOBAL_LETTERS = ("K", "G")


@dataclass(frozen=True)
class Text:
    """One text in braces, as written in the file; ``line`` and ``column`` of its start, from 1."""

    raw: str
    line: int
    column: int

    @property
    def plain(self) -> str:
        """The text with the escapes of the file taken away."""
        return _ESCAPED.sub(r"\1", self.raw)

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column in the file of the character at ``offset`` of ``raw``."""
        before = self.raw[:offset]
        newlines = before.count("\n")
        column = len(before) - before.rfind("\n") if newlines else self.column + offset
        return self.line + newlines, column

    def attributes(self) -> dict[str, str]:
        """``name=R1 value="10 k"`` as a mapping, quotes and escapes taken away."""
        return {name: _bare(value) for name, value in _ATTRIBUTE.findall(self.plain)}


@dataclass(frozen=True)
class Instance:
    """A symbol placed in a schematic."""

    reference: str
    line: int
    properties: Text

    @cached_property
    def name(self) -> str:
        """The instance's name, empty for one without."""
        return self.properties.attributes().get("name", "")


@dataclass(frozen=True)
class Schematic:
    """The objects of one ``.sch`` or ``.sym`` file: a letter and its texts."""

    path: Path
    objects: tuple[tuple[str, tuple[Text, ...]], ...]

    @classmethod
    def load(cls, path: Path) -> Schematic:
        """Raises NetlistError when the file cannot be read."""
        try:
            text = path.read_text(encoding="utf-8", errors="replace")
        except OSError as error:
            raise NetlistError(f"{path}: cannot be read: {error.strerror}") from None
        return cls.parse(text, path)

    @classmethod
    def parse(cls, text: str, path: Path) -> Schematic:
        """Never fails: what is no object of xschem is passed over."""
        return cls(path, tuple(_objects(text)))

    @cached_property
    def instances(self) -> tuple[Instance, ...]:
        """The symbols placed, in the order of the file."""
        placed = (texts for letter, texts in self.objects if letter == "C" and len(texts) >= 2)
        return tuple(Instance(texts[0].plain, texts[0].line, texts[-1]) for texts in placed)

    @cached_property
    def attributes(self) -> dict[str, str]:
        """The file's own attributes: of a symbol its ``type``, ``format``, ``template``, ..."""
        for wanted in _GLOBAL_LETTERS:
            for letter, texts in self.objects:
                if letter == wanted and texts and texts[0].raw.strip():
                    return texts[0].attributes()
        return {}

    @cached_property
    def drawn_with(self) -> tuple[int, int]:
        """Major and minor version of the xschem that saved the file, (0, 0) if the file does not
        contain it.
        """
        headers = (texts[0].raw for letter, texts in self.objects if letter == "v" and texts)
        match = _VERSION.search(next(headers, ""))
        return (int(match[1]), int(match[2])) if match else (0, 0)

    def texts(self) -> Iterator[Text]:
        """Every text that can hold a placeholder."""
        for letter, texts in self.objects:
            if letter != "v":
                yield from texts


def _bare(value: str) -> str:
    quoted = len(value) > 1 and value[0] == value[-1] == '"'
    return _ESCAPED.sub(r"\1", value[1:-1] if quoted else value)


def _objects(text: str) -> Iterator[tuple[str, tuple[Text, ...]]]:
    position, line, line_start = 0, 1, 0
    while position < len(text):
        letter = text[position]
        position += 1
        if letter == "\n":
            line, line_start = line + 1, position
            continue
        texts: list[Text] = []
        while position < len(text) and text[position] != "\n":
            match = _TEXT.match(text, position) if text[position] == "{" else None
            if match is None:
                position += 1
                continue
            texts.append(Text(match[1], line, match.start(1) - line_start + 1))
            newlines = match[1].count("\n")
            if newlines:
                line += newlines
                line_start = match.start(1) + match[1].rfind("\n") + 1
            position = match.end()
        yield letter, tuple(texts)
        position += 1
        line, line_start = line + 1, position
