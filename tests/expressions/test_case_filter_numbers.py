"""Numbers of a filter of cases: the grammar of the files, and nothing ambiguous."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from simorc.errors import ExpressionError
from simorc.expressions.case_sql import parse_filter


@dataclass(frozen=True)
class Column:
    name: str
    label: str
    role: str = "parameter"


COLUMNS = [Column("p_r", "r"), Column("p_m", "m")]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("r<10kOhm", 1e4),
        ("r=−5", -5.0),
        ("r>=400000μ", 0.4),
        ("r=1meg", 1e6),
        ("m=2n3904", "2n3904"),
        ("m=ss", "ss"),
    ],
)
def test_values(text: str, value: object) -> None:
    assert value in parse_filter(text, COLUMNS).args


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("r<100M", "write 100meg (or 100m)"),
        ("r=1M", "write 1meg (or 1m)"),
        ("r=1M..2", "write 1meg (or 1m)"),
        ("r=1_000", "write 1000"),
        ("r=1к", "write 1k"),
        ("r<١٢", "write 12"),
        ("r=1..x", "'x' is not a number"),
        ("r>1k5", "'1k5' is not a number"),
        ("r<1e400", "too large"),
    ],
)
def test_refused(text: str, message: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse_filter(text, COLUMNS)
    assert message in caught.value.message
    assert caught.value.column == 3
