"""The deck of a cold run: the deck of the user with the commands of a batch run.

``ngspice -b -r`` refuses ``.meas`` cards, and a bare ``-b`` writes no raw file, so the analysis cards are run
by a ``run`` in a control block, in ngspice's own order, as ``-b`` does; then every plot is written and the
program quits. The user's own control blocks run first, as they do in ngspice; which files they write is
unchanged.

The added lines are between two comments, so that the user's deck can be recovered from a deck on disk.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from simorc.errors import NetlistError
from simorc.netlist.deck.card_measures import measured_afterwards
from simorc.netlist.deck.cards import Analysis
from simorc.netlist.deck.control_flow import branches, is_sure_to_write
from simorc.netlist.deck.deck import Deck
from simorc.netlist.deck.impossible import as_script, impossible_analysis
from simorc.netlist.deck.parts import ADDED, ADDED_END, OBEYED

RAW = "results.raw"
CARDS_RAW = "analysis_cards.raw"
"""The plots of analysis cards beside a control block that writes its own raw files."""
SPARE_RAW = "every_plot.raw"
"""Every plot of a control block that may come to none of its own ``write`` commands; used if it does not."""

_PLOTS = {"noise": ("noise", "noise")}
_ONE_PLOT_EACH = frozenset({"ac", "dc", "op", "tran", "tf", "pz", "sens"})
_PLAIN = "set plainwrite"
"""ngspice writes the vectors as they are: names with signs in them, and a lone one once."""
_EVERY_PLOT = (
    _PLAIN,
    "set appendwrite",
    "foreach simorc_plot $plots",
    "strcmp simorc_differs $simorc_plot const",
    "if $simorc_differs",
    f"write {RAW} {{$simorc_plot}}.all",
    "end",
    "end",
)
"""Writes every plot there is, the oldest first."""


def for_batch(deck: Deck) -> str:
    """The text to give to ``ngspice -b``.

    Raises NetlistError if the deck has no analysis at all, quits before it comes to one, or has one that
    cannot give a point.
    """
    commands = added_commands(deck)
    if deck.quit is not None:
        return _inserted(deck.text, _line_start(deck.text, deck.quit.line), commands)
    if deck.open_block is not None:
        return _inserted(deck.text, deck.open_block, (*commands, "quit"), ".endc\n")
    place = _place_for_a_block(deck)
    before = deck.text[:place]
    gap = "" if before.endswith("\n") else "\n"
    rest = deck.text[place:] or ".end\n"
    lines = "\n".join((ADDED, *commands, "quit", ADDED_END))
    return f"{before}{gap}.control\n{lines}\n.endc\n{rest}"


def added_commands(deck: Deck, *, trust_includes: bool = False) -> tuple[str, ...]:
    """The commands that follow those of the deck's own control blocks: the analysis cards are run, their
    plots written, and the ``.meas`` cards that ngspice omits are measured.

    Included files may contain analyses too, so the plots are not known in advance; `trust_includes` assumes
    that they do not. Raises NetlistError as `for_batch`.
    """
    _refuse_nothing_to_do(deck)
    runs = ("run",) if deck.runs_cards or not (deck.runs_itself or deck.analyses) else ()
    measures = measured_afterwards(deck) if runs else ()
    if deck.runs_itself and deck.writes_raw:
        spare = () if is_sure_to_write(deck.commands) else _every_plot(SPARE_RAW)
        return (*spare, *_cards_beside_own_files(deck, trust_includes), *measures) if runs else spare
    known = _plots_known(deck, deck.wanted, trust_includes) and not branches(deck.commands)
    return (*runs, *(_writes(plot_names(deck.wanted), RAW) if known else _EVERY_PLOT), *measures)


def _place_for_a_block(deck: Deck) -> int:
    """Where a control block is the last one: before ``.end``, unless another follows that."""
    if deck.end is None or (deck.controls and deck.controls[-1].start > deck.end):
        return len(deck.text)
    return deck.end


def _refuse_nothing_to_do(deck: Deck) -> None:
    if fault := as_script(deck.text) or impossible_analysis(deck):
        raise NetlistError(fault)
    if deck.runs_itself:
        return
    if deck.quit is not None:
        raise NetlistError(
            f"the control block quits (deck line {deck.quit.line}) before the first simulation",
            remedy="remove its quit, or run an analysis before it",
        )
    if not deck.analyses and not deck.includes:
        raise NetlistError(
            "the deck has no analysis",
            remedy="add an analysis card such as .tran, .ac, .dc or .op, or a .control block that runs one",
        )


def _cards_beside_own_files(deck: Deck, trust_includes: bool) -> tuple[str, ...]:
    """The cards are run after a control block that has written its own results: its plots are destroyed, and
    those of the cards are appended to its results.raw, or written to a separate file beside the user's.
    """
    target = RAW if RAW in deck.written else CARDS_RAW
    if _plots_known(deck, deck.in_run_order, trust_includes):
        writes = _writes(plot_names(deck.in_run_order), target, append=True)
    else:
        writes = list(_every_plot(target))
    return ("destroy all", "run", *writes)


def _every_plot(target: str) -> tuple[str, ...]:
    return tuple(line.replace(RAW, target) for line in _EVERY_PLOT)


def _plots_known(deck: Deck, analyses: Sequence[Analysis], trust_includes: bool) -> bool:
    """Whether it is sure which plots `analyses` leave behind."""
    if deck.conditional or "keepopinfo" in deck.options or OBEYED.search(deck.text) or not analyses:
        return False
    if deck.includes and not (trust_includes or not deck.runs_cards):
        return False
    last = analyses[-1]
    sure = all(each.kind in _ONE_PLOT_EACH for each in analyses[:-1])
    return sure and (last.kind in _ONE_PLOT_EACH or (last.kind == "noise" and last.start != last.stop))


def _writes(plots: Sequence[str], target: str, *, append: bool = False) -> list[str]:
    """Naming the plot keeps ngspice from writing its table of constants when an analysis has failed."""
    first = [_PLAIN, "set appendwrite"] if append or len(plots) > 1 else [_PLAIN]
    return [*first, *(f"write {target} {plot}.all" for plot in plots)]


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


def _inserted(text: str, place: int, commands: Sequence[str], after: str = "") -> str:
    """`text` with `commands`, if there are any, at `place` in a control block."""
    if not commands:
        return text
    gap = "" if not place or text[place - 1] == "\n" else "\n"
    lines = "\n".join((ADDED, *commands, ADDED_END))
    return f"{text[:place]}{gap}{lines}\n{after}{text[place:]}"


def _line_start(text: str, line: int) -> int:
    """The offset of a line counted from 1."""
    place = 0
    for _ in range(line - 1):
        place = text.index("\n", place) + 1
    return place
