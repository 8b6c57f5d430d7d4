"""Adds the options of a convergence fallback step to a deck.

A step is a list of lines: cards (``.option method=gear``), commands (``optran 0 0 0 100n 10u 0``), and
``.maxstep 0.1``, which is not a card of ngspice: it multiplies the largest step of every transient by that
factor.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from simorc.netlist.deck.cards import Analysis, fields, spice_number
from simorc.netlist.deck.deck import Deck

_END = re.compile(r"^[ \t]*\.end[ \t]*$", re.IGNORECASE | re.MULTILINE)
_CONTROL = re.compile(r"^[ \t]*\.control\b.*\n?", re.IGNORECASE | re.MULTILINE)
_MAX_STEP = ".maxstep"


def with_cards(text: str, cards: Sequence[str]) -> str:
    """`text` with `cards` before its ``.end``."""
    if not cards:
        return text
    ends = list(_END.finditer(text))
    place = ends[-1].start() if ends else len(text)
    gap = "" if not place or text[place - 1] == "\n" else "\n"
    return text[:place] + gap + "\n".join(cards) + "\n" + text[place:]


def with_fallback_options(text: str, lines: Sequence[str]) -> str:
    """`text` with the lines of a fallback step."""
    cards = [line for line in lines if line.startswith(".") and not line.startswith(_MAX_STEP)]
    commands = [line for line in lines if not line.startswith(".")]
    for line in lines:
        if line.startswith(_MAX_STEP):
            text = with_largest_step(text, float(line.split()[1]))
    return with_cards(_with_commands(text, commands), cards)


def _with_commands(text: str, commands: Sequence[str]) -> str:
    """`commands` before all others: at the head of the first control block, or in one of their own."""
    if not commands:
        return text
    lines = "\n".join(commands) + "\n"
    first = _CONTROL.search(text)
    if first is None:
        return with_cards(text, [f".control\n{lines}.endc"])
    return text[: first.end()] + lines + text[first.end() :]


def with_largest_step(text: str, part: float) -> str:
    """`text` with the largest step of every transient cut to `part` of what it would be.

    A transient whose times are not known before the simulator reads them is left as it is.
    """
    lines = text.split("\n")
    for analysis in _transients(Deck.parse(text)):
        card = _with_step(analysis, part)
        if card is not None:
            first = analysis.line - 1
            indented = lines[first][: len(lines[first]) - len(lines[first].lstrip())]
            dot = "." if lines[first].lstrip().startswith(".") else ""
            lines[first] = f"{indented}{dot}{card}"
            _drop_continuations(lines, first + 1)
    return "\n".join(lines)


def _transients(deck: Deck) -> list[Analysis]:
    """Every transient once, cards and commands alike, the last line first."""
    found = [analysis for analysis in (*deck.analyses, *deck.wanted) if analysis.kind == "tran"]
    return sorted({each.line: each for each in found}.values(), key=lambda each: -each.line)


def _drop_continuations(lines: list[str], at: int) -> None:
    while at < len(lines) and lines[at].lstrip().startswith("+"):
        del lines[at]


def _with_step(analysis: Analysis, part: float) -> str | None:
    """``tran tstep tstop tstart tmax [uic]``, tmax being ngspice's own largest step, or the user's, times
    `part`.
    """
    words = fields(analysis.command or analysis.text)
    times, uic = words[1:], []
    if times and times[-1].lower() == "uic":
        times, uic = times[:-1], ["uic"]
    numbers = [spice_number(word) for word in times]
    if len(numbers) < 2 or None in numbers:
        return None
    step, stop, start, largest = ([number or 0.0 for number in numbers] + [0.0, 0.0])[:4]
    usual = largest or min(step, (stop - start) / 50)
    if usual <= 0:
        return None
    start_word = times[2] if len(times) > 2 else "0"
    return " ".join(["tran", times[0], times[1], start_word, f"{usual * part:.6g}", *uic])
