"""Every accepted spelling of a number in every place of a deck, and what ngspice says that it read.

ngspice computes a number's digits times a power of ten, and sends ``{parameters}`` through sixteen printed
digits: it reads 3.3 as 3.3000000000000003 however the deck spells it. So the double that it has read is
compared with the user's number up to that arithmetic, which takes the sixteenth digit.
"""

from __future__ import annotations

import math
import os
import random
import re
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from simorc.netlist.template import Template
from simorc.units import Number, parse_value
from tests.simulators.ngspice_versions import programs_under_test
from tests.waiting import PATIENCE

SPELLINGS = (
    *(
        "10kOhm",
        "10k",
        "10K",
        "4.7kΩ",
        "4.7k\u2126",
        "5V",
        "3.3V",
        "3.30",
        "100nF",
        "100n",
        "2um",
        "2u",
        "27C",
    ),
    *(
        "27C",
        "-40C",
        "125°C",
        "125degC",
        "125℃",
        "90°",
        "400000μ",
        "400000µ",
        "−5",
        "-5",
        "+5",
        ".5",
        "5.",
        "5.k",
    ),
    *("1e5k", "1mil", "2.5mil", "1M", "1m", "1meg", "1MEG", "1Meg", "2.2MegHz", "3g", "3G", "1t", "7f", "1F"),
    *("10aF", "10aA", "5A", "2mA", "12pF", "1E3", "1e+3", "1e-3", "1e005", "0", "0.0", "-0", "0V", "0e9"),
    *("123456789012345678", "1.2345678901234567890", "0.00000000000000000000001", "1e-290", "1e200", "1e30k"),
    *(
        "1dB",
        "3dBm",
        "1rad",
        "50Hz",
        "1s",
        "10ms",
        "5us",
        "1h",
        "60W",
        "2H",
        "3siemens",
        "100mvolts",
        "7ohms",
    ),
)
PLACES = {
    "parameter": ("i{n} 0 {n} {{p{n}}}\nr{n} {n} 0 1", "@i{n}[dc]"),
    "element": ("i{n} 0 {n} {x}\nr{n} {n} 0 1", "@i{n}[dc]"),
    "value by name": ("i{n} 0 {n} dc={x}\nr{n} {n} 0 1", "@i{n}[dc]"),
    "ac": ("v{n} {n} 0 dc 0 ac {x}\nr{n} {n} 0 1", "@v{n}[acmag]"),
    "expression in braces": ("i{n} 0 {n} {{ {x}*1}}\nr{n} {n} 0 1", "@i{n}[dc]"),
    "expression in quotes": ("i{n} 0 {n} '{x}'\nr{n} {n} 0 1", "@i{n}[dc]"),
    "behavioural source": ("b{n} {n} 0 v={x}*1\nr{n} {n} 0 1", "v({n})"),
    "pulse": ("v{n} {n} 0 pulse({x} 0 1 1 1 1 9)\nr{n} {n} 0 1", "v({n})"),
    "instance parameter": ("x{n} {n} sub p={x}", "v({n})"),
    "model parameter": ("r{n} {n} 0 m{n} 1\n.model m{n} r(r={x} tc1={x})\ni{n} 0 {n} 0", "@m{n}[tc1]"),
    "coefficient": ("r{n} {n} 0 1 tc1={x}\ni{n} 0 {n} 0", "@r{n}[tc1]"),
    "gain": ("g{n} 0 {n} one 0 {x}\nr{n} {n} 0 1", "v({n})"),
    "function": ("i{n} 0 {n} {{twice({x})/2}}\nr{n} {n} 0 1", "@i{n}[dc]"),
}
"""Where a value stands in a deck, and the vector that shows what was read of it."""
TOLERANCE = 4e-15
"""What ngspice's own arithmetic takes away from a double."""
COARSE = {"behavioural source": 6e-11}
"""ngspice prints the numbers of a behavioural expression with eleven digits before it reads them."""


def numbers(spellings: Sequence[str]) -> list[Number]:
    """Those spellings that simorc takes for numbers."""
    return [value for value in map(parse_value, spellings) if isinstance(value, Number)]


def drawn(count: int) -> Iterator[str]:
    """Spellings made at random from digits, exponents, suffixes and units."""
    dice = random.Random(20)
    while count:
        digits = f"{dice.random() * 10 ** dice.randint(0, 4):.{dice.randint(0, 9)}f}"
        parts = (
            dice.choice(["", "-", "+", "−"]),
            digits.lstrip(dice.choice(["", "0"])),
            dice.choice(["", "", "e3", "E-6", "e+2", "e-12"]),
            dice.choice(["", "", "k", "K", "u", "µ", "n", "p", "f", "m", "meg", "MEG", "g", "t", "mil"]),
            dice.choice(["", "V", "Hz", "Ω", "s"]),
        )
        if isinstance(parse_value("".join(parts)), Number):
            count -= 1
            yield "".join(parts)


