"""Reading decks, and what a batch run is given."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simorc.errors import NetlistError
from simorc.netlist.deck.cards import spice_number
from simorc.netlist.deck.control_block import added_commands, for_batch, plot_names
from simorc.netlist.deck.deck import Deck
from simorc.netlist.deck.parts import ADDED, ADDED_END

RC = "an RC\nv1 in 0 dc 1 ac 1\nr1 in out 1k\nc1 out 0 1n\n"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("10k", 1e4),
        ("1meg", 1e6),
        ("1MEG", 1e6),
        ("2.2uF", 2.2e-6),
        ("1m", 1e-3),
        ("1kHz", 1e3),
        ("1e-9s", 1e-9),
        ("2.5e3k", 2.5e6),
    ],
)
def test_numbers_as_spice_reads_them(text: str, value: float) -> None:
    assert spice_number(text) == pytest.approx(value, rel=1e-15)


@pytest.mark.parametrize("text", ["", "k", "v(out)", "1 2", "{x}", "--1", "1e999"])
def test_words_that_are_no_numbers(text: str) -> None:
    assert spice_number(text) is None


def test_reads_every_kind_of_card() -> None:
    deck = Deck.parse(
        ".tran 1n 2n is only a title\n"
        "* .ac in a comment\n"
        ".PARAM vdd = 3.3 w={2*vdd} tstop=10u\n"
        ".options reltol=1e-4 noacct seed=12\n"
        ".temp 85\n"
        '.include "my models.inc"\n'
        ".lib models.lib tt ; the corner\n"
        ".subckt cell a b\n.param inner=1\n.ends\n"
        ".tran 10n\n* between\n+ {tstop}\n"
        ".MEAS TRAN Vmax MAX v(out) $ the top\n"
        ".save all v(out)\n"
        ".control\n* nothing\nset foo=1\n.endc\n"
        ".end\n"
    )
    assert deck.title == ".tran 1n 2n is only a title"
    assert dict(deck.parameters) == {"vdd": "3.3", "w": "{2*vdd}", "tstop": "10u"}
    assert dict(deck.options) == {"reltol": "1e-4", "noacct": True, "seed": "12"}
    assert deck.temperature == "85"
    assert [(include.path, include.section, include.line) for include in deck.includes] == [
        ("my models.inc", None, 6),
        ("models.lib", "tt", 7),
    ]
    (tran,) = deck.analyses
    assert (tran.kind, tran.command, tran.stop, tran.line) == ("tran", "tran 10n 10u", 1e-5, 11)
    (meas,) = deck.measures
    assert (meas.name, meas.analysis, meas.text) == ("vmax", "tran", "MEAS TRAN Vmax MAX v(out)")
    assert list(deck.saves) == ["all", "v(out)"]
    assert [(command.word, command.line) for command in deck.commands] == [("set", 18)]
    assert deck.has_end and not deck.runs_itself


@pytest.mark.parametrize(
    ("card", "start", "stop", "points"),
    [
        ("tran 1n 2u", 0.0, 2e-6, None),
        ("tran 1n 2u 1u", 1e-6, 2e-6, None),
        ("ac dec 10 1k 10meg", 1e3, 1e7, 41),
        ("ac lin 5 1 5", 1.0, 5.0, 5),
        ("dc v1 0 1 0.1", 0.0, 1.0, 11),
        ("dc v1 1 0 -0.1 v2 0 2 1", 1.0, 0.0, 33),
        ("noise v(out) v1 dec 5 1k 1meg", 1e3, 1e6, 16),
        ("op", None, None, None),
        ("dc v1 -1e308 1e308 1e-300", -1e308, 1e308, None),
        ("ac dec 10 1e-300 1e300", 1e-300, 1e300, None),
        ("tran {a*2} {b+1}", 0.0, None, None),
    ],
)
def test_extent_of_analyses(card: str, start: float | None, stop: float | None, points: int | None) -> None:
    (analysis,) = Deck.parse(f"{RC}.{card}\n.end\n").analyses
    assert (analysis.start, analysis.stop, analysis.points) == (start, stop, points)


def test_crlf_and_no_end() -> None:
    deck = Deck.parse(RC.replace("\n", "\r\n") + ".tran 1n\r\n+ 2u\r\n")
    assert deck.analyses[0].stop == 2e-6
    assert for_batch(deck).rstrip().endswith(".endc\n.end")


def test_single_analysis_runs_its_card() -> None:
    assert added_commands(Deck.parse(f"{RC}.tran {{a}} {{b*2}}\n.end\n")) == (
        *("run", "set plainwrite"),
        "write results.raw tran1.all",
    )


def test_several_analyses_are_one_run() -> None:
    """As ngspice does it: in its own order, one after the other in one session."""
    assert added_commands(Deck.parse(f"{RC}.tran 1n 2u\n.ac dec 1 1 10\n.end\n")) == (
        *("run", "set plainwrite", "set appendwrite"),
        *("write results.raw ac1.all", "write results.raw tran1.all"),
    )


def test_plot_names_count_as_ngspice_does() -> None:
    deck = Deck.parse(f"{RC}.ac dec 1 1 10\n.ac dec 2 1 10\n.op\n.noise v(out) v1 dec 1 1 10\n.end\n")
    assert plot_names(deck.in_run_order) == ["ac1", "ac2", "op2", "noise2", "noise3"]


def test_control_block_goes_before_end() -> None:
    text = for_batch(Deck.parse(f"{RC}.op\n.end\nrubbish\n"))
    assert text.index(".endc") < text.index(".end\nrubbish")


def test_own_control_is_completed_not_repeated() -> None:
    text = for_batch(Deck.parse(f"{RC}.op\n.control\nrun\n.endc\n.end\n"))
    assert text.count("run\n") == 1
    assert f".control\n{ADDED}\nset plainwrite\nwrite results.raw op1.all\nquit\n{ADDED_END}\n.endc" in text


def test_complete_own_control_is_left_alone() -> None:
    text = f"{RC}.op\n.control\nop\nwrite mine.raw\nquit\n.endc\n.end\n"
    assert for_batch(Deck.parse(text)) == text


def test_write_goes_before_the_users_quit() -> None:
    text = for_batch(Deck.parse(f"{RC}.control\nop\n  quit 3\n.endc\n.end\n"))
    assert f"op\n{ADDED}\nset plainwrite\nwrite results.raw op1.all\n{ADDED_END}\n  quit 3\n.endc" in text


def test_a_run_into_the_raw_file_is_not_written_again() -> None:
    text = f"{RC}.tran 1n 1u\n.control\nrun results.raw\nquit\n.endc\n.end\n"
    assert for_batch(Deck.parse(text)) == text


def test_settings_only_control_gets_the_run() -> None:
    text = for_batch(Deck.parse(f"{RC}.op\n.control\nset numdgt=9\n.endc\n.end\n"))
    assert (
        f".control\n{ADDED}\nrun\nset plainwrite\nwrite results.raw op1.all\nquit\n{ADDED_END}\n.endc" in text
    )


def test_no_analysis_is_an_error() -> None:
    with pytest.raises(NetlistError, match="no analysis"):
        for_batch(Deck.parse(f"{RC}.end\n"))


def test_line_of_a_quoted_card() -> None:
    assert Deck.parse(RC).line_of("R1  in out 1K") == 3
    assert Deck.parse(RC).line_of("r7 in out 1k") is None


CARDISH = st.text(alphabet=st.sampled_from(list(".+*$;{}'\"()= \n\r\tacdeilmnoprstu0159kx")), max_size=300)


@given(CARDISH)
def test_any_text_can_be_read(text: str) -> None:
    deck = Deck.parse(text)
    try:
        batch = for_batch(deck)
    except NetlistError:
        assert not deck.runs_itself
    else:
        read = Deck.parse(batch)
        assert read.commands == deck.commands
        assert [each.text for each in read.wanted] == [each.text for each in deck.wanted]


def test_a_bare_write_has_its_name_from_ngspice() -> None:
    deck = Deck.parse("* t\nR1 a 0 1\n.control\nop\nwrite\nwrite mine.raw v(a)\n.endc\n.end\n")
    assert deck.written == ("rawspice.raw", "mine.raw")


def test_what_follows_the_end_counts() -> None:
    """ngspice reads on after ``.end``."""
    deck = Deck.parse(f"{RC}.op\n.end\n.tran 1n 1u\n.control\nprint all\n.endc\n")
    assert [each.kind for each in deck.wanted] == ["op", "tran"]
    text = for_batch(deck)
    assert text.index("print all") < text.index("write results.raw op1.all")
    assert "write results.raw tran1.all" in text
