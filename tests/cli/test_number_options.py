"""Numbers of options are read as those of files."""

from __future__ import annotations

import click
import pytest

from simorc.cli.number_options import CountOption, NumberOption, SecondsOption


@pytest.mark.parametrize(("text", "value"), [("1m", 1e-3), ("1e-6", 1e-6), ("0", 0.0), ("2.5k", 2500.0)])
def test_numbers(text: str, value: float) -> None:
    assert NumberOption().convert(text, None, None) == value


@pytest.mark.parametrize(("text", "value"), [("90", 90.0), ("10m", 600.0), ("1h30m", 5400.0), ("0.5", 0.5)])
def test_durations(text: str, value: float) -> None:
    assert SecondsOption().convert(text, None, None) == value


@pytest.mark.parametrize("kind", [NumberOption(), SecondsOption(), CountOption(min=1)])
@pytest.mark.parametrize(
    "text", ["1_000", "١٢", "１２", "nan", "inf", "-1", "1e400", "", "0x10", "1k5", "9" * 12_000]
)
def test_what_python_would_take_and_no_grammar_has(kind: click.ParamType, text: str) -> None:
    with pytest.raises(click.BadParameter):
        kind.convert(text, None, None)


def test_ambiguous_numbers_are_refused() -> None:
    with pytest.raises(click.BadParameter, match="1meg"):
        NumberOption().convert("1M", None, None)


def test_counts_keep_their_bounds() -> None:
    assert CountOption(1, 10).convert(" 7 ", None, None) == 7
    with pytest.raises(click.BadParameter):
        CountOption(1, 10).convert("11", None, None)
