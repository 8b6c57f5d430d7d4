from __future__ import annotations

import copy
import json
import math
import pickle
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simorc.config.definitions import MeasurementDefinition
from simorc.units import (
    Number,
    ShownAs,
    brief,
    format_si,
    parse_bytes,
    parse_number,
    parse_seconds,
    parse_value,
)
from tests.waiting import PATIENCE


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("10k", 1e4),
        ("10K", 1e4),
        ("1M", 1e-3),
        ("1m", 1e-3),
        ("1meg", 1e6),
        ("1MEG", 1e6),
        ("2megohm", 2e6),
        ("10F", 10e-15),
        ("100p", 100e-12),
        ("100pF", 100e-12),
        ("5n", 5e-9),
        ("0.1u", 1e-7),
        ("1µ", 1e-6),
        ("1mil", 25.4e-6),
        ("2g", 2e9),
        ("3t", 3e12),
        ("3.3V", 3.3),
        ("1A", 1.0),
        ("10ms", 0.01),
        ("5um", 5e-6),
        ("2.5kΩ", 2500.0),
        ("5e-05", 5e-05),
        ("1e3k", 1e6),
        ("-40", -40.0),
        ("+5", 5.0),
        (".5", 0.5),
        ("3.", 3.0),
        ("3.30", 3.3),
        ("1E6Hz", 1e6),
    ],
)
def test_reads_numbers_as_ngspice_does(text: str, value: float) -> None:
    assert parse_number(text) == value
    assert str(parse_number(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "ss",
        "2n3904",
        "1st",
        "0x10",
        "",
        "-",
        "1e",
        "inf",
        "nan",
        "1e400",
        "10 k",
        "1_000",
        "1,5",
        "k",
        "10%",
        "10meters",
        "1..2",
        "٣",
    ],
)
def test_everything_else_stays_text(text: str) -> None:
    assert parse_value(text) == text
    assert not isinstance(parse_value(text), Number)
    with pytest.raises(ValueError, match="number"):
        parse_number(text)


def test_a_number_prints_as_written_and_counts_as_a_float() -> None:
    number = Number("10k")
    assert (str(number), f"{number}", f"{number:.1f}", repr(number)) == (
        "10k",
        "10k",
        "10000.0",
        "Number('10k')",
    )
    assert number == 1e4
    assert hash(number) == hash(1e4)
    assert type(number + 1) is float
    assert type(-number) is float
    assert json.dumps(number) == "10000.0"
    assert {1e4: "found"}[number] == "found"


@pytest.mark.parametrize(
    "clone", [copy.copy, copy.deepcopy, lambda number: pickle.loads(pickle.dumps(number))]
)
def test_copies_keep_the_text(clone: object) -> None:
    assert callable(clone)
    copied = clone(Number("3.30"))
    assert (str(copied), copied) == ("3.30", 3.3)


@given(
    st.floats(allow_nan=False, allow_infinity=False).filter(lambda value: abs(value) >= 1e-290 or not value)
)
def test_every_float_comes_back(value: float) -> None:
    assert Number(value) == value
    assert Number(str(Number(value))) == value


@given(
    st.decimals(min_value=0, max_value=1000, places=3),
    st.sampled_from(sorted({"t": 12, "k": 3, "u": -6, "f": -15}.items())),
)
def test_a_suffix_gives_the_nearest_float(mantissa: object, scale: tuple[str, int]) -> None:
    suffix, exponent = scale
    assert Number(f"{mantissa}{suffix}") == float(f"{mantissa}e{exponent}")


@given(st.text(max_size=20))
def test_any_text_is_a_value(text: str) -> None:
    assert str(parse_value(text)).strip() == text.strip()


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("2GB", 2_000_000_000),
        ("512M", 512 * 1024**2),
        ("1.5GiB", 1610612736),
        ("100", 100),
        ("10kB", 10_000),
        ("64 MiB", 67108864),
    ],
)
def test_sizes(text: str, size: int) -> None:
    assert parse_bytes(text) == size


def test_a_size_in_powers_of_ten() -> None:
    assert parse_bytes("1e9") == 10**9
    assert parse_bytes("1.5e3 kB") == 1_500_000


