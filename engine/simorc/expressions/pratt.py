"""The Pratt parser of all expressions: conditions and waveform expressions.

A language is a table (`Grammar`) and the few nodes of its tree that are its own (a subclass of `Parser`).
Nothing of Python's own is evaluated, and length, depth and number of parts are bounded.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from simorc.errors import ExpressionError
from simorc.units import unambiguous

Tree = TypeVar("Tree")
ARITHMETIC = {"+": 5, "-": 5, "*": 6, "/": 6, "%": 6, "**": 8}
"""How tightly the operators of arithmetic bind in every language."""
SIGN = 7
"""How tightly a sign binds."""


@dataclass(frozen=True, kw_only=True)
class Grammar:
    """How the operators of a language bind.

    `operators` gives how tightly each infix operator binds; ``+`` and ``-`` in front bind as `sign` gives.
    `same` contains other spellings.
    """

    operators: Mapping[str, int]
    sign: int
    operand: str
    """What an error names as expected in place of an operand."""
    same: Mapping[str, str] = field(default_factory=dict)
    from_right: frozenset[str] = frozenset({"**"})
    deepest: int = 40


@dataclass(frozen=True, kw_only=True)
class Language(Grammar):
    """A grammar whose tokens do not depend on their position.

    `pattern` has one group for each of `kinds`, after leading blanks: ``number``, ``name``, ``sign`` and the
    language's other kinds. `words` are operators that look like names, in lower case.
    """

    pattern: re.Pattern[str]
    kinds: tuple[str, ...]
    words: frozenset[str] = frozenset()
    words_in_any_case: bool = False
    hint: Callable[[str], str] = lambda character: ""
    """What is added to the complaint about a character that is no part of the language."""
    most_characters: int = 2000
    most_parts: int = 500


@dataclass(frozen=True, slots=True)
class Token:
    """``kind`` is one of the language's, ``word`` for an operator that looks like a name, or ``end``;
    ``column`` counts from 1.
    """

    kind: str
    text: str
    column: int
    match: re.Match[str] | None = None


def tokenize(text: str, language: Language) -> list[Token]:
    """The tokens of an expression, with an end token last. Raises ExpressionError with the column."""
    if len(text) > language.most_characters:
        message = f"longer than {language.most_characters} characters"
        raise ExpressionError(message, column=language.most_characters)
    found: list[Token] = []
    position, end = 0, len(text.rstrip())
    while position < end:
        match = language.pattern.match(text, position)
        if match is None:
            raise _unexpected(text, position, language)
        found.append(_token(match, language))
        position = match.end()
    if len(found) > language.most_parts:
        column = found[language.most_parts].column
        raise ExpressionError(f"more than {language.most_parts} parts", column=column)
    return [*found, Token("end", "", end + 1)]


def _token(match: re.Match[str], language: Language) -> Token:
    kind = next(each for each in language.kinds if match[each] is not None)
    written, column = match[kind], match.start(kind) + 1
    word = written.lower() if language.words_in_any_case else written
    if kind == "name" and word in language.words:
        return Token("word", word, column, match)
    return Token(kind, language.same.get(written, written) if kind == "sign" else written, column, match)


def _unexpected(text: str, position: int, language: Language) -> ExpressionError:
    start = position + len(text[position:]) - len(text[position:].lstrip())
    hint = language.hint(text[start])
    return ExpressionError(f"unexpected {text[start]}{hint and f' ({hint})'}", column=start + 1)


class Parser(ABC, Generic[Tree]):
    """Precedence climbing over the tokens of one expression. All its methods raise ExpressionError."""

    def __init__(self, tokens: Sequence[Token], grammar: Grammar) -> None:
        self._grammar = grammar
        self._tokens = tokens
        self._next = 0
        self._depth = 0

    def whole(self) -> Tree:
        """The tree of the whole text."""
        tree = self._expression(0)
        if self._peek().kind != "end":
            raise self._wrong("an operator")
        return tree

    # What a language makes of its parts -----------------------------------------------------------

    @abstractmethod
    def _operation(self, operator: str, operands: tuple[Tree, ...]) -> Tree:
        """An operator on one operand or two."""

    @abstractmethod
    def _operand(self, token: Token) -> Tree:
        """What begins with this token, which is taken already: a number, a name, a call, a text, a signal."""

    @abstractmethod
    def _negated(self) -> Tree:
        """The operand of ``not``."""

    def _infix(self, left: Tree) -> Tree:
        operator = self._operator(self._take())
        binding = self._grammar.operators[operator]
        # One that groups from the right takes another of its own kind, or a sign, on its right side.
        right = self._expression(binding - 1 if operator in self._grammar.from_right else binding)
        return self._operation(operator, (left, right))

    # The tokens -----------------------------------------------------------------------------------

    def _peek(self, ahead: int = 0) -> Token:
        return self._tokens[min(self._next + ahead, len(self._tokens) - 1)]

    def _take(self) -> Token:
        token = self._tokens[self._next]
        self._next += 1
        return token

    def _is_next(self, sign: str) -> bool:
        return self._peek().kind == "sign" and self._peek().text == sign

    def _wrong(self, expected: str) -> ExpressionError:
        token = self._peek()
        return ExpressionError(f"expected {expected}, found {token.text or 'the end'}", column=token.column)

    def _expect(self, sign: str) -> None:
        if self._peek().text != sign or self._peek().kind not in ("sign", "word"):
            raise self._wrong(sign)
        self._take()

    # Precedence -----------------------------------------------------------------------------------

    def _expression(self, binding: int) -> Tree:
        """What binds more tightly than `binding`."""
        self._depth += 1
        if self._depth > self._grammar.deepest:
            raise ExpressionError("nested too deeply", column=self._peek().column)
        left = self._prefix()
        while self._binding() > binding:
            left = self._infix(left)
        self._depth -= 1
        return left

    def _operator(self, token: Token) -> str:
        """The infix operator that a token after an operand is; a name such as ``gt`` may be one."""
        if token.kind == "name":
            return self._grammar.same.get(token.text.lower(), "")
        return token.text if token.kind in ("sign", "word") else ""

    def _binding(self) -> int:
        """How tightly the operator that comes next binds; 0 if none comes."""
        return self._grammar.operators.get(self._operator(self._peek()), 0)

    def _prefix(self) -> Tree:
        token = self._peek()
        if token.kind not in ("sign", "word", "end"):
            return self._operand(self._take())
        if token.text == "not":
            self._take()
            return self._negated()
        if token.text in ("-", "+"):
            self._take()
            return self._operation(token.text, (self._expression(self._grammar.sign),))
        if token.text == "(":
            self._take()
            inner = self._expression(0)
            self._expect(")")
            return inner
        raise self._wrong(self._grammar.operand)

    def _number(self, token: Token) -> float:
        try:
            return float(unambiguous(token.text))
        except ValueError as error:
            message = str(error).replace(f"'{token.text}'", token.text)
            raise ExpressionError(message, column=token.column) from None
