"""The text of a waveform expression -> a tree. `simorc.expressions.pratt` is the parser.

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
    op(xota.xm1.gm)                                             a quantity of a device at the operating point
    1.5  10k  100p  1meg                                        numbers with a suffix
    vdda  gain  frequency                                       parameters, other measurements, other vectors
    at(v(out), 1u)  cross(v(out), 0.5, n=2, edge=rise)          functions
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeAlias

from simorc.errors import ExpressionError
from simorc.expressions.pratt import ARITHMETIC, SIGN, Language, Parser, Token, tokenize

WORDS = (
    *("rise", "fall", "either", "dc", "peak"),
    *("hann", "blackman", "flattop", "rectangular"),
)
"""Words that are literal arguments."""

_COMPARING = 4
_SAME = {"^": "**", "&": "and", "|": "or", "<>": "!=", "~": "not"}
_SAME |= {"lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "==", "ne": "!="}
"""ngspice's other spellings of an operator."""
_WITH_WINDOW = {"avg": "average", "mean": "average", "fft": "spectrum"}
"""What a function of ngspice means with a window, which ngspice does not have there: ``avg(y, 1u, 2u)`` is
that of ``.meas ... avg ... from= to=``.
"""

WAVES = Language(
    pattern=re.compile(
        r"\s*(?:(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[^\W\d_]*(?:°\w*)?)"
        r"|(?P<signal>(?:(?P<plot>[A-Za-z_]+\d*)\.)?(?:(?P<kind>v|i|vdb|vm|vp|vr|vi|vg|ip|idb|op)\s*\((?P<nodes>[^()]*)\)"
        r"|(?P<device>@[\w.:#]+\[\w+\])))"
        r"|(?P<name>[A-Za-z_][\w.#:]*)"
        r"|(?P<sign>\*\*|==|!=|<=|>=|<>|[-+*/%^<>(),=&|~]))",
        re.IGNORECASE,
    ),
    kinds=("number", "signal", "name", "sign"),
    operators={
        "or": 1,
        "and": 2,
        **dict.fromkeys(("<", "<=", ">", ">=", "==", "!="), _COMPARING),
        **ARITHMETIC,
    },
    sign=SIGN,
    operand="a number, a signal or a name",
    words=frozenset({"and", "or", "not"}),
    words_in_any_case=True,
    same=_SAME,
    most_parts=600,
    deepest=60,
)


@dataclass(frozen=True, slots=True)
class Constant:
    """A number."""

    value: float


@dataclass(frozen=True, slots=True)
class Word:
    """A literal argument: ``rise``."""

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
class DeviceQuantity:
    """``op(xota.xm1.gm)``: a quantity of a device at the operating point of the case."""

    device: str
    quantity: str
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


Node: TypeAlias = "Constant | Word | Name | Signal | DeviceQuantity | Operation | Call"


def parse_wave_expression(text: str) -> Node:
    """The tree of an expression; ExpressionError with a column (from 1) where it is not one."""
    return _Parser(tokenize(text, WAVES), WAVES).whole()


class _Parser(Parser[Node]):
    """Adds signals, words and functions with named arguments."""

    def _operation(self, operator: str, operands: tuple[Node, ...]) -> Node:
        return Operation(operator, operands)

    def _negated(self) -> Node:
        operand = self._expression(_COMPARING)
        if self._binding() == _COMPARING:
            remedy = "not before a comparison: write not (a < b), or (not a) < b"
            raise ExpressionError(remedy, column=self._peek().column)
        return Operation("not", (operand,))

    def _operand(self, token: Token) -> Node:
        if token.kind == "number":
            return Constant(self._number(token))
        if token.kind == "signal":
            return _signal(token)
        if self._is_next("("):
            return self._call(token)
        return Word(token.text.lower()) if token.text.lower() in WORDS else Name(token.text, token.column)

    def _call(self, function: Token) -> Node:
        self._take()
        arguments: list[Node] = []
        named: list[tuple[str, Node]] = []
        while not self._is_next(")"):
            if self._peek().kind == "name" and self._peek(1).text == "=":
                key = self._take().text.lower()
                self._take()
                named.append((key, self._expression(0)))
            elif named:
                raise self._wrong("a named argument")
            else:
                arguments.append(self._expression(0))
            if not self._is_next(")"):
                self._expect_separator()
        self._take()
        name = function.text.lower()
        if len(arguments) > 1 or named:
            name = _WITH_WINDOW.get(name, name)
        return Call(name, tuple(arguments), tuple(named), function.column)

    def _expect_separator(self) -> None:
        if not self._is_next(","):
            raise self._wrong("a comma or )")
        self._take()


def _signal(token: Token) -> Node:
    match = token.match
    assert match is not None
    plot = match["plot"].lower() if match["plot"] else None
    if match["device"]:
        return Signal(match["device"].lower(), plot, token.column)
    if match["kind"].lower() == "op":
        return _device_quantity(token, match["nodes"].strip())
    nodes = [node.strip().lower() for node in match["nodes"].split(",")]
    if not all(nodes) or len(nodes) > 2:
        raise ExpressionError(f"{token.text}: one node or two", column=token.column)
    return _of_kind(match["kind"].lower(), ",".join(nodes), plot, token.column)


def _device_quantity(token: Token, text: str) -> Node:
    device, dot, quantity = text.rpartition(".")
    if not dot or not device or not quantity:
        raise ExpressionError(
            f"{token.text}: write op(DEVICE.QUANTITY), as in op(xm1.gm)", column=token.column
        )
    return DeviceQuantity(device.lower(), quantity.lower(), token.column)


def _of_kind(kind: str, nodes: str, plot: str | None, column: int) -> Node:
    """``vdb(out)`` is ``db(v(out))``, ``vp`` a phase in radians, ``vi`` an imaginary part, ``vg`` a group
    delay, as in ngspice.
    """
    functions = {"db": "db", "m": "mag", "p": "ph", "r": "re", "i": "im", "g": "group_delay"}
    signal = Signal(f"{kind[0]}({nodes})", plot, column)
    return signal if len(kind) == 1 else Call(functions[kind[1:]], (signal,), (), column)
