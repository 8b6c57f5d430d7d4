"""A condition over a mapping and the same condition as SQL are true, false and unknown alike."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from simorc.errors import ExpressionError
from simorc.expressions.case_sql import case_sql, case_vocabulary
from simorc.expressions.conditions import compile_condition
from simorc.expressions.operations import SQL_FUNCTIONS
from simorc.rundir.store.connection import CONDITION_FUNCTIONS
from simorc.rundir.store.reader import Column

COLUMNS = [
    Column("p_a", "parameter", "a", ""),
    Column("p_b", "parameter", "b", ""),
    Column("m_g", "measurement", "g", "dB"),
]
ROW = ("id", "status", "kind", "message", "warm", "p_a", "p_b", "m_g")
INF = float("inf")


@pytest.fixture(scope="module")
def db() -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
    for name, function in SQL_FUNCTIONS.items():
        connection.create_function(name, CONDITION_FUNCTIONS[name], function, deterministic=True)
    connection.execute(
        "CREATE TABLE cases (id INTEGER PRIMARY KEY, status TEXT, kind TEXT, message TEXT, warm INTEGER, "
        "p_a, p_b, m_g REAL)"
    )
    connection.execute("CREATE TABLE warning_texts (id INTEGER PRIMARY KEY, kind TEXT, message TEXT)")
    connection.execute("CREATE TABLE case_warnings (case_id INTEGER, text INTEGER)")
    connection.execute("INSERT INTO warning_texts VALUES (1, 'redefinition', 'a Model is redefined')")
    yield connection
    connection.close()


TEXTS = ["", "ss", "sf", "S%_", "10k", "1e3", "-0", "inf", "1M", "true", "s*", "é[x]"]
NUMBERS = [0.0, -0.0, 1.0, -1.0, 10e3, 1e3, 0.1, 1e308, INF, -INF, 1 / 3]
VALUES = st.none() | st.sampled_from(NUMBERS) | st.sampled_from(TEXTS) | st.sampled_from([0, 1, 10000])
ROWS = st.fixed_dictionaries(
    {
        "id": st.integers(1, 12),
        "status": st.sampled_from(["pending", "failed", "completed"]),
        "kind": st.sampled_from([None, "timeout", "no_convergence"]),
        "message": st.sampled_from([None, "no Convergence at n3", "100% busy", ""]),
        "warm": st.sampled_from([None, 0, 1]),
        "p_a": VALUES,
        "p_b": VALUES,
        "m_g": st.none() | st.sampled_from(NUMBERS),
        "warning": st.sampled_from([(), (("redefinition", "a Model is redefined"),)]),
    }
)
NAMES = st.sampled_from(["a", "b", "g", "a", "b", "kind", "id", "warm", "message"])
LITERALS = st.sampled_from(
    ["0", "-1", "1", "10k", "1e3", "0.1", "'ss'", "'10k'", "ss", "''", "a", "b", "g", "true", "2*b", "a - 1"]
)
ORDERS = st.sampled_from(["==", "=", ":", "!=", "<", "<=", ">", ">="])
TERMS = st.one_of(
    st.tuples(NAMES, ORDERS, LITERALS).map("".join),
    st.tuples(NAMES, ORDERS, LITERALS, ORDERS, LITERALS).map(" ".join),
    st.tuples(
        NAMES,
        st.sampled_from(["=", "!=", ":", " in ", " not in "]),
        st.sampled_from(["s*", "?s", "ss,sf", "0..1", "-1..10k,ss", "missing", "*", "1*", "'s'*", "S%_"]),
    ).map("".join),
    st.tuples(NAMES, st.sampled_from(["~s", "~%", "~_", "~'CONV'", "~0", "~[x]", "~ss,k"])).map("".join),
    st.tuples(st.sampled_from(["+", "-", "*", "/", "%", "**"]), ORDERS, LITERALS).map(
        lambda parts: f"a {parts[0]} b {parts[1]} {parts[2]}"
    ),
    st.tuples(st.sampled_from(["abs", "sqrt", "log10", "exp", "round", "min", "max"]), ORDERS, LITERALS).map(
        lambda parts: f"{parts[0]}(a) {parts[1]} {parts[2]}"
    ),
    st.sampled_from(
        [
            *("missing(a)", "missing(a + b)", "a in ['ss', 10k, s*]", "status:failed", "status!=done"),
            *("warning=red*", "warning!=redefinition", "warning~MODEL", "convergence", "ss", "'100%'", "3"),
            *("abs(a)", "a + b", "(a) ", "warm", "b = true", "not a", "-1 < a"),
        ]
    ),
)
CONDITIONS = st.recursive(
    TERMS,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from([" and ", " or ", " "]), inner).map("".join),
        inner.map("not ({})".format),
        inner.map("-({})".format),
        inner.map("({})".format),
    ),
    max_leaves=5,
)


def sql_truth(db: sqlite3.Connection, row: dict[str, Any], text: str) -> bool | None:
    found = case_sql(compile_condition(text, case_vocabulary(COLUMNS)).tree)
    db.execute("DELETE FROM cases")
    db.execute("DELETE FROM case_warnings")
    db.execute(f"INSERT INTO cases VALUES ({', '.join('?' * len(ROW))})", [row[name] for name in ROW])
    if row["warning"]:
        db.execute("INSERT INTO case_warnings VALUES (?, 1)", (row["id"],))
    (result,) = db.execute(f"SELECT ({found.where}) FROM cases", found.args).fetchone()
    return None if result is None else bool(result)


@given(CONDITIONS, ROWS)
@example("a = 10k", {**dict.fromkeys(ROW), "id": 1, "p_a": "10k", "warning": ()})
@example("a < 'ss'", {**dict.fromkeys(ROW), "id": 1, "p_a": 1.0, "warning": ()})
@example("not a / b > 1", {**dict.fromkeys(ROW), "id": 1, "p_a": INF, "p_b": 0.0, "warning": ()})
def test_sql_agrees_with_evaluation(db: sqlite3.Connection, text: str, row: dict[str, Any]) -> None:
    try:
        condition = compile_condition(text, case_vocabulary(COLUMNS))
    except ExpressionError as error:
        assert error.column is not None
        return
    assert condition.truth(row) is sql_truth(db, row, text)


def test_most_generated_conditions_are_valid() -> None:
    invalid = []

    @given(CONDITIONS)
    def collect(text: str) -> None:
        try:
            compile_condition(text, case_vocabulary(COLUMNS))
            invalid.append(False)
        except ExpressionError:
            invalid.append(True)

    collect()
    assert sum(invalid) < len(invalid) / 4


@pytest.mark.parametrize(
    ("text", "value", "expected"),
    [
        ("a=10k", "10k", True),
        ("a=10k", 1e4, True),
        ("a=10k", "ss", False),
        ("a!=10k", "ss", True),
        ("a<10k", "ss", None),
        ("a<10k", "9k", True),
        ("a='10k'", 1e4, True),
        ("a=missing", None, True),
        ("a!=missing", None, False),
        ("missing(a)", 0.0, False),
        ("a=1", None, None),
        ("-a=1", None, None),
        ("not a=1", None, None),
        ("a=1 or id=1", None, True),
        ("a=1 id=2", None, False),
        ("a!=ss,ff", None, None),
        ("a!=ss,ff", "tt", True),
        ("a not in [ss, 1..3]", 2.0, False),
        ("a~S", "ss", True),
        ("1/a > 0", 0.0, None),
        ("a=-0", 0.0, True),
        ("-65 < a", -60.0, True),
    ],
)
def test_missing_values_and_texts(
    db: sqlite3.Connection, text: str, value: object, expected: bool | None
) -> None:
    row = {**dict.fromkeys(ROW), "id": 1, "p_a": value, "warning": ()}
    assert compile_condition(text, case_vocabulary(COLUMNS)).truth(row) is expected
    assert sql_truth(db, row, text) is expected
