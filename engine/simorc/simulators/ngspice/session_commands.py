"""The commands of a deck for a session, and which commands a session allows.

A session runs the commands that a new process finds in the deck it reads, as ngspice reads them there. State
that a command leaves for the next case is reset; if it cannot be, the deck does not run in a session.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from simorc.netlist.deck.control_block import added_commands
from simorc.netlist.deck.deck import Deck
from simorc.netlist.deck.parts import OBEYED, Command
from simorc.simulators.ngspice.interpreter_variables import is_of_ngspice

_ANALYSES = frozenset({"run", "ac", "dc", "op", "tran", "noise", "tf", "pz", "sens", "disto", "sp"})
_VECTORS = frozenset(
    {"let", "unlet", "compose", "reshape", "settype", "setscale", "setplot", "destroy", "remzerovec"}
    | {"linearize", "cutout", "fft", "psd", "spec", "meas"}
)
_OUTPUT = frozenset({"print", "echo", "write", "wrdata", "display", "show", "showmod", "rusage", "listing"})
_CIRCUIT = frozenset({"alter", "altermod", "option", "save"})  # `reset` takes them back
_FUNCTIONS = frozenset({"define", "undefine"})
_FLOW = frozenset(
    {"foreach", "while", "repeat", "dowhile", "if", "else", "end", "break", "continue", "strcmp"}
)
SAFE_COMMANDS = _ANALYSES | _VECTORS | _OUTPUT | _CIRCUIT | _FUNCTIONS | _FLOW
"""Commands whose state `reset`, `destroy all` and `clean_up` remove completely."""
_WHY_UNSAFE = {
    "fourier": "numbers its vectors for the lifetime of a process",
    "setseed": "sets a random generator that a session cannot set back exactly",
    "alterparam": "changes parameters for the cases after it",
    "reset": "reads the circuit again, without the values of the case",
    "stop": "leaves a breakpoint",
    "alias": "gives a command another name for the cases after it",
    "load": "adds plots that a later case would number on from",
    "source": "reads another circuit",
    "shell": "runs another program",
    "cd": "changes the directory of the session",
}
_UNKNOWN = "may leave something for the cases after it"
_UNKNOWN_EFFECT = "changes ngspice itself"
SAFE_VARIABLES = frozenset(
    {"filetype", "wr_singlescale", "wr_vecnames", "numdgt", "appendwrite", "units", "polydegree"}
    | {"specwindow", "specwindoworder", "nfreqs", "fourgridsize", "noaskquit", "nobreak", "width", "height"}
    | {"noprintscale", "rawfileprec", "list"}
)
"""Variables of the interpreter that a deck may set; each is reset after the case. Options of the simulator
are excluded: unsetting one ends some versions of ngspice.
"""
_CONSTANTS = frozenset({"pi", "e", "c", "kelvin", "echarge", "boltz", "planck", "yes", "no", "true", "false"})
_NAMED_WRITE = "write rawspice.raw"
"""What a bare ``write`` is in a process: the library has no name for its file."""
_COUNTER = "i"
"""The constant that control blocks use as a counter. Its value can be restored exactly."""
_ASSIGNED = re.compile(r"let\s+(?:const\.)?([a-z_]\w*)", re.IGNORECASE)
_DEFINED = re.compile(r"define\s+([a-z_]\w*)", re.IGNORECASE)


def session_commands(deck: Deck) -> tuple[str, ...] | str:
    """The commands that run a deck in a session, or the reason why it must not run in one.

    Raises NetlistError if the deck contains no analysis.
    """
    texts = [command.text for command in deck.commands]
    if OBEYED.search(deck.text):
        return "it has lines that begin with *#, which are commands in a separate process only"
    for command in deck.commands:
        reason = _unsafe(command, texts)
        if reason:
            return f"its control block has {reason} (deck line {command.line})"
    added = added_commands(deck, trust_includes=True)
    if "reset" in added:
        return "a .meas card of an analysis before the last one needs the circuit to be loaded again"
    lines = (*(_NAMED_WRITE if text == "write" else text for text in texts), *added)
    changed = sorted(_CONSTANTS & set(_assigned(lines)))
    return f"its control block changes the constant {changed[0]}" if changed else lines


def _unsafe(command: Command, texts: Sequence[str]) -> str:
    """The command and what it leaves for the cases after it; empty if nothing."""
    if command.word not in SAFE_COMMANDS | {"set"}:
        return f"{command.word!r}, which {_WHY_UNSAFE.get(command.word, _UNKNOWN)}"
    for name in _variables([command.text]):
        if name not in SAFE_VARIABLES and is_of_ngspice(name):
            return f"'{command.word} {name}', a variable that {_UNKNOWN_EFFECT}"
        if command.word == "set" and name not in SAFE_VARIABLES and not _is_read(name, texts):
            return f"'set {name}', a variable that no command reads"
    return ""


def _is_read(variable: str, texts: Sequence[str]) -> bool:
    read = re.compile(rf"\$[?#&]?{re.escape(variable)}(?!\w)", re.IGNORECASE)
    return any(read.search(text) for text in texts)


def clean_up(commands: Sequence[str]) -> tuple[str, ...]:
    """The commands that remove the state `commands` leave: plots, variables, vectors of no plot."""
    functions = dict.fromkeys(match[1] for line in commands if (match := _DEFINED.match(line)))
    variables = dict.fromkeys(_variables(commands))
    vectors = dict.fromkeys(name for name in _global_vectors(commands) if name != _COUNTER)
    counter = ("let const.i = (0,1)",) if _COUNTER in _assigned(commands) else ()
    return (
        "destroy all",
        *(f"unlet {name}" for name in vectors),
        *counter,
        *(f"unset {name}" for name in variables),
        *(f"undefine {name}" for name in functions),
    )


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


def _assigned(commands: Sequence[str]) -> frozenset[str]:
    """Every vector that ``let`` sets. It changes a constant in any plot, as ngspice finds constants there."""
    return frozenset(match[1].lower() for line in commands if (match := _ASSIGNED.match(line)))


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
