"""Process kits made at random: sections, nested libraries, subcircuits that use each other, binned models.

What a deck reaches is known from how the kit was made, not from reading it.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from pathlib import Path

LENGTHS = (0.15, 0.5, 1.0, 8.0)
WIDTHS = (0.4, 2.0, 7.0, 100.0)
SECTIONS = ("tt", "SS", "ff_mm")


@dataclass
class MadeKit:
    """A kit on disk, a deck that uses it, and what of it the deck needs."""

    deck: str
    reached: set[str]
    unreached: set[str]
    bins_needed: set[str] = field(default_factory=set)
    bins_unused: set[str] = field(default_factory=set)


def made_kit(directory: Path, seed: int, *, chance: bool = False) -> MadeKit:
    """Write a kit into `directory`. `chance`: its mismatch is switched on."""
    rng = random.Random(seed)
    count = rng.randint(4, 9)
    names = [f"cell{number}" for number in range(count)]
    uses = {number: rng.sample(range(number), rng.randint(0, min(2, number))) for number in range(count)}
    (directory / "kit" / "models").mkdir(parents=True)
    for number, name in enumerate(names):
        (directory / "kit" / "models" / f"{name}.spice").write_text(_cell(rng, name, uses[number], names))
    (directory / "kit" / "models" / "fet.spice").write_text(_fet(chance))
    (directory / "kit" / "top.lib").write_text(_library(rng, names, chance))
    (directory / "kit" / "corners.lib").write_text(_corners())
    top = rng.sample(range(count), rng.randint(1, 2))
    length, width = rng.choice([0.3, 0.8, 2.0]), rng.choice([1.0, 3.0, 20.0])
    deck = _deck(rng, [names[number] for number in top], length, width)
    reached = {names[number] for number in _closure(top, uses)}
    needed = {_bin_of(length, width)}
    every = {f"nch.{number}" for number in range(1, 1 + (len(LENGTHS) - 1) * (len(WIDTHS) - 1))}
    return MadeKit(deck, reached, set(names) - reached, needed, every - needed)


def _closure(top: list[int], uses: dict[int, list[int]]) -> set[int]:
    found: set[int] = set()
    waiting = list(top)
    while waiting:
        number = waiting.pop()
        if number not in found:
            found.add(number)
            waiting += uses[number]
    return found


def _cased(rng: random.Random, text: str) -> str:
    return rng.choice([text, text.upper(), text.capitalize()])


def _cell(rng: random.Random, name: str, uses: list[int], names: list[str]) -> str:
    lines = [
        "* a cell of the kit; cell0 in a comment reaches nothing",
        f"{_cased(rng, '.subckt')} {_cased(rng, name)} a b r=1k",
        "* between",
        "+ params: k=2" if rng.random() < 0.5 else "+ k=2",
        f".param own_{name}={{r*k}}",
        f"R1 a m {{own_{name}*scale_r}} $ a comment with {names[-1]}",
        "R2 m b 1k",
    ]
    if rng.random() < 0.5:
        lines += [f".subckt inner_{name} p q", "C1 p q 1p", ".ends", f"Xi m 0 inner_{name}"]
    for place, used in enumerate(uses):
        lines += [f"X{place} m", f"+ b {_cased(rng, names[used])} r = {{r*2}}"]
    return "\n".join([*lines, rng.choice([".ends", f".ENDS {name}"]), ""])


def _fet(chance: bool) -> str:
    """A transistor with bins, its dimensions in micrometres."""
    lines = [
        ".subckt nfet d g s b l=1 w=1 mult=1",
        f".param dvt={{{'mm_switch*agauss(0,0.01,1)' if chance else '0'}}}",
        "M1 d g s b nch l = {l} w = {w}",
        "+ delvto={dvt}",
    ]
    number = 0
    for length in range(len(LENGTHS) - 1):
        for width in range(len(WIDTHS) - 1):
            number += 1
            lines += [
                f".model nch.{number} nmos level=14 version=4.5 vth0={0.3 + number / 100}",
                f"+ lmin={LENGTHS[length]}e-6 lmax={LENGTHS[length + 1]}e-6",
                f"+ wmin={WIDTHS[width]}e-6 wmax={WIDTHS[width + 1]}e-6 toxe=4.1e-9",
                "+ u0={u_global} ; as it was measured",
            ]
    return "\n".join([*lines, ".ends nfet", ""])


def _bin_of(length: float, width: float) -> str:
    row = next(place for place in range(len(LENGTHS)) if LENGTHS[place + 1] >= length)
    column = next(place for place in range(len(WIDTHS)) if WIDTHS[place + 1] >= width)
    return f"nch.{row * (len(WIDTHS) - 1) + column + 1}"


def _library(rng: random.Random, names: list[str], chance: bool) -> str:
    lines = ["* the kit", ""]
    for number, section in enumerate(SECTIONS):
        includes = [f".include {_quoted(rng, f'models/{name}.spice')}" for name in [*names, "fet"]]
        rng.shuffle(includes)
        u_global = "{0.03+mm_switch*agauss(0,0.001,1)}" if chance else "0.03"
        lines += [
            f"{_cased(rng, '.lib')} {_quoted(rng, section) if section.islower() else section}",
            f".param scale_r={1 + number / 10} mm_switch={1 if chance else 0}",
            f".param u_global = {u_global}",
            ".option scale=1.0u",
            ".lib 'corners.lib' common",
            *includes,
            rng.choice([".endl", f".ENDL {section}", f".endl {section} $ the end"]),
        ]
    return "\n".join([*lines, ""])


def _corners() -> str:
    return (
        ".lib other\n.param scale_r=7\n.endl other\n.lib common\n.func twice(x) {2*x}\n.global vss\n.endl\n"
    )


def _quoted(rng: random.Random, text: str) -> str:
    return rng.choice([text, f'"{text}"', f"'{text}'"]) if "/" in text else text


def _deck(rng: random.Random, tops: list[str], length: float, width: float) -> str:
    cells = [f"Xtop{place} in n{place} {_cased(rng, name)} r={place + 1}k" for place, name in enumerate(tops)]
    loads = [f"Rl{place} n{place} 0 1k" for place in range(len(tops))]
    section = rng.choice(SECTIONS)
    return "\n".join(
        [
            "a deck of a made kit",
            ".option seed=11",
            f'.lib "kit/top.lib" {section}',
            ".param vin=1",
            "Vin in 0 dc {vin} ac 1",
            "Vd d 0 1.8",
            *cells,
            *loads,
            f"xm1 d in 0 0 nfet L={length} W = {width}",
            ".op",
            ".end",
            "",
        ]
    )
