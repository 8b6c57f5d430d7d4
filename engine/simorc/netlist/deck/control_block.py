"""What a cold ngspice is given: the user's deck plus the commands that a batch run needs.

``ngspice -b -r`` refuses ``.meas`` cards, and a bare ``-b`` writes no raw file, so the analyses are run
from a control block that writes ``results.raw`` and quits. A deck that runs its analyses from a control
block of its own keeps it; only what is missing there is added.

ngspice prints the ``.meas`` cards of the *last* analysis of a ``run`` only. A deck with several analyses
therefore gets one command per analysis, each of which prints its own measurements.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from simorc.errors import NetlistError
from simorc.netlist.deck.cards import Analysis
from simorc.netlist.deck.deck import Command, Deck

RAW = "results.raw"

_PLOTS = {"noise": ("noise", "noise"), "disto": ("disto", "disto")}
_BRANCHING = frozenset(
    {"if", "while", "foreach", "repeat", "dowhile", "label", "goto", "destroy", "source", "reset"}
)


def for_batch(deck: Deck) -> str:
    """The text to give to ``ngspice -b``. Raises NetlistError if the deck asks for no analysis at all."""
    if deck.runs_itself:
        return _completed(deck)
    commands = "\n".join((*batch_commands(deck), "quit"))
    if deck.controls:
        place = _before_end_of(deck)
        return f"{deck.text[:place]}{commands}\n{deck.text[place:]}"
    place = len(deck.text) if deck.end is None else deck.end
    before = deck.text[:place]
    gap = "" if before.endswith("\n") else "\n"
    rest = deck.text[place:] or ".end\n"
    return f"{before}{gap}.control\n{commands}\n.endc\n{rest}"


def batch_commands(deck: Deck) -> tuple[str, ...]:
    """The commands that run the analysis cards of a deck and write every plot to results.raw.

    Raises NetlistError if there is nothing to run.
    """
    if not deck.analyses:
        if deck.includes:
            return ("run", f"write {RAW}")
        raise NetlistError(
            "the deck asks for no analysis",
            remedy="add an analysis card such as .tran, .ac, .dc or .op, or a .control block that runs one",
        )
    if (
        len(deck.analyses) == 1
        or deck.conditional
        or any(analysis.command is None for analysis in deck.analyses)
    ):
        return ("run", *_writes(plot_names(deck.in_run_order)))
    return _one_by_one(deck.analyses)


def _one_by_one(analyses: Sequence[Analysis]) -> tuple[str, ...]:
    """Each analysis as a command of its own; what is written comes last, so that every analysis finds the
    same session.
    """
    commands = [analysis.command for analysis in analyses if analysis.command is not None]
    return (*commands, *_writes(plot_names(analyses)))


def _writes(plots: Sequence[str]) -> list[str]:
    """Naming the plot keeps ngspice from writing its table of constants when an analysis has failed."""
    first = ["set appendwrite"] if len(plots) > 1 else []
    return [*first, *(f"write {RAW} {plot}.all" for plot in plots)]


def plot_names(analyses: Iterable[Analysis]) -> list[str]:
    """The names ngspice gives to the plots of `analyses` done in this order.

    It counts up one number for all kinds, and only when a name is taken: ac1, tran1, then ac2, after which
    op2.
    """
    names: list[str] = []
    number = 1
    for analysis in analyses:
        for kind in _PLOTS.get(analysis.kind, (analysis.kind,)):
            while f"{kind}{number}" in names:
                number += 1
            names.append(f"{kind}{number}")
    return names


def _completed(deck: Deck) -> str:
    """The deck of a user who runs the analyses in a control block, sure to quit and to leave a raw file."""
    commands = list(deck.commands)
    added = [] if _writes_raw(commands) else _writes(_own_plots(deck, commands)) or [f"write {RAW}"]
    if commands[-1].word not in {"quit", "exit"}:
        added.append("quit")
    if not added:
        return deck.text
    place = _before_end_of(deck)
    lines = "\n".join(added)
    return f"{deck.text[:place]}{lines}\n{deck.text[place:]}"


def _writes_raw(commands: Iterable[Command]) -> bool:
    return any(
        command.word in {"write", "snsave"} or command.text.split() == ["run", RAW] for command in commands
    )


def _own_plots(deck: Deck, commands: Iterable[Command]) -> list[str]:
    """The plots a user's own commands make; empty where loops or conditions leave them open."""
    if deck.conditional or any(command.word in _BRANCHING for command in commands):
        return []
    return plot_names(deck.wanted)


def _before_end_of(deck: Deck) -> int:
    """Where to add to the last control block: before its closing ``quit``, or else before its ``.endc``."""
    block = deck.controls[-1]
    if not block.commands or block.commands[-1].word not in {"quit", "exit"}:
        return block.end
    text = deck.text[: block.end].rstrip()
    while not text[text.rfind("\n") + 1 :].lstrip().lower().startswith(("quit", "exit")):
        text = text[: text.rfind("\n")]
    return text.rfind("\n") + 1
