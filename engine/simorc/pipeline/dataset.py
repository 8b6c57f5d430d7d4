"""Runs as a data set: one JSON line per run, chosen by a condition such as ``simulation.status==passed``.

    or                           loosest
    and
    not                          also before brackets
    FIELD OP VALUE               == (or =) != < <= > >= ~; ~ looks for text inside

A field is a key of result.json, or ``STAGE.KEY`` of its stages (``a4.metrics.warnings``,
``simulation.attempts``). A value is a bare word, a number, or text in quotes.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from simorc.errors import ExpressionError
from simorc.expressions.pratt import Language, Parser, Token
from simorc.pipeline.layout import PipelineLayout
from simorc.pipeline.manifest import open_pipeline_run
from simorc.pipeline.results import result_of
from simorc.pipeline.tools import read_log

_NOT = 3
CONDITIONS = Language(
    pattern=re.compile(
        r"\s*(?:(?P<term>(?P<field>[A-Za-z_][\w.\-]*)\s*(?P<op>==|!=|<=|>=|<|>|~|=)\s*"
        r"(?P<value>\"[^\"]*\"|'[^']*'|(?:[^\s\"'()]|\([^\s\"'()]*\))+))"
        r"|(?P<name>[A-Za-z_][\w.\-]*)|(?P<sign>==|!=|<=|>=|[<>~=()]))"
    ),
    kinds=("term", "name", "sign"),
    operators={"or": 1, "and": 2},
    sign=_NOT,
    operand="FIELD==VALUE",
    words=frozenset({"and", "or", "not"}),
    words_in_any_case=True,
)
_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
Test = Callable[[Mapping[str, Any]], bool]


def records(layouts: Sequence[PipelineLayout], where: str = "") -> Iterator[dict[str, Any]]:
    """The runs that are over and for which `where` holds, each with spec, RTL, testbench, log and
    verdicts.
    """
    keep = compile_condition(where)
    for layout in layouts:
        run = open_pipeline_run(layout)
        result = result_of(run, run.progress())
        if result["state"] in ("passed", "failed") and keep(result):
            spec = layout.path / result["spec_file"] if result["spec_file"] else None
            text = read_log(spec) if spec is not None and spec.is_file() else None
            yield {**result, "spec": text, "inputs": run.manifest["inputs"]}


def compile_condition(text: str) -> Test:
    """The test of a condition; an empty one keeps everything. Raises ExpressionError with the column."""
    if not text.strip():
        return lambda _: True
    return _Parser(text, CONDITIONS).whole()


class _Parser(Parser[Test]):
    """Its trees are the tests themselves."""

    def _operation(self, operator: str, operands: tuple[Test, ...]) -> Test:
        first, second = operands
        if operator == "and":
            return lambda result: first(result) and second(result)
        return lambda result: first(result) or second(result)

    def _negated(self) -> Test:
        inner = self._expression(_NOT)
        return lambda result: not inner(result)

    def _operand(self, token: Token) -> Test:
        term = token.match
        if token.kind != "term" or term is None:
            message = f"expected {self._language.operand}, found {token.text}"
            raise ExpressionError(message, column=token.column)
        field, sign, wanted = term["field"], term["op"], term["value"].strip("\"'")
        return lambda result: _compares(_field(result, field), sign, wanted)


def _field(result: Mapping[str, Any], dotted: str) -> Any:
    """A key of the result, or of one of its stages; None where there is none."""
    here: Any = result if dotted.partition(".")[0] in result else result["stages"]
    for part in dotted.split("."):
        here = here.get(part) if isinstance(here, Mapping) else None
    return here


def _compares(found: Any, sign: str, wanted: str) -> bool:
    if sign == "~":
        return wanted.lower() in str("" if found is None else found).lower()
    if sign in _ORDER:
        number = _number(wanted)
        if number is None or isinstance(found, bool) or not isinstance(found, int | float):
            return False
        return _ORDER[sign](found, number)
    return _equal(found, wanted) == (sign != "!=")


def _equal(found: Any, wanted: str) -> bool:
    if found is None or isinstance(found, bool):
        return {None: "null", True: "true", False: "false"}[found] == wanted.lower()
    number = _number(wanted)
    return found == number if isinstance(found, int | float) and number is not None else str(found) == wanted


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
