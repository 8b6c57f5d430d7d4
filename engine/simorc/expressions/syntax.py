"""The text of an expression -> a tree. A tokenizer and a Pratt parser; nothing of Python's own is evaluated.

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
from simorc.units import unambiguous

MAX_LENGTH = 2000
MAX_DEPTH = 40
MAX_NODES = 500

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
_WORDS = {"and", "or", "not", "in"}
_COMPARISONS = {"==", "!=", "<", "<=", ">", ">=", "in", "not"}
_INFIX = {
    "or": 1,
    "and": 2,
    **dict.fromkeys(_COMPARISONS, 4),
    "+": 5,
    "-": 5,
    "*": 6,
    "/": 6,
    "%": 6,
    "**": 8,
}
_NOT, _SIGN = 3, 7
_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[\w°Ω]*)"
    r"|(?P<name>[A-Za-z_]\w*)|(?P<text>'[^']*'|\"[^\"]*\")"
    r"|(?P<sign>\*\*|==|!=|<=|>=|[-+*/%<>()\[\],]))"
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


@dataclass(frozen=True, slots=True)
class Token:
    """``kind`` is number, name, text, sign, word or end; ``column`` counts from 1."""

    kind: str
    text: str
    column: int


def tokenize(text: str) -> list[Token]:
    """The tokens of an expression, with an end token last."""
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"longer than {MAX_LENGTH} characters", column=MAX_LENGTH)
    tokens, position = [], 0
    while position < len(text.rstrip()):
        match = _TOKEN.match(text, position)
        if match is None or match.lastgroup is None:
            raise _unexpected(text, position)
        kind, written = match.lastgroup, match.group(match.lastgroup)
        tokens.append(Token("word" if written in _WORDS else kind, written, match.start(match.lastgroup) + 1))
        position = match.end()
    return [*tokens, Token("end", "", len(text.rstrip()) + 1)]


def _unexpected(text: str, position: int) -> ExpressionError:
    position += len(text[position:]) - len(text[position:].lstrip())
    character = text[position]
    remedies = {
        "=": "compare with ==",
        "&": "write and",
        "|": "write or",
        "!": "write not or !=",
        "^": "write **",
    }
    hint = (
        "text is not closed" if character in "'\"" else remedies.get(character, "not part of an expression")
    )
    return ExpressionError(f"unexpected {character} ({hint})", column=position + 1)


def parse(text: str) -> tuple[Node, dict[str, int]]:
    """The tree of an expression and the names it uses, each with its first column."""
    parser = _Parser(tokenize(text))
    tree = parser.whole()
    return tree, parser.names


class _Parser:
    """Precedence climbing over the tokens, bounded in depth and size."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._next = 0
        self._depth = 0
        self.names: dict[str, int] = {}
        if len(tokens) > MAX_NODES:
            raise ExpressionError(f"more than {MAX_NODES} parts", column=tokens[MAX_NODES].column)

    def whole(self) -> Node:
        tree = self._expression(0)
        if self._peek().kind != "end":
            raise self._wrong("an operator")
        return tree

    def _peek(self) -> Token:
        return self._tokens[self._next]

    def _take(self) -> Token:
        token = self._tokens[self._next]
        self._next += 1
        return token

    def _wrong(self, expected: str) -> ExpressionError:
        token = self._peek()
        found = token.text or "the end"
        return ExpressionError(f"expected {expected}, found {found}", column=token.column)

    def _expect(self, sign: str) -> None:
        if self._peek().text != sign or self._peek().kind == "text":
            raise self._wrong(sign)
        self._take()

    def _expression(self, binding: int) -> Node:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise ExpressionError("nested too deeply", column=self._peek().column)
        left = self._prefix()
        while self._binding() > binding:
            left = self._infix(left)
        self._depth -= 1
        return left

    def _binding(self) -> int:
        token = self._peek()
        return _INFIX.get(token.text, 0) if token.kind in ("sign", "word") else 0

    def _prefix(self) -> Node:
        token = self._peek()
        if token.kind == "text":
            return Constant(self._take().text[1:-1])
        if token.kind == "number":
            return self._number()
        if token.kind == "name":
            return self._name()
        if token.text == "not":
            self._take()
            return Operation("not", (self._expression(_NOT),))
        if token.text in ("-", "+"):
            self._take()
            return Operation(token.text, (self._expression(_SIGN),))
        if token.text == "(":
            self._take()
            inner = self._expression(0)
            self._expect(")")
            return inner
        raise self._wrong("a number, a text or a parameter")

    def _number(self) -> Node:
        token = self._take()
        try:
            return Constant(float(unambiguous(token.text)))
        except ValueError as error:
            message = str(error).replace(f"'{token.text}'", token.text)
            raise ExpressionError(message, column=token.column) from None

    def _name(self) -> Node:
        token = self._take()
        if token.text in _CONSTANTS:
            return Constant(_CONSTANTS[token.text])
        if self._peek().text == "(" and self._peek().kind == "sign":
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
        while self._peek().text != closing or self._peek().kind == "text":
            items.append(self._expression(0))
            if self._peek().text != ",":
                break
            self._take()
        self._expect(closing)
        return tuple(items)

    def _infix(self, left: Node) -> Node:
        operator = self._peek().text
        if operator in _COMPARISONS:
            return self._comparison(left)
        self._take()
        # ** takes a signed right side and groups from the right; the others group from the left.
        right = self._expression(_SIGN - 1 if operator == "**" else _INFIX[operator])
        return Operation(operator, (left, right))

    def _comparison(self, first: Node) -> Node:
        rest = []
        while self._binding() == _INFIX["=="]:
            operator = self._take().text
            if operator == "not":
                self._expect("in")
                operator = "not in"
            rest.append(
                (operator, self._listing() if operator.endswith("in") else self._expression(_INFIX["=="]))
            )
        return Comparison(first, tuple(rest))

    def _listing(self) -> Node:
        opening = self._peek().text
        if opening not in ("[", "("):
            raise self._wrong("a list such as ['ss', 'ff']")
        self._take()
        return Listing(self._items("]" if opening == "[" else ")"))
