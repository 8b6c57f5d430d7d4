from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from simorc.cli.output.tables import MEASURED_ROWS, table, width

cells = st.text(st.characters(exclude_categories=("C", "Z", "M")), min_size=1, max_size=12)


def test_columns_line_up() -> None:
    lines = list(table(("case", "gain"), [("1", "40 dB"), ("10", "-3 dB")], right=frozenset({0})))
    assert lines == ["case  gain", "   1  40 dB", "  10  -3 dB"]


def test_wide_characters_take_two_cells() -> None:
    assert width("電圧") == 4
    assert width("µΩ") == 2


@given(st.lists(st.tuples(cells, cells), min_size=1, max_size=20))
def test_second_column_starts_at_one_place(rows: list[tuple[str, str]]) -> None:
    lines = list(table(("a", "b"), rows))
    starts = {width(line) - width(row[1]) for line, row in zip(lines[1:], rows, strict=True)}
    assert len(starts) == 1


def test_endless_rows_are_written_as_they_come() -> None:
    def rows() -> object:
        number = 0
        while True:
            number += 1
            yield (str(number),)

    lines = table(("n",), rows())  # type: ignore[arg-type]
    assert [next(lines) for _ in range(MEASURED_ROWS + 10)][-1] == str(MEASURED_ROWS + 9)
