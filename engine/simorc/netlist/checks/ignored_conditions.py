"""Cards inside ``.if`` that ngspice obeys whatever the condition, so that it decides nothing.

Of ``.param`` and ``.func`` the last definition of a name counts, in a branch that is taken or not; an option,
an included file and a control block in a branch are always in force. Elements, models, ``.temp``, ``.ic`` and
``.meas`` do depend on the condition. ngspice itself reports a subcircuit that two branches define.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from simorc.netlist.deck.definitions import definitions_of

_CARD = re.compile(
    r"\n[ \t]*(?P<word>\.(?:if|end(?:if|[lcs])|para\w*|func|opt\w*|inc\w*|lib|control|subckt|macro|eom))\b"
    r"[^\n]*(?:\n(?:[ \t]*\*[^\n]*\n|[ \t]*\n)*[ \t]*\+[^\n]*)*",
    re.IGNORECASE,
)
_IF = re.compile(r"^[ \t]*\.if\b", re.IGNORECASE | re.MULTILINE)
_FUNCTION = re.compile(r"\.func\s+([a-z_]\w*)\s*\(", re.IGNORECASE)
_COMMENT = re.compile(r"(?:;|\s\$\s)[^\n]*")
_REMEDY = "let the template choose ({% if ... %}), or an expression ({k > 2 ? 3k : 5k})"
_LONGEST = 60


@dataclass(frozen=True, slots=True)
class IgnoredCondition:
    """One such card; the line counts from 1."""

    line: int
    message: str


@dataclass(frozen=True, slots=True)
class _Definition:
    line: int
    text: str
    conditional: bool


def ignored_conditions(text: str) -> list[IgnoredCondition]:
    """Those of a deck, a template or an included file, in the order of their lines."""
    if not _IF.search(text):
        return []
    reading = _Reading(text)
    found = [*reading.always, *reading.replaced()]
    return sorted(found, key=lambda each: each.line)


class _Reading:
    """Reads one text. `always` are the cards that no condition governs."""

    def __init__(self, text: str) -> None:
        self.always: list[IgnoredCondition] = []
        self._definitions: defaultdict[tuple[str, ...], list[_Definition]] = defaultdict(list)
        self._conditions = 0
        self._section = ""
        self._subcircuits: list[str] = []
        self._control = False
        line, counted = 1, 0
        for match in _CARD.finditer(f"\n{text}"):
            line += text.count("\n", counted, match.start())
            counted = match.start()
            self._card(match["word"].lower(), _COMMENT.sub("", match[0]).strip(), line)

    def replaced(self) -> Iterator[IgnoredCondition]:
        """Definitions in a branch of names that are defined otherwise as well."""
        for (*_, name), every in self._definitions.items():
            if len({each.text for each in every}) < 2:
                continue
            for each in every:
                if each.conditional:
                    message = (
                        f"ngspice uses the last definition of {name} (line {every[-1].line}) whatever the "
                        f"condition of .if: {_REMEDY}"
                    )
                    yield IgnoredCondition(each.line, message)

    def _card(self, word: str, card: str, line: int) -> None:
        if self._control or word == ".endc":
            self._control = word != ".endc"
            return
        self._control = word == ".control"
        self._conditions += (word == ".if") - (word == ".endif")
        if word in {".lib", ".endl"} and len(card.split()) < 3:
            self._section = card.partition(" ")[2].strip().lower() if word == ".lib" else ""
        elif word in {".subckt", ".macro"}:
            self._subcircuits.append(next(iter(card.split()[1:]), "").lower())
        elif word in {".ends", ".eom"}:
            del self._subcircuits[-1:]
        elif word not in {".if", ".endif"}:
            self._definition(word, card, line)

    def _definition(self, word: str, card: str, line: int) -> None:
        function = _FUNCTION.match(card)
        names = [f"{function[1].lower()}()"] if function else []
        names += definitions_of(word, card) if word.startswith(".para") else []
        for name in names:
            key = (self._section, *self._subcircuits, name)
            self._definitions[key].append(
                _Definition(line, " ".join(card.lower().split()), self._conditions > 0)
            )
        if not names and self._conditions > 0:
            shown = " ".join(card.partition("\n")[0].split())[:_LONGEST]
            message = f"ngspice obeys {shown} whatever the condition of .if: {_REMEDY}"
            self.always.append(IgnoredCondition(line, message))
