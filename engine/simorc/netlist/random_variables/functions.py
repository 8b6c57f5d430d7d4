"""Functions of a deck (``.func``) that draw random numbers, expanded where they are called."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from simorc.netlist.random_variables.calls import FUNCTIONS, arguments_of, closing, has_call
from simorc.netlist.random_variables.errors import NotHoisted

_FUNCTION = re.compile(r"\.func\s+([a-z_]\w*)\s*\(([^)]*)\)\s*=?\s*(.*)", re.DOTALL)
_WORD = re.compile(r"(?<![\w.])[a-z_]\w*")
_DEEPEST = 16


@dataclass(frozen=True, slots=True)
class Function:
    """A ``.func`` card: its arguments and its body."""

    arguments: tuple[str, ...]
    body: str


def drawing_functions(texts: Iterable[str]) -> dict[str, Function]:
    """The functions that draw, directly or through others, by name; `texts` are the cards of a deck.

    Raises NotHoisted for one that has the name of a random function.
    """
    every = dict(_read(text) for text in texts if text.startswith(".func"))
    if hidden := sorted(every.keys() & FUNCTIONS.keys()):
        raise NotHoisted(f".func {hidden[0]}: it replaces a random function of ngspice")
    found = {name for name, function in every.items() if has_call(function.body)}
    while more := {name for name, each in every.items() if name not in found and _calls(each.body, found)}:
        found |= more
    return {name: every[name] for name in found}


def _read(text: str) -> tuple[str, Function]:
    match = _FUNCTION.match(text)
    if match is None:
        raise NotHoisted(f"{text[:60]}: this function is not understood")
    arguments = tuple(word.strip() for word in match[2].split(",") if word.strip())
    return match[1], Function(arguments, match[3].strip().strip("{}'\""))


def _calls(text: str, names: set[str]) -> bool:
    return not names.isdisjoint(_WORD.findall(text))


def expanded(text: str, functions: Mapping[str, Function], depth: int = 0) -> str:
    """`text` with the body of each drawing function in the place of its call. Raises NotHoisted."""
    if not functions or not _calls(text, set(functions)):
        return text
    if depth > _DEEPEST:
        raise NotHoisted(f"{text[:60]}: functions call each other without end")
    called = re.compile(rf"(?<![\w.])({'|'.join(map(re.escape, functions))})\s*\(")
    match = called.search(text)
    if match is None:
        return text
    end = closing(text, match.end() - 1)
    body = _body(functions[match[1]], arguments_of(text[match.end() : end - 1]), match[1])
    inner = expanded(body, functions, depth + 1)
    return f"{text[: match.start()]}({inner}){expanded(text[end:], functions, depth)}"


def _body(function: Function, given: list[str], name: str) -> str:
    if len([each for each in given if each]) != len(function.arguments):
        raise NotHoisted(f"{name}: called with {len(given)} arguments, it has {len(function.arguments)}")
    values = {
        argument: f"({expanded(value, {})})"
        for argument, value in zip(function.arguments, given, strict=False)
    }
    return _WORD.sub(lambda match: values.get(match[0], match[0]), function.body)
