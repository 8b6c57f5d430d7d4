"""Translates conditions to SQL over the cases of a run.

The SQL contains column names of the run only; every value the user typed is passed in the arguments. What
SQLite computes differently from Python, or not at all, is computed by the functions of `SQL_FUNCTIONS`, which
a connection must register.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from simorc.expressions.condition_tree import (
    Call,
    Comparison,
    Constant,
    Contains,
    Like,
    Missing,
    Name,
    Node,
    Operation,
    Search,
    Warned,
)
from simorc.expressions.conditions import compile_condition
from simorc.expressions.operations import number_of
from simorc.expressions.vocabulary import Vocabulary

FIXED_COLUMNS: Mapping[str, str] = {
    "case": "id",
    "id": "id",
    "status": "status",
    "kind": "kind",
    "message": "message",
    "attempts": "attempts",
    "warm": "warm",
    "rung": "rung",
    "time": "seconds",
    "seconds": "seconds",
    "started": "started",
}
_TEXTS = frozenset({"status", "kind", "message", "rung"})
_NUMBERS = frozenset(FIXED_COLUMNS.values()) - _TEXTS
_WARNING = "warning"
STATUS_WORDS: Mapping[str, str] = {
    "pending": "pending",
    "waiting": "pending",
    "in_progress": "in_progress",
    "running": "in_progress",
    "completed": "completed",
    "done": "completed",
    "failed": "failed",
}


class NamedColumn(Protocol):
    """A column of a run's case table: the SQL name (``p_vdda``), what it is, and what the user calls it."""

    @property
    def name(self) -> str: ...
    @property
    def role(self) -> str: ...
    @property
    def label(self) -> str: ...


@dataclass(frozen=True)
class CaseFilter:
    """A condition as SQL over ``cases``: a WHERE text ('' keeps everything) and its arguments."""

    where: str = ""
    args: tuple[float | int | str, ...] = ()


def parse_filter(text: str, columns: Iterable[NamedColumn]) -> CaseFilter:
    """The SQL of a condition over a run with ``columns``; an empty one keeps everything.

    Raises ExpressionError with the column (from 1) of the first mistake.
    """
    if not text.strip():
        return CaseFilter()
    return case_sql(compile_condition(text, case_vocabulary(columns)).tree)


def case_vocabulary(columns: Iterable[NamedColumn]) -> Vocabulary:
    """What a condition over the cases of a run may name, and the column of the table that is meant.

    A parameter wins over a measurement of the same label.
    """
    known = tuple(columns)
    names = {column.name: column.name for column in known}
    names.update({column.label: column.name for column in known if column.role != "parameter"})
    names.update({_WARNING: _WARNING, **FIXED_COLUMNS})
    names.update({column.label: column.name for column in known if column.role == "parameter"})
    return Vocabulary(
        names,
        unknown="unknown column '{}' in this run",
        texts=_TEXTS | ({_WARNING} if names[_WARNING] == _WARNING else set()),
        words={"status": STATUS_WORDS},
        searched=("message", "kind", *(column.name for column in known if column.role == "parameter")),
        case="id",
        warnings=_WARNING if names[_WARNING] == _WARNING else "",
    )


def filter_names(columns: Iterable[NamedColumn]) -> list[str]:
    """The names a filter may use, for completion: status words first, then parameters and measurements."""
    fixed = ["status", "kind", "message", "case", "attempts", "warm", "rung", "time", _WARNING]
    return [*fixed, *(column.label for column in columns)]


def case_sql(tree: Node) -> CaseFilter:
    """The SQL of a tree whose names are columns of the table."""
    found = _truth(_sql(tree))
    return CaseFilter(found.text, found.args)


# Nodes ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Sql:
    """An SQL expression. `kind` is its type: ``number``, ``text``, or ``any``; it may be NULL."""

    text: str
    args: tuple[float | int | str, ...] = ()
    kind: str = "number"


def _sql(node: Node) -> _Sql:
    if isinstance(node, Constant):
        kind = "text" if isinstance(node.value, str) else "number"
        return _Sql("?", (int(node.value) if isinstance(node.value, bool) else node.value,), kind)
    if isinstance(node, Name):
        kind = "number" if node.name in _NUMBERS else "text" if node.name in _TEXTS else "any"
        return _Sql(_quoted(node.name), (), kind)
    if isinstance(node, Operation | Call):
        return _computation(node)
    if isinstance(node, Search):
        return _joined([_found_in(_quoted(name), node.text) for name in node.names], "OR")
    return _warned(node) if isinstance(node, Warned) else _test(node)


