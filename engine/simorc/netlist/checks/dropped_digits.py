"""Words of which ngspice reads the beginning as a number and ignores the rest: ``r1 a b 1k5`` is 1 kΩ.

ngspice reads digits, an exponent and a suffix, and skips the rest of the word. Letters there are a unit. Lost
are digits, characters beyond ASCII (``10μ`` with a Greek letter is 10), ``5%``, and ``1/2`` in a place that
holds no expression. Looked at are the places that hold numbers: values of elements, ``name=value``, models,
analyses, the commands that do the same. Names (nodes, models, sections) are not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from simorc.number_grammar import near_number, read_number

_READ = r"(?>(?:\d+\.?\d*|\.\d+)(?:[ed][-+]?\d+)?)"
_SIGN = r"[-+*/^%&|!?:#@~\\]"
_JUNK = rf"{_READ}[a-z_.]*(?!//){_SIGN}(?:(?!//)[^\s()=\[\]{{}},'\";])*"
_FOREIGN = re.compile(
    rf"(?<![\w.])[-+]?{_READ}[a-zA-Z]*[^\x00-\x7f\u00b5\u03a9\u2126\u00b0\u2103][^ \t\r\n\f()=\[\]{{}},'\";]*"
)
"""A number before a character that ngspice skips; it reads U+00B5, and signs of units are no loss."""
_COMMA = r"\d+,\d+[a-z]*(?![\w.,)])"
_CANDIDATE = re.compile(
    rf"(?<![\w.,$#@%\"'{{\-])[-+]?(?:{_JUNK}|{_COMMA}|{_READ}(?:[a-zµμΩ_][a-zµμΩ_.]*|\.)\d[\w.]*)"
    rf"|(?<=,){_READ}(?:[a-zµμΩ_][a-zµμΩ_.]*|\.)\d[\w.]*",
    re.IGNORECASE,
)
_BEGINNING = re.compile(rf"[-+]?{_READ}(?:meg|mil|[tgkmunpfa])?", re.IGNORECASE)
_REST = re.compile(r"[\w.,]*\d[\w.,]*")
_WORD = re.compile(
    rf"[-+]?{_COMMA}|(?:[^ \t\r\n\f()=\[\]{{}}'\",]|\{{\{{.*?\}}\}})+"
    rf"|\{{%.*?%\}}|\"[^\"]*\"|'[^']*'|\{{[^}}]*\}}|[()=\[\]]",
    re.IGNORECASE,
)
_COMMENT = re.compile(r";.*|\s\$(?:\s.*|$)|//.*|\{#.*?#\}")
_BLOCK = re.compile(r"^[ \t]*\.(control|endc)\b", re.IGNORECASE | re.MULTILINE)
_MODEL = re.compile(r"^[ \t]*\.model[ \t]+(\S+)", re.IGNORECASE | re.MULTILINE)
_RESISTOR_CODE = re.compile(r"\d+(?:meg|[rlktgmunpfµ])\d+", re.IGNORECASE)
_TEXTS = frozenset({"version", "mfg", "file", "filename"})
_ASSIGNING = frozenset({"let", "alter", "alterparam", "altermod", "meas", "measure", "option"})
_SWEEPS = frozenset({"ac", "sp", "noise", "disto"})
_SCALES = frozenset({"dec", "oct", "lin"})
_EVALUATING = (
    *(".para", ".csparam", ".subckt", ".func", ".if", ".elif", ".elseif", ".meas"),
    *("x", "b", "let", "alter", "meas", "if", "while"),
)
"""What the first words of cards begin with on which ngspice evaluates expressions without braces."""
_EXPRESSIONS = frozenset({"vol", "value", "cur", "v", "i", "q", "par", "param", "func"})
_OF_MODELS = frozenset({"l", "w"})
"""Parameters of resistors and capacitors whose value is a model."""
_SINGLE = "rclkefgh"
"""Elements with one value, of those that `_VALUES` has."""
_PLAIN = re.compile(r"[-+]?[\w.,]+")
_OPERATION = re.compile(r"[-+]?[\w.]+(?:[-+*/^]+[\w.]+)+")
_NAMING = re.compile(r"\.(?:inc|lib|title)|(?:echo|source|load|write|wrdata|shell|cd)\b", re.IGNORECASE)


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
        if _OPERATION.fullmatch(self.word):
            taken = "evaluates no expression here"
        return f"'{self.word}' is not a number: ngspice {taken}{_remedy(self.word)}"


def loses_digits(word: str) -> bool:
    """Whether ngspice would ignore digits of this word where it reads a number."""
    match = _BEGINNING.match(word)
    return match is not None and _REST.fullmatch(word, match.end()) is not None


@dataclass(frozen=True, slots=True)
class NumberPlace:
    """Where ngspice reads a number. `expression`: it may be one; `single`: nothing may follow."""

    expression: bool
    single: bool


def number_place(text: str, offset: int, name: str) -> NumberPlace | None:
    """What ngspice reads at the word of a deck that contains this offset; None if it is no number, or if the
    `name` that shall be put there is that of a model.
    """
    deck = _Deck(text, title=True)
    card = deck.card(offset)
    if card is None:
        return None
    quoted = card.words[card.at][0] in "'{" and not _NAMING.match(card.words[0])
    if not quoted and (not deck.holds_number(card, offset) or name.lower() in deck.models):
        return None
    first = card.words[0].lower()
    single = quoted or card.words[card.at - 1] == "=" or first[0] in _SINGLE or first == ".temp"
    return NumberPlace(quoted or _holds_expression(card), single)


def dropped_digits(text: str, *, resistor_codes: bool = False, title: bool = True) -> Iterator[DroppedDigits]:
    """The words of a deck, or of its template, whose ends ngspice would ignore.

    `resistor_codes`: ngspice reads ``4k7`` as the value of a resistor, capacitor or inductor (``set
    ngbehavior=lt``). `title`: the first line is one.
    """
    deck = _Deck(text, title)
    for match in _CANDIDATE.finditer(text):
        word = match[0].rstrip(".")
        junk = not loses_digits(word)
        if junk and _PLAIN.fullmatch(word):
            continue
        card = deck.card(match.start())
        if card is None or card.words[card.at].rstrip(".") != word:
            continue
        if not deck.holds_number(card, match.start()) or (junk and _holds_expression(card)):
            continue
        if "," in word and _in_list_of_source(card):
            continue
        if not junk and resistor_codes and _is_resistor_code(card, word):
            continue
        yield DroppedDigits(word, *deck.place(match.start()))
    if not text.isascii():
        yield from _foreign_ends(deck)


def _foreign_ends(deck: _Deck) -> Iterator[DroppedDigits]:
    """``c1 a b 10μ`` and ``w={2*10μ}``."""
    for match in _FOREIGN.finditer(deck.text):
        card = deck.card(match.start())
        if card is None or loses_digits(match[0]):
            continue
        quoted = card.words[card.at][0] in "'{" and not _NAMING.match(card.words[0])
        if quoted or deck.holds_number(card, match.start()):
            yield DroppedDigits(match[0], *deck.place(match.start()))


def _in_list_of_source(card: _Card) -> bool:
    """Whether commas are blanks at this place, as between the pairs of ``pwl(0,0 1n,5)``."""
    before = card.words[: card.at]
    return card.words[0][0].lower() in "vi" and before.count("(") > before.count(")")


def _holds_expression(card: _Card) -> bool:
    """Whether ngspice evaluates an expression at this place of a card, also without braces."""
    first = card.words[0].lower()
    if first.startswith(_EVALUATING):
        return True
    name = card.words[card.at - 2].lower() if card.at > 1 and card.words[card.at - 1] == "=" else ""
    return name in _EXPRESSIONS or card.words[card.at][0] in "'{\""


def _remedy(word: str) -> str:
    near = near_number(word)
    if _OPERATION.fullmatch(word):
        return f"; write {{{word}}}"
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


class _Deck:
    """A text with the places of its words. `title`: the first line is one."""

    def __init__(self, text: str, title: bool) -> None:
        self.text = text
        self._title = title

    def place(self, at: int) -> tuple[int, int]:
        """Line and column of an offset, from 1."""
        start = self._line(at)
        return self.text.count("\n", 0, start) + 1, at - start + 1

    def card(self, at: int) -> _Card | None:
        """The card up to the word at an offset; None in a comment or the title."""
        start = self._line(at)
        return None if self._title and start == 0 else _card(self.text, start, at)

    @cached_property
    def models(self) -> set[str]:
        """The names of the models that the text defines, in lower case."""
        return {name.lower() for name in _MODEL.findall(self.text)}

    def holds_number(self, card: _Card, at: int) -> bool:
        """Whether ngspice reads a number at this place of a card."""
        return _holds_number(card, self.models, _in_control(self.text, self._line(at)))

    def _line(self, at: int) -> int:
        return self.text.rfind("\n", 0, at) + 1


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


def _holds_number(card: _Card, models: set[str], control: bool) -> bool:
    words, at = card.words, card.at
    if not at:
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
    named = card.after[:1].isdigit() or card.after.lower() in _OF_MODELS or words[card.at] in models
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
