"""What of a deck a warm session can change, and what it has to load anew.

Two cases share a session when their decks are equal but for values of top-level ``.param`` cards, the
temperature and the seed. `DeckSplit.base` is the deck to load once; `settings`, `temperature` and `seed` are
what one case sets in it. Everything else is structure and stands in the base.

A template that writes a value straight into an element line is brought into that form too. `marked` is the
deck rendered with each parameter's value between private marks; a marked value on an element line becomes a
parameter of ours, provided that it stands alone there and reaches the element as the same double
(`written_numbers`). Without the marks, the marked text is the case's own deck, which `split_deck` checks
first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from simorc.simulators.ngspice.number_reading import survives_parameter

OPEN, CLOSE = "\ue000", "\ue001"
PREFIX = "simorc_p_"

_MARKED = re.compile(f"{OPEN}(?P<name>[^{OPEN}{CLOSE}=]*)=(?P<text>[^{OPEN}{CLOSE}]*){CLOSE}")
_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?(?:meg|[tgkmunpf])?"
_PLAIN = re.compile(_NUMBER, re.IGNORECASE)
_ASSIGNMENT = re.compile(
    rf"(?P<name>[a-z_]\w*)\s*=\s*(?P<value>{_NUMBER})(?=\s*$|\s+[a-z_]\w*\s*=)", re.IGNORECASE
)
_TEMPERATURE = re.compile(r"\s*\.temp\s+(?P<value>\S+)\s*", re.IGNORECASE)
_OPTION_VALUE = re.compile(r"\s+(?P<name>temp|seed)\s*=\s*(?P<value>[^\s=]+)", re.IGNORECASE)
_COMMENT = re.compile(r"\s*(?:;|\s\$\s).*$")
# ngspice reads these alike in `.temp`, `.option temp=` and `set temp=`; with a scale suffix it does not.
_DEGREES = re.compile(r"[+-]?\d{1,6}(?:\.\d{0,17})?")


@dataclass(frozen=True)
class DeckSplit:
    """A deck as a base and what is set in it. `settings` are ``alterparam`` names and texts, in the order
    of the deck.
    """

    base: str
    key: str
    settings: tuple[tuple[str, str], ...]
    temperature: str | None
    seed: str | None


def mark(name: str, text: str) -> str:
    """A parameter's value as it stands in a marked deck."""
    return f"{OPEN}{name}={text}{CLOSE}"


def unmarked(text: str) -> str:
    """A marked deck as the case's own deck."""
    return _MARKED.sub(lambda match: match["text"], text)


def split_deck(cards: str, marked: str | None = None) -> DeckSplit:
    """The warm form of a deck without control blocks.

    `marked` is the same deck with marks, used only if it is indeed the same deck.
    """
    usable = marked is not None and unmarked(marked) == cards
    return _Reading().read(marked if usable and marked is not None else cards)


class _Reading:
    """Reads one deck line by line."""

    def __init__(self) -> None:
        self.settings: dict[str, str] = {}
        self.temperature: str | None = None
        self.seed: str | None = None
        self._depth = 0
        self._ours: dict[str, str] = {}
        self._base: list[str] = []
        self._key: list[str] = []

    def read(self, text: str) -> DeckSplit:
        title, *rest = text.splitlines() or [""]
        self._keep(unmarked(title), key="")  # a title may name the case; it changes no result
        for line in _logical(rest):
            self._line(line)
        self._declare_ours()
        base, key = "\n".join(self._base) + "\n", "\n".join(self._key)
        return DeckSplit(base, key, tuple(self.settings.items()), self.temperature, self.seed)

    def _line(self, line: str) -> None:
        word = line.lstrip()[:8].lower()
        if word.startswith(".subckt"):
            self._depth += 1
        elif word.startswith(".ends"):
            self._depth -= 1
        if word.startswith(".param") and self._depth == 0:
            self._parameters(unmarked(line))
        elif word.startswith(".temp") and self._depth == 0:
            self._temperature_card(unmarked(line))
        elif word.startswith(".opt") and self._depth == 0:
            self._options(unmarked(line))
        elif OPEN in line:
            self._element(line)
        else:
            self._keep(line)

    def _keep(self, base: str, key: str | None = None) -> None:
        self._base.append(base)
        self._key.append(base if key is None else key)

    def _parameters(self, line: str) -> None:
        """Plain numbers can be altered; a name defined twice cannot be told apart, so the second stays as
        it is.
        """

        def blank(match: re.Match[str]) -> str:
            name = match["name"].lower()
            if name in self.settings:
                return match[0]
            self.settings[name] = match["value"]
            return f"{match['name']}={OPEN}"

        line = _COMMENT.sub("", line)
        self._keep(line, _ASSIGNMENT.sub(blank, line))

    def _temperature_card(self, line: str) -> None:
        match = _TEMPERATURE.fullmatch(line)
        if match is None or self.temperature is not None or not _DEGREES.fullmatch(match["value"]):
            self._keep(line)
        else:
            self.temperature = match["value"]
            self._key.append(f".temp {OPEN}")

    def _options(self, line: str) -> None:
        def take(match: re.Match[str]) -> str:
            name, value = match["name"].lower(), match["value"]
            if name == "seed" and self.seed is None and value.isdigit():
                self.seed = value
            elif name == "temp" and self.temperature is None and _DEGREES.fullmatch(value):
                self.temperature = value
            else:
                return match[0]
            return f" {name}={OPEN}"

        key = _OPTION_VALUE.sub(take, line)
        base = re.sub(rf"\s+\w+={OPEN}", "", key)
        if re.fullmatch(r"\s*\.options?\s*", base, re.IGNORECASE):
            self._key.append(key)
        else:
            self._keep(base, key)

    def _element(self, line: str) -> None:
        """Marked values on element lines of the top level become parameters of ours; everywhere else they
        are structure.
        """
        if self._depth or not line.lstrip()[:1].isalpha():
            self._keep(unmarked(line))
            return

        def parameter(match: re.Match[str]) -> str:
            name, text = match["name"], match["text"]
            if not (_stands_alone(match) and _PLAIN.fullmatch(text) and survives_parameter(text)):
                return text
            self._ours[f"{PREFIX}{name}".lower()] = text
            return "{" + f"{PREFIX}{name}" + "}"

        self._keep(_MARKED.sub(parameter, line))

    def _declare_ours(self) -> None:
        for name, text in self._ours.items():
            self.settings[name] = text
            self._base.insert(1, f".param {name}={text}")
            self._key.insert(1, f".param {name}={OPEN}")


def _stands_alone(match: re.Match[str]) -> bool:
    """Whether the value is a word of its own, outside any expression."""
    line, before, after = match.string, match.string[: match.start()], match.string[match.end() :]
    quoted = before.count("'") % 2 or before.count('"') % 2 or before.count("{") != before.count("}")
    clear_before = not before or before[-1] in " \t=(,"
    clear_after = not after or after[0] in " \t),"
    continues = after.lstrip()[:1] in set("*/+^&|<>?") or before.rstrip()[-1:] in set("*/+^&|<>?")
    return bool(line) and not quoted and clear_before and clear_after and not continues


def _logical(lines: list[str]) -> Iterator[str]:
    """Lines with their continuations (``+ ...``) joined; comment lines dropped."""
    current: str | None = None
    for line in lines:
        stripped = line.lstrip()
        if not stripped or stripped.startswith("*"):
            continue
        if stripped.startswith("+") and current is not None:
            current = f"{current} {stripped[1:]}"
            continue
        if current is not None:
            yield current
        current = line
    if current is not None:
        yield current
