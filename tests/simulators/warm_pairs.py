"""Random decks and random edits of their values, to be simulated warm and cold.

A deck is made of pieces: sources, elements, subcircuits, options, analyses, measurements, control blocks, in
random order and spelling. `random_pair` gives one deck as a function of its values, and a few sets of values
in random spellings; every value may change, in any way a sweep can change it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

Edit = dict[str, str]

# Each piece sits on the node {n}, gets a name of its own in {k}, and uses the parameters pa, pb, pc.
PIECES = (
    "R{k} in {n} {{pa}}\nR{k}b {n} 0 1k",
    "R{k} in {n} {{pa*2+1}} tc1=1m tc2=1u\nD{k} {n} 0 dmod",
    "r{k} IN {n} 'pa'\nC{k} {n} 0 {{pb*1n}} ic={{pc*0.1}}",
    "l{k} in {n} {{pb*1u}}\nr{k} {n} 0 {{pa}}",
    "x{k} in {n} cell w={{pa}}",
    "x{k} in {n} cell\nr{k} {n} 0 '2*pa'",
    "x{k} in {n} deep g={{pc+1}}",
    "b{k} {n} 0 v='v(in)*pc+pb*temper/300'\nr{k} {n} 0 1k",
    "b{k} {n} 0 i=twice(v(in))/{{pa}}\nr{k} {n} 0 1k",
    "e{k} {n} 0 in 0 {{pc}}\nr{k} {n} 0 {{pa}}",
    "g{k} 0 {n} in 0 1m\nr{k} {n} 0 {{pa}} m={{int(pc)+1}}",
    "m{k} {n} in 0 0 nmod w={{(pb+1)*1u}} l=1u\nr{k} in {n} 10k",
    "q{k} {n} in 0 qmod\nrb{k} in {n} {{pa*10}}",
    "r{k} in {n} rmod w={{pb*1u+1u}} l=10u\nr{k}b {n} 0 1k",
    "j{k} {n} 0 0 jmod\nr{k} in {n} {{pa}}",
    "r{k} in {n} {{later}}\nr{k}b {n} 0 1k",
    "s{k} in {n} in 0 smod\nr{k} {n} 0 {{pa}}",
    "t{k} in 0 {n} 0 z0=50 td={{pb*0.1u+0.1u}}\nr{k} {n} 0 50",
    ".if (pc > 2)\nr{k} in {n} 1k\n.else\nr{k} in {n} 2k\n.endif\nr{k}b {n} 0 {{pa}}",
)
MODELS = """.model dmod d(is={pb*1e-14+1e-15})
.model nmod nmos(vto={0.5+pc*0.01} kp=100u)
.model qmod npn(bf={50+pb})
.model rmod r(rsh={pa/100+1})
.model jmod njf(vto={-1-pc*0.1})
.model smod sw(vt={pc*0.1} ron=1 roff=1meg)
.func twice(x) {x*2*pc}
.param later={pa+pb*pc}
.subckt cell a b w=5
.param pa={w+1}
r1 a b {pa}
r2 b 0 {pb*100}
.ends
.subckt deep a b g=2
x1 a c cell w={g*10}
r2 c b {pa}
r3 b 0 1k
.ends
"""
SOURCES = (
    "vin in 0 dc {pc} ac 1 sin(0 {pc} 100k)",
    "VIN IN 0 DC 1 AC {pc} PULSE(0 {pc} 1u 10n 10n 2u 5u)",
    "vin in 0 dc {pc} ac {pb} pwl(0 0 1u {pc} 3u 0)",
    "vin in 0 dc {pc} ac 1 exp(0 {pc} 0 1u 4u 1u)",
)
EXTRAS = (
    ".option reltol={1e-4*(1+pc)}",
    ".options gmin=1e-12 abstol=1e-13",
    ".nodeset v(n1)={pc*0.1}",
    ".ic v(n1)={pc*0.1}",
    ".save v(in) v(n1) i(vin)",
    ".csparam cs={pa*2}",
    ".global vglob",
    ".param unused={pa}",
)
ANALYSES = (
    (".op", ""),
    (".dc vin 0 {pc+1} 0.5", ".meas dc m1 find v(n1) at=0.5"),
    (".ac dec 3 1k 1meg", ".meas ac m1 max vm(n1)"),
    (".tran 0.2u {pb*1u+5u}", ".meas tran m1 max v(n1)\n.meas tran m2 avg v(in) from=0 to=4u"),
    (".tran 0.1u 6u uic", ".meas tran m1 find v(n1) at=3u"),
    (".noise v(n1) vin dec 3 1k 1meg", ""),
    (".tf v(n1) vin", ""),
    (".dc temp -20 80 50", ""),
)
CONTROLS = (
    "op\nlet twice = 2*V(n1)\nprint twice\nwrite Other.raw all",
    "TRAN 0.2u 6u\nmeas tran m1 MAX V(N1)\nac dec 3 1k 1meg\nwrite out.raw tran1.all ac1.all",
    "let total = 0\nforeach val 1k 2k 5k\nalter Rload = $val\nop\nlet const.total = const.total + v(n1)\n"
    "end\n"
    "echo total $&const.total",
    "op\nalter Rload=3k ; another load\nop\nwrdata table v(n1) v(in)\nwrite a.raw op1.all\n"
    "write b.raw op2.all",
    "ac dec 3 1k 1meg\nmeas ac m1 find vm(n1) at=10k\nlet ph1 = ph(v(n1))\nsave v(n1)\nop",
    "dc VIN 0 1 0.25\nif v(n1)[1] > 0.1\nlet flag = 1\nelse\nlet flag = 2\nend\nwrite tb.raw",
    "option reltol=1e-4\ntran 0.2u 3u\nlinearize v(n1)\nfft v(n1)",
    "set filetype=ascii\nac dec 3 1k 1meg\nop",
    "altermod dmod is=2e-14\nrun\nwrite results.raw",
)
NUMBERS = {
    "pa": ("1k", "2.2k", "470", "1e3", "0.1k", "33000m", "3.3K", "1.5e2"),
    "pb": ("1", "2", "0.5", "7", "1e1", "3.14159265358979", "100m", "1e-1"),
    "pc": ("1", "2", "3", "1.5", "0.9", "2.5", "4", "1000m"),
    "temp": ("27", "-40", "125", "85", "0", "27.5"),
    "seed": ("1", "2", "3", "17", "4711"),
}


@dataclass(frozen=True)
class Pair:
    """A deck as a function of its values, and the values to simulate it with."""

    deck: Callable[[Edit], str]
    edits: Sequence[Edit]


def random_pair(random: Random, *, cases: int = 4) -> Pair:
    """One random deck with so many random sets of values."""
    nodes = [f"n{number}" for number in range(1, random.randint(2, 5))]
    body = [random.choice(SOURCES), f"rload {nodes[0]} 0 10k", f"dload {nodes[0]} 0 dmod"]
    body += [random.choice(PIECES).format(n=node, k=f"p{number}") for number, node in enumerate(nodes)]
    body += MODELS.splitlines() if random.random() < 0.5 else [MODELS.rstrip()]
    body += random.sample(EXTRAS, random.randint(0, 3))
    values = list(_declarations(random))
    whole = _shuffled(random, values, body) + _what_to_run(random)
    used = [name for name in NUMBERS if any(f"@{name}@" in line for line in whole)]
    text = "\n".join(["* a random deck", *whole, ".end", ""])
    return Pair(lambda edit: _filled(text, edit), [_edit(random, used) for _ in range(cases)])


def _filled(text: str, edit: Edit) -> str:
    for name, value in edit.items():
        text = text.replace(f"@{name}@", value)
    return text


def _edit(random: Random, names: Sequence[str]) -> Edit:
    return {name: random.choice(NUMBERS[name]) for name in names}


def _declarations(random: Random) -> list[str]:
    """The cards that hold the values, in one of their many spellings."""
    card = random.choice((".param", ".PARAM", ".parameters"))
    assignments = ["pa=@pa@", "pb = @pb@", "PC=@pc@"]
    random.shuffle(assignments)
    form = random.random()
    if form < 0.4:
        cards = [f"{card} {each}" for each in assignments]
    elif form < 0.7:
        cards = [f"{card} {' '.join(assignments)}"]
    else:
        cards = [f"{card} {assignments[0]} ; the first\n* between\n+ {assignments[1]}\n+{assignments[2]}"]
    temperature = random.choice(("", ".temp @temp@", ".TEMP  @temp@", ".option temp=@temp@ tnom=25"))
    sample = "\n.param drawn=agauss(0,1,3)\nrdrawn in 0 {1k+drawn*10}"
    seed = random.choice(("", f".option seed=@seed@{sample}", f".options SEED=@seed@ noacct{sample}"))
    return [*cards, *(each for each in (temperature, seed) if each)]


def _shuffled(random: Random, values: list[str], body: list[str]) -> list[str]:
    """Values before, after or among the circuit; what is between .subckt and .ends stays together."""
    joined, block = [], []
    for line in "\n".join(body).split("\n"):
        block.append(line)
        inside = sum(each.startswith((".subckt", ".if")) for each in block)
        if inside == sum(each.startswith((".ends", ".endif")) for each in block):
            joined.append("\n".join(block))
            block = []
    place = random.choice((0, len(joined), random.randint(0, len(joined))))
    return [*joined[:place], *values, *joined[place:]]


def _what_to_run(random: Random) -> list[str]:
    """Analyses as cards, or a control block of the user's."""
    if random.random() < 0.6:
        chosen = random.sample(ANALYSES, random.choice((1, 1, 2)))
        return [line for cards in chosen for line in cards if line]
    control = random.choice(CONTROLS)
    cards = [".op"] if "run" in control.split() else []
    return [*cards, ".control", *control.split("\n"), ".endc"]
