"""The tokens of a condition. The kind of a token depends on the token before it.

At the start of a term ``-gain>65`` is a negation and ``timeout`` may be a word to search for; after a
comparison ``ss``, ``s*`` and ``1..2`` are values; after an operand ``-`` is a subtraction.
"""

from __future__ import annotations

import functools
import re
from enum import Enum, auto

from simorc.errors import ExpressionError
from simorc.expressions.pratt import Token
from simorc.expressions.vocabulary import Vocabulary

MOST_CHARACTERS = 2000
MOST_PARTS = 500
FUNCTIONS = {
    "abs": (1, 1),
    "sqrt": (1, 1),
    "log10": (1, 1),
    "exp": (1, 1),
    "round": (1, 2),
    "min": (1, 99),
    "max": (1, 99),
    "missing": (1, 1),
}
COMPARISONS = ("==", "!=", "<", "<=", ">", ">=", "=", ":", "~")
_HINTS = {"&": "write and", "|": "write or", "!": "write not or !=", "^": "write **"}
_BLANKS = re.compile(r"\s*")
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_MINUS = "-\u2212"
_NUMBER = r"(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[\w°]*"
_NUMBER_PATTERN = re.compile(_NUMBER)
_NAME = re.compile(r"[A-Za-z_][\w.]*")
_WIDE_NAME = re.compile(r"[A-Za-z_][\w.\-]*")
_CALL = re.compile(rf"(?:{'|'.join(FUNCTIONS)})\s*\(")
_LOGIC = re.compile(r"(?:and|or|not|in)\b(?![\w.\-]|\s*(?:[=:<>~]|!=))", re.IGNORECASE)
_COMPARISON = re.compile(r"==|!=|<=|>=|[=:<>~]")
_ARITHMETIC = re.compile(r"\*\*|[-+*/%\u2212]")
_PARENTHESES = r"\([^\s\"'()]*\)"
_QUOTE = r"\"[^\"]*\"|'[^']*'"
_VALUE = re.compile(rf"(?:{_QUOTE}|{_PARENTHESES}|\[[^\s\"'\]]*\]|[^\s\"'(),\[\]<>=!]|!(?!=))+")
_TEXT = re.compile(rf"(?:{_QUOTE}|{_PARENTHESES}|\[[^\s\"'\]]*\]|[^\s\"'(),\[\]])+")
_WORD = re.compile(rf"(?:{_QUOTE}|{_PARENTHESES}|[^\s\"'()])+")
_COMPARED_NEXT = re.compile(r"\s*(?:[=:<>~]|!=)|\s+(?:\*\*|[-+*/%])\s")
_IN_NEXT = re.compile(r"\s+(?:not\s+)?in\b", re.IGNORECASE)


class _Place(Enum):
    TERM = auto()
    VALUE = auto()
    OPERAND = auto()
    AFTER = auto()


def condition_tokens(text: str, vocabulary: Vocabulary) -> list[Token]:
    """The tokens of a condition, with an end token last. Raises ExpressionError with the column.

    Kinds: ``number``, ``name``, ``text`` (in quotes), ``value`` (after a comparison, without quotes),
    ``free`` (to search for), ``call`` (a function), ``negation``, ``word`` (and, or, not, in), ``sign``.
    """
    if len(text) > MOST_CHARACTERS:
        raise ExpressionError(f"longer than {MOST_CHARACTERS} characters", column=MOST_CHARACTERS)
    return _Scanner(text, vocabulary).tokens()


