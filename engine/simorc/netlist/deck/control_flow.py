"""The effects of the commands of a control block, as far as their text shows them.

ngspice joins all control blocks of a deck and obeys them when the circuit is read; ``quit`` ends the program
there and then. Afterwards ``ngspice -b`` runs the analysis cards.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from simorc.netlist.deck.cards import ANALYSIS_ORDER
from simorc.netlist.deck.parts import Command

ANALYSES = frozenset(ANALYSIS_ORDER)
RUNNING = ANALYSES | {"run"}
"""Commands that run an analysis."""

QUITS = frozenset({"quit", "exit"})
_OPENS = frozenset({"if", "while", "dowhile", "repeat", "foreach"})
_MAYBE = frozenset({"if", "while"})
"""Blocks that may be passed over."""
_JUMPS = frozenset({"goto", "label", "source", "reset", "mc_source", "remcirc", "load", "destroy"})
_MAKES_PLOTS = frozenset({"fft", "psd", "spec", "linearize", "cutout", "deftype"})
_INERT = frozenset(
    {"print", "eprint", "let", "meas", "measure", "write", "wrdata", "echo", "plot", "gnuplot", "hardcopy"}
    | {"asciiplot", "setplot", "display", "linearize", "fft", "psd", "fourier", "spec", "strcmp", "unlet"}
    | {"listing", "rusage", "show", "showmod", "status", "version", "setscale", "compose", "cutout"}
    | {"else", "end", "break", "continue", *_OPENS}
)
"""Commands after which the circuit would do the same again."""
_INERT_SET = re.compile(
    r"set\s+(?:filetype|wr_\w+|numdgt|appendwrite|units|polydegree|color\w*|x\w+|width|height|noaskquit|"
    r"hcopy\w*|gnuplot\w*|nobreak|cp_\w+|curplot\w*|plotstyle)\b"
)


def until_quit(commands: Sequence[Command]) -> tuple[Sequence[Command], Command | None]:
    """The commands before the first ``quit`` that is sure to be obeyed, and that one."""
    depth = 0
    for place, command in enumerate(commands):
        depth += _step(command)
        if depth == 0 and command.word in QUITS:
            return commands[:place], command
    return commands, None


def branches(commands: Iterable[Command]) -> bool:
    """Whether it is left open which plots there are at the end: loops, conditions, commands that make
    others, names that are worked out.
    """
    return any(
        command.word in _OPENS | _JUMPS | _MAKES_PLOTS
        or (command.word == "setplot" and command.text.split()[1:2] == ["new"])
        or (command.word in RUNNING and "$" in command.text)
        for command in commands
    )


def ends_in_run(commands: Sequence[Command], *, into_a_file: bool) -> bool:
    """Whether the last analysis is a ``run`` that is sure to happen and after which nothing changes what
    another would give. With `into_a_file`, ``run NAME`` counts, which leaves nothing to measure.
    """
    places = [place for place, command in enumerate(commands) if command.word in RUNNING]
    if not places or commands[places[-1]].word != "run" or is_optional(commands, places[-1]):
        return False
    if len(commands[places[-1]].text.split()) > 1 and not into_a_file:
        return False
    return all(_is_inert(command) for command in commands[places[-1] + 1 :])


def is_optional(commands: Sequence[Command], at: int) -> bool:
    """Whether the command at that position is inside a block that may be skipped."""
    around: list[str] = []
    for command in commands[:at]:
        if command.word in _OPENS:
            around.append(command.word)
        elif command.word == "end" and around:
            around.pop()
    return any(word in _MAYBE for word in around)


def _is_inert(command: Command) -> bool:
    return command.word in _INERT or (command.word == "set" and _INERT_SET.match(command.text) is not None)


def _step(command: Command) -> int:
    return 1 if command.word in _OPENS else -1 if command.word == "end" else 0


def written_names(commands: Iterable[Command]) -> Iterator[str]:
    """The raw files that commands write, as ngspice names them: double quotes belong to a name. Names that
    are worked out (``$name``) are left out.
    """
    for command in commands:
        words = command.text.split()
        if command.word in {"write", "run"} and (command.word == "write" or len(words) > 1):
            name = words[1].strip("'") if len(words) > 1 else "rawspice.raw"
            if "$" not in name and "{" not in name:
                yield name


def writes_raw(commands: Iterable[Command]) -> bool:
    """Whether any command writes a raw file."""
    return any(map(_writes, commands))


def is_sure_to_write(commands: Iterable[Command]) -> bool:
    """Whether a command outside every loop and condition writes a raw file."""
    depth = 0
    for command in commands:
        if depth == 0 and _writes(command):
            return True
        depth += _step(command)
    return False


def _writes(command: Command) -> bool:
    named_run = command.word == "run" and len(command.text.split()) > 1
    return named_run or command.word in {"write", "snsave"}
