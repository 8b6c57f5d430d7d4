"""The text of a waveform expression -> a tree. Nothing of Python's own is evaluated.

::

    or |                             loosest
    and &
    < <= > >= == != <>               also lt le gt ge eq ne
    + -
    * / %
    - +                              sign
    ^ **                             tightest, from the right

``not`` (``~``) binds as in ngspice, before a comparison; in front of one it needs brackets.

    v(out)  v(a,b)  i(v1)  vdb(out)  @m1[gm]  tran2.v(out)      signals
    1.5  10k  100p  1meg                                        numbers with a suffix
    vdda  gain  frequency                                       parameters, other measurements, other vectors
    at(v(out), 1u)  cross(v(out), 0.5, n=2, edge=rise)          functions
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeAlias

from simorc.errors import ExpressionError
from simorc.units import unambiguous

MAX_LENGTH = 2000
MAX_DEPTH = 60
MAX_TOKENS = 600

WORDS = (
    *("rise", "fall", "either", "dc", "peak"),
    *("hann", "blackman", "flattop", "rectangular"),
)
"""Words that stand for themselves as an argument."""

_OPERATORS = {"or": 1, "and": 2, "<": 4, "<=": 4, ">": 4, ">=": 4, "==": 4, "!=": 4}
_OPERATORS |= {"+": 5, "-": 5, "*": 6, "/": 6, "%": 6, "**": 8}
_COMPARING, _SIGN, _POWER = 4, 7, 8
_SAME = {"^": "**", "&": "and", "|": "or", "<>": "!=", "~": "not"}
_SAME |= {"lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "==", "ne": "!="}
"""ngspice's other spellings of an operator."""
_WITH_WINDOW = {"avg": "average", "mean": "average", "fft": "spectrum"}
"""What a function of ngspice means with a window, which ngspice does not have there: ``avg(y, 1u, 2u)`` is
that of ``.meas ... avg ... from= to=``.
"""

_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[^\W\d_]*(?:°\w*)?)"
    r"|(?P<signal>(?:(?P<plot>[A-Za-z_]+\d*)\.)?(?:(?P<kind>v|i|vdb|vm|vp|vr|vi|vg|ip|idb)\s*\((?P<nodes>[^()]*)\)"
    r"|(?P<device>@[\w.:#]+\[\w+\])))"
    r"|(?P<name>[A-Za-z_][\w.#:]*)"
    r"|(?P<sign>\*\*|==|!=|<=|>=|<>|[-+*/%^<>(),=&|~]))",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Constant:
    """A number."""

    value: float


@dataclass(frozen=True, slots=True)
class Word:
    """An argument that stands for itself: ``rise``."""

    text: str


@dataclass(frozen=True, slots=True)
class Name:
    """A parameter, another measurement, or a vector of the plot."""

    name: str
    column: int


@dataclass(frozen=True, slots=True)
class Signal:
    """``v(out)``, ``i(v1)``, ``@m1[gm]``; ``plot`` is the analysis it is read from, if named."""

    signal: str
    plot: str | None
    column: int


@dataclass(frozen=True, slots=True)
class Operation:
    """An operator on one operand (a sign, ``not``) or two."""

    operator: str
    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Call:
    """A function with positional and named arguments."""

    function: str
    arguments: tuple[Node, ...]
    named: tuple[tuple[str, Node], ...]
    column: int


Node: TypeAlias = "Constant | Word | Name | Signal | Operation | Call"


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    column: int
    match: re.Match[str] | None = None


def _tokens(text: str) -> list[_Token]:
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"longer than {MAX_LENGTH} characters", column=MAX_LENGTH)
    found, position, end = [], 0, len(text.rstrip())
    while position < end:
        match = _TOKEN.match(text, position)
        if match is None:
            start = position + len(text[position:]) - len(text[position:].lstrip())
            raise ExpressionError(f"unexpected {text[start]}", column=start + 1)
        kind = next(each for each in ("number", "signal", "name", "sign") if match[each] is not None)
        written = match[kind]
        if kind == "name" and written.lower() in ("and", "or", "not"):
            kind, written = "sign", written.lower()
        written = _SAME.get(written, written) if kind == "sign" else written
        found.append(_Token(kind, written, match.start(kind) + 1, match))
        position = match.end()
    if len(found) > MAX_TOKENS:
        raise ExpressionError(f"more than {MAX_TOKENS} parts", column=found[MAX_TOKENS].column)
    return [*found, _Token("end", "", end + 1)]


def parse_wave_expression(text: str) -> Node:
    """The tree of an expression; ExpressionError with a column (from 1) where it is not one."""
    return _Parser(_tokens(text)).whole()


