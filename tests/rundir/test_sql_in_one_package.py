"""SQL is written in `rundir.store` alone: the schema has one place that knows it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STORE = ROOT / "engine" / "simorc" / "rundir" / "store"
OF_CONDITIONS = ROOT / "engine" / "simorc" / "expressions" / "case_sql.py"
"""A filter becomes what stands after WHERE; it is the store that asks with it."""
STATEMENT = re.compile(
    r"\b(SELECT\s.*\bFROM|INSERT\s+(OR\s+\w+\s+)?INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM|ORDER\s+BY|PRAGMA\s"
    r"|ALTER\s+TABLE|CREATE\s+(TABLE|INDEX))\b",
    re.DOTALL,
)


def strings_in(source: str) -> Iterator[tuple[int, str]]:
    """(line, text) of every string that is no docstring; the fixed parts of an f-string together."""
    tree = ast.parse(source)
    reported = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if id(node) in reported | inside:
            continue
        if isinstance(node, ast.JoinedStr):
            texts = (part.value if isinstance(part, ast.Constant) else "x" for part in node.values)
            yield node.lineno, "".join(map(str, texts))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value


def statements_in(source: str) -> list[int]:
    """The lines on which SQL begins."""
    return [line for line, text in strings_in(source) if STATEMENT.search(text)]


@pytest.mark.parametrize(
    "source",
    [
        'db.execute("SELECT id FROM cases")',
        'sql = f"SELECT {names} FROM cases"',
        "sql = 'UPDATE cases SET status=?'",
        'sql = "INSERT OR REPLACE INTO meta VALUES (?, ?)"',
        'order = f" ORDER BY {column}"',
        'db.execute("PRAGMA table_info(cases)")',
    ],
)
def test_a_statement_is_found(source: str) -> None:
    assert statements_in(source) == [1]


@pytest.mark.parametrize("source", ['"""SELECT id FROM cases"""', 'say("select one from the list")'])
def test_other_text_is_not(source: str) -> None:
    assert statements_in(source) == []


def test_only_the_store_writes_sql() -> None:
    modules = [*(ROOT / "engine").rglob("*.py"), *(ROOT / "simorc_tui").rglob("*.py")]
    assert len(modules) > 300
    outside = [path for path in modules if STORE not in path.parents and path != OF_CONDITIONS]
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in outside
        for line in statements_in(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_the_store_does() -> None:
    """So that the pattern above cannot lose its teeth unnoticed."""
    found = [path.name for path in STORE.glob("*.py") if statements_in(path.read_text(encoding="utf-8"))]
    assert {"reader.py", "writer.py", "ordering.py"} <= set(found)
