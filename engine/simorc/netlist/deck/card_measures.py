"""``.meas`` cards that ngspice does not evaluate, and the nodes that they need.

After a ``run`` of several analyses ngspice prints the ``.meas`` cards of the *last* analysis only. Those of
the others are measured by ``meas`` commands on the plots of that same run: the newest plot of their kind, as
ngspice itself selects it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from simorc.netlist.convergence_options import with_cards
from simorc.netlist.deck.cards import resolved
from simorc.netlist.deck.deck import Deck
from simorc.netlist.deck.parts import MeasCard

MEASURABLE = ("ac", "dc", "tran", "sp")
"""The analyses that ngspice measures."""

_EXPRESSION = re.compile(r"\{[^}]*\}|'[^']*'")
_WORKED_OUT = re.compile(r"[\"{}'$]")
_AROUND_EQUALS = re.compile(r"\s*=\s*")
_IN_PARENTHESES = re.compile(r"\(\s*([^()]*?)\s*\)")
_CHANCE = re.compile(r"\b(?:a?gauss|a?unif|limit|trnoise|trrandom|random|sgauss|sunif)\b", re.IGNORECASE)
_SAVE = re.compile(r"^[ \t]*\.save\b", re.IGNORECASE | re.MULTILINE)
_SIGNAL = re.compile(r"\b(v|i)(?:db|m|p|r|i)?\(\s*([^(),]+?)\s*(?:,\s*([^(),]+?)\s*)?\)|(@[^\s=,()]+)", re.I)


def measured_afterwards(deck: Deck) -> tuple[str, ...]:
    """The commands that measure, after a ``run``, the cards that ngspice has left out.

    A card that only ngspice's reading of a deck can work out (``param='...'``, an expression in braces) has
    its analysis done once more by itself, after which ngspice prints all its cards: in a circuit read anew,
    for ngspice's devices remember the analysis before. That is no use where a control block has changed the
    circuit or chance decides; such cards have no value then, as in ngspice.
    """
    kinds = list(dict.fromkeys(analysis.kind for analysis in deck.in_run_order))
    commands: list[str] = []
    taken = {card.name for card in deck.measures if kinds[-1:] == [card.analysis]}
    for kind in kinds[:-1]:
        cards = [card for card in deck.measures if card.analysis == kind and card.name not in taken]
        if kind in MEASURABLE and cards:
            commands += _measuring(kind, cards, deck)
    return tuple(commands)


def _measuring(kind: str, cards: Sequence[MeasCard], deck: Deck) -> list[str]:
    commands = [as_command(card, deck.parameters) for card in cards]
    known = [command for command in commands if command is not None]
    again = next((each.command for each in deck.analyses if each.kind == kind), None)
    if len(known) < len(commands) and again is not None and _can_be_read_anew(deck):
        return ["reset", again]
    # Without a plot of the kind, the table of constants is looked at, in which nothing can be measured.
    return ["setplot const", f"setplot {kind}", *known] if known else []


def _can_be_read_anew(deck: Deck) -> bool:
    return not deck.conditional and not deck.commands and _CHANCE.search(deck.text) is None


def as_command(card: MeasCard, parameters: Mapping[str, str]) -> str | None:
    """A card as a ``meas`` command; None where its values are not known without ngspice."""
    text = _EXPRESSION.sub(lambda match: resolved(match[0], parameters) or match[0], card.text)
    words = _AROUND_EQUALS.sub("=", text).lower().split()
    if _WORKED_OUT.search(text) or len(words) < 4 or words[3].startswith(("param", "expr")):
        return None
    line = _IN_PARENTHESES.sub(lambda match: f"({re.sub(r'[ ,]+', ',', match[1])})", " ".join(words))
    return "meas" + line.removeprefix("measure").removeprefix("meas")


def with_saves(text: str, signals: Sequence[str]) -> str:
    """`text` with a ``.save`` card of these signals, if there are any."""
    return with_cards(text, [f".save {' '.join(signals)}"] if signals else [])


def with_saves_for_cards(text: str) -> str:
    """`text` with the ``.save`` card that ``ngspice -b`` adds by itself: a deck that saves some nodes only
    has those saved as well that its ``.meas``, ``.print``, ``.plot`` and ``.four`` cards name.
    """
    if _SAVE.search(text) is None:
        return text
    deck = Deck.parse(text)
    saved = {word.lower() for word in deck.saves}
    if not saved or saved & {"all", "allv"}:
        return text
    texts = (*(card.text for card in deck.measures), *deck.printed)
    named = dict.fromkeys(signal for text in texts for signal in _signals(text))
    lacking = [signal for signal in named if signal not in saved]
    return with_cards(text, [f".save {' '.join(lacking)}"] if lacking else [])


def _signals(text: str) -> Iterator[str]:
    for kind, first, second, device in _SIGNAL.findall(text.lower()):
        if device:
            yield device
        yield from (f"{kind}({node})" for node in (first, second) if node and node not in {"0", "gnd"})


def measured_again(name: str, lines: Iterable[int]) -> str:
    """What happens to ``.meas`` cards of one name."""
    return f".meas {name} is on lines {', '.join(map(str, lines))}: {name} is the value of one of them only"
