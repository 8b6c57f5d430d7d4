"""Why a ``.meas`` failed, from the messages of ngspice.

Error: measure  tc  when(WHEN) : out of interval
Error: measure  tc failed:
        function 'deriv' currently not supported
Error: unrecognized analysis type 'trans' for the following .meas statement on line 6:
       .meas trans tc max v(in)
"""

from __future__ import annotations

import re

from simorc.netlist.deck.deck import Deck
from simorc.simulators.ngspice.log.lines import LogLine, LogLines

_I = re.IGNORECASE
_MEASURE = re.compile(
    r"error: measure\s+(?P<name>\S+)\s*(?:failed)?\s*(?P<what>[^\s:]*)\s*:?\s*(?P<why>.*)$", _I
)
_NEXT_LINE = re.compile(
    r"error: (?P<why>unrecognized analysis type '[^']*') for the following \.meas"
    r"|warning: (?P<how>incomplete measurement statement) in line",
    _I,
)
_UNDEFINED = re.compile(r"undefined parameter \[(?P<name>[^\]]+)\]", _I)
_NAME = re.compile(r"^\w+\s+\S+\s+\S+")
"""The beginning of a card, with the name of its measurement."""
_CARD = re.compile(r"\.?meas\w*\s+\S+\s+(?P<name>\S+)", _I)


def meas_reasons(lines: LogLines, deck: Deck) -> dict[str, str]:
    """By the name of a failed ``.meas`` in lower case: why."""
    reasons = _not_run(deck)
    for line in lines.notable:
        found = _own_line(line, lines) or _of_next_line(line, lines)
        if found is not None:
            reasons[found[0].lower()] = found[1]
        elif match := _UNDEFINED.search(line.text):
            reasons = {**_with_parameter(match["name"], deck), **reasons}
    return reasons


def _not_run(deck: Deck) -> dict[str, str]:
    """The cards of analyses that the deck does not do, where it is plain which ones it does."""
    if deck.conditional or deck.runs_itself or deck.includes:
        return {}
    done = {analysis.kind for analysis in deck.wanted} | {"sp"}
    wrong = (card for card in deck.measures if card.analysis not in done)
    return {card.name: f"no {card.analysis} analysis in the deck" for card in wrong}


def _with_parameter(name: str, deck: Deck) -> dict[str, str]:
    """The cards that compute with a parameter which is not defined."""
    pattern = re.compile(rf"(?<![\w.]){re.escape(name)}(?![\w.])", _I)
    cards = (card for card in deck.measures if pattern.search(_NAME.sub("", card.text)))
    return {card.name: f"'{name}' is not defined" for card in cards}


def _own_line(line: LogLine, lines: LogLines) -> tuple[str, str] | None:
    match = _MEASURE.search(line.text)
    if match is None:
        return None
    why = match["why"] or next(iter(lines.after(line, 1)), "")
    return match["name"], f"{match['what']}: {why}" if match["what"] and why else why or match["what"]


def _of_next_line(line: LogLine, lines: LogLines) -> tuple[str, str] | None:
    match = _NEXT_LINE.search(line.text)
    card = _CARD.search(next(iter(lines.after(line, 1)), "")) if match else None
    return (card["name"], (match["why"] or match["how"]).lower()) if match and card else None
