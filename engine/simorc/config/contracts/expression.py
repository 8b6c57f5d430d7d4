"""Restricted expressions of a contract: widths of ports and rules of a design.

The syntax is that of Python: whole numbers, names, ``+ - * // % << >> & | ^ ~``, comparisons, ``and or not``,
``a if condition else b``, ``x[3]`` and ``x[7:4]`` (both bits included), and the functions of `FUNCTIONS`.
Values are whole numbers of any size; a value gets the width of what it is assigned to.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from simorc.config.names import did_you_mean, listed
from simorc.errors import ExpressionError

MOST_CHARACTERS = 2000
MOST_BITS = 4096
_DEEPEST = 60

BINARY: Mapping[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.LShift: "<<",
    ast.RShift: ">>",
    ast.BitAnd: "&",
    ast.BitOr: "|",
    ast.BitXor: "^",
    ast.Pow: "**",
}
COMPARISONS: Mapping[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}
FUNCTIONS = ("cat", "clog2", "max", "min", "parity")
"""``cat(a, b)`` joins bits, ``clog2(n)`` is the number of bits that count to n, ``parity(x)`` the XOR of all
bits.
"""


@dataclass(frozen=True)
class Expression:
    """A parsed expression: its text and its checked tree."""

    text: str
    tree: ast.expr

    def __call__(self, values: Mapping[str, int], widths: Mapping[str, int] | None = None) -> int:
        """The value for the given values of its names; `widths` are those of names that ``~`` and ``cat``
        take. Raises ExpressionError.
        """
        try:
            return _Evaluation(values, widths or {}).value(self.tree)
        except ZeroDivisionError:
            raise ExpressionError("division by zero", text=self.text) from None

    @property
    def names(self) -> frozenset[str]:
        """Every name it reads."""
        functions = {id(node.func) for node in ast.walk(self.tree) if isinstance(node, ast.Call)}
        return frozenset(
            node.id
            for node in ast.walk(self.tree)
            if isinstance(node, ast.Name) and id(node) not in functions
        )


def parse_expression(text: str, known: Collection[str]) -> Expression:
    """The expression in `text`, with names from `known` alone. Raises ExpressionError with the column."""
    if len(text) > MOST_CHARACTERS:
        raise ExpressionError(f"longer than {MOST_CHARACTERS} characters", column=MOST_CHARACTERS, text=text)
    try:
        tree = ast.parse(text.strip() or "?", mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        column = getattr(error, "offset", None) or 1
        reason = "empty" if not text.strip() else "invalid syntax; the syntax is that of Python expressions"
        raise ExpressionError(reason, column=column, text=text) from None
    _check(tree, known, text, 0)
    return Expression(text, tree)


def _check(node: ast.AST, known: Collection[str], text: str, depth: int) -> None:
    if depth > _DEEPEST:
        raise ExpressionError("nested too deeply", text=text)
    reason = _complaint(node, known)
    if reason:
        column = getattr(node, "col_offset", 0) + 1
        raise ExpressionError(reason, column=column, text=text)
    for child in _operands(node):
        _check(child, known, text, depth + 1)


def _operands(node: ast.AST) -> list[ast.AST]:
    """The parts of a node that are values."""
    if isinstance(node, ast.Call):
        return list(node.args)
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice):
        bounds = [each for each in (node.slice.lower, node.slice.upper) if each is not None]
        return [node.value, *bounds]
    return [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]


def _complaint(node: ast.AST, known: Collection[str]) -> str:
    """Why a node is not allowed; empty when it is."""
    if isinstance(node, ast.Name):
        return "" if node.id in known else f"no '{node.id}' here{_suggestion(node.id, known)}"
    check = _CHECKS.get(type(node))
    if check is None:
        return (
            "not allowed in a rule: use numbers, names, operators, comparisons, 'a if c else b', x[3], x[7:4]"
        )
    return check(node)


def _suggestion(name: str, known: Collection[str]) -> str:
    return f"{did_you_mean(name, known)}; known: {listed(known)}"


def _constant(node: ast.Constant) -> str:
    return "" if isinstance(node.value, bool | int) else f"not a whole number: {node.value!r}"


def _operator(node: ast.BinOp) -> str:
    if type(node.op) not in BINARY:
        return "operator not allowed: use + - * // % << >> & | ^ ** (// is the whole-number division)"
    return ""


def _comparison(node: ast.Compare) -> str:
    return "" if all(type(op) in COMPARISONS for op in node.ops) else "comparison not allowed"


def _call(node: ast.Call) -> str:
    if not isinstance(node.func, ast.Name) or node.keywords:
        return "only plain functions may be called"
    if node.func.id not in FUNCTIONS:
        return f"no function '{node.func.id}'{_suggestion(node.func.id, FUNCTIONS)}"
    exact = {"clog2": 1, "parity": 1, "min": 2, "max": 2}.get(node.func.id)
    if not node.args or (exact is not None and len(node.args) != exact):
        return f"{node.func.id} takes {exact or 'at least one'} argument{'s' if exact == 2 else ''}"
    return ""


def _subscript(node: ast.Subscript) -> str:
    part = node.slice
    if isinstance(part, ast.Slice) and (part.lower is None or part.upper is None or part.step is not None):
        return "a range of bits is written x[high:low]"
    return "" if isinstance(node.value, ast.Name) else "only a name has bits: write name[3] or name[7:4]"


_CHECKS: Mapping[type[ast.AST], Callable[..., str]] = {
    ast.Constant: _constant,
    ast.BinOp: _operator,
    ast.UnaryOp: lambda node: "",
    ast.BoolOp: lambda node: "",
    ast.Compare: _comparison,
    ast.IfExp: lambda node: "",
    ast.Call: _call,
    ast.Subscript: _subscript,
}


class _Evaluation:
    """Values of nodes; a name without a width has that of its value."""

    def __init__(self, values: Mapping[str, int], widths: Mapping[str, int]) -> None:
        self._values = values
        self._widths = widths

    def value(self, node: ast.expr) -> int:
        return _EVALUATIONS[type(node)](self, node)

    def width(self, node: ast.expr) -> int:
        return width_of(node, self._widths, self.value)

    def name(self, node: ast.Name) -> int:
        return self._values[node.id]

    def binary(self, node: ast.BinOp) -> int:
        left, right = self.value(node.left), self.value(node.right)
        return _bounded(_ARITHMETIC[type(node.op)](left, right))

    def unary(self, node: ast.UnaryOp) -> int:
        value = self.value(node.operand)
        if isinstance(node.op, ast.Not):
            return int(not value)
        if isinstance(node.op, ast.Invert):
            return value ^ ((1 << self.width(node.operand)) - 1)
        return -value if isinstance(node.op, ast.USub) else value

    def logic(self, node: ast.BoolOp) -> int:
        if isinstance(node.op, ast.And):
            return int(all(self.value(each) for each in node.values))
        return int(any(self.value(each) for each in node.values))

    def compare(self, node: ast.Compare) -> int:
        left = self.value(node.left)
        for op, each in zip(node.ops, node.comparators, strict=True):
            right = self.value(each)
            if not _COMPARE[type(op)](left, right):
                return 0
            left = right
        return 1

    def choice(self, node: ast.IfExp) -> int:
        return self.value(node.body if self.value(node.test) else node.orelse)

    def bits(self, node: ast.Subscript) -> int:
        value = self.value(node.value)
        if isinstance(node.slice, ast.Slice):
            assert node.slice.lower is not None and node.slice.upper is not None
            high, low = self.value(node.slice.lower), self.value(node.slice.upper)
            return (value >> _position(low)) & ((1 << max(0, _position(high) - low + 1)) - 1)
        return (value >> _position(self.value(node.slice))) & 1

    def call(self, node: ast.Call) -> int:
        assert isinstance(node.func, ast.Name)
        values = [self.value(each) for each in node.args]
        if node.func.id == "cat":
            joined = 0
            for part, value in zip(node.args, values, strict=True):
                width = self.width(part)
                joined = _bounded(joined << width) | (value & ((1 << width) - 1))
            return joined
        if node.func.id == "parity":
            return abs(values[0]).bit_count() & 1
        if node.func.id == "clog2":
            return max(0, values[0] - 1).bit_length()
        return min(values) if node.func.id == "min" else max(values)


def width_of(node: ast.expr, widths: Mapping[str, int], value: Callable[[ast.expr], int]) -> int:
    """The width of a node that has one: a name, bits of it, and bitwise operations on them. Raises
    ExpressionError for others.
    """
    if isinstance(node, ast.Name) and node.id in widths:
        return widths[node.id]
    if isinstance(node, ast.Subscript):
        return _selected(node, value)
    if is_truth(node):
        return 1
    parts = _joined(node)
    if parts:
        found = [width_of(each, widths, value) for each in parts]
        return sum(found) if isinstance(node, ast.Call) else max(found)
    raise ExpressionError(
        "~ and cat need operands of a known width: names, their bits, and & | ^ of them",
        column=node.col_offset + 1,
    )


def _selected(node: ast.Subscript, value: Callable[[ast.expr], int]) -> int:
    if not isinstance(node.slice, ast.Slice):
        return 1
    assert node.slice.lower is not None and node.slice.upper is not None
    return value(node.slice.lower) - value(node.slice.upper) + 1


def is_truth(node: ast.expr) -> bool:
    """Whether a value is 0 or 1 by its operator."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return node.func.id == "parity"
    negated = isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)
    return negated or isinstance(node, ast.Compare | ast.BoolOp)


