"""Finds the random calls of a text, and replaces each by an expression of a variable.

Texts are cards in lower case, without comments. A call is ``agauss(nominal, variation, sigma)`` or one of the
four others that ngspice draws at random when it reads a deck.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from simorc.netlist.deck.cards import spice_number
from simorc.netlist.random_variables.errors import NotHoisted

FUNCTIONS = {"agauss": 3, "gauss": 3, "aunif": 2, "unif": 2, "limit": 2}
"""The random functions of ngspice's parameters, and how many arguments each has."""

_NAMES = re.compile(rf"(?<![\w.])({'|'.join(FUNCTIONS)})\s*\(")
_QUOTED = re.compile(r"'([^']*)'|\"([^\"]*)\"")
_OPENS, _CLOSES = "({", ")}"


@dataclass(frozen=True, slots=True)
class Call:
    """One random call: where it is in its text, its function and its arguments."""

    start: int
    end: int
    function: str
    arguments: tuple[str, ...]

    @property
    def nominal(self) -> str:
        """The expression of the value without variation."""
        return f"({self.arguments[0]})"

    @property
    def is_void(self) -> bool:
        """Whether it can only give its nominal value: no variation, or a relative one of zero."""
        relative = self.function in {"gauss", "unif"}
        return _is_zero(self.arguments[1]) or (relative and _is_zero(self.arguments[0]))

    def with_variable(self, name: str) -> str:
        """The expression in which the variable `name` takes the place of chance; 0 gives the nominal value.

        A variable of ``agauss`` and ``gauss`` counts standard deviations; one of ``aunif``, ``unif`` and
        ``limit`` is between -1 and 1.
        """
        variation = f"({self.arguments[1]})"
        if self.function in {"gauss", "unif"}:
            variation = f"{self.nominal}*{variation}"
        if self.function in {"agauss", "gauss"}:
            variation = f"{variation}/({self.arguments[2]})"
        return f"({self.nominal}+{variation}*{name})"


def _is_zero(argument: str) -> bool:
    return spice_number(argument.strip("{}'\" \t")) == 0


def has_call(text: str) -> bool:
    """Whether a text has a random call."""
    return _NAMES.search(text) is not None


def calls_of(text: str) -> Iterator[Call]:
    """The random calls of a text in order. Raises NotHoisted for one with other arguments than ngspice
    takes, and for one inside another.
    """
    place = 0
    while match := _NAMES.search(text, place):
        end = closing(text, match.end() - 1)
        arguments = arguments_of(text[match.end() : end - 1])
        if len(arguments) != FUNCTIONS[match[1]] or not all(arguments):
            raise NotHoisted(f"{text[match.start() : end]}: {match[1]} needs {FUNCTIONS[match[1]]} arguments")
        if any(has_call(argument) for argument in arguments):
            raise NotHoisted(f"{text[match.start() : end]}: a random call inside another")
        yield Call(match.start(), end, match[1], tuple(arguments))
        place = end


def closing(text: str, opening: int) -> int:
    """The place after the parenthesis that closes the one at `opening`. Raises NotHoisted."""
    depth = 0
    for place in range(opening, len(text)):
        depth += (text[place] in _OPENS) - (text[place] in _CLOSES)
        if depth == 0:
            return place + 1
    raise NotHoisted(f"{text[max(0, opening - 10) : opening + 20]}: a parenthesis is not closed")


def arguments_of(text: str) -> list[str]:
    """The text between the parentheses of a call, split at its commas."""
    found, depth, start = [], 0, 0
    for place, letter in enumerate(text):
        depth += (letter in _OPENS) - (letter in _CLOSES)
        if letter == "," and depth == 0:
            found.append(text[start:place].strip())
            start = place + 1
    return [*found, text[start:].strip()]


def replaced(text: str, expression: Callable[[Call], str]) -> str:
    """`text`, a value, with `expression` in the place of each random call; the whole value is one expression
    in braces, for ngspice evaluates no text outside braces once the call is gone.
    """
    return "{" + _substituted(flat(text), expression) + "}"


def replaced_in_place(text: str, expression: Callable[[Call], str]) -> str:
    """`text`, the card of an element or a model, with `expression` in the place of each random call.

    Raises NotHoisted for a call that is outside braces and quotes and is not a value by itself.
    """
    return _substituted(text, lambda call: _fitting(text, call, expression(call)))


def flat(text: str) -> str:
    """A value without braces and quotes, which become parentheses."""
    unquoted = _QUOTED.sub(lambda match: f"({match[1] if match[1] is not None else match[2]})", text.strip())
    return unquoted.replace("{", "(").replace("}", ")")


def _substituted(text: str, expression: Callable[[Call], str]) -> str:
    pieces, place = [], 0
    for call in calls_of(text):
        pieces += [text[place : call.start], expression(call)]
        place = call.end
    return "".join([*pieces, text[place:]])


def _fitting(text: str, call: Call, expression: str) -> str:
    before, after = text[: call.start], text[call.end :]
    if before.count("{") > before.count("}") or before.count("'") % 2:
        return expression
    if before[-1:] in "= \t" and after[:1] in ("", " ", "\t"):
        return "{" + expression + "}"
    raise NotHoisted(f"{text[:60]}: a random call outside braces")
