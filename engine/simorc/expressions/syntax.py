"""The text of an expression -> a tree. The parser is `pratt`.

::

    or                          loosest
    and
    not
    == != < <= > >= in, not in  chained as in Python: -40 < temp <= 125
    + -
    * / %
    - + (sign)
    **                          tightest, from the right
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from simorc.errors import ExpressionError
from simorc.expressions.pratt import Language, Parser, Token

FUNCTIONS = {
    "abs": (1, 1),
    "sqrt": (1, 1),
    "log10": (1, 1),
    "exp": (1, 1),
    "round": (1, 2),
    "min": (1, 99),
    "max": (1, 99),
}
_CONSTANTS = {"true": True, "false": False, "True": True, "False": False}
_COMPARING = 4
_COMPARISONS = ("==", "!=", "<", "<=", ">", ">=", "in", "not")
_NOT = 3
_REMEDIES = {
    "=": "compare with ==",
    "&": "write and",
    "|": "write or",
    "!": "write not or !=",
    "^": "write **",
    "'": "missing closing quote",
    '"': "missing closing quote",
}
CONDITIONS = Language(
    pattern=re.compile(
        r"\s*(?:(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[\w°Ω]*)"
        r"|(?P<name>[A-Za-z_]\w*)|(?P<text>'[^']*'|\"[^\"]*\")"
        r"|(?P<sign>\*\*|==|!=|<=|>=|[-+*/%<>()\[\],]))"
    ),
    kinds=("number", "name", "text", "sign"),
    operators={
        "or": 1,
        "and": 2,
        **dict.fromkeys(_COMPARISONS, _COMPARING),
        "+": 5,
        "-": 5,
        "*": 6,
        "/": 6,
        "%": 6,
        "**": 8,
    },
    sign=7,
    operand="a number, a text or a parameter",
    words=frozenset({"and", "or", "not", "in"}),
    hint=lambda character: _REMEDIES.get(character, "not part of an expression"),
)


@dataclass(frozen=True, slots=True)
class Constant:
    """A number, text or truth value written in the expression."""

    value: float | str | bool


@dataclass(frozen=True, slots=True)
class Name:
    """A parameter."""

    name: str


@dataclass(frozen=True, slots=True)
class Operation:
    """``and or not``, a sign (one operand) or arithmetic (two)."""

    operator: str
    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """``first op second op third ...``; the right side of ``in`` and ``not in`` is a Listing."""

    first: Node
    rest: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class Listing:
    """The right side of ``in``."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Call:
    """One of the known functions."""

    function: str
    arguments: tuple[Node, ...]


Node = Constant | Name | Operation | Comparison | Listing | Call


def parse(text: str) -> tuple[Node, dict[str, int]]:
    """The tree of an expression and the names it uses, each with its first column."""
    parser = _Parser(text, CONDITIONS)
    tree = parser.whole()
    return tree, parser.names


class _Parser(Parser[Node]):
    """Adds texts, functions, chained comparisons and lists."""

    def __init__(self, text: str, language: Language) -> None:
        super().__init__(text, language)
        self.names: dict[str, int] = {}

    def _operation(self, operator: str, operands: tuple[Node, ...]) -> Node:
        return Operation(operator, operands)

    def _negated(self) -> Node:
        return Operation("not", (self._expression(_NOT),))

    def _operand(self, token: Token) -> Node:
        if token.kind == "number":
            return Constant(self._number(token))
        if token.kind == "text":
            return Constant(token.text[1:-1])
        if token.text in _CONSTANTS:
            return Constant(_CONSTANTS[token.text])
        if self._is_next("("):
            return self._call(token)
        self.names.setdefault(token.text, token.column)
        return Name(token.text)

    def _call(self, token: Token) -> Node:
        if token.text not in FUNCTIONS:
            known = ", ".join(sorted(FUNCTIONS))
            raise ExpressionError(f"{token.text} is not a function (known: {known})", column=token.column)
        self._take()
        arguments = self._items(")")
        least, most = FUNCTIONS[token.text]
        if not least <= len(arguments) <= most:
            raise ExpressionError(f"{token.text} does not take {len(arguments)} values", column=token.column)
        return Call(token.text, arguments)

    def _items(self, closing: str) -> tuple[Node, ...]:
        items = []
        while not self._is_next(closing):
            items.append(self._expression(0))
            if not self._is_next(","):
                break
            self._take()
        self._expect(closing)
        return tuple(items)

    def _infix(self, left: Node) -> Node:
        return self._comparison(left) if self._binding() == _COMPARING else super()._infix(left)

    def _comparison(self, first: Node) -> Node:
        rest = []
        while self._binding() == _COMPARING:
            operator = self._take().text
            if operator == "not":
                self._expect("in")
                operator = "not in"
            rest.append(
                (operator, self._listing() if operator.endswith("in") else self._expression(_COMPARING))
            )
        return Comparison(first, tuple(rest))

    def _listing(self) -> Node:
        opening = self._peek().text
        if opening not in ("[", "("):
            raise self._wrong("a list such as ['ss', 'ff']")
        self._take()
        return Listing(self._items("]" if opening == "[" else ")"))
