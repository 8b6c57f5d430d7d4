"""The decks of an operating point: a case's own deck, with an ``op`` in place of everything it simulates.

What decides the circuit stays: cards, options, temperature, initial guesses, and the commands of control
blocks that change the circuit before the first analysis. Analyses, measurements and outputs are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from simorc.netlist.deck.control_flow import ANALYSES, RUNNING
from simorc.netlist.deck.deck import Deck
from simorc.netlist.deck.parts import Command
from simorc.operating_point.devices import Device

LISTING = "devices.listing"
SHOWN = "devices.show"
"""The files that the first deck writes: the flat circuit, and the parameters of each model."""

_LEFT_OUT = ANALYSES | {"print", "plot", "four", "fourier", "meas", "measure", "save", "probe", "width"}
_CARD = re.compile(r"\s*\.([a-z]+)", re.IGNORECASE)
_END = re.compile(r"\s*\.end\s*", re.IGNORECASE)
_CONTROL, _END_CONTROL = "control", "endc"
_CHANGING = frozenset(
    {"alter", "altermod", "alterparam", "reset", "option", "set", "unset", "setseed", "setcs"}
    | {"let", "unlet", "define", "undefine", "codemodel", "pre_codemodel", "osdi", "pre_osdi"}
)
"""Commands that change the circuit, or what the commands that change it read."""
_OPENS = frozenset({"if", "while", "dowhile", "repeat", "foreach"})

QUANTITIES_SAVED = frozenset(
    {"id", "ids", "cd", "is", "ig", "ib", "ic", "ie", "i", "current", "v", "p", "isub"}
    | {"vgs", "vgd", "vds", "vbs", "vbe", "vbc", "vd", "vth", "von", "vdsat"}
    | {"gm", "gmi", "gds", "gmbs", "gmb", "go", "gpi", "gmu", "gx", "gd"}
    | {"cgg", "cgs", "cgd", "cgb", "cdd", "cds", "cdg", "css", "cbd", "cbs", "capbd", "capbs"}
    | {"cpi", "cmu", "cbe", "cbc", "csub", "w", "l", "m", "nf"}
    | {"resistance", "capacitance", "inductance"}
)
"""The parameters of models that an operating point has; of each device those that its model has."""


def listing_deck(text: str) -> str:
    """The deck that writes `LISTING` and `SHOWN`; `text` is the case's deck."""
    return _with_commands(text, (), ("op", f"listing expand > {LISTING}", f"show all > {SHOWN}"))


def solution_deck(text: str, devices: Iterable[Device], more: Iterable[str] = ()) -> str:
    """The deck whose raw file has the node voltages and the parameters of all devices, and whose log has the
    flat circuit, which shows whether `devices` are those of this case.

    `more` are parameters beside `QUANTITIES_SAVED`. Only what a model has is saved: ngspice stores 0 for
    anything else.
    """
    wanted = QUANTITIES_SAVED | {name.lower() for name in more}
    saves = [line for device in devices if (line := _saves(device, wanted))]
    return _with_commands(text, (".save all", *saves), ("op", "listing expand"))


def _saves(device: Device, wanted: frozenset[str]) -> str:
    names = sorted(wanted & device.parameters)
    return ".save " + " ".join(f"@{device.name}[{name}]" for name in names) if names else ""


def _with_commands(text: str, cards: Sequence[str], commands: Sequence[str]) -> str:
    deck = Deck.parse(text)
    lines = list(_kept(text.split("\n")))
    added = [*cards, ".control", *_changing(deck.commands), *commands, ".endc"]
    ends = [place for place, line in enumerate(lines) if place and _END.fullmatch(line)]
    place = ends[-1] if ends else len(lines)
    return "\n".join([*lines[:place], *added, *(lines[place:] or [".end", ""])])


def _kept(lines: Sequence[str]) -> Iterator[str]:
    """The lines of a deck without its control blocks and the cards left out; the title always stays."""
    yield lines[0]
    in_control = leaving = False
    for line in lines[1:]:
        match = _CARD.match(line)
        word = match[1].lower() if match else ""
        if in_control:
            in_control = word != _END_CONTROL
        elif word == _CONTROL:
            in_control = True
        elif leaving and line.lstrip().startswith("+"):
            continue
        else:
            blank = not line.strip() or line.lstrip().startswith("*")
            leaving = word in _LEFT_OUT or (leaving and blank)
            if word not in _LEFT_OUT:
                yield line


def _changing(commands: Sequence[Command]) -> Iterator[str]:
    """The commands that change the circuit before the first analysis; a block with an analysis ends them."""
    place = 0
    while place < len(commands):
        end = _block_end(commands, place)
        block = commands[place:end]
        if any(command.word in RUNNING for command in block):
            return
        if len(block) > 1:
            yield from (each.text for each in block if each.word in _CHANGING | _OPENS | {"else", "end"})
        elif block[0].word in _CHANGING:
            yield block[0].text
        place = end


def _block_end(commands: Sequence[Command], start: int) -> int:
    """Where the block that begins at `start` ends; a command alone is a block of its own."""
    depth = 0
    for place in range(start, len(commands)):
        word = commands[place].word
        depth += 1 if word in _OPENS else -1 if word == "end" else 0
        if depth <= 0:
            return place + 1
    return len(commands)
