"""The commands of a deck for a session, and which commands a session allows.

A session runs the commands that a new process finds in the deck it reads, as ngspice reads them there. State
that a command leaves for the next case is reset; if it cannot be, the deck does not run in a session.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from simorc.netlist.deck.control_block import added_commands
from simorc.netlist.deck.deck import Deck
from simorc.netlist.deck.parts import Command

_ANALYSES = frozenset({"run", "ac", "dc", "op", "tran", "noise", "tf", "pz", "sens", "disto", "sp"})
_VECTORS = frozenset(
    {"let", "unlet", "compose", "reshape", "settype", "setscale", "setplot", "destroy", "remzerovec"}
    | {"linearize", "cutout", "fft", "psd", "spec", "meas"}
)
_OUTPUT = frozenset({"print", "echo", "write", "wrdata", "display", "show", "showmod", "rusage"})
_CIRCUIT = frozenset({"alter", "altermod", "option", "save"})  # `reset` takes them back
_FLOW = frozenset(
    {"foreach", "while", "repeat", "dowhile", "if", "else", "end", "break", "continue", "strcmp"}
)
SAFE_COMMANDS = _ANALYSES | _VECTORS | _OUTPUT | _CIRCUIT | _FLOW
"""Commands whose state `reset`, `destroy all` and `clean_up` remove completely. ``fourier`` is not one of
them: it numbers its vectors for the lifetime of a process.
"""
SAFE_VARIABLES = frozenset(
    {"filetype", "wr_singlescale", "wr_vecnames", "numdgt", "appendwrite", "units", "polydegree"}
    | {"specwindow", "specwindoworder", "nfreqs", "fourgridsize", "noaskquit", "nobreak", "width", "height"}
    | {"noprintscale", "rawfileprec", "list"}
)
"""Variables of the interpreter that a deck may set; each is reset after the case. Options of the simulator
are excluded: unsetting one ends some versions of ngspice.
"""
_CONSTANTS = frozenset(
    {"pi", "e", "c", "i", "kelvin", "echarge", "boltz", "planck", "yes", "no", "true", "false"}
)
_ASSIGNED = re.compile(r"let\s+(?:const\.)?([a-z_]\w*)", re.IGNORECASE)


def session_commands(deck: Deck) -> tuple[str, ...] | str:
    """The commands that run a deck in a session, or the reason why it must not run in one.

    Raises NetlistError if the deck contains no analysis.
    """
    for command in deck.commands:
        reason = _unsafe(command)
        if reason:
            return f"its control block has {reason} (deck line {command.line})"
    added = added_commands(deck, trust_includes=True)
    if "reset" in added:
        return "a .meas card of an analysis before the last one needs the circuit to be loaded again"
    lines = (*(command.text for command in deck.commands), *added)
    changed = sorted(_CONSTANTS & set(_global_vectors(lines)))
    return f"its control block changes the constant {changed[0]}" if changed else lines


def _unsafe(command: Command) -> str:
    if command.word == "set" and variable_of(command.text) in SAFE_VARIABLES:
        return ""
    return "" if command.word in SAFE_COMMANDS else repr(command.word)


def clean_up(commands: Sequence[str]) -> tuple[str, ...]:
    """The commands that remove the state `commands` leave: plots, variables, vectors of no plot."""
    variables = dict.fromkeys(_variables(commands))
    vectors = dict.fromkeys(_global_vectors(commands))
    return ("destroy all", *(f"unlet {name}" for name in vectors), *(f"unset {name}" for name in variables))


def variable_of(command: str) -> str:
    """The variable that a ``set`` command sets."""
    return command.partition(" ")[2].partition("=")[0].strip().lower()


def _variables(commands: Sequence[str]) -> Iterator[str]:
    for line in commands:
        word, *rest = line.split()
        if word == "set":
            yield variable_of(line)
        elif word in {"foreach", "strcmp"} and rest:
            yield rest[0]


def _global_vectors(commands: Sequence[str]) -> Iterator[str]:
    """The vectors set while no plot of an analysis is the current one: they belong to the plot of constants,
    which no command destroys.
    """
    everywhere = any(line.split()[:2] == ["setplot", "const"] for line in commands)
    analysed = False
    for line in commands:
        analysed = analysed or line.split(None, 1)[0] in _ANALYSES
        match = _ASSIGNED.match(line)
        if match and (everywhere or not analysed or "const." in line.partition("=")[0]):
            yield match[1]
