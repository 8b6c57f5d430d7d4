from __future__ import annotations

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simorc.errors import ExpressionError
from simorc.expressions.case_sql import filter_names, parse_filter
from simorc.expressions.operations import SQL_FUNCTIONS
from simorc.rundir.store.connection import CONDITION_FUNCTIONS
from simorc.rundir.store.reader import Column

COLUMNS = [
    Column("p_vdd", "parameter", "vdd", "V"),
    Column("p_corner", "parameter", "corner", ""),
    Column("m_gain", "measurement", "gain", "dB"),
]
ROWS = [
    (1, "completed", None, None, 1.62, "ss", 71.0),
    (2, "failed", "no_convergence", "no convergence at n3", 1.62, "ff", None),
    (3, "completed", None, None, 1.8, "tt", 60.5),
    (4, "failed", "timeout", "ended after 10 s, 100% busy", 1.98, "ss", None),
    (5, "pending", None, None, 1.98, "sf", None),
]


@pytest.fixture(scope="module")
def db() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", check_same_thread=False)
    for name, function in SQL_FUNCTIONS.items():
        connection.create_function(name, CONDITION_FUNCTIONS[name], function, deterministic=True)
    connection.execute(
        "CREATE TABLE cases (id INTEGER, status TEXT, kind TEXT, message TEXT, attempts INTEGER, "
        "warm INTEGER, rung TEXT, started REAL, seconds REAL, p_vdd, p_corner, m_gain REAL)"
    )
    connection.executemany(
        "INSERT INTO cases (id, status, kind, message, p_vdd, p_corner, m_gain) VALUES (?,?,?,?,?,?,?)", ROWS
    )
    return connection


def matching(db: sqlite3.Connection, text: str) -> list[int]:
    found = parse_filter(text, COLUMNS)
    where = f" WHERE {found.where}" if found.where else ""
    return [row[0] for row in db.execute(f"SELECT id FROM cases{where} ORDER BY id", found.args)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [1, 2, 3, 4, 5]),
        ("status:failed", [2, 4]),
        ("status:failed,pending", [2, 4, 5]),
        ("status=done", [1, 3]),
        ("status!=failed", [1, 3, 5]),
        ("vdd<1.7", [1, 2]),
        ("vdd>=1.8", [3, 4, 5]),
        ("vdd=1.62..1.8", [1, 2, 3]),
        ("vdd<1800m", [1, 2]),
        ("corner=ss", [1, 4]),
        ("corner=s*", [1, 4, 5]),
        ("corner!=ss,tt", [2, 5]),
        ("-corner=ss", [2, 3, 5]),
        ("-gain>65", [3]),
        ("gain>65", [1]),
        ("kind:timeout", [4]),
        ("message~100%", [4]),
        ('message~"convergence at"', [2]),
        ('"no convergence"', [2]),
        ("convergence", [2]),
        ("ss", [1, 4]),
        ("3", [3]),
        ("case<3", [1, 2]),
        ("corner=ss status:failed", [4]),
        ("corner=tt or status:pending", [3, 5]),
        ("corner=tt status:done or vdd=1.98 status:failed", [3, 4]),
        ("m_gain>65", [1]),
    ],
)
def test_matches(db: sqlite3.Connection, text: str, expected: list[int]) -> None:
    assert matching(db, text) == expected


@pytest.mark.parametrize(
    ("text", "column", "words"),
    [
        ("vd<1.7", 1, "did you mean 'vdd'"),
        ("corner=ss gian>3", 11, "did you mean 'gain'"),
        ("status:faild", 8, "did you mean 'failed'"),
        ("status<failed", 8, "cannot be compared"),
        ("vdd<high", 5, "not a number"),
        ('message~"open', 9, "quote"),
        ("vdd<", 5, "expected a number"),
        ("or corner=ss", 1, "before 'or'"),
        ("corner=ss or", 13, "after 'or'"),
    ],
)
def test_errors_say_where(text: str, column: int, words: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse_filter(text, COLUMNS)
    assert words in caught.value.message
    assert caught.value.column == column


@given(st.text(alphabet="vdcornegaist:=<>!~*,.-\"' 0123()%_;", max_size=40))
def test_any_text_is_sql_or_an_expression_error(db: sqlite3.Connection, text: str) -> None:
    try:
        found = parse_filter(text, COLUMNS)
    except ExpressionError as error:
        assert error.column is None or 1 <= error.column <= len(text) + 1
        return
    where = f" WHERE {found.where}" if found.where else ""
    assert len(db.execute(f"SELECT id FROM cases{where}", found.args).fetchall()) <= len(ROWS)


def test_user_text_never_reaches_the_sql() -> None:
    found = parse_filter("corner='x;drop' robert\"); --\"", COLUMNS)
    assert "drop" not in found.where
    assert "robert" not in found.where


def test_names_for_completion() -> None:
    assert filter_names(COLUMNS)[-3:] == ["vdd", "corner", "gain"]
