"""The filter language of case tables: ``status:failed vdd<1.7 corner=ss text`` to SQL.

    filter   = group { "or" group }             any of the groups
    group    = term { term }                    all of the terms
    term     = [ "-" ] ( name op values | text )
    op       = ":" | "=" | "!=" | "<" | "<=" | ">" | ">=" | "~"
    values   = value { "," value }              any of them; ``a..b`` is a range, ``s*`` a pattern

``name`` is a parameter, a measurement, or one of status, kind, message, case, attempts, warm, rung, time,
warning (a kind of what the simulator ignored: ``warning=redefinition``, ``warning:*``).
``~`` looks for text inside. A bare word is looked for in the message, the failure kind and every textual
parameter; a bare whole number is a case. Quotes keep blanks together: ``message~"no convergence"``.

The SQL holds column names of the run only; every value the user typed travels in the arguments.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from simorc.errors import ExpressionError
from simorc.number_grammar import looks_like
from simorc.units import parse_value, unambiguous

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
_TERM = re.compile(
    r"(?P<minus>-(?=[^\d.\s]))?(?:(?P<name>[A-Za-z_][\w.\-()\[\]]*)\s*(?P<op>!=|<=|>=|[:=<>~]))?"
    r"(?P<value>(?:\"[^\"]*\"|'[^']*'|[^\s\"'])*)"
)
_VALUE = re.compile(r"(?:\"[^\"]*\"|'[^']*'|[^,\"'])+")


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
    """A filter as SQL over ``cases``: a WHERE text ('' keeps everything) and its arguments."""

    where: str = ""
    args: tuple[float | int | str, ...] = ()


def parse_filter(text: str, columns: Iterable[NamedColumn]) -> CaseFilter:
    """The SQL of a filter text over a run with ``columns``.

    Raises ExpressionError with the column (from 1) of the first thing that makes no sense.
    """
    known = tuple(columns)
    names = _column_names(known)
    textual = tuple(c.name for c in known if c.role == "parameter")
    groups: list[list[CaseFilter]] = [[]]
    for match in _terms(text):
        if match["name"] is None and match["value"].lower() == "or":
            groups.append(_not_empty(groups[-1], match.start(), groups))
        else:
            groups[-1].append(_term(match, names, textual))
    if len(groups) > 1 and not groups[-1]:
        raise ExpressionError("missing condition after 'or'", column=len(text.rstrip()) + 1)
    return _join([_join(group, " AND ") for group in groups], " OR ")


def filter_names(columns: Iterable[NamedColumn]) -> list[str]:
    """The names a filter may use, for completion: status words first, then parameters and measurements."""
    return [
        "status",
        "kind",
        "message",
        "case",
        "attempts",
        "warm",
        "rung",
        "time",
        _WARNING,
        *(c.label for c in columns),
    ]


def _column_names(columns: Sequence[NamedColumn]) -> dict[str, str]:
    """What the user may call each column; a parameter wins over a measurement of the same label."""
    names = {c.name: c.name for c in columns}
    names.update({c.label: c.name for c in columns if c.role != "parameter"})
    names.update(FIXED_COLUMNS)
    names.update({c.label: c.name for c in columns if c.role == "parameter"})
    return names


def _terms(text: str) -> Iterable[re.Match[str]]:
    position = 0
    while position < len(text):
        if text[position].isspace():
            position += 1
            continue
        match = _TERM.match(text, position)
        if match is None or match.end() == position:
            raise ExpressionError("missing closing quote", column=position + 1)
        if match.end() < len(text) and text[match.end()] in "\"'":
            raise ExpressionError("missing closing quote", column=match.end() + 1)
        yield match
        position = match.end()


def _not_empty(group: list[CaseFilter], position: int, groups: list[list[CaseFilter]]) -> list[CaseFilter]:
    if not group:
        raise ExpressionError("missing condition before 'or'", column=position + 1)
    return []


def _term(match: re.Match[str], names: Mapping[str, str], textual: Sequence[str]) -> CaseFilter:
    if match["name"] is not None and match["name"].lower() == _WARNING and _WARNING not in names:
        found = _warned(match)
    elif match["name"] is None:
        found = _anywhere(_unquoted(match["value"]), textual)
    else:
        column = _column(match, names)
        if not match["value"]:
            raise ExpressionError(
                f"missing value after '{match['name']}{match['op']}'", column=match.end() + 1
            )
        found = _compared(column, match)
    return CaseFilter(f"NOT ifnull(({found.where}), 0)", found.args) if match["minus"] else found


def _warned(match: re.Match[str]) -> CaseFilter:
    """Cases with a warning of a kind, or with a text in its first line."""
    if match["op"] not in (":", "=", "!=", "~") or not match["value"]:
        message = "warning needs a kind: warning=redefinition, warning~text"
        raise ExpressionError(message, column=match.start("name") + 1)
    compared = (
        _contains("warning_texts.message", text) if match["op"] == "~" else CaseFilter("kind GLOB ?", (text,))
        for text in (_unquoted(piece[0]) for piece in _VALUE.finditer(match["value"]))
    )
    found = _join(list(compared), " OR ")
    texts = f"SELECT warning_texts.id FROM warning_texts WHERE {found.where}"
    negation = "NOT " if match["op"] == "!=" else ""
    where = f"id {negation}IN (SELECT case_id FROM case_warnings WHERE text IN ({texts}))"
    return CaseFilter(where, found.args)


def _column(match: re.Match[str], names: Mapping[str, str]) -> str:
    name: str = match["name"]
    for candidate in (name, name.lower()):
        if candidate in names:
            return names[candidate]
    near = difflib.get_close_matches(name, names, n=1)
    hint = f" (did you mean '{near[0]}'?)" if near else ""
    raise ExpressionError(f"unknown column '{name}' in this run{hint}", column=match.start("name") + 1)


def _compared(column: str, match: re.Match[str]) -> CaseFilter:
    operator: str = match["op"]
    pieces = [
        _one_value(column, operator, piece[0], match.start("value") + piece.start() + 1)
        for piece in _VALUE.finditer(match["value"])
    ]
    return _join(pieces, " AND " if operator == "!=" else " OR ")


def _one_value(column: str, operator: str, raw: str, position: int) -> CaseFilter:
    quoted_column = f'"{column}"'
    text = _unquoted(raw)
    if operator == "~":
        return _contains(quoted_column, text)
    if column == "status":
        return _status(operator, text, position)
    low, dots, high = text.partition("..")
    if dots and operator in ":=":
        ends = (_limit(low, position), _limit(high, position))
        return CaseFilter(f"{quoted_column} BETWEEN ? AND ?", ends)
    if operator in (":", "=", "!=") and ("*" in text or "?" in text):
        negation = "NOT " if operator == "!=" else ""
        return CaseFilter(f"{quoted_column} {negation}GLOB ?", (text,))
    return _plain_comparison(quoted_column, operator, text, position)


def _plain_comparison(column: str, operator: str, text: str, position: int) -> CaseFilter:
    value = _argument(text, position)
    if operator == "!=":
        return CaseFilter(f"{column} IS NOT ?", (value,))
    if operator in (":", "="):
        return CaseFilter(f"{column} = ?", (value,))
    return CaseFilter(f"{column} {operator} ?", (_limit(text, position),))


def _status(operator: str, text: str, position: int) -> CaseFilter:
    word = STATUS_WORDS.get(text.lower())
    if word is None:
        near = difflib.get_close_matches(text.lower(), STATUS_WORDS, n=1)
        hint = f" (did you mean '{near[0]}'?)" if near else ""
        raise ExpressionError(f"unknown status '{text}'{hint}", column=position)
    if operator not in (":", "=", "!="):
        raise ExpressionError(f"a status cannot be compared with '{operator}'", column=position)
    return CaseFilter(f'"status" {"!=" if operator == "!=" else "="} ?', (word,))


def _anywhere(text: str, textual: Sequence[str]) -> CaseFilter:
    if text.isascii() and text.isdecimal() and len(text) < 16:
        return CaseFilter("id = ?", (int(text),))
    return _join([_contains(f'"{name}"', text) for name in ("message", "kind", *textual)], " OR ")


def _contains(column: str, text: str) -> CaseFilter:
    escaped = text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    return CaseFilter(f"{column} LIKE ? ESCAPE '\\'", (f"%{escaped}%",))


def _argument(text: str, position: int) -> float | str:
    """A value to be equal to: a number, or a text that is none and does not look like one."""
    if not isinstance(parse_value(text), float) and not looks_like(text):
        return text
    return _limit(text, position)


def _limit(text: str, position: int) -> float:
    try:
        return float(unambiguous(text))
    except ValueError as error:
        raise ExpressionError(str(error), column=position) from None


def _unquoted(text: str) -> str:
    return text.replace('"', "").replace("'", "")


def _join(parts: Sequence[CaseFilter], separator: str) -> CaseFilter:
    kept = [part for part in parts if part.where]
    if len(kept) <= 1:
        return kept[0] if kept else CaseFilter()
    args = tuple(arg for part in kept for arg in part.args)
    return CaseFilter("(" + separator.join(part.where for part in kept) + ")", args)
