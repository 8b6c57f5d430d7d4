"""Warnings in the store: each text once, however many cases have it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from importlib.resources import files

import pytest

from simorc.rundir.store.warning_rows import WarningRows, warning_groups, warnings_of_case
from simorc.simulators.case_warnings import CaseWarning, WarningKind

FIRST, SECOND = list(WarningKind)[:2]
HOT, COLD = CaseWarning(FIRST, "model is hot", 2), CaseWarning(SECOND, "model is cold", 1)


@pytest.fixture
def db() -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:")
    connection.executescript(files("simorc.rundir.store").joinpath("schema.sql").read_text())
    yield connection
    connection.close()


def texts_in(db: sqlite3.Connection) -> list[tuple[str, int]]:
    return db.execute("SELECT message, cases FROM warning_texts ORDER BY id").fetchall()


def test_a_text_is_stored_once_and_counts_its_cases(db: sqlite3.Connection) -> None:
    rows = WarningRows(db)
    for case_id in (5, 3, 4):
        rows.write(case_id, [HOT], first=True)
    rows.write(9, [COLD], first=True)
    assert texts_in(db) == [("model is hot", 3), ("model is cold", 1)]
    assert [(group.kind, group.cases, group.first_case) for group in warning_groups(db)] == [
        (FIRST, 3, 3),
        (SECOND, 1, 9),
    ]
    assert warnings_of_case(db, 4) == (HOT,)


def test_another_attempt_replaces_the_warnings_of_its_case(db: sqlite3.Connection) -> None:
    rows = WarningRows(db)
    rows.write(1, [HOT, COLD], first=True)
    rows.write(1, [COLD], first=False)
    assert warnings_of_case(db, 1) == (COLD,)
    assert texts_in(db) == [("model is hot", 0), ("model is cold", 1)]
    assert [group.kind for group in warning_groups(db)] == [SECOND]
    rows.remove([1, 2])
    assert warning_groups(db) == () and warnings_of_case(db, 1) == ()


def test_a_transaction_that_is_rolled_back_leaves_no_text_behind(db: sqlite3.Connection) -> None:
    rows = WarningRows(db)
    db.commit()
    rows.write(1, [HOT], first=True)
    db.rollback()
    rows.forget()
    rows.write(2, [HOT], first=True)
    assert texts_in(db) == [("model is hot", 1)] and warnings_of_case(db, 2) == (HOT,)


def test_a_store_of_an_older_version_has_no_warnings() -> None:
    db = sqlite3.connect(":memory:")
    assert warning_groups(db) == () and warnings_of_case(db, 1) == ()
    db.close()
