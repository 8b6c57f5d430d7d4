"""The grammar of numbers: what is read, how a deck spells it, what is refused and with which advice."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simorc.number_grammar import MAX_LENGTH, look_alike, looks_like, read_number
from simorc.units import Number, parse_bytes, parse_seconds, unambiguous

PLAIN = re.compile(r"-?(\d+(\.\d+)?|\.\d+)(e[-+]?\d{1,3})?(meg|[tgkmunpf])?", re.IGNORECASE | re.ASCII)


@pytest.mark.parametrize(
    ("text", "value", "deck", "plain"),
    [
        ("10kOhm", 1e4, "10k", "10000"),
        ("5V", 5.0, "5", "5"),
        ("100nF", 1e-7, "100n", "1e-07"),
        ("-40C", -40.0, "-40", "-40"),
        ("125°C", 125.0, "125", "125"),
        ("125℃", 125.0, "125", "125"),
        ("400000μ", 0.4, "400000u", "0.4"),
        ("400000µ", 0.4, "400000u", "0.4"),
        ("−5", -5.0, "-5", "-5"),
        ("2.5kΩ", 2500.0, "2.5k", "2500"),
        ("2.5kΩ", 2500.0, "2.5k", "2500"),
        ("1mil", 25.4e-6, "2.540e-05", "2.540e-05"),
        ("-.5", -0.5, "-0.5", "-0.5"),
        ("1e5k", 1e8, "100000000", "100000000"),
        ("10aF", 1e-17, "1e-17", "1e-17"),
        ("5A", 5.0, "5", "5"),
        ("1M", 1e-3, "1m", "0.001"),
        ("+5", 5.0, "5", "5"),
        ("5.k", 5e3, "5k", "5000"),
        (".5", 0.5, ".5", ".5"),
        ("3.30", 3.3, "3.30", "3.30"),
        ("1E3", 1e3, "1e3", "1e3"),
        ("0e999", 0.0, "0", "0"),
        ("1.234567890123456789", 1.234567890123456789, "1.2345678901234567", "1.2345678901234567"),
    ],
)
def test_a_deck_gets_a_spelling_that_ngspice_reads_alike_everywhere(
    text: str, value: float, deck: str, plain: str
) -> None:
    reading = read_number(text)
    assert (reading.value, reading.deck, reading.plain) == (value, deck, plain)
    assert str(Number(text)) == text


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("125 degC", "write 125degC"),
        ("10\u00a0k", "U+00A0 NO-BREAK SPACE; write 10k"),
        ("10\u2009k", "U+2009 THIN SPACE; write 10k"),
        ("–5", "U+2013 EN DASH; write -5"),
        ("５２", "U+FF15 FULLWIDTH DIGIT FIVE; write 52"),
        ("1к", "U+043A CYRILLIC SMALL LETTER KA; write 1k"),
        ("10\u212a", "U+212A KELVIN SIGN; write 10K"),
        ("1\u017f", "U+017F LATIN SMALL LETTER LONG S; write 1s"),
        ("١٢", "U+0661 ARABIC-INDIC DIGIT ONE; write 12"),
        ("3\u200b.3", "U+200B ZERO WIDTH SPACE; write 3.3"),
        ("1_000", "write 1000"),
        ("1,5", "write 1.5"),
        ("1a", "write 1e-18 or 1"),
        ("1e400", "too large"),
        ("1e-400", "too small"),
        ("5e-324", "too small"),
        *[(text, "not a number") for text in ("0x10", "1k5", "1d3", "inf", "nan", "1,000", "1e", "k", "")],
    ],
)
def test_refused_with_another_spelling(text: str, advice: str) -> None:
    with pytest.raises(ValueError, match=re.escape(advice)):
        read_number(text)
    assert text == "" or looks_like(text) != text


@pytest.mark.parametrize("text", ["ss", "2n3904", "Größe", "тт", "1k5", "μA741", "5 V model"])
def test_names_are_not_taken_for_numbers(text: str) -> None:
    assert look_alike(text) == ""


@pytest.mark.parametrize("text", ["１０k", "1к", "–5", "10\u00a0k", "\u200b10k"])
def test_a_look_alike_of_a_number_is_no_name(text: str) -> None:
    assert "write" in look_alike(text)


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("100MHz", "write 100meg (or 100m)"),
        ("1M", "write 1meg (or 1m)"),
        ("2.5MOhm", "write 2.5meg (or 2.5m)"),
        ("10F", "write 10f (or 10)"),
    ],
)
def test_what_people_and_ngspice_read_differently_is_refused_where_ngspice_reads_nothing(
    text: str, remedy: str
) -> None:
    assert Number(text).doubt == remedy
    with pytest.raises(ValueError, match=re.escape(remedy)):
        unambiguous(text)


@pytest.mark.parametrize(
    "text", ["1m", "1meg", "1MEG", "1Meg", "1MegHz", "1mHz", "10f", "10fF", "1MIL", "3K"]
)
def test_what_means_one_thing_is_taken(text: str) -> None:
    assert unambiguous(text) == Number(text)


@given(st.text(alphabet="0123456789.eE+-kKmMuµμnpfFgGtTaAVΩ° C_,xd\u212a\u00a0\u2212５١к", max_size=12))
def test_what_is_read_is_spelled_plainly_for_the_deck(text: str) -> None:
    try:
        reading = read_number(text)
    except ValueError as error:
        assert f"write {text}" not in str(error).split("'")[-1]  # a hint is another text
        return
    assert PLAIN.fullmatch(reading.deck), text
    assert PLAIN.fullmatch(reading.plain)
    assert reading.plain[-1].isdigit()
    assert read_number(reading.deck).value == reading.value == read_number(reading.plain).value


def test_long_texts_are_refused_without_being_searched() -> None:
    for text in (
        "9" * 12_000,
        "9" * 12_000 + "x",
        "1" * MAX_LENGTH + "z",
        "1" + " " * 12_000 + "k",
        "-" * 12_000,
    ):
        with pytest.raises(ValueError, match="not a number"):
            Number(text)
        with pytest.raises(ValueError, match=r"not a size|too large"):
            parse_bytes(text)
        with pytest.raises(ValueError, match=r"not a duration|too long"):
            parse_seconds(text)


@pytest.mark.parametrize("text", ["1\u212a", "١٢", "1_000", "inf"])
def test_sizes_and_durations_have_ascii_digits_and_known_units(text: str) -> None:
    with pytest.raises(ValueError, match="not a size"):
        parse_bytes(text)
    with pytest.raises(ValueError, match="not a duration"):
        parse_seconds(text)
