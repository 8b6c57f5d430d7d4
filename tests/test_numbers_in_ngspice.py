"""Every accepted spelling of a number in every place of a deck, and what ngspice says that it read.

ngspice computes a number's digits times a power of ten, and sends ``{parameters}`` through sixteen printed
digits: it reads 3.3 as 3.3000000000000003 however the deck spells it. So each place is compared, double for
double, with what ngspice reads of the plain spelling there: the one that a person would have written.
"""

from __future__ import annotations

import math
import os
import random
import re
import subprocess
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from simorc.netlist.template import Template
from simorc.number_reading import closest_spelling, read_as_element, read_in_parameter
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
    "code model": ("v{n}i {n}i 0 1\na{n} {n}i {n} g{n}\n.model g{n} gain(gain={x})", "v({n})"),
    "code model vector": (
        "v{n}i {n}i 0 1\na{n} [{n}i {n}i] {n} g{n}\n.model g{n} summer(in_offset=[0 0] in_gain=[{x} 0])",
        "v({n})",
    ),
    "subcircuit default": (".subckt s{n} a p={x}\nv1 a 0 {{p}}\n.ends\nx{n} {n} s{n}", "v({n})"),
    "polynomial": ("e{n} {n} 0 poly(1) one 0 0 {x}", "v({n})"),
    "current gain": ("f{n} 0 {n} vamp {x}\nr{n} {n} 0 1", "v({n})"),
    "piecewise linear": ("v{n} {n} 0 pwl(0 {x} 1 0)", "v({n})"),
    "multiplier": ("i{n} 0 {n} 1 m={x}\nr{n} {n} 0 1", "v({n})"),
    "inductance": ("l{n} {n} 0 {x}\ni{n} 0 {n} 0", "@l{n}[inductance]"),
    "initial condition": ("c{n} {n} 0 1 ic={x}\ni{n} 0 {n} 0", "@c{n}[ic]"),
    "function": ("i{n} 0 {n} {{twice({x})/2}}\nr{n} {n} 0 1", "@i{n}[dc]"),
}
"""Where a value stands in a deck, and the vector that shows what was read of it."""
Reading = Callable[[str], float]
"""The double that ngspice reads of a plain spelling."""


def through_parameter(text: str) -> float:
    return read_as_element(read_in_parameter(text))


def in_expression(text: str) -> float:
    """ngspice prints the numbers of a behavioural expression with eleven digits before it reads them."""
    return read_as_element(f"{read_as_element(text):.10e}")


READ_AS: dict[str, Reading] = {
    "behavioural source": in_expression,
    **dict.fromkeys(
        (
            *("parameter", "expression in braces", "expression in quotes", "instance parameter"),
            *("subcircuit default", "function"),
        ),
        through_parameter,
    ),
}
"""How ngspice reads a place; all others as an element's value."""


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


def plain_spelling(value: Number) -> str:
    """A number as a person writes it for ngspice, without its unit. Where ngspice has no such spelling (mil,
    atto, a suffix after an exponent, too many digits): the decimal that it reads best.
    """
    text = value.text.replace("−", "-").replace("µ", "u").replace("μ", "u")
    match = re.match(r"([-+]?)(\d+\.?\d*|\.\d+)(e[-+]?\d+)?(meg|mil|[tgkmunpf])?", text, re.IGNORECASE)
    assert match is not None
    sign, digits, exponent, suffix = (each or "" for each in match.groups())
    atto = re.fullmatch("a[af]", text[match.end() :], re.IGNORECASE)
    digits = f"0{digits}" if sign and digits.startswith(".") else digits
    own = atto or suffix.lower() == "mil" or (suffix and exponent) or len(digits.strip("0.")) > 17
    return closest_spelling(value) if own else f"{sign}{digits}{exponent}{suffix}"


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
    deck += ["vamp amp 0 0", "iamp 0 amp 1"]
    shown = []
    for index in range(len(written)):
        text = f"{{{{ parameters.x{index} }}}}"
        deck += [f".param p{index}={text}", lines.format(n=f"n{index}", x=text).replace("{pn", "{p")]
        shown += [f"echo asked {index}", f"print {vector.format(n=f'n{index}')}"]
    control = [".control", "set numdgt=18", "op", *shown, ".endc", ".end"]
    values = {f"x{index}": value for index, value in enumerate(written)}
    read = asked(program, tmp_path, rendered(tmp_path, "deck", "\n".join([*deck, *control]) + "\n", values))
    assert len(read) == len(written)
    reading = READ_AS.get(place, read_as_element)
    wrong = [
        (value.text, value.deck, text)
        for value, text in zip(written, read.values(), strict=True)
        if float(text) != reading(plain_spelling(value))
    ]
    assert wrong == []


def test_plain_spellings_are_the_numbers() -> None:
    """What ngspice's arithmetic takes away from any spelling, it takes away from the plain one."""
    for value in numbers([*SPELLINGS, *drawn(400)]):
        assert math.isclose(read_as_element(plain_spelling(value)), value, rel_tol=4e-16)