def _joined(node: ast.expr) -> list[ast.expr]:
    """The parts that give a node its width: their sum for ``cat``, else the widest."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitAnd | ast.BitOr | ast.BitXor):
        return [node.left, node.right]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Invert):
        return [node.operand]
    if isinstance(node, ast.IfExp):
        return [node.body, node.orelse]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "cat":
        return list(node.args)
    return []


def _position(value: int) -> int:
    if not 0 <= value <= MOST_BITS:
        raise ExpressionError(f"bit {value} is outside 0 to {MOST_BITS}")
    return value


def _bounded(value: int) -> int:
    if value.bit_length() > MOST_BITS:
        raise ExpressionError(f"a value has more than {MOST_BITS} bits")
    return value


def _shift_left(value: int, count: int) -> int:
    return value << _position(count)


def _power(value: int, exponent: int) -> int:
    if exponent < 0 or value.bit_length() * exponent > MOST_BITS:
        raise ExpressionError(f"a power is negative or has more than {MOST_BITS} bits")
    return int(value**exponent)


_ARITHMETIC: Mapping[type[ast.operator], Callable[[int, int], int]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.FloorDiv: lambda a, b: a // b,
    ast.Mod: lambda a, b: a % b,
    ast.LShift: _shift_left,
    ast.RShift: lambda a, b: a >> _position(b),
    ast.BitAnd: lambda a, b: a & b,
    ast.BitOr: lambda a, b: a | b,
    ast.BitXor: lambda a, b: a ^ b,
    ast.Pow: _power,
}
_COMPARE: Mapping[type[ast.cmpop], Callable[[int, int], bool]] = {
    ast.Eq: lambda a, b: a == b,
    ast.NotEq: lambda a, b: a != b,
    ast.Lt: lambda a, b: a < b,
    ast.LtE: lambda a, b: a <= b,
    ast.Gt: lambda a, b: a > b,
    ast.GtE: lambda a, b: a >= b,
}
_EVALUATIONS: Mapping[type[ast.expr], Callable[..., int]] = {
    ast.Constant: lambda _, node: int(node.value),
    ast.Name: _Evaluation.name,
    ast.BinOp: _Evaluation.binary,
    ast.UnaryOp: _Evaluation.unary,
    ast.BoolOp: _Evaluation.logic,
    ast.Compare: _Evaluation.compare,
    ast.IfExp: _Evaluation.choice,
    ast.Subscript: _Evaluation.bits,
    ast.Call: _Evaluation.call,
}
