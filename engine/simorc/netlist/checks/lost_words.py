"""Words after a value that ngspice ignores without a word: what follows a blank, or a closing brace.

- ``x1 a s w=1 k`` and ``.subckt s a w=2 * 1k``: the value ends at the blank.
- ``.param q=1 k w=2``: the same on a card with two or more assignments; on a card with one, a blank is part
  of its expression.
- ``x1 a s w={q}*2``: the value is what the braces contain.
- ``.option reltol=1 m``: what looks like an option of its own is a unit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from simorc.number_grammar import unit_apart

_ASSIGNMENT = re.compile(r"(?P<name>[^\s=,]+)\s*(?<![!<>=])=(?!=)\s*(?P<value>[^\s,]+)")
_AFTER_BRACES = re.compile(r"\{_*\}")
_INNERMOST = re.compile(r"\(([^()]*)\)|\{([^{}]*)\}")
_WORD_AFTER_VALUE = re.compile(r"=\s*[^\s=]+\s+[^\s=$;]+(?:\s|$)")
_GLUED_TO_BRACES = re.compile(r"[}'][^\s,}'$;]")
_NO_VALUE = "params:"
_DEEPEST = 20


@dataclass(frozen=True, slots=True)
class LostWords:
    """The words from `start` to `end` of a card, after the value of `name`; `value` begins at `begin`."""

    name: str
    begin: int
    start: int
    end: int

    def message(self, card: str) -> str:
        """What ngspice reads, and how to write what is probably meant; `card` as it is written."""
        value, lost = (_on_one_line(card[first:last]) for first, last in self._places)
        return f"ngspice ignores '{lost}' after {self.name}={value}: {_remedy(self.name, f'{value} {lost}')}"

    @property
    def _places(self) -> tuple[tuple[int, int], tuple[int, int]]:
        return (self.begin, self.start), (self.start, self.end)


def _on_one_line(text: str) -> str:
    return " ".join(re.sub(r"\n[ \t]*\+", " ", text).split()).strip(" ,")


def _remedy(name: str, value: str) -> str:
    if "{{" in value:
        return "write the value without blanks"
    bare = re.sub(r"[{}']", "", value)
    return f"write {name}={unit_apart(value) or f'{{{bare}}}'}"


def may_have_lost_words(card: str) -> bool:
    """Whether it is worth while to look closer at a card; quick, for a large netlist has a million."""
    if _WORD_AFTER_VALUE.search(card):
        return True
    return ("}" in card or "'" in card) and _GLUED_TO_BRACES.search(card) is not None


def lost_words(kind: str, card: str) -> Iterator[LostWords]:
    """Those of one card: without comments, on one line, with braces for quotes. `kind` is its first word."""
    masked = _masked(card)
    found = [*_ASSIGNMENT.finditer(masked)]
    if not found or (kind.startswith(".para") and len(found) < 2):
        return
    ends = [*(match.start() for match in found[1:]), len(masked)]
    for match, end in zip(found, ends, strict=True):
        start = _end_of_value(kind, match)
        rest = masked[start:end]
        words = rest.strip(" \t\n,")
        if not words or words.lower() == _NO_VALUE:
            continue
        first = start + rest.index(words[0])
        if kind.startswith(".opt"):
            words = words.split()[0]
        if not kind.startswith(".opt") or unit_apart(f"{match['value']} {words}"):
            yield LostWords(match["name"], match.start("value"), first, first + len(words))


def _end_of_value(kind: str, match: re.Match[str]) -> int:
    """Where ngspice stops to read a value: in a ``.param`` only a blank or a comma ends it."""
    braces = None if kind.startswith(".para") else _AFTER_BRACES.match(match["value"])
    return match.end() if braces is None else match.start("value") + braces.end()


def _masked(card: str) -> str:
    """A card of the same length, without the contents of parentheses and braces."""
    for _ in range(_DEEPEST):
        masked = _INNERMOST.sub(lambda match: _filled(match[0]), card)
        if masked == card:
            break
        card = masked
    return card.translate(_CLOSED)


_ROUND, _CURLY = "\ue020\ue021", "\ue022\ue023"
_CLOSED = str.maketrans(f"{_ROUND}{_CURLY}", "(){}")


def _filled(text: str) -> str:
    """``(a + b)`` as ``(_____)``, with marks that are not looked into again."""
    marks = _ROUND if text[0] == "(" else _CURLY
    return f"{marks[0]}{'_' * (len(text) - 2)}{marks[1]}"