CARDS = {
    ".temp": (".temp {x}\n.op", "run", "v(t)", 1e-9),
    ".option temp": (".option temp={x}\n.op", "run", "v(t)", 1e-9),
    ".tran": (".tran {{{{ parameters.x / 10 }}}} {x}", "run", "time[length(time)-1]", 1e-9),
    ".dc": (".dc vs {x} {{{{ parameters.x + 1 }}}} 1", "run", "v(s)[0]", 1e-9),
    ".ac": (".ac lin 1 {x} {x}", "run", "frequency", 1e-9),
    ".ic": (".ic v(c)={x}\n.tran 1n 2n uic", "run", "v(c)[0]", 1e-6),
    "meas at": (".tran 0.1 200 0 0.1", "run\nmeas tran y find v(ramp) at={x}", "y", 1e-6),
    "meas when": (".tran 0.1 200 0 0.1", "run\nmeas tran y when v(ramp)={x}", "y", 1e-6),
    "meas from": (".tran 0.1 200 0 0.1", "run\nmeas tran y min v(ramp) from={x} to=200", "y", 0.1),
    "meas delay": (
        ".tran 0.1 300 0 0.1",
        "run\nmeas tran y trig at={x} targ v(ramp) val=250 rise=1",
        "250-y",
        1e-6,
    ),
    "let": (".op", "run\nlet y={x}", "y", 1e-9),
    "alter": (".op", "run\nalter vs dc={x}\nrun", "v(s)", 1e-9),
    "alterparam": (".param pa=1\nvp q 0 {{pa}}\n.op", "alterparam pa={x}\nreset\nrun", "v(q)", 1e-9),
    "set temp": (".op", "set temp={x}\nrun", "v(t)", 1e-9),
}
"""Cards and commands that hold one value of a deck: what stands in the deck and in its control block, the
vector that shows it, and how far that may be from the value itself."""
FOR_CARDS = ("27C", "125°C", "0.125k", "125000m", "90°", "1.25e2", "+5", ".5", "5.", "12.5V", "2e0k", "3Ω")


CIRCUIT = ("vs s 0 1 ac 1", "r1 s c 1k", "c1 c 0 1n", "bt t 0 v=temper", "vr ramp 0 pwl(0 0 400 400)")


def asked_of_cards(program: str, folder: Path, card: str, values: Sequence[Number]) -> list[str]:
    """What ngspice prints of a card with each of these values, in decks of their own."""
    cards, commands, vector, _ = CARDS[card]
    control = [".control", "set numdgt=18"]
    for index, value in enumerate(values):
        x = "{{ parameters.x }}"
        text = "\n".join(["t", *CIRCUIT, cards.format(x=x), "* commands", commands.format(x=x)]) + "\n"
        deck, _, block = rendered(folder, "one", text, {"x": value}).partition("* commands\n")
        (folder / f"{index}.cir").write_text(f"{deck}.end\n")
        control += [f"source {index}.cir", *block.splitlines(), f"echo asked {index}", f"print {vector}"]
    read = asked(program, folder, "\n".join(["* cards", "v1 a 0 1", *control, ".endc", ".end"]) + "\n")
    return [*read.values()]


@pytest.mark.parametrize("program", list(programs_under_test()))
@pytest.mark.parametrize("card", CARDS)
def test_ngspice_reads_every_spelling_on_a_card(tmp_path: Path, program: str, card: str) -> None:
    """The same doubles as those of the plain decimals, and near to the values."""
    written = [value for value in numbers(FOR_CARDS) if "meas" not in card or value < 200]
    plain = [Number(f"{value:.12g}") for value in written]
    read = asked_of_cards(program, tmp_path, card, [*written, *plain])
    assert len(read) == 2 * len(written)
    assert read[: len(written)] == read[len(written) :]
    for value, text in zip(written, read, strict=False):
        assert math.isclose(float(text), value, rel_tol=CARDS[card][-1])


@pytest.mark.parametrize("program", list(programs_under_test()))
def test_ngspice_reads_every_spelling_of_a_nodeset(tmp_path: Path, program: str) -> None:
    """A node with two stable voltages goes to the one on whose side its nodeset is, 1e-8 above or below."""
    written = numbers(FOR_CARDS)
    deck, shown = ["* nodesets"], []
    for index, value in enumerate(written):
        for side, threshold in (("l", float(value) * (1 - 1e-8)), ("h", float(value) * (1 + 1e-8))):
            node = f"n{index}{side}"
            deck += [f"vt{node} t{node} 0 {threshold!r}", f"rt{node} t{node} 0 1"]
            deck += [f"b{node} {node} 0 i=v({node})-(v({node})>v(t{node}) ? 1e6 : 0)"]
            deck += [f".nodeset v({node})={{{{ parameters.x{index} }}}}"]
            shown += [f"echo asked {index}{side}", f"print v({node})"]
    text = "\n".join([*deck, ".control", "op", *shown, ".endc", ".end"]) + "\n"
    read = asked(
        program, tmp_path, rendered(tmp_path, "deck", text, {f"x{i}": v for i, v in enumerate(written)})
    )
    assert len(read) == 2 * len(written)
    wrong = [(side, text) for side, text in read.items() if (float(text) > 5e5) != side.endswith("l")]
    assert wrong == []
