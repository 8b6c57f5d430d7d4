"""Which text of a deck can draw a random number, and whether any number drawn can reach a result.

ngspice has one sequence of random numbers. Removing text that would have drawn one shifts all that follow.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Set

from simorc.netlist.cut.assignments import all_definitions
from simorc.netlist.cut.kit_text import PlacedCard

_FUNCTIONS = (
    *("agauss", "gauss", "aunif", "unif", "limit", "sgauss", "sunif", "rgauss", "rnd", "random", "poisson"),
    *("exponential", "trnoise", "trrandom"),
)
_DRAWS = re.compile(rf"(?<!\w)(?:{'|'.join(_FUNCTIONS)})(?!\w)")
_FACTORS = re.compile(r"((?:[a-z_]\w*\s*\*\s*)+)(?:exp\s*\(\s*)?$")
_WORD = re.compile(r"[a-z_]\w*")
_AFTER_DIVISION = re.compile(r"[/^*%\w.]\s*$")


def drawing_names(cards: Iterable[PlacedCard]) -> frozenset[str]:
    """The random functions, and every parameter and function whose value is worked out from one."""
    uses: dict[str, set[str]] = {}
    for name, text in all_definitions(cards):
        for word in set(_WORD.findall(text)):
            uses.setdefault(word, set()).add(name)
    found = set(_FUNCTIONS)
    waiting = list(found)
    while waiting:
        new = uses.get(waiting.pop(), set()) - found
        found |= new
        waiting += new
    return frozenset(found)


def can_draw(text: str, names: frozenset[str]) -> bool:
    """Whether a text (lower case) draws a number, directly or through one of `names`."""
    return not names.isdisjoint(_WORD.findall(text))


def chance_matters(texts: Iterable[str], constants: Mapping[str, float]) -> bool:
    """Whether a number drawn in one of `texts` (lower case) can reach a result: it does unless it is
    multiplied by a constant that is zero.
    """
    zeros = {name for name, value in constants.items() if value == 0}
    return any(not is_void(text, match.start(), zeros) for text in texts for match in _DRAWS.finditer(text))


def is_void(text: str, place: int, zeros: Set[str]) -> bool:
    """Whether what is drawn at `place` is multiplied by one of `zeros`."""
    factors = _FACTORS.search(text[:place])
    if factors is None or _AFTER_DIVISION.search(text[: factors.start()]):
        return False
    return not zeros.isdisjoint(_WORD.findall(factors[1]))