@pytest.mark.parametrize(
    ("unit", "shown"),
    [
        *((unit, "0.0123 " + unit) for unit in ("1/K", "/K", "V^2/Hz", "V²", "A**2", "s^-1", "m2", "1")),
        *((unit, "0.0123 " + unit) for unit in ("ppm/K", "dB/dec", "dBV", "deg/s", "mV", "kHz", "LSB", "σ")),
        ("%/V", "0.0123 %/V"),
        ("V/√Hz", "12.3 mV/√Hz"),
        ("V/sqrt(Hz)", "12.3 mV/sqrt(Hz)"),
        ("A/V^2", "12.3 mA/V^2"),
        ("Ω", "12.3 mΩ"),
        ("m", "12.3 mm"),
        ("bit/s", "12.3 mbit/s"),
    ],
)
def test_a_prefix_stands_only_where_it_means_a_thousand(unit: str, shown: str) -> None:
    assert format_si(0.0123, unit) == shown


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("10m", 600),
        ("90s", 90),
        ("1h", 3600),
        ("1h30m", 5400),
        ("500ms", 0.5),
        ("90", 90),
        ("2d", 172800),
        ("1e9", 1e9),
        ("1e3s", 1000),
        ("5e-1m", 30),
        ("5min", 300),
    ],
)
def test_durations(text: str, seconds: float) -> None:
    assert parse_seconds(text) == seconds


@pytest.mark.parametrize("text", ["", "soon", "-5", "1h30", "5 10", "1x"])
def test_what_is_no_duration_or_size(text: str) -> None:
    with pytest.raises(ValueError, match="duration"):
        parse_seconds(text)
    with pytest.raises(ValueError, match="size"):
        parse_bytes(text)


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (1.234e-3, "V", "1.234 mV"),
        (71.2, "dB", "71.2 dB"),
        (10e6, "Hz", "10 MHz"),
        (999.99, "Hz", "1 kHz"),
        (999.94, "Hz", "999.9 Hz"),
        (0.0, "V", "0 V"),
        (-2.5e-6, "A", "-2.5 µA"),
        (1500.0, "", "1.5k"),
        (0.00123, "%", "0.00123%"),
        (123456.0, "deg", "1.235e+05 deg"),
        (1e-21, "A", "1e-21 A"),
        (math.nan, "V", "nan V"),
        (math.inf, "", "inf"),
        (1e3, "", "1k"),
        (1e-6, "s", "1 µs"),
    ],
)
def test_engineering_notation(value: float, unit: str, text: str) -> None:
    assert format_si(value, unit) == text


@given(st.floats(min_value=1e-17, max_value=9e13), st.integers(3, 8))
def test_notation_keeps_the_digits_asked_for(value: float, digits: int) -> None:
    shown = format_si(value, digits=digits)
    scale = {"a": -18, "f": -15, "p": -12, "n": -9, "µ": -6, "m": -3, "k": 3, "M": 6, "G": 9, "T": 12}
    exponent = scale.get(shown[-1], 0)
    read = float(f"{shown[:-1] if exponent else shown}e{exponent}")
    assert read == pytest.approx(value, rel=10.0 ** (1 - digits))


def test_importing_it_is_cheap() -> None:
    heavy = "{'pydantic', 'numpy', 'ruamel'}"
    modules = "simorc.units, simorc.text, simorc.config.root, simorc.cpus"
    code = f"import sys, {modules}; print({heavy} & set(sys.modules))"
    shown = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=PATIENCE, check=True
    )
    assert shown.stdout.strip() == "set()"


def test_long_numbers_are_shown_with_six_digits() -> None:
    assert [brief(text) for text in ("3.30", "10021.81135", "1.002454454e-09", "1.2345678901u")] == [
        "3.30",
        "10021.8",
        "1.00245e-09",
        "1.23457e-06",
    ]
    assert brief("a_long_corner_name") == "a_long_corner_name"


def test_values_are_shown_on_their_scale_with_their_unit() -> None:
    shown = ShownAs("%", 100)
    assert (shown.text(0.45321), shown.text(0.45321, 2)) == ("45.32%", "45%")
    assert shown.limits(0.4, math.inf) == [">= 40%"]
    assert ShownAs("A", -1).limits(-2e-3, -1e-3) == ["<= 2 mA", ">= 1 mA"]
    assert MeasurementDefinition.of_json({"unit": None, "scale": None}).shown == ShownAs("", 1.0)