def _computation(node: Operation | Call) -> _Sql:
    if isinstance(node, Call):
        return _applied(node.function, node.arguments)
    if node.operator in ("and", "or"):
        return _joined([_truth(_sql(operand)) for operand in node.operands], node.operator.upper())
    if node.operator == "not":
        inner = _truth(_sql(node.operands[0]))
        return _Sql(f"(NOT {inner.text})", inner.args)
    numbers = [_number(_sql(operand)) for operand in node.operands]
    if len(numbers) == 1:
        return dataclasses.replace(numbers[0], text=f"({node.operator}{numbers[0].text})")
    if node.operator in ("+", "-", "*"):
        return _joined(numbers, node.operator)
    return _applied(node.operator, node.operands)


def _test(node: Comparison | Like | Contains | Missing) -> _Sql:
    if isinstance(node, Comparison):
        return _comparison(node.operator, _sql(node.left), _sql(node.right))
    value = _sql(node.value)
    if isinstance(node, Missing):
        return _Sql(f"({value.text} IS NULL)", value.args)
    text = _text(value)
    if isinstance(node, Like):
        return _Sql(f"({text.text} GLOB ?)", (*text.args, node.pattern))
    return _Sql(f"({text.text} LIKE ? ESCAPE '\\')", (*text.args, _escaped(node.text)))


_OPPOSITE = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


def _comparison(sign: str, left: _Sql, right: _Sql) -> _Sql:
    if left.kind == right.kind != "any":
        return _Sql(f"({left.text} {_SIGN.get(sign, sign)} {right.text})", left.args + right.args)
    if left.text == "?" and right.text != "?":
        return _comparison(_OPPOSITE.get(sign, sign), right, left)
    if right.text == "?" and not left.args:
        return _against_constant(sign, left, right.args[0])
    return _Sql(f"condition_compare(?, {left.text}, {right.text})", (sign, *left.args, *right.args))


_SIGN = {"==": "="}


def _against_constant(sign: str, column: _Sql, constant: float | int | str) -> _Sql:
    """A column with numbers and texts against one value, without a call for each case."""
    number = number_of(constant)
    operator = _SIGN.get(sign, sign)
    unequal = {"==": "0", "!=": "1"}.get(sign, "NULL")
    args: list[float | int | str] = []
    if isinstance(constant, str):
        of_text = f"{column.text} {operator} ?"
        args.append(constant)
    else:
        of_text = f"condition_compare('{sign}', {column.text}, ?)"
        args.append(constant)
    of_number = unequal
    if number is not None:
        of_number = f"{column.text} {operator} ?"
        args.append(number)
    kinds = (
        f"CASE typeof({column.text}) WHEN 'null' THEN NULL WHEN 'text' THEN {of_text} ELSE {of_number} END"
    )
    return _Sql(f"({kinds})", tuple(args))


def _applied(function: str, operands: Sequence[Node]) -> _Sql:
    values = [_sql(operand) for operand in operands]
    args = tuple(arg for value in values for arg in value.args)
    return _Sql(f"condition_compute(?, {', '.join(value.text for value in values)})", (function, *args))


def _number(value: _Sql) -> _Sql:
    """As a number of the machine, so that SQLite computes as Python does."""
    if value.kind == "number":
        return dataclasses.replace(value, text=f"CAST({value.text} AS REAL)")
    return _Sql(f"condition_number({value.text})", value.args)


def _text(value: _Sql) -> _Sql:
    if value.kind == "text":
        return value
    return _Sql(f"condition_text({value.text})", value.args, "text")


def _truth(value: _Sql) -> _Sql:
    if value.kind == "number":
        return _Sql(f"({value.text} != 0)", value.args) if value.text == "?" else value
    return _Sql(f"condition_truth({value.text})", value.args)


def _found_in(column: str, text: str) -> _Sql:
    found = f"CASE typeof({column}) WHEN 'text' THEN {column} LIKE ? ESCAPE '\\' ELSE 0 END"
    return _Sql(f"({found})", (_escaped(text),))


def _warned(node: Warned) -> _Sql:
    tests = [_Sql("kind GLOB ?", (pattern,)) for pattern in node.kinds]
    tests += [_Sql("message LIKE ? ESCAPE '\\'", (_escaped(text),)) for text in node.texts]
    found = _joined(tests, "OR")
    texts = f"SELECT id FROM warning_texts WHERE {found.text}"
    return _Sql(f"(id IN (SELECT case_id FROM case_warnings WHERE text IN ({texts})))", found.args)


def _joined(parts: Sequence[_Sql], operator: str) -> _Sql:
    args = tuple(arg for part in parts for arg in part.args)
    return _Sql(f"({f' {operator} '.join(part.text for part in parts)})", args)


def _escaped(text: str) -> str:
    escaped = text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    return f"%{escaped}%"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
