"""The notable lines of a simulator's log."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from simorc.simulators.ngspice.log.lines import WORDS, LogLines


def test_lines_that_differ_in_digits_are_one() -> None:
    log = LogLines(b"Warning: at time 1\nall fine\nWarning: at time 2\nError: other\n")
    assert [(each.text, each.place, each.count) for each in log.notable] == [
        ("Warning: at time 1", 0, 2),
        ("Error: other", 3, 1),
    ]


def test_lines_about_measurements_stay_apart() -> None:
    log = LogLines(b"Error: measure t1 failed\nError: measure t2 failed\n")
    assert [each.text for each in log.notable] == ["Error: measure t1 failed", "Error: measure t2 failed"]


def test_the_prefix_of_the_library_is_removed() -> None:
    (line,) = LogLines(b"stderr Error: no such file\r\n").notable
    assert line.text == "Error: no such file"


def test_neighbours_of_a_line() -> None:
    log = LogLines(b"title\nError: a\n\n  one\ntwo\nthree\n")
    (line,) = log.notable
    assert log.before(line) == "title"
    assert log.after(line, 2) == ["one", "two"]
    (first,) = LogLines(b"Error: a").notable
    assert LogLines(b"Error: a").before(first) == ""


@given(
    st.lists(
        st.sampled_from(["plain text", "WARNING 1", "warning 2", "x = 1.5", "Can't read it"]), max_size=12
    )
)
def test_counts_add_up(lines: list[str]) -> None:
    log = LogLines("\n".join(lines).encode())
    notable = [line for line in lines if any(word.decode() in line.lower() for word in WORDS)]
    assert sum(each.count for each in log.notable) == len(notable)
    shapes = Counter("".join(char for char in line if not char.isdigit()) for line in notable)
    assert len(log.notable) == len(shapes)
