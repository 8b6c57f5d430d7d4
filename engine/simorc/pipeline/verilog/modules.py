"""Parses the Verilog that a pipeline needs: modules, parameters and ports of an ANSI header."""

from __future__ import annotations

import re
from dataclasses import dataclass

# Strings are matched first: `//` inside one starts no comment, and must not hide what follows it.
_TOKEN = re.compile(r'"(?:\\.|[^"\\\n])*"|//[^\n]*|/\*.*?\*/', re.DOTALL)
_RANGE = re.compile(r"\[[^\]]*\]")
_NAME = re.compile(r"[A-Za-z_]\w*")
_DIRECTIONS = ("input", "output", "inout")


@dataclass(frozen=True)
class Port:
    """A port: ``input``, ``output`` or ``inout``; `range` is its text (``[WIDTH-1:0]``), empty for
    one bit.
    """

    direction: str
    range: str
    name: str


@dataclass(frozen=True)
class ModuleHeader:
    """A module's name, its parameters with their defaults as written, and its ports in order."""

    name: str
    parameters: tuple[tuple[str, str], ...]
    ports: tuple[Port, ...]


def without_comments(source: str) -> str:
    """The source with comments blanked; line numbers stay."""
    return _TOKEN.sub(lambda match: match[0] if match[0][0] == '"' else _blank(match[0]), source)


def code_only(source: str) -> str:
    """The source with comments and string literals blanked."""
    return _TOKEN.sub(lambda match: '""' if match[0][0] == '"' else _blank(match[0]), source)


def blanked(source: str) -> str:
    """The source with comments and string literals blanked, every other character at its place."""
    return _TOKEN.sub(lambda match: _blank(match[0]), source)


def _blank(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)


def module_names(source: str) -> list[str]:
    """The modules a source defines, in order."""
    return re.findall(r"(?<![\w$])module\s+(?:automatic\s+)?([A-Za-z_]\w*)", code_only(source))


def read_header(source: str, module: str) -> ModuleHeader | None:
    """The header of one module, None where there is none in ANSI form."""
    text = without_comments(source)
    match = re.search(rf"(?<![\w$])module\s+(?:automatic\s+)?{re.escape(module)}\b\s*", text)
    if match is None:
        return None
    place, parameters = match.end(), ""
    if text.startswith("#", place):
        parameters, place = _bracketed(text, text.find("(", place))
    place += len(text[place:]) - len(text[place:].lstrip())
    ports = _bracketed(text, place)[0] if text.startswith("(", place) else ""
    return ModuleHeader(module, tuple(_parameters(parameters)), tuple(_ports(ports)))


def _bracketed(text: str, start: int) -> tuple[str, int]:
    """The text between the bracket at `start` and its partner, and the position after it."""
    if start < 0:
        return "", len(text)
    depth = 0
    for place in range(start, len(text)):
        depth += (text[place] in "([{") - (text[place] in ")]}")
        if depth == 0:
            return text[start + 1 : place], place + 1
    return "", len(text)


def _parts(text: str) -> list[str]:
    """The text split at commas that are outside brackets."""
    parts, depth, start = [], 0, 0
    for place, letter in enumerate(text):
        depth += (letter in "([{") - (letter in ")]}")
        if letter == "," and depth == 0:
            parts.append(text[start:place])
            start = place + 1
    return [part.strip() for part in [*parts, text[start:]] if part.strip()]


def _parameters(text: str) -> list[tuple[str, str]]:
    found = []
    for part in _parts(text):
        left, _, default = part.partition("=")
        names = _NAME.findall(_RANGE.sub(" ", left))
        if names:
            found.append((names[-1], default.strip()))
    return found


def _ports(text: str) -> list[Port]:
    """A port without a direction of its own has that of the one before it, and its range."""
    ports: list[Port] = []
    direction = span = ""
    for part in _parts(text):
        left = part.partition("=")[0]
        words = _NAME.findall(_RANGE.sub(" ", left))
        if not words:
            continue
        ranges = _RANGE.findall(left)
        if words[0] in _DIRECTIONS:
            direction, span = words[0], ranges[0] if ranges else ""
        if direction:
            ports.append(Port(direction, span, words[-1]))
    return ports
