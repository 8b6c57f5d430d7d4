"""Cards of LTspice -> cards of ngspice: ``.meas``, parasitics of capacitors and coils, ``4k7``."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from itertools import takewhile

from simorc.importers.ltspice.steps import is_number
from simorc.importers.result import Carried
from simorc.units import Number

_MEAS = re.compile(r"^\.meas(?:ure)?\s+(?:(ac|dc|op|tran|noise)\s+)?(\S+)\s+(.*)$", re.IGNORECASE)
_OF = re.compile(
    r"^(max|min|pp|avg|rms|integ)\s+(.+?)((?:\s+(?:from|to)\s*=?\s*\S+|\s+(?:trig|targ)\s.*)*)$",
    re.IGNORECASE,
)
_EQUAL = re.compile(r"\b(trig|targ)\s+([^\s=]+)\s*=\s*(\S+)", re.IGNORECASE)
_FIND_TIME = re.compile(r"^find\s+(?:time|freq(?:uency)?)\s+(?=when\b)", re.IGNORECASE)
_WINDOW = re.compile(r"\b(from|to)\s*=?\s*(?=\S)", re.IGNORECASE)
_AT = re.compile(r"(?<=\s)at\s*=?\s*(?=[^\s=])", re.IGNORECASE)
_DERIV = re.compile(r"^deriv\s+(\S+)\s+at\s*=?\s*(\S+)$", re.IGNORECASE)
_WHEN = re.compile(r"^when\s+(\S+?)\s*=\s*(.*?)(?:\s+(rise|fall|cross)\s*=\s*(\w+))?$", re.IGNORECASE)
_WORD = re.compile(r"(?<![\w.(])[A-Za-z_]\w*|(?<=\()[A-Za-z_]\w*")
_PARAM = re.compile(r"^param\s+(.+)$", re.IGNORECASE)
_CURRENT = re.compile(r"\bi\(\s*([rcld]\w*)\s*\)", re.IGNORECASE)
_DIFFERENCE = re.compile(r"\bv\(\s*([^\s,()]+)\s*,\s*([^\s,()]+)\s*\)", re.IGNORECASE)
_ONE_SIGNAL = re.compile(r"(?:v\w*|i)\([^()\s]+\)", re.IGNORECASE)
_EUROPEAN = re.compile(r"(?<![\w.])(\d+)(meg|[kmunpfgt])(\d+)(?![\w.])", re.IGNORECASE)
_ATTACHED = re.compile(r"\s+(rser|rpar|lser|cpar|rlshunt)\s*=\s*(\{[^}]*\}|\S+)", re.IGNORECASE)
_RATING = re.compile(r"\s+(tol|pwr|irms|vrms|mfg|pn|type)\s*=\s*(\"[^\"]*\"|\S+)", re.IGNORECASE)
"""What LTspice keeps of a part for the bill of materials; no simulation uses it."""
_THEIRS = {"mag": "vm", "re": "vr", "im": "vi", "db": "vdb"}
_PHASE = re.compile(r"\bph\(((?:[^()]|\([^()]*\))*)\)", re.IGNORECASE)
_FIND_PHASE = re.compile(r"^find\s+(.+?)\s+(?:at\s*=?\s*(\S+)|(when\s.+))$", re.IGNORECASE)


class Untranslated(ValueError):
    """There is no such card in ngspice."""


def metered(text: str) -> set[str]:
    """Two-terminal devices whose current is used, in lower case; ngspice has the currents of sources only."""
    return {name.lower() for name in _CURRENT.findall(text)}


def with_currents(text: str) -> str:
    """``I(R1)`` as the current of the source that `ammeter` puts before R1."""
    return _CURRENT.sub(lambda match: f"i(V{match[1]}_i)", text)


def ammeter(card: str) -> list[str]:
    """A device behind a source of 0 V that measures its current."""
    name, first, rest = card.split(maxsplit=2)
    return [f"V{name}_i {first} {name}_i 0", f"{name} {name}_i {rest}"]


def meas_card(card: str, analysis: str) -> tuple[str, str]:
    """The name measured, and the card for ngspice; `analysis` is the netlist's, where the card names none.

    Raises Untranslated.
    """
    match = _MEAS.match(card)
    if match is None:
        raise Untranslated(card)
    kind, name, rest = (match[1] or analysis).lower(), match[2], match[3].strip()
    for theirs, ours in _THEIRS.items():
        rest = re.sub(rf"\b{theirs}\(\s*V\(([^()]*)\)\s*\)", rf"{ours}(\1)", rest, flags=re.IGNORECASE)
    rest = with_currents(rest)
    rest = _FIND_TIME.sub("", rest)
    rest = _AT.sub("at=", rest)
    rest = _EQUAL.sub(r"\1 \2 val=\3", rest) if not re.search(r"\bval\s*=", rest, re.IGNORECASE) else rest
    if parameter := _PARAM.match(rest):
        rest = f"param='{parameter[1].strip().strip('{}')}'"
    elif of := _OF.match(rest):
        rest = f"{of[1].lower()} {_operand(of[2])}{_WINDOW.sub(_equal_sign, of[3])}"
    return name, f".meas {kind} {name} {rest}"


def derivative(card: str) -> tuple[str, str] | None:
    """Name and expression of a ``.meas ... DERIV``, which ngspice does not have; None for other cards."""
    match = _MEAS.match(card)
    deriv = _DERIV.match(with_currents(match[3].strip())) if match else None
    return (match[2], f"at(deriv({deriv[1]}), {deriv[2]})") if match and deriv else None


def in_degrees(card: str) -> tuple[str, str] | None:
    """Name and expression of a ``.meas`` of a phase, in degrees there and in radians in ngspice; None for
    other cards. Raises Untranslated for other forms than ``FIND ... AT``, ``FIND ... WHEN`` and ``WHEN``.
    """
    match = _MEAS.match(card)
    if match is None or not _PHASE.search(match[3]):
        return None
    rest = with_currents(_PHASE.sub(r"(ph(\1)*180/pi)", match[3].strip()))
    find = _FIND_PHASE.match(rest)
    if find is None:
        return match[2], _crossing(rest, card)
    return match[2], f"at({find[1]}, {find[2] or _crossing(find[3], card)})"


def _crossing(text: str, card: str) -> str:
    """``WHEN signal=level rise=2`` as an expression. Raises Untranslated."""
    when = _WHEN.match(text)
    if when is None:
        raise Untranslated(card)
    edge, count = (when[3] or "cross").lower(), (when[4] or "1").lower()
    number = "-1" if count == "last" else count
    edge = "either" if edge == "cross" else edge
    return f"cross({when[1]}, {when[2].strip('{}')}, n={number}, edge={edge})"


def computed(card: str, measured: Collection[str], expressed: Collection[str]) -> tuple[str, str] | None:
    """Name and expression of a ``.meas`` that ngspice cannot take because of a measurement it refers to: a
    ``WHEN`` at a level from one of `measured`, a ``PARAM`` of one of `expressed`. None for other cards.
    """
    match = _MEAS.match(card)
    if match is None:
        return None
    rest = with_currents(match[3].strip())
    if (parameter := _PARAM.match(rest)) and _mentions(parameter[1], expressed):
        return match[2], parameter[1].strip().strip("{}")
    when = _WHEN.match(rest)
    if when is None or not _mentions(when[2], measured):
        return None
    return match[2], _crossing(rest, card)


def _mentions(expression: str, names: Collection[str]) -> bool:
    words = {word.lower() for word in _WORD.findall(expression)}
    return any(name.lower() in words for name in names)


def _equal_sign(match: re.Match[str]) -> str:
    return f"{match[1].lower()}="


def _operand(text: str) -> str:
    """One signal as it is, an expression within par('...')."""
    plain = _DIFFERENCE.sub(r"(v(\1)-v(\2))", text.strip())
    return plain if _ONE_SIGNAL.fullmatch(plain) else f"par('{plain}')"


def without_ratings(card: str) -> tuple[str, list[str]]:
    """The card of a part without tolerance, power and other ratings, and the ratings as written."""
    return _RATING.sub("", card), [match[0].strip() for match in _RATING.finditer(card)]


def source_card(card: str) -> Iterator[str]:
    """A source; ``Rser`` and ``Cpar`` of a voltage source as elements of their own. Raises Untranslated for
    anything else that is attached to it.
    """
    attached = {name.lower(): value for name, value in _ATTACHED.findall(card)}
    if not attached or card[:1] not in "vV":
        yield card
        return
    name, first, second, rest = [*_ATTACHED.sub("", card).split(maxsplit=3), ""][:4]
    if unknown := attached.keys() - {"rser", "cpar"}:
        raise Untranslated(f"{', '.join(sorted(unknown))} of {name}")
    inner = f"{name}_s" if "rser" in attached else first
    yield f"{name} {inner} {second} {rest}".rstrip()
    if "rser" in attached:
        yield f"R{name}_ser {first} {inner} {attached['rser']}"
    if "cpar" in attached:
        yield f"C{name}_par {first} {second} {attached['cpar']}"


def passive_card(card: str) -> Iterator[str]:
    """A resistor, capacitor or coil, with what LTspice attaches to it as elements of their own."""
    attached = {name.lower(): value for name, value in _ATTACHED.findall(card)}
    name, first, second, *rest = [*_ATTACHED.sub("", card).split(), "", ""]
    rest = [_EUROPEAN.sub(r"\1.\3\2", word) for word in rest if word]
    # The part, its coil and its resistor in a row between the two nodes; the others beside all of them.
    row = [("L", "lser", f"{name}_l"), ("R", "rser", f"{name}_s")]
    row = [each for each in row if each[1] in attached]
    nodes = [*(node for _, _, node in reversed(row)), second]
    yield " ".join(word for word in (name, first, nodes[0], *rest) if word)
    for (kind, key, _), begin, end in zip(reversed(row), nodes, nodes[1:], strict=False):
        yield f"{kind}{name}_ser {begin} {end} {attached[key]}"
    beside = (("R", "rpar", "par", second), ("C", "cpar", "par", second), ("R", "rlshunt", "shunt", nodes[0]))
    for kind, key, suffix, end in beside:
        if key in attached:
            yield f"{kind}{name}_{suffix} {first} {end} {attached[key]}"


def tran_card(card: str, carried: Carried) -> str:
    """``.tran Tstop`` and a Tstep of zero, which LTspice reads as "as it comes"."""
    words = card.split()[1:]
    numbers = list(takewhile(_is_value, words))
    for modifier in words[len(numbers) :]:
        if modifier.lower() != "uic":
            carried.leave(f".tran {modifier}")
    uic = " uic" if any(word.lower() == "uic" for word in words) else ""
    if len(numbers) == 1:
        numbers = ["0", *numbers]
    if len(numbers) > 1 and is_number(numbers[0]) and float(Number(numbers[0])) == 0:
        numbers[0] = _thousandth(numbers[1])
    return f".tran {' '.join(numbers)}{uic}" if numbers else card


def _is_value(word: str) -> bool:
    """Whether a word of a .tran is a time: a number, or an expression in braces."""
    return is_number(word) or (word[0] in "{'" and word[-1] in "}'")


def _thousandth(time: str) -> str:
    return f"{float(Number(time)) / 1000:g}" if is_number(time) else f"{{({time[1:-1]})/1000}}"