def rendered(folder: Path, name: str, lines: str, values: dict[str, Number]) -> str:
    """The deck of a template with these lines."""
    path = folder / f"{name}.j2"
    path.write_text(lines, encoding="utf-8")
    return Template.load(path).render(values, case_id=1, dut_netlist="d", project_root="/p")


def asked(program: str, folder: Path, deck: str) -> dict[str, str]:
    """What ngspice prints of vectors, by the names echoed before them."""
    path = folder / "deck.spice"
    path.write_text(deck, encoding="utf-8")
    scripts = Path(program).parent.parent / "share" / "ngspice"
    own = {"SPICE_LIB_DIR": str(scripts)} if program != "ngspice" and scripts.is_dir() else {}
    done = subprocess.run(
        [program, "-n", "-b", path.name],
        cwd=folder,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=PATIENCE,
        check=False,
        env={**os.environ, **own},
    )
    return dict(re.findall(r"^asked (\S+)\n(?:.*\n)??\S+ = ([^,\s]+)\S*$", done.stdout, re.MULTILINE))


@pytest.mark.parametrize("program", list(programs_under_test()))
@pytest.mark.parametrize("place", PLACES)
def test_ngspice_reads_every_spelling_as_its_number(tmp_path: Path, program: str, place: str) -> None:
    written = numbers([*SPELLINGS, *drawn(60)])
    lines, vector = PLACES[place]
    deck = ["* numbers", ".subckt sub a p=1", "v1 a 0 {p}", ".ends", ".func twice(x) {2*x}", "vone one 0 1"]
    shown = []
    for index in range(len(written)):
        text = f"{{{{ parameters.x{index} }}}}"
        deck += [f".param p{index}={text}", lines.format(n=f"n{index}", x=text).replace("{pn", "{p")]
        shown += [f"echo asked {index}", f"print {vector.format(n=f'n{index}')}"]
    control = [".control", "set numdgt=18", "op", *shown, ".endc", ".end"]
    values = {f"x{index}": value for index, value in enumerate(written)}
    read = asked(program, tmp_path, rendered(tmp_path, "deck", "\n".join([*deck, *control]) + "\n", values))
    assert len(read) == len(written)
    wrong = [
        (value.text, value.deck, text)
        for value, text in zip(written, read.values(), strict=True)
        if not math.isclose(float(text), value, rel_tol=COARSE.get(place, TOLERANCE))
    ]
    assert wrong == []


CARDS = {
    ".temp": (".temp {x}\n.op", "run", "v(t)"),
    ".option temp": (".option temp={x}\n.op", "run", "v(t)"),
    ".tran": (".tran {{{{ parameters.x / 10 }}}} {x}", "run", "time[length(time)-1]"),
    ".dc": (".dc vs {x} {{{{ parameters.x + 1 }}}} 1", "run", "v(s)[0]"),
    ".ac": (".ac lin 1 {x} {x}", "run", "frequency"),
    ".ic": (".ic v(c)={x}\n.tran 1n 2n uic", "run", "v(c)[0]"),
    "set temp": (".op", "set temp={x}\nrun", "v(t)"),
    "let": (".op", "run\nlet y={x}", "y"),
    "alter": (".op", "run\nalter vs dc={x}\nrun", "v(s)"),
    "alterparam": (".param pa=1\nvp q 0 {{pa}}\n.op", "alterparam pa={x}\nreset\nrun", "v(q)"),
}
"""Cards and commands that hold one value of a deck: what stands in the deck and in its control block."""
FOR_CARDS = ("27C", "125°C", "0.125k", "125000m", "90°", "1.25e2", "+5", ".5", "5.", "12.5V", "2e0k", "3Ω")


@pytest.mark.parametrize("program", list(programs_under_test()))
@pytest.mark.parametrize("card", CARDS)
def test_ngspice_reads_every_spelling_on_a_card(tmp_path: Path, program: str, card: str) -> None:
    cards, commands, vector = CARDS[card]
    circuit = ["vs s 0 1 ac 1", "r1 s c 1k", "c1 c 0 1n", "bt t 0 v=temper"]
    written = numbers(FOR_CARDS)
    control = [".control", "set numdgt=18"]
    for index, value in enumerate(written):
        x = "{{ parameters.x }}"
        text = "\n".join(["t", *circuit, cards.format(x=x), "* commands", commands.format(x=x)]) + "\n"
        deck, _, block = rendered(tmp_path, "one", text, {"x": value}).partition("* commands\n")
        (tmp_path / f"{index}.cir").write_text(f"{deck}.end\n")
        control += [f"source {index}.cir", *block.splitlines(), f"echo asked {index}", f"print {vector}"]
    read = asked(program, tmp_path, "\n".join(["* cards", "v1 a 0 1", *control, ".endc", ".end"]) + "\n")
    assert len(read) == len(written)
    wrong = [
        (value.text, text)
        for value, text in zip(written, read.values(), strict=True)
        if not math.isclose(float(text), value, rel_tol=1e-6 if card == ".ic" else 1e-12)
    ]
    assert wrong == []
