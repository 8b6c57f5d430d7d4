"""The ``.meas`` cards for which ngspice prints zero although they have no value."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from simorc.netlist.deck.cards import fields, resolved, spice_number
from simorc.netlist.deck.deck import Deck
from simorc.netlist.deck.parts import MeasCard
from simorc.waveforms.rawfile import Plot, RawFile

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Curve = NDArray[np.float64]

PLOT_OF = {"tran": "transient", "ac": "ac analysis", "dc": "dc transfer"}
"""How the names of the plots of an analysis begin, in lower case."""
_COMPUTED = re.compile(r"\b(?:param|expr)\s*=?\s*(['\"{].*)", re.I)
_VALUE_WORD = re.compile(r"(?<![\w.])([a-z_]\w*)(?!\w|\s*\()", re.I)
"""A name that is not called."""
_FUNCTIONS = frozenset(
    {"defined", "sqr", "sqrt", "sin", "cos", "exp", "ln", "arctan", "abs", "pow", "pwr", "max", "min", "int"}
    | {"log", "log10", "sinh", "cosh", "tanh", "ternary_fcn", "sgn", "ceil", "floor", "tan", "asin", "acos"}
    | {"atan", "asinh", "acosh", "atanh", "nint", "gauss", "agauss", "unif", "aunif", "limit"}
)
"""The functions of ngspice's parameters."""


def outside(deck: Deck, raw: RawFile) -> dict[str, str]:
    """The cards for which ngspice prints zero instead of a value, by name, with the reason: their ``from`` or
    ``to`` leaves no point of their analysis, or they compute with a name that ngspice takes for a function.
    """
    reasons = {**_functions_for_values(deck), **_reversed_windows(deck)}
    for card in deck.measures:
        first, last = _window_of(card, deck)
        if (first is None and last is None) or card.name in reasons:
            continue
        axes = [axis for plot in raw.plots if (axis := _axis_for(card, plot)) is not None]
        low, high = (
            min((axis.min() for axis in axes), default=0),
            max((axis.max() for axis in axes), default=0),
        )
        if axes and first is not None and first > high:
            reasons[card.name] = f"its window begins at {first:g}, beyond the last point at {high:g}"
        elif axes and last is not None and last < low:
            reasons[card.name] = f"its window ends at {last:g}, before the first point at {low:g}"
    return reasons


def _reversed_windows(deck: Deck) -> dict[str, str]:
    """The cards and commands whose window ends before it begins; a sweep of a source may go downwards."""
    reasons = {}
    for card in (*deck.measures, *_commands(deck)):
        first, last = _window_of(card, deck)
        if card.analysis != "dc" and first is not None and last is not None and first > last:
            reasons[card.name] = f"its window begins at {first:g}, after its end at {last:g}"
    return reasons


def _commands(deck: Deck) -> Iterator[MeasCard]:
    """The ``meas`` commands of the deck's control blocks, as cards."""
    for command in deck.commands:
        words = command.text.split(None, 3)
        if command.word in {"meas", "measure"} and len(words) == 4:
            yield MeasCard(words[2].lower(), words[1].lower(), command.text, command.line)


def _functions_for_values(deck: Deck) -> dict[str, str]:
    """The cards that compute with another measurement whose name is that of a function."""
    names = {card.name for card in deck.measures} & _FUNCTIONS
    reasons = {}
    for card in deck.measures if names else ():
        match = _COMPUTED.search(card.text)
        used = {word.lower() for word in _VALUE_WORD.findall(match[1])} & names if match else set()
        if used:
            reasons[card.name] = f"ngspice reads '{min(used)}' as a function: rename that measurement"
    return reasons


def _axis_for(card: MeasCard, plot: Plot) -> Curve | None:
    """The axis of a plot with points that the card may be measured on."""
    mine = plot.name.lower().startswith(PLOT_OF.get(card.analysis, "?"))
    return plot.axis if mine and plot.n_points else None


def _window_of(card: MeasCard, deck: Deck) -> tuple[float | None, float | None]:
    words = [word.lower() for word in fields(card.text)]
    found: dict[str, float | None] = {}
    for name in ("from", "to"):
        if name in words[:-2] and words[words.index(name) + 1] == "=":
            word = resolved(words[words.index(name) + 2], deck.parameters)
            found[name] = None if word is None else spice_number(word)
    return found.get("from"), found.get("to")