class _Parser:
    """Precedence climbing over the tokens, bounded in depth."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._next = 0
        self._depth = 0

    def whole(self) -> Node:
        tree = self._expression(0)
        if self._peek().kind != "end":
            raise self._wrong("an operator")
        return tree

    def _peek(self) -> _Token:
        return self._tokens[self._next]

    def _take(self) -> _Token:
        token = self._tokens[self._next]
        self._next += 1
        return token

    def _wrong(self, expected: str) -> ExpressionError:
        token = self._peek()
        return ExpressionError(f"expected {expected}, found {token.text or 'the end'}", column=token.column)

    def _expect(self, sign: str) -> None:
        if self._peek().text != sign:
            raise self._wrong(sign)
        self._take()

    def _expect_separator(self) -> None:
        if self._peek().text != ",":
            raise self._wrong("a comma or )")
        self._take()

    def _expression(self, binding: int) -> Node:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise ExpressionError("nested too deeply", column=self._peek().column)
        left = self._prefix()
        while self._binding() > binding:
            operator = self._take().text
            operator = _SAME.get(operator.lower(), operator)
            # A power binds from the right: its right side may hold another power, or a sign.
            strength = _POWER - 1 if operator == "**" else _OPERATORS[operator]
            left = Operation(operator, (left, self._expression(strength)))
        self._depth -= 1
        return left

    def _binding(self) -> int:
        """How tightly the operator that comes next binds; a word such as ``gt`` is one after an operand."""
        token = self._peek()
        if token.kind == "name":
            return _COMPARING if token.text.lower() in _SAME else 0
        return _OPERATORS.get(token.text, 0) if token.kind == "sign" else 0

    def _prefix(self) -> Node:
        token = self._peek()
        if token.kind == "number":
            return self._number()
        if token.kind == "signal":
            return self._signal()
        if token.kind == "name":
            return self._name()
        if token.text in ("-", "+", "not"):
            self._take()
            if token.text == "not":
                return self._negated()
            return Operation(token.text, (self._expression(_SIGN),))
        if token.text == "(":
            self._take()
            inner = self._expression(0)
            self._expect(")")
            return inner
        raise self._wrong("a number, a signal or a name")

    def _negated(self) -> Node:
        operand = self._expression(_COMPARING)
        if self._binding() == _COMPARING:
            remedy = "not before a comparison: write not (a < b), or (not a) < b"
            raise ExpressionError(remedy, column=self._peek().column)
        return Operation("not", (operand,))

    def _number(self) -> Node:
        token = self._take()
        try:
            return Constant(float(unambiguous(token.text)))
        except ValueError as error:
            message = str(error).replace(f"'{token.text}'", token.text)
            raise ExpressionError(message, column=token.column) from None

    def _signal(self) -> Node:
        token = self._take()
        match = token.match
        assert match is not None
        plot = match["plot"].lower() if match["plot"] else None
        if match["device"]:
            return Signal(match["device"].lower(), plot, token.column)
        nodes = [node.strip().lower() for node in match["nodes"].split(",")]
        if not all(nodes) or len(nodes) > 2:
            raise ExpressionError(f"{token.text}: one node or two", column=token.column)
        return _of_kind(match["kind"].lower(), ",".join(nodes), plot, token.column)

    def _name(self) -> Node:
        token = self._take()
        if self._peek().text == "(":
            return self._call(token)
        return Word(token.text.lower()) if token.text.lower() in WORDS else Name(token.text, token.column)

    def _call(self, function: _Token) -> Node:
        self._take()
        arguments: list[Node] = []
        named: list[tuple[str, Node]] = []
        while self._peek().text != ")":
            if self._peek().kind == "name" and self._tokens[self._next + 1].text == "=":
                key = self._take().text.lower()
                self._take()
                named.append((key, self._expression(0)))
            elif named:
                raise self._wrong("a named argument")
            else:
                arguments.append(self._expression(0))
            if self._peek().text != ")":
                self._expect_separator()
        self._take()
        name = function.text.lower()
        if len(arguments) > 1 or named:
            name = _WITH_WINDOW.get(name, name)
        return Call(name, tuple(arguments), tuple(named), function.column)


def _of_kind(kind: str, nodes: str, plot: str | None, column: int) -> Node:
    """``vdb(out)`` is ``db(v(out))``, ``vp`` a phase in radians, ``vi`` an imaginary part, ``vg`` a group
    delay, as in ngspice.
    """
    functions = {"db": "db", "m": "mag", "p": "ph", "r": "re", "i": "im", "g": "group_delay"}
    signal = Signal(f"{kind[0]}({nodes})", plot, column)
    return signal if len(kind) == 1 else Call(functions[kind[1:]], (signal,), (), column)
