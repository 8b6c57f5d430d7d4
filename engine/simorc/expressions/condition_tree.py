"""The tree of a condition. The parser creates it; evaluation and SQL use it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Constant:
    """A number, text or truth value that the condition contains."""

    value: float | str | bool


@dataclass(frozen=True, slots=True)
class Name:
    """A parameter, a measurement, a column or a field."""

    name: str


@dataclass(frozen=True, slots=True)
class Operation:
    """``and``, ``or``, ``not``, a sign (one operand) or arithmetic (two operands)."""

    operator: str
    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """``left operator right`` with ``== != < <= > >=``."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Like:
    """A text that matches a pattern: ``*`` any text, ``?`` one character, ``[x]`` the character x."""

    value: Node
    pattern: str


@dataclass(frozen=True, slots=True)
class Contains:
    """A text that contains another one, in upper or lower case."""

    value: Node
    text: str


@dataclass(frozen=True, slots=True)
class Missing:
    """Whether there is no value. It is never unknown."""

    value: Node


@dataclass(frozen=True, slots=True)
class Search:
    """A text that one of the named texts contains. It is never unknown."""

    names: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Warned:
    """Whether the simulator ignored something of a kind that matches one of the patterns, or with one of the
    texts in its first line. It is never unknown.
    """

    kinds: tuple[str, ...]
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Call:
    """One of the known functions."""

    function: str
    arguments: tuple[Node, ...]


Node = Constant | Name | Operation | Comparison | Like | Contains | Missing | Search | Warned | Call
LOGIC = ("and", "or", "not")


def is_test(node: Node) -> bool:
    """Whether a node is true, false or unknown, and not a value."""
    if isinstance(node, Operation):
        return node.operator in LOGIC
    return isinstance(node, Comparison | Like | Contains | Missing | Search | Warned)


def parts_of(node: Node) -> tuple[Node, ...]:
    """The nodes directly below a node."""
    if isinstance(node, Operation):
        return node.operands
    if isinstance(node, Comparison):
        return (node.left, node.right)
    if isinstance(node, Like | Contains | Missing):
        return (node.value,)
    return node.arguments if isinstance(node, Call) else ()


def walked(node: Node) -> Iterator[Node]:
    """A node and everything below it."""
    yield node
    for part in parts_of(node):
        yield from walked(part)
