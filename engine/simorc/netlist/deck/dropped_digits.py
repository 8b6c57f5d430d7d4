"""Numbers that ngspice reads only in part: it reads ``r1 a b 1k5`` as 1 kΩ.

ngspice reads digits, an exponent and a suffix, and skips the rest of the word. Letters there are a unit;
digits there are a lost part of the number. Looked at are the places that hold numbers: values of elements,
``name=value``, models, analyses, the commands that do the same. Names (nodes, models, sections) are not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from simorc.number_grammar import near_number, read_number

_READ = r"(?>(?:\d+\.?\d*|\.\d+)(?:[ed][-+]?\d+)?)"
_COMMA = r"\d+,\d+[a-z]*(?![\w.,)])"
_CANDIDATE = re.compile(
    rf"(?<![\w.,$#@%\"'{{\-])[-+]?(?:{_COMMA}|{_READ}(?:[a-zµμΩ_][a-zµμΩ_.]*|\.)\d[\w.]*)"
    rf"|(?<=,){_READ}(?:[a-zµμΩ_][a-zµμΩ_.]*|\.)\d[\w.]*",
    re.IGNORECASE,
)
_BEGINNING = re.compile(rf"[-+]?{_READ}(?:meg|mil|[tgkmunpfa])?", re.IGNORECASE)
_REST = re.compile(r"[\w.,]*\d[\w.,]*")
_WORD = re.compile(
    rf"[-+]?{_COMMA}|(?:[^\s()=\[\]{{}}'\",]|\{{\{{.*?\}}\}})+|\{{%.*?%\}}|\"[^\"]*\"|'[^']*'|\{{[^}}]*\}}|[()=\[\]]",
    re.IGNORECASE,
)
_COMMENT = re.compile(r";.*|\s\$(?:\s.*|$)|\s//.*|\{#.*?#\}")
_BLOCK = re.compile(r"^[ \t]*\.(control|endc)\b", re.IGNORECASE | re.MULTILINE)
_MODEL = re.compile(r"^[ \t]*\.model[ \t]+(\S+)", re.IGNORECASE | re.MULTILINE)
_RESISTOR_CODE = re.compile(r"\d+(?:meg|[rlktgmunpfµ])\d+", re.IGNORECASE)
_TEXTS = frozenset({"version", "mfg", "file", "filename"})
_ASSIGNING = frozenset({"let", "alter", "alterparam", "altermod", "meas", "measure", "option"})
_SWEEPS = frozenset({"ac", "sp", "noise", "disto"})
_SCALES = frozenset({"dec", "oct", "lin"})


@dataclass(frozen=True, slots=True)
class DroppedDigits:
    """One such word; line and column count from 1."""

    word: str
    line: int
    column: int

    @property
    def message(self) -> str:
        """What ngspice makes of it, and how to write what is probably meant."""
        match = _BEGINNING.match(self.word)
        read = match[0] if match else ""
        rest = f"reads {read} and ignores {self.word[len(read) :]}"
        taken = "takes the comma for a blank" if "," in self.word else rest
        return f"'{self.word}' is not a number: ngspice {taken}{_remedy(self.word)}"


def loses_digits(word: str) -> bool:
    """Whether ngspice would ignore digits of this word where it reads a number."""
    match = _BEGINNING.match(word)
    return match is not None and _REST.fullmatch(word, match.end()) is not None


def dropped_digits(text: str, *, resistor_codes: bool = False, title: bool = True) -> Iterator[DroppedDigits]:
    """The words of a deck, or of its template, whose last digits ngspice would ignore.

    `resistor_codes`: ngspice reads ``4k7`` as the value of a resistor, capacitor or inductor (``set
    ngbehavior=lt``). `title`: the first line is one.
    """
    models: set[str] | None = None
    for match in _CANDIDATE.finditer(text):
        word = match[0].rstrip(".")
        if not loses_digits(word):
            continue
        start = text.rfind("\n", 0, match.start()) + 1
        if title and start == 0:
            continue
        if models is None:
            models = {name.lower() for name in _MODEL.findall(text)}
        card = _card(text, start, match.start())
        if card is None or not _holds_number(card, word, models, _in_control(text, start)):
            continue
        if resistor_codes and _is_resistor_code(card, word):
            continue
        yield DroppedDigits(word, text.count("\n", 0, start) + 1, match.start() - start + 1)


def _remedy(word: str) -> str:
    near = near_number(word)
    if not near or word.startswith(near):
        return ""
    return f"; {read_number(near).doubt or f'write {near}'}"


@dataclass(frozen=True, slots=True)
class _Card:
    """The words of a card up to and with the one in question, which has the index `at`; `after` it the word
    that follows.
    """

    words: Sequence[str]
    at: int
    after: str


def _card(text: str, start: int, place: int) -> _Card | None:
    """The card around `place` on the line that begins at `start`; None in a comment."""
    end = text.find("\n", place)
    line = text[start : end if end >= 0 else len(text)]
    before = _COMMENT.sub(_blanks, line)
    if line.lstrip().startswith("*") or not before[place - start : place - start + 1].strip():
        return None
    before = _with_lines_above(text, start, before)
    at_end = len(before) - (len(line) - (place - start))
    found = [(match[0], match.start(), match.end()) for match in _WORD.finditer(before)]
    index = next((number for number, (_, first, last) in enumerate(found) if first <= at_end < last), None)
    if index is None:
        return None
    after = found[index + 1][0] if index + 1 < len(found) else ""
    return _Card([word for word, _, _ in found[: index + 1]], index, after)


def _with_lines_above(text: str, start: int, line: str) -> str:
    """A line that begins at `start`, after the lines that it continues."""
    while line.lstrip().startswith("+") and start:
        below, start = start, text.rfind("\n", 0, start - 1) + 1
        above = text[start : below - 1]
        if not above.lstrip().startswith("*"):
            line = f"{_COMMENT.sub(_blanks, above)} {line.lstrip()[1:]}"
    return line


def _blanks(match: re.Match[str]) -> str:
    return " " * len(match[0])


def _in_control(text: str, place: int) -> bool:
    last = None
    for last in _BLOCK.finditer(text, 0, place):  # noqa: B007 - the last one counts
        pass
    return last is not None and last[1].lower() == "control"


def _holds_number(card: _Card, word: str, models: set[str], control: bool) -> bool:
    words, at = card.words, card.at
    if words[at].rstrip(".") != word or not at:
        return False
    first = words[0].lower()
    if words[at - 1] == "=":
        name = words[at - 2].lower() if at > 1 else ""
        return name not in _TEXTS and (not control or first in _ASSIGNING)
    if control or first.startswith("."):
        return _of_card(first.lstrip("."), [each.lower() for each in words], at, control)
    place = _VALUES.get(first[0])
    return place is not None and place(card, [each.lower() for each in words], models)


def _of_card(kind: str, words: Sequence[str], at: int, control: bool) -> bool:
    if kind in _SWEEPS:
        return bool(_SCALES & set(words[:at]))
    if kind == "dc":
        return at % 4 != 1
    if kind == "model":
        return at > 2 and not control
    if kind == "alter":
        return control and at == 2
    return kind in {"tran", "four", "temp"} and (at == 1 or kind != "four")


def _passive(card: _Card, words: Sequence[str], models: set[str]) -> bool:
    """``r1 a b 1k``, ``r1 a b model 1k``."""
    named = card.after[:1].isdigit() or words[card.at] in models
    return card.at == 4 or (card.at == 3 and not named)


def _source(card: _Card, _words: Sequence[str], _models: set[str]) -> bool:
    return card.at >= 3


def _controlled_by_voltage(card: _Card, words: Sequence[str], _models: set[str]) -> bool:
    return _coefficient(words, card.at, 2) if "poly" in words else card.at == 5


def _controlled_by_current(card: _Card, words: Sequence[str], _models: set[str]) -> bool:
    return _coefficient(words, card.at, 1) if "poly" in words else card.at == 4


def _coefficient(words: Sequence[str], at: int, of_each: int) -> bool:
    """``e1 a 0 poly(2) c 0 d 0 1 2``: the words after the controlling nodes or sources."""
    numbers = [each for each in words[words.index("poly") :] if each.isdigit()]
    plain = [number for number, each in enumerate(words) if each not in {"(", ")"}]
    return bool(numbers) and plain.index(at) >= 5 + of_each * int(numbers[0])


def _coupling(card: _Card, _words: Sequence[str], _models: set[str]) -> bool:
    return card.at >= 3 and not card.after


_VALUES = {
    **dict.fromkeys("rcl", _passive),
    **dict.fromkeys("vi", _source),
    **dict.fromkeys("eg", _controlled_by_voltage),
    **dict.fromkeys("fh", _controlled_by_current),
    "k": _coupling,
}


def _is_resistor_code(card: _Card, word: str) -> bool:
    return (
        card.words[0][0].lower() in "rcl"
        and "=" not in card.words
        and _RESISTOR_CODE.fullmatch(word) is not None
    )
