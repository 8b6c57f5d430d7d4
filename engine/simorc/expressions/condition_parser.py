"""The text of a condition -> a tree. `pratt` is the parser, `condition_tokens` has the tokens.

::

    or                              loosest
    and, or a blank between terms
    not, - directly before a name
    = == : != < <= > >= ~ in        chained: -40 < temp <= 125; after = and in: a,b and 1..2 and s*
    + -
    * / %
    - + (sign)
    **                              tightest, from the right
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from simorc.config.names import did_you_mean
from simorc.errors import ExpressionError
from simorc.expressions.bare_values import (
    Bare,
    literal_pattern,
    number_in,
    parsed_value,
    range_in,
    wildcard_in,
)
from simorc.expressions.condition_tokens import COMPARISONS, FUNCTIONS, condition_tokens
from simorc.expressions.condition_tree import (
    LOGIC,
    Call,
    Comparison,
    Constant,
    Contains,
    Like,
    Missing,
    Name,
    Node,
    Operation,
    Search,
    Warned,
    is_test,
)
from simorc.expressions.pratt import ARITHMETIC, SIGN, Grammar, Parser, Token
from simorc.expressions.vocabulary import Vocabulary

_AND, _NOT, _COMPARING = 2, 3, 4
_GRAMMAR = Grammar(
    operators={
        "or": 1,
        "and": _AND,
        **dict.fromkeys((*COMPARISONS, "in", "not"), _COMPARING),
        **ARITHMETIC,
    },
    sign=SIGN,
    operand="a number, a text or a name",
)
_CONSTANTS = {"true": True, "false": False}
_MISSING = ("missing", "null")
_EQUAL = {"=": "==", ":": "=="}


@dataclass(frozen=True)
class _Free:
    """A single word; its meaning depends on where it is used."""

    text: str
    column: int


_Part = Node | Bare | _Free


def parse_condition(text: str, vocabulary: Vocabulary) -> Node:
    """The tree of a condition. Raises ExpressionError with the column (from 1) and a remedy."""
    parser = _Parser(condition_tokens(text, vocabulary), vocabulary)
    tree = parser.whole()
    return parser.test_of(tree) if vocabulary.searched or vocabulary.open else parser.value_of(tree)


class _Parser(Parser[_Part]):
    """Adds texts, functions, chained comparisons, lists, and terms without an operator between them."""

    def __init__(self, tokens: Sequence[Token], vocabulary: Vocabulary) -> None:
        super().__init__(tokens, _GRAMMAR)
        self._vocabulary = vocabulary
        self._columns: dict[str, int] = {}
        self._computing = 0
        """Open brackets of functions and lists, where a comma separates and a blank does not."""

    # Prefixes -------------------------------------------------------------------------------------

    def _prefix(self) -> _Part:
        token = self._peek()
        if token.kind == "negation":
            self._take()
            return self._negated()
        before = self._tokens[self._next - 1] if self._next else None
        after_logic = before is not None and before.kind == "word" and before.text in LOGIC
        if token.kind == "end" and before is not None and after_logic:
            raise ExpressionError(f"missing condition after '{before.text}'", column=token.column)
        if token.kind == "word" and token.text in ("and", "or"):
            raise ExpressionError(f"missing condition before '{token.text}'", column=token.column)
        return super()._prefix()

    def _negated(self) -> Node:
        return Operation("not", (self.test_of(self._expression(_NOT)),))

    def _operand(self, token: Token) -> _Part:
        if token.kind == "number":
            return Constant(self._number(token))
        if token.kind == "text":
            return Constant(token.text)
        if token.kind == "value":
            return Bare(token.text, token.column)
        if token.kind == "free":
            return _Free(token.text, token.column)
        return self._call(token) if token.kind == "call" else self._named(token)

    def _named(self, token: Token) -> Node:
        known = token.text in self._vocabulary.names
        if token.text.lower() in _CONSTANTS and not known:
            return Constant(_CONSTANTS[token.text.lower()])
        name = self._vocabulary.meant(token.text, token.column)
        self._columns.setdefault(name, token.column)
        return Name(name)

    def _call(self, token: Token) -> Node:
        self._take()
        arguments = self._items(")")
        least, most = FUNCTIONS[token.text]
        if not least <= len(arguments) <= most:
            raise ExpressionError(f"{token.text} does not take {len(arguments)} values", column=token.column)
        values = tuple(map(self.value_of, arguments))
        return Missing(values[0]) if token.text == "missing" else Call(token.text, values)

    def _items(self, closing: str) -> list[_Part]:
        self._computing += 1
        items: list[_Part] = []
        while not self._is_next(closing):
            items.append(self._expression(0))
            if not self._is_next(","):
                break
            self._take()
        self._computing -= 1
        self._expect(closing)
        return items

    # Infixes --------------------------------------------------------------------------------------

    def _binding(self) -> int:
        token = self._peek()
        if token.kind == "word" and token.text == "not":
            return _COMPARING if self._peek(1).text == "in" else self._between_terms()
        return super()._binding() or self._between_terms()

    def _between_terms(self) -> int:
        """How tightly a blank binds, where a term begins without an operator before it."""
        token = self._peek()
        begins = token.kind in ("number", "name", "text", "free", "call", "negation") or (
            token.text in ("(", "not") and token.kind in ("sign", "word")
        )
        return _AND if begins and not self._computing else 0

    def _infix(self, left: _Part) -> _Part:
        operator = self._operator(self._peek())
        if operator not in self._grammar.operators or (operator == "not" and self._peek(1).text != "in"):
            operator = ""
        binding = self._grammar.operators.get(operator, 0)
        if binding == _COMPARING:
            return self._comparison(left)
        if operator not in ("and", "or", ""):
            return super()._infix(left)
        if operator:
            self._take()
        beginning = self._peek()
        right = self._expression(binding or _AND)
        if not operator and not self._vocabulary.searched:
            self._refuse_values(left, right, beginning)
        return Operation(operator or "and", (self.test_of(left), self.test_of(right)))

    def _refuse_values(self, left: _Part, right: _Part, beginning: Token) -> None:
        """A blank joins conditions; two values with a blank between them lack an operator."""
        if not all(isinstance(part, Node) and is_test(part) for part in (left, right)):
            message = f"expected an operator, found {beginning.text}"
            raise ExpressionError(message, column=beginning.column)

    def _operation(self, operator: str, operands: tuple[_Part, ...]) -> Node:
        first = operands[0]
        if operator == "-" and len(operands) == 1 and (isinstance(first, _Free) or _tests(first)):
            return Operation("not", (self.test_of(first),))
        return Operation(operator, tuple(map(self.value_of, operands)))

    def _comparison(self, first: _Part) -> Node:
        left = self.value_of(first)
        links: list[Node] = []
        while self._binding() == _COMPARING:
            token = self._take()
            operator = _EQUAL.get(token.text, token.text)
            if operator == "not":
                self._take()
                operator = "not in"
            items = self._right(operator)
            links.append(self._link(left, operator, items, token))
            if self._binding() == _COMPARING:
                left = self.value_of(items[-1])
        return links[0] if len(links) == 1 else Operation("and", tuple(links))

    def _right(self, operator: str) -> list[_Part]:
        """The right side of a comparison: one value, or several separated by commas."""
        if operator in ("in", "not in") and self._peek().text in ("[", "("):
            return self._items("]" if self._take().text == "[" else ")")
        items = [self._expression(_COMPARING)]
        while self._is_next(",") and not self._computing:
            self._take()
            if self._peek().kind == "end":
                break
            items.append(self._expression(_COMPARING))
        return items

    # Comparisons ----------------------------------------------------------------------------------

    def _link(self, left: Node, operator: str, items: Sequence[_Part], token: Token) -> Node:
        if isinstance(left, Name) and left.name == self._vocabulary.warnings:
            return self._warned(operator, items, token)
        if operator in ("!=", "not in"):
            if len(items) == 1 and isinstance(test := self._equal(left, items[0], token), Comparison):
                return Comparison("!=", test.left, test.right)
            return Operation("not", (_any([self._equal(left, item, token) for item in items]),))
        if operator in ("==", "in"):
            return _any([self._equal(left, item, token) for item in items])
        if operator == "~":
            return _any([Contains(left, _text(item, token)) for item in items])
        if isinstance(left, Name) and left.name in self._vocabulary.words:
            message = f"a {left.name} cannot be compared with '{operator}': write {left.name}=..."
            raise ExpressionError(message, column=_column(items[0], token))
        return _any([Comparison(operator, left, self.value_of(item)) for item in items])

    def _equal(self, left: Node, item: _Part, token: Token) -> Node:
        if isinstance(item, Bare) and item.text.lower() in _MISSING:
            return Missing(left)
        if isinstance(left, Name) and (words := self._vocabulary.words.get(left.name)):
            return Comparison("==", left, Constant(_word(item, words, left, token)))
        if not isinstance(item, Bare):
            return Comparison("==", left, self.value_of(item))
        return self._equal_to_bare(left, item)

    def _equal_to_bare(self, left: Node, item: Bare) -> Node:
        texts_only = isinstance(left, Name) and left.name in self._vocabulary.texts
        ends = None if texts_only else range_in(item)
        if ends is not None:
            low, high = (Constant(end) for end in ends)
            return Operation("and", (Comparison(">=", left, low), Comparison("<=", left, high)))
        if (pattern := wildcard_in(item)) is not None:
            return Like(left, pattern)
        if texts_only:
            return Comparison("==", left, Constant(item.plain))
        if (truth := _CONSTANTS.get(item.text.lower())) is not None:
            spelled = Comparison("==", left, Constant(item.text.lower()))
            return Operation("or", (Comparison("==", left, Constant(truth)), spelled))
        return Comparison("==", left, Constant(parsed_value(item)))

    def _warned(self, operator: str, items: Sequence[_Part], token: Token) -> Node:
        texts = tuple(_text(item, token) for item in items)
        if operator == "~":
            return Warned((), texts)
        if operator not in ("==", "!=", "in", "not in"):
            message = "warning needs a kind: write warning=redefinition or warning~text"
            raise ExpressionError(message, column=token.column)
        patterns = (wildcard_in(item) if isinstance(item, Bare) else None for item in items)
        kinds = tuple(pattern or literal_pattern(text) for pattern, text in zip(patterns, texts, strict=True))
        warned = Warned(kinds, ())
        return Operation("not", (warned,)) if operator.startswith(("!", "not")) else warned

    # What a part is, where it is used -------------------------------------------------------------

    def value_of(self, part: _Part) -> Node:
        """The part of a calculation or comparison."""
        if isinstance(part, Bare):
            return Constant(number_in(part, did_you_mean(part.plain, self._vocabulary.names)))
        if isinstance(part, _Free):
            return Name(self._vocabulary.meant(part.text, part.column))
        return part

    def test_of(self, part: _Part) -> Node:
        """A part that is true or false: where words are searched for, a text alone is one to search for."""
        searched = self._vocabulary.searched
        if isinstance(part, _Free) and _is_case(part.text):
            return Comparison("==", Name(self._vocabulary.case), Constant(float(part.text)))
        if isinstance(part, _Free):
            return Search(searched, part.text)
        if isinstance(part, Constant) and isinstance(part.value, str) and searched:
            return Search(searched, part.value)
        if self._vocabulary.open and isinstance(part, Name | Constant):
            column = self._columns.get(part.name, 1) if isinstance(part, Name) else self._peek().column
            raise ExpressionError("expected a condition such as name=value", column=column)
        return self.value_of(part)


def _tests(part: _Part) -> bool:
    return not isinstance(part, Bare | _Free) and is_test(part)


def _any(tests: Sequence[Node]) -> Node:
    return tests[0] if len(tests) == 1 else Operation("or", tuple(tests))


def _is_case(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 16


def _column(part: _Part, token: Token) -> int:
    return part.column if isinstance(part, Bare | _Free) else token.column


def _text(part: _Part, token: Token) -> str:
    if isinstance(part, Bare):
        return part.plain
    if isinstance(part, Constant) and isinstance(part.value, str):
        return part.value
    raise ExpressionError("expected a text: put it in quotes", column=token.column)


def _word(item: _Part, words: Mapping[str, str], left: Name, token: Token) -> str:
    """The word that is meant. Raises ExpressionError for an unknown one, with the nearest known word."""
    text = _text(item, token).lower()
    if text not in words:
        message = f"unknown {left.name} '{text}'{did_you_mean(text, words)}"
        raise ExpressionError(message, column=_column(item, token))
    return words[text]
