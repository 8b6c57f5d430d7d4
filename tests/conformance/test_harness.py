"""The conformance check itself: what it reads, compares, and would not let pass."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.conformance.compare import agrees, difference, plots_differ
from tests.conformance.decks import ConformanceDeck, read_decks
from tests.conformance.known import Known, read_known
from tests.conformance.pairs import random_decks
from tests.conformance.raw_plots import RawPlot, read_plots
from tests.conformance.rows import NUMBERS

PLOT = RawPlot("Transient Analysis", ("time", "v(a)"), np.array([[0.0, 1.0], [1.0, 2.0]]))


def test_there_are_decks_of_every_topic() -> None:
    decks = read_decks()
    assert len(decks) >= 300
    assert {deck.topic for deck in decks} >= {
        *("analyses", "control", "devices", "includes", "measures", "options", "parameters"),
        *("sources", "texts", "xspice"),
    }
    assert 25 <= sum(deck.short for deck in decks) <= 40
    assert all(3 <= deck.cases <= 6 for deck in decks)


def test_a_deck_is_rendered_as_its_template_says() -> None:
    deck = ConformanceDeck("one", "t", {"r": ["1k", "2k", "3k"]}, "R1 a 0 <r>\n.op\n")
    assert deck.template == "* one\nR1 a 0 {{ parameters.r }}\n.op\n.end\n"
    assert deck.rendered(2) == "* one\nR1 a 0 2k\n.op\n.end\n"
    assert replace(deck, crlf=True).encoded(deck.rendered(1)).count(b"\r\n") == 4


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("@deck a r=1,2\n", "3 to 6 values"),
        ("@deck a r=1,2,3 q=1,2,3,4\n", "3 to 6 values"),
        ("@deck a r=1,2,3\nR1 a 0 <q>\n", "<q> is not one of its axes"),
        ("@deck a r=1,2,3\n@nonsense\n", "@nonsense is not known"),
        ("R1 a 0 1\n", "before the first @deck"),
        ("@deck a r=1,2,3\n@deck a r=1,2,3\n", "two decks are called a"),
    ],
)
def test_a_wrong_deck_file_is_refused(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "some.deck").write_text(text)
    with pytest.raises(ValueError, match=message):
        read_decks(tmp_path)


def test_one_bit_is_a_difference() -> None:
    columns = PLOT.columns.copy()
    columns[1, 1] = np.nextafter(2.0, 3.0)
    assert difference(PLOT, PLOT) is None
    assert "v(a) at point 1" in str(difference(PLOT, replace(PLOT, columns=columns)))


def test_vectors_are_found_by_name_and_none_may_lack() -> None:
    turned = RawPlot(PLOT.name, ("V(A)", "time"), PLOT.columns[:, ::-1])
    assert difference(PLOT, turned) is None
    assert "missing: v(a)" in str(difference(PLOT, RawPlot(PLOT.name, ("time",), PLOT.columns[:, :1])))


def test_only_the_imaginary_part_of_an_axis_is_left_out() -> None:
    plot = RawPlot("AC Analysis", ("frequency", "v(a)"), np.array([[1 + 0j, 1 + 1j]]))
    axis, value = plot.columns.copy(), plot.columns.copy()
    axis[0, 0] = 1 + 5e-310j
    value[0, 1] = 1 + 2j
    assert difference(plot, replace(plot, columns=axis)) is None
    assert difference(plot, replace(plot, columns=value)) is not None


def test_a_plot_counts_once_unless_it_is_equal() -> None:
    other = replace(PLOT, columns=PLOT.columns + 1)
    assert list(plots_differ([PLOT, PLOT], [PLOT], "plain")) == []
    assert len(list(plots_differ([PLOT, other], [PLOT], "plain"))) == 1
    assert len(list(plots_differ([PLOT], [], "plain"))) == 1


@pytest.mark.parametrize(
    ("printed", "value", "same"),
    [
        ("1.234567e-03", 1.2345674e-3, True),
        ("1.234567e-03", 1.2345676e-3, False),
        ("-5e+00", -5.0, True),
        ("0.00000e+00", 0.0, True),
    ],
)
def test_a_measurement_agrees_in_all_printed_digits(printed: str, value: float, same: bool) -> None:
    assert agrees(printed, value) is same


def test_raw_files_are_read_in_both_forms(tmp_path: Path) -> None:
    head = b"Title: t\nPlotname: Operating Point\nFlags: real\nNo. Variables: 2\nNo. Points: 1\nVariables:\n"
    names = b"\t0\tv(a)\tvoltage\n\t1\tv(b)\tvoltage\n"
    path = tmp_path / "some.raw"
    path.write_bytes(
        head + names + b"Binary:\n" + np.array([1.5, 2.5]).tobytes() + head + names + b"Values:\n"
    )
    with path.open("ab") as file:
        file.write(b" 0\t1.5\n\t2.5\n")
    one, other = read_plots(path)
    assert difference(one, other) is None
    assert one.vectors == ("v(a)", "v(b)")


def test_every_known_difference_has_a_deck_and_a_reason() -> None:
    decks = read_decks()
    for known in read_known():
        assert any(known.explains(deck.name, known.text, _major(known)) for deck in decks), known


def _major(known: Known) -> str:
    return "39" if known.versions == "*" else known.versions


def test_random_pairs_are_as_many_as_asked_and_the_same_again() -> None:
    decks = read_decks()
    made = list(random_decks(decks, 1000, 7))
    assert sum(deck.cases for deck in made) == 1000
    assert [deck.axes for deck in made] == [deck.axes for deck in random_decks(decks, 1000, 7)]
    assert [deck.axes for deck in made] != [deck.axes for deck in random_decks(decks, 1000, 8)]


@pytest.mark.ngspice
@pytest.mark.e2e
@pytest.mark.timeout(900)
def test_the_short_form_finds_no_difference(repository: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.conformance", "--short", "--jobs", "2"],
        cwd=repository,
        env=_environment(repository),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 decks with unexplained differences" in done.stdout


def _environment(repository: Path) -> dict[str, str]:
    search = os.pathsep.join([str(repository / "engine"), str(repository)])
    return {**os.environ, "PYTHONPATH": search}


def test_the_row_of_numbers_finds_its_test() -> None:
    assert NUMBERS.is_file()