class _Scanner:
    def __init__(self, text: str, vocabulary: Vocabulary) -> None:
        self._text = text
        self._vocabulary = vocabulary
        self._position = 0
        self._found: list[Token] = []
        self._brackets: list[_Place] = []
        """For each open bracket, what follows a comma in it; AFTER for brackets that only group."""
        self._texts_only = False
        self._compared = False

    def tokens(self) -> list[Token]:
        steps = {
            _Place.TERM: self._term,
            _Place.VALUE: self._value,
            _Place.OPERAND: self._operand,
            _Place.AFTER: self._after,
        }
        place, end = _Place.TERM, len(self._text.rstrip())
        while self._skip() < end:
            place = steps[place]()
        if len(self._found) > MOST_PARTS:
            column = self._found[MOST_PARTS].column
            raise ExpressionError(f"more than {MOST_PARTS} parts", column=column)
        return [*self._found, Token("end", "", end + 1)]

    # Places ---------------------------------------------------------------------------------------

    def _term(self) -> _Place:
        self._compared = False
        if logic := _LOGIC.match(self._text, self._position):
            return self._take("word", logic[0].lower(), logic[0], _Place.TERM)
        if self._here in "(":
            return self._open(_Place.TERM, _Place.AFTER)
        if self._here in _MINUS:
            if self._negates():
                return self._take("negation", "-", self._here, _Place.TERM)
            bracket = self._text.startswith("(", self._position + 1)
            return self._take("sign", "-", self._here, _Place.TERM if bracket else _Place.OPERAND)
        if self._vocabulary.searched and (word := self._word()):
            return self._take("free", _unquoted(word), word, _Place.AFTER)
        return self._operand()

    def _value(self) -> _Place:
        if self._here == "[" or (self._here == "(" and self._last == "in"):
            return self._open(_Place.VALUE, _Place.VALUE)
        quoted = _QUOTED.match(self._text, self._position)
        if quoted and not re.match(r"[\w*?]", self._text[quoted.end() :]):
            return self._take("text", quoted[0][1:-1], quoted[0], _Place.AFTER)
        if not self._texts_only and self._begins_operand():
            return self._operand()
        found = (_TEXT if self._texts_only else _VALUE).match(self._text, self._position)
        if found is None:
            return self._operand()
        return self._take("value", found[0], found[0], _Place.AFTER)

    def _operand(self) -> _Place:
        if self._here in "+-\u2212":
            sign = "+" if self._here == "+" else "-"
            return self._take("sign", sign, self._here, _Place.OPERAND)
        if self._here == "(":
            return self._open(_Place.OPERAND, _Place.AFTER)
        if quoted := _QUOTED.match(self._text, self._position):
            return self._take("text", quoted[0][1:-1], quoted[0], _Place.AFTER)
        if call := self._call():
            self._take("call", call, call, _Place.OPERAND)
            self._skip()
            return self._open(_Place.OPERAND, _Place.OPERAND)
        for kind, found in (("number", self._number()), ("name", self._name())):
            if found:
                self._refuse_call(found)
                return self._take(kind, found, found, _Place.AFTER)
        return self._no_operand()

    def _refuse_call(self, name: str) -> None:
        if self._text.startswith("(", self._position + len(name)):
            message = f"{name} is not a function (known: {', '.join(sorted(FUNCTIONS))})"
            raise ExpressionError(message, column=self._position + 1)

    def _no_operand(self) -> _Place:
        """A closing bracket, or a sign that the parser refuses at its position."""
        if self._here in ")],":
            return self._close()
        sign = _COMPARISON.match(self._text, self._position) or _ARITHMETIC.match(self._text, self._position)
        if sign is None and self._here != "[":
            raise self._unexpected()
        message = f"expected a number, a text or a name, found {sign[0] if sign else '['}"
        raise ExpressionError(message, column=self._position + 1)

    def _after(self) -> _Place:
        if comparison := _COMPARISON.match(self._text, self._position):
            self._texts_only = comparison[0] == "~" or self._left() in self._vocabulary.texts
            self._compared = True
            return self._take("sign", comparison[0], comparison[0], _Place.VALUE)
        if logic := _LOGIC.match(self._text, self._position):
            return self._after_logic(logic[0])
        if self._here in _MINUS and self._begins_negation():
            return self._take("negation", "-", self._here, _Place.TERM)
        if sign := _ARITHMETIC.match(self._text, self._position):
            return self._take("sign", sign[0].replace("\u2212", "-"), sign[0], _Place.OPERAND)
        if self._here in ")],":
            return self._close()
        if self._separated():
            return self._term()
        if self._here in _HINTS or self._here in "\"'":
            raise self._unexpected()
        raise ExpressionError(f"expected an operator, found {self._here}", column=self._position + 1)

    def _after_logic(self, word: str) -> _Place:
        place = _Place.TERM
        if word.lower() == "in":
            self._texts_only = self._left() in self._vocabulary.texts
            self._compared = True
            place = _Place.VALUE
        elif word.lower() == "not" and _IN_NEXT.match(self._text, self._position + len(word)):
            place = _Place.AFTER
        return self._take("word", word.lower(), word, place)

    # Pieces ---------------------------------------------------------------------------------------

    @property
    def _here(self) -> str:
        return self._text[self._position]

    @property
    def _last(self) -> str:
        return self._found[-1].text if self._found else ""

    def _skip(self) -> int:
        found = _BLANKS.match(self._text, self._position)
        self._position = found.end() if found else self._position
        return self._position

    def _take(self, kind: str, text: str, written: str, place: _Place) -> _Place:
        self._found.append(Token(kind, text, self._position + 1))
        self._position += len(written)
        return place

    def _open(self, inside: _Place, after_comma: _Place) -> _Place:
        self._brackets.append(after_comma)
        return self._take("sign", self._here, self._here, inside)

    def _close(self) -> _Place:
        sign = self._here
        place = _Place.AFTER
        if sign == ",":
            inside = self._brackets[-1] if self._brackets else _Place.AFTER
            place = _Place.VALUE if inside is _Place.AFTER else inside
        elif self._brackets:
            self._brackets.pop()
        return self._take("sign", sign, sign, place)

    def _left(self) -> str:
        """The name that a comparison is about; '' for anything else."""
        for token in reversed(self._found):
            if token.text not in ("not", "in"):
                return self._vocabulary.meant(token.text, token.column) if token.kind == "name" else ""
        return ""

    def _separated(self) -> bool:
        return self._text[self._position - 1].isspace() or self._last in (")", "]")

    def _call(self) -> str:
        found = _CALL.match(self._text, self._position)
        return found[0][:-1].rstrip() if found else ""

    def _number(self) -> str:
        if (known := self._known_name()) and not known[0].isalpha():
            return ""
        found = _NUMBER_PATTERN.match(self._text, self._position)
        return found[0] if found else ""

    def _known_name(self) -> str:
        known = self._vocabulary.known
        found = known.match(self._text, self._position) if known else None
        return found[0] if found else ""

    def _name(self) -> str:
        wide = self._vocabulary.open or self._vocabulary.searched
        found = (_WIDE_NAME if wide else _NAME).match(self._text, self._position)
        return self._known_name() or (found[0].rstrip(".-") if found else "")

    def _unexpected(self) -> ExpressionError:
        if self._here in "\"'":
            return ExpressionError("missing closing quote", column=self._position + 1)
        hint = _HINTS.get(self._here, "not part of a condition; put text in quotes")
        return ExpressionError(f"unexpected {self._here} ({hint})", column=self._position + 1)

    # Decisions ------------------------------------------------------------------------------------

    def _negates(self) -> bool:
        """Whether the minus here is directly before a name or a word."""
        after = self._text[self._position + 1 :]
        return bool(re.match(r"[^\s\d.(\-+]", after)) and not _CALL.match(after)

    def _begins_negation(self) -> bool:
        """Whether the minus after an operand begins a term: it follows a blank, directly before a name.

        If no word can be searched for, there must be a comparison on both sides of it.
        """
        computing = any(inside is not _Place.AFTER for inside in self._brackets)
        if computing or not self._text[self._position - 1].isspace() or not self._negates():
            return False
        if self._vocabulary.searched:
            return True
        name = _WIDE_NAME.match(self._text, self._position + 1)
        return self._compared and bool(name and _COMPARISON.match(self._text[name.end() :].lstrip()))

    def _begins_operand(self) -> bool:
        """Whether what follows a comparison is computed: a name, a function, brackets, ``2*vdda``."""
        text, position = self._text, self._position
        signs = re.compile(r"[-+\u2212]*").match(text, position)
        start = signs.end() if signs else position
        if text[start : start + 1] == "(" or _CALL.match(text, start):
            return True
        found = _VALUE.match(text, position)
        if found is None:
            return False
        computed = self._computed.match(text, position)
        if computed is None or (computed.end() < found.end() and text[computed.end()] != "("):
            return False
        alone = _NUMBER_PATTERN.fullmatch(text, start, found.end())
        return alone is None

    @property
    def _computed(self) -> re.Pattern[str]:
        names = () if self._vocabulary.open else self._vocabulary.names
        return _computed(tuple(names))

    def _word(self) -> str:
        """The word to search for at this position; '' if a comparison or a calculation begins here."""
        if self._here == "(" or _CALL.match(self._text, self._position):
            return ""
        found = _WORD.match(self._text, self._position)
        if found is None or _QUOTED.fullmatch(found[0]):
            return ""
        bare = _QUOTED.sub("", found[0])
        if re.search(r"[=:<>~]|!=", bare) or _COMPARED_NEXT.match(self._text, found.end()):
            return ""
        if self._text[found.end() : found.end() + 1] in ("(", '"', "'"):
            return ""
        known = found[0] in self._vocabulary.names
        return "" if known and _IN_NEXT.match(self._text, found.end()) else found[0]


@functools.cache
def _computed(names: tuple[str, ...]) -> re.Pattern[str]:
    """Matches operands with signs between them, or one name."""
    longest = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    number = rf"(?!0\d){_NUMBER}"
    operand = rf"(?:(?:{longest})(?![\w.])|{number})" if longest else f"(?:{number})"
    inside = rf"(?:{operand}|(?:{'|'.join(FUNCTIONS)})?{_PARENTHESES})"
    sign = r"(?:\*\*|[-+*/%])"
    return re.compile(rf"[-+\u2212]*{operand}(?:{sign}[-+]*{inside})*(?:{sign}(?=\())?")


def _unquoted(text: str) -> str:
    return text.replace('"', "").replace("'", "")
