"""Analyses that cannot produce a point: a stop below the start, a step of the wrong sign, no points at all.
Also sweeps to temperatures that no circuit has, of which resistors have numbers nevertheless.

ngspice's reaction depends on its version: an empty result, another analysis than the deck requests, an
endless loop. They are refused before a simulation. What every version refuses by itself (``.tran 1u 0``) and
values that need arithmetic are left to ngspice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from simorc.netlist.deck.cards import Analysis, fields, spice_number
from simorc.netlist.deck.deck import Deck

_ABSOLUTE_ZERO, _TOO_HOT = -273.15, 1000.0
"""Limits of the temperatures of circuits in °C: 300K is 300000 to ngspice."""
_SCALES = frozenset({"dec", "oct", "lin"})


def as_script(text: str) -> str:
    """Why ngspice does not read a deck as a circuit; empty if it does."""
    if not text[:10].lower().startswith("*ng_script"):
        return ""
    return "ngspice runs a deck that begins with *ng_script as a script of commands: write another first line"


def impossible_analysis(deck: Deck) -> str:
    """What is wrong with the first analysis of `deck` that cannot give a point; empty if there is none."""
    if deck.conditional:
        return ""  # only ngspice determines which cards are in force
    for analysis in deck.wanted:
        fault = _fault(analysis)
        if fault:
            card = analysis.command or analysis.text
            return f"the {analysis.kind} analysis {fault} (deck line {analysis.line}: {card})"
    return ""


def _fault(analysis: Analysis) -> str:
    check = _CHECKS.get(analysis.kind)
    if check is None or analysis.command is None:
        return ""
    return next(check(fields(analysis.command)[1:]), "")


def _of_frequencies(words: Sequence[str]) -> Iterator[str]:
    """``dec|oct|lin points start stop``, the last words of the card."""
    place = next((place for place, word in enumerate(words) if word.lower() in _SCALES), None)
    if place is None:
        return
    given = words[place + 1 : place + 4]
    count, start, stop = [*map(spice_number, given), None, None, None][:3]
    if count is not None and count < 1:
        yield f"has {given[0]} points"
    if len(given) == 2 and start is not None:
        yield "has no stop frequency"
    if start is not None and stop is not None and stop < start:
        yield f"has a stop frequency ({given[2]}) below its start ({given[1]})"


def _of_dc(words: Sequence[str]) -> Iterator[str]:
    """``source start stop step``, once or twice."""
    for place in range(0, len(words), 4):
        name, *given = words[place : place + 4]
        numbers = [spice_number(word) for word in given]
        if None in numbers:
            continue  # a variable of the control block, or not a number, which ngspice reports
        if len(given) == 2:
            yield f"has no step for {name}"
        if len(given) == 3:
            values = [number or 0.0 for number in numbers]
            yield from _of_steps(name, given, values)
            yield from _of_temperatures(name, given, values[:2])


def _of_steps(name: str, given: Sequence[str], numbers: Sequence[float]) -> Iterator[str]:
    start, stop, step = numbers
    if step == 0:
        yield f"has a step of {given[2]} for {name}"
    elif (stop - start) * step < 0:
        yield f"has a step of {given[2]} for {name}, which leads from {given[0]} away from {given[1]}"


def _of_temperatures(name: str, given: Sequence[str], ends: Sequence[float]) -> Iterator[str]:
    if name.lower() != "temp":
        return
    for text, end in zip(given, ends, strict=False):
        if not _ABSOLUTE_ZERO < end < _TOO_HOT:
            yield f"sweeps the temperature to {text}, which is {end:g} °C"


def _of_transient(words: Sequence[str]) -> Iterator[str]:
    """``tstep tstop [tstart [tmax]] [uic]``; all but the last is checked by ngspice."""
    largest = spice_number(words[3]) if len(words) > 3 else None
    if largest is not None and largest < 0:
        yield f"has a largest step of {words[3]}"


_CHECKS: dict[str, Callable[[Sequence[str]], Iterator[str]]] = {
    **dict.fromkeys(("ac", "sp", "noise", "disto"), _of_frequencies),
    "dc": _of_dc,
    "tran": _of_transient,
}
