"""Columns of numbers: one unit in the head, points below each other, messages only where there are some."""

from __future__ import annotations

from typing import cast

from simorc.rundir.store.connection import Row
from simorc.shown_values import NumberColumn
from simorc.units import ShownAs
from simorc_tui.data.case_pages import CaseRow
from simorc_tui.widgets.case_table.columns import TableColumn, shown_columns
from simorc_tui.widgets.case_table.seen_numbers import SeenNumbers

COLUMNS = [
    TableColumn("id", "case", "case"),
    TableColumn("m_bw", "bw", "measurement", ShownAs("Hz")),
    TableColumn("message", "message", "message"),
]


class Values(dict[str, object]):
    """The values of a case as the store gives them."""

    def __missing__(self, key: str) -> object:
        raise IndexError(key)


def row(**values: object) -> CaseRow:
    return CaseRow(1, cast("Row", Values({"status": "completed", "message": None, **values})))


def test_the_first_values_choose_unit_and_decimals_and_others_keep_their_digits() -> None:
    seen = SeenNumbers()
    assert not seen.learn(COLUMNS, [row(m_bw=None)])
    assert seen.applied(COLUMNS[1]).heading() == "bw"
    assert seen.learn(COLUMNS, [row(m_bw=31.0e6), row(m_bw=9.5e6)])
    column = seen.applied(COLUMNS[1])
    assert column.heading() == "bw MHz" and column.numbers is not None
    assert [column.numbers.text(each) for each in (31e6, 9.5e6, -0.25e6, 1234.0, 5e13)] == [
        "31.00", "9.50", "-0.25", "1.234 kHz", "50 THz",
    ]  # fmt: skip
    assert not seen.learn(COLUMNS, [row(m_bw=1e3)]), "the choice stays"


def test_decibels_take_no_prefix_and_a_scale_is_applied() -> None:
    decibels = NumberColumn.of([1234.4], ShownAs("dB"))
    assert decibels is not None and decibels.text(1234.4) == "1234"
    percent = NumberColumn.of([0.0124], ShownAs("%", 100))
    assert percent is not None and (percent.heading("ripple"), percent.text(0.0124)) == ("ripple %", "1.240")
    assert NumberColumn.of([float("nan")], ShownAs()) is None


def test_an_empty_message_column_is_not_shown() -> None:
    seen = SeenNumbers()
    assert [c.name for c in shown_columns(COLUMNS, None, messages=seen.messages)] == ["id", "m_bw"]
    assert seen.learn(COLUMNS, [row(message="no convergence")])
    assert "message" in [c.name for c in shown_columns(COLUMNS, None, messages=seen.messages)]
    assert "message" in [c.name for c in shown_columns(COLUMNS, ["message"], messages=False)]
