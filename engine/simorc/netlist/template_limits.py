"""Limits what a template may compute: steps, and the length of every intermediate text.

A step is an iteration of a loop, a call, or a filter; the count is the same on every machine, so a template
that is refused is refused everywhere. If an argument determines the size of a text, the size is checked
before the text is created.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any

from jinja2 import nodes, pass_context
from jinja2.exceptions import SecurityError

MAX_STEPS = 1_000_000
MAX_LENGTH = 16 * 1024 * 1024
"""Characters of any text that a template makes."""
MAX_WIDTH = 100_000
"""The largest whole number that a filter or method takes: a width or a count."""
COUNTED, JOINED = "simorc_counted", "simorc_joined"
_WIDE = re.compile(r"\d{6,}|\*")
_PER_STEP = 100
_CALL = 20
"""Steps of a call: it takes about as long as so many turns of a loop."""
_left: ContextVar[list[int] | None] = ContextVar("steps left", default=None)


@contextmanager
def counted_steps() -> Iterator[None]:
    """Count the steps of one rendering in the block; `SecurityError` ends it after `MAX_STEPS`."""
    token = _left.set([MAX_STEPS])
    try:
        yield
    finally:
        _left.reset(token)


def step(number: int = 1) -> None:
    """Count steps. Raises SecurityError where none are left."""
    left = _left.get()
    if left is None:
        return
    left[0] -= number
    if left[0] < 0:
        raise SecurityError(f"computes too much: more than {MAX_STEPS:,} loop turns and calls")


def refuse_long(length: int) -> None:
    """Raise SecurityError for a text of so many characters, which are as many steps to make."""
    if length > MAX_LENGTH:
        raise SecurityError(f"makes a text of more than {MAX_LENGTH // 2**20} MB")


def limit_tree(tree: nodes.Template) -> nodes.Template:
    """The template with each loop counted and each ``~`` measured."""
    for loop in tree.find_all(nodes.For):
        loop.iter = nodes.Filter(loop.iter, COUNTED, [], [], None, None, lineno=loop.lineno)
    _measure_concatenations(tree)
    return tree


def _measure_concatenations(parent: nodes.Node) -> None:
    for name, value in list(parent.iter_fields()):
        if isinstance(value, nodes.Node):
            setattr(parent, name, _measured(value))
        elif isinstance(value, list):
            items = [_measured(each) if isinstance(each, nodes.Node) else each for each in value]
            setattr(parent, name, items)


def _measured(node: nodes.Node) -> nodes.Node:
    _measure_concatenations(node)
    if not isinstance(node, nodes.Concat):
        return node
    parts = nodes.List(node.nodes, lineno=node.lineno)
    return nodes.Filter(parts, JOINED, [], [], None, None, lineno=node.lineno)


def concatenated(parts: Iterable[str]) -> str:
    """What captured output is joined by."""
    pieces = list(parts)
    refuse_long(sum(map(len, pieces)))
    return "".join(pieces)


@pass_context
def _count(context: object, items: Iterable[Any]) -> Iterator[Any]:
    for item in items:
        step()
        yield item


@pass_context
def _join(context: object, parts: Iterable[Any]) -> str:
    step()
    return concatenated(map(str, parts))


def limited_filters(filters: dict[str, Callable[..., Any]]) -> dict[str, Callable[..., Any]]:
    """The filters, with their arguments and results checked; and those that `limit_tree` inserts."""
    return {
        **{name: _limited(name, each) for name, each in filters.items()},
        COUNTED: _count,
        JOINED: _join,
    }


def _limited(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    def call(*arguments: Any, **named: Any) -> Any:
        check_arguments(name, arguments, named)
        return checked_result(function(*arguments, **named))

    return call


def check_arguments(name: str, arguments: tuple[Any, ...], named: dict[str, Any]) -> None:
    """Raise SecurityError where a filter or method has too large a width or makes too long a text."""
    for value in (*arguments, *named.values()):
        if isinstance(value, int) and abs(value) > MAX_WIDTH and name in _SIZED:
            raise SecurityError(f"{name}: {value} is too large a width or count")
    texts = [value for value in arguments if isinstance(value, str)]
    if name == "replace" and len(texts) >= 3:
        text, old, new = texts[:3]
        refuse_long(len(text) + text.count(old) * len(new))
    if name in ("join", "indent"):
        refuse_long(_joined_length(arguments))
    if name in ("format", "format_map") and texts:
        refuse_wide_format(texts[0])


_SIZED = frozenset(
    {"center", "ljust", "rjust", "zfill", "expandtabs", "indent", "wordwrap", "truncate", "batch", "slice"}
    | {"tojson", "round", "filesizeformat", "to_bytes", "from_bytes"}
)


def _joined_length(arguments: tuple[Any, ...]) -> int:
    """The approximate length of a joined or an indented text: the items, and the text between or
    before them.
    """
    items = next((each for each in arguments if isinstance(each, list | tuple)), None)
    texts = [each for each in arguments if isinstance(each, str)]
    if items is not None:
        between = max(map(len, texts), default=0)
        return sum(len(each) if isinstance(each, str) else 30 for each in items) + between * len(items)
    if len(texts) >= 2:
        return len(texts[0]) + (texts[0].count("\n") + len(texts[0])) * len(texts[1])
    return 0


def refuse_wide_format(text: str) -> None:
    """Raise SecurityError for a format with a width of six digits, or one given as an argument."""
    for field in re.findall(r"%[^a-zA-Z%]*|\{[^}]*", text):
        if _WIDE.search(field):
            raise SecurityError(f"the format {field[:40]!r} asks for too wide a field")


def checked_result(value: Any) -> Any:
    """A result that is not too long; long ones count as several steps."""
    if isinstance(value, str | list | tuple):
        refuse_long(len(value))
        step(_CALL + len(value) // _PER_STEP)
    else:
        step(_CALL)
    return value
