from __future__ import annotations

import random
import re
import subprocess
from pathlib import Path

import pytest

from simorc.number_reading import survives_parameter, temperature_in_set
from tests.waiting import PATIENCE


@pytest.mark.parametrize("text", ["1", "3.3", "10k", "1p", "1.62", "4.7k", "-2"])
def test_values_that_survive(text: str) -> None:
    assert survives_parameter(text)


@pytest.mark.parametrize("text", ["0.1", "1e-7", "ss", "", "-", "1k5", "{x}", "1e999"])
def test_values_that_do_not(text: str) -> None:
    assert not survives_parameter(text)


@pytest.mark.ngspice
def test_ngspice_agrees(tmp_path: Path) -> None:
    """Two sources of the same written value, one through a parameter: equal exactly where we say so."""
    dice = random.Random(7)
    values = []
    while len(values) < 150:
        number = (
            f"{dice.random() * dice.choice([1, 10, 100]) + 0.001:{dice.choice(['.1f', '.3f', '.4g', '.9g'])}}"
        )
        text = number + dice.choice(["", "", "k", "u", "p", "n", "meg", "m", "e-3"])
        if re.fullmatch(r"[\d.]*[1-9][\d.]*(k|u|p|n|meg|m|e-3)?", text):
            values.append(text)
    lines = ["* numbers"]
    for place, text in enumerate(values):
        lines += [f".param q{place}={text}", f"Ia{place} 0 a{place} {{q{place}}}", f"Ra{place} a{place} 0 1"]
        lines += [f"Ib{place} 0 b{place} {text}", f"Rb{place} b{place} 0 1"]
    shown = [f"print @ia{place}[dc] @ib{place}[dc]" for place in range(len(values))]
    lines += [".op", ".control", "op", "set numdgt=18", *shown, "quit", ".endc", ".end"]
    deck = tmp_path / "numbers.spice"
    deck.write_text("\n".join(lines) + "\n")
    printed = subprocess.run(
        ["ngspice", "-b", deck.name],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    ).stdout
    read = dict(re.findall(r"@(i[ab]\d+)\[dc\] = (\S+)", printed))
    for place, text in enumerate(values):
        assert survives_parameter(text) == (read[f"ia{place}"] == read[f"ib{place}"]), text


@pytest.mark.parametrize("text", ["27", "-40.5", "0", "+85.25", "-37.59", "125."])
def test_temperatures_that_are_set_as_they_are_written(text: str) -> None:
    assert temperature_in_set(text) == text


@pytest.mark.ngspice
def test_a_temperature_that_is_set_is_that_of_the_card(tmp_path: Path) -> None:
    """`set temp` reads some decimals otherwise than `.temp`: to the last bit it is told another spelling."""
    dice = random.Random(3)
    drawn = [f"{dice.uniform(-60, 150):.{dice.randint(3, 17)}f}" for _ in range(12_000)]
    others = [each for each in drawn if temperature_in_set(each) not in (each, None)][:4]
    texts = ["-37.591347099", "70.600418458", *others]
    assert len(others) == 4
    cards = [_temperature(tmp_path, card=f".temp {text}") for text in texts]
    spelt = [temperature_in_set(text) for text in texts]
    assert cards == [_temperature(tmp_path, command=f"set temp={text}") for text in spelt]
    assert cards != [_temperature(tmp_path, command=f"set temp={text}") for text in texts]


def _temperature(directory: Path, card: str = "", command: str = "") -> str:
    """What ngspice takes the temperature for, with all its digits."""
    deck = f"""* temperature
bt t 0 v=temper
rt t 0 1
{card}
.control
{command}
set numdgt=17
op
print v(t)
.endc
.end
"""
    (directory / "t.cir").write_text(deck)
    done = subprocess.run(
        ["ngspice", "-b", "t.cir"],
        cwd=directory,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    return next(line for line in done.stdout.splitlines() if line.startswith("v(t)"))
