"""A rendered ngspice deck, parsed as far as running and evaluating it requires.

The rules are ngspice's: the first line is always a title, cards are case-insensitive, a line that begins with
``+`` continues the card above, ``*`` begins a comment line, ``$`` after a blank and ``;`` a comment on a
line. Files a deck includes are not read.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from simorc.netlist.deck.cards import ANALYSIS_ORDER, Analysis, analysis_of, fields
from simorc.netlist.deck.control_flow import (
    ANALYSES,
    RUNNING,
    ends_in_run,
    is_optional,
    until_quit,
    writes_raw,
    written_names,
)
from simorc.netlist.deck.parts import Command, ControlBlock, Include, MeasCard, commands_of

_CARD = re.compile(r"^[ \t]*\.([a-z]+)", re.IGNORECASE | re.MULTILINE)
_END = re.compile(r"^[ \t]*\.end[ \t]*$", re.IGNORECASE | re.MULTILINE)
_ENDC = re.compile(r"^[ \t]*\.endc\b", re.IGNORECASE | re.MULTILINE)
_CONTINUED = re.compile(r"(?:[ \t]*\*.*\n|[ \t]*\r?\n)*[ \t]*\+")
_INLINE_COMMENT = re.compile(r"\s\$(?:\s.*|$)|;.*|\s//.*")
_ASSIGNMENT = re.compile(
    r"([a-z_]\w*)\s*=\s*(\{[^}]*\}|'[^']*'|\"[^\"]*\"|[^\s{}'\"]+(?:\([^)]*\))?)", re.IGNORECASE
)
_INCLUDE = re.compile(r"\.\w+\s+(?:\"([^\"]*)\"|'([^']*)'|(\S+))(?:\s+(\S+))?")
_MEAS = re.compile(r"\.\w+\s+(\w+)\s+(\S+)", re.IGNORECASE)
_MEAS_COMMAND = re.compile(r"meas(?:ure)?\s+(\w+)\s+(\S+)", re.IGNORECASE)

_RANDOM = re.compile(r"\btrnoise\b|\btrrandom\b", re.IGNORECASE)
"""Sources that give something else each time."""
_PRINTING = frozenset({"print", "plot", "four", "fourier"})


@dataclass(frozen=True)
class Deck:
    """What a deck requests.

    `parameters` are the top-level ``.param`` values by name in lower case, `options` the ``.option`` words
    (True for flags), `printed` the ``.print``, ``.plot`` and ``.four`` cards. `conditional`: there are
    ``.if`` blocks, so that some cards may not be in force. `end` is the offset of the last ``.end`` line, or
    None; ngspice reads on after it. Lines count from 1, the title being line 1.
    """

    text: str
    title: str = ""
    analyses: Sequence[Analysis] = ()
    measures: Sequence[MeasCard] = ()
    controls: Sequence[ControlBlock] = ()
    parameters: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, str | bool] = field(default_factory=dict)
    temperature: str | None = None
    includes: Sequence[Include] = ()
    saves: Sequence[str] = ()
    printed: Sequence[str] = ()
    end: int | None = None
    conditional: bool = False

    @classmethod
    def parse(cls, text: str) -> Deck:
        """Read `text`. Never fails: what it does not know it leaves to ngspice."""
        return _read_deck(text)

    @property
    def has_end(self) -> bool:
        return self.end is not None

    @cached_property
    def _reached(self) -> tuple[Sequence[Command], Command | None]:
        return until_quit([command for block in self.controls for command in block.commands])

    @property
    def commands(self) -> Sequence[Command]:
        """The commands of all control blocks in order, up to the first ``quit`` that is sure to be obeyed."""
        return self._reached[0]

    @property
    def quit(self) -> Command | None:
        """The ``quit`` that ends the program before ngspice comes to the analysis cards."""
        return self._reached[1]

    @property
    def runs_itself(self) -> bool:
        """Whether one of the deck's control blocks runs an analysis."""
        return any(command.word in RUNNING for command in self.commands)

    @cached_property
    def runs_cards(self) -> bool:
        """Whether the analysis cards are run after the control blocks.

        ``ngspice -b`` does so unless a block quits. They are not run if that would repeat what a block has
        just done: a ``run`` with nothing after it that changes the circuit, or the same analyses if no card
        requests output.
        """
        if self.quit is not None or not self.analyses:
            return False
        ran = ends_in_run(self.commands, into_a_file=not self.asks_for_output)
        if ran and _RANDOM.search(self.text) is None:
            return False
        done = {" ".join(command.text.lower().split()) for command in self.commands}
        repeated = all(" ".join(each.text.lower().split()) in done for each in self.analyses)
        return self.asks_for_output or not repeated

    @property
    def asks_for_output(self) -> bool:
        """Whether a card has ``ngspice -b`` print something, without which it runs no card."""
        return bool(self.measures or self.printed or {"op", "tf"} & {each.kind for each in self.analyses})

    @cached_property
    def wanted(self) -> tuple[Analysis, ...]:
        """The analyses this deck does, in the order in which it does them.

        Only what is sure to be run: commands inside loops are counted once, those inside conditions not at
        all.
        """
        done = list(self.wanted_by_commands)
        if self.runs_cards:
            done += self.in_run_order
        return tuple(done)

    @cached_property
    def wanted_by_commands(self) -> tuple[Analysis, ...]:
        """Those of its control blocks."""
        done: list[Analysis] = []
        for place, command in enumerate(self.commands):
            if command.word not in RUNNING or is_optional(self.commands, place):
                continue
            if command.word == "run":
                done += self.in_run_order
            else:
                done.append(analysis_of(command.word, command.text, command.line, self.parameters))
        return tuple(done)

    @property
    def in_run_order(self) -> list[Analysis]:
        """The analysis cards in the order of ngspice's ``run``: by kind, the last card of a kind first."""
        return sorted(
            self.analyses, key=lambda analysis: (ANALYSIS_ORDER.index(analysis.kind), -analysis.line)
        )

    @property
    def written(self) -> tuple[str, ...]:
        """The raw files that its own control blocks write, as written there, where the name is plain."""
        return tuple(written_names(self.commands))

    @property
    def writes_raw(self) -> bool:
        """Whether its own control blocks write any raw file."""
        return writes_raw(self.commands)

    @cached_property
    def measured_twice(self) -> frozenset[str]:
        """The names that several ``.meas`` cards or ``meas`` commands of one analysis give a value to."""
        found = Counter((card.analysis, card.name) for card in self.measures)
        commands = (_MEAS_COMMAND.match(command.text) for command in self.commands)
        found.update((match[1].lower(), match[2].lower()) for match in commands if match)
        return frozenset(name for (_, name), count in found.items() if count > 1)

    @property
    def cards_of_one_name(self) -> Mapping[str, Sequence[MeasCard]]:
        """The ``.meas`` cards that share their name with another card, also with one of another analysis."""
        found: dict[str, list[MeasCard]] = {}
        for card in self.measures:
            found.setdefault(card.name, []).append(card)
        return {name: cards for name, cards in found.items() if len(cards) > 1}

    @property
    def open_block(self) -> int | None:
        """The offset at which a control block without ``.endc`` ends, which is where the deck does."""
        if not self.controls or self.controls[-1].end < len(self.text):
            return None
        end = _END.search(self.text, self.controls[-1].start)
        return len(self.text) if end is None else end.start()

    def line_of(self, card: str) -> int | None:
        """The line of `card`, which is spelled as in an error message; None unless it is found
        exactly once.
        """
        wanted = card.lower().split()
        if not wanted:
            return None
        lines = [
            place for place, line in enumerate(self.text.lower().split("\n"), 1) if line.split() == wanted
        ]
        return lines[0] if len(lines) == 1 else None


@lru_cache(maxsize=4)
def _read_deck(text: str) -> Deck:
    """Parse a deck; cached, because a case's worker, simulator and verdict each need its deck."""
    return _Reading(text).deck()


class _Reading:
    """One pass over the cards of a text; elements and comments are skipped by the regular expression
    engine.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.depth = 0
        self.cards: list[tuple[str, str, int]] = []
        self.controls: list[ControlBlock] = []
        self.parameters: dict[str, str] = {}
        self.options: dict[str, str | bool] = {}
        self.end: int | None = None
        self.conditional = False

    def deck(self) -> Deck:
        title_end = self.text.find("\n")
        title = self.text if title_end < 0 else self.text[:title_end]
        self._read(len(self.text) if title_end < 0 else title_end)
        return Deck(
            text=self.text,
            title=title.strip(),
            analyses=[
                analysis_of(kind, card[1:], at, self.parameters) for kind, card, at in self._of(ANALYSES)
            ],
            measures=self._measures(),
            controls=self.controls,
            parameters=self.parameters,
            options=self.options,
            temperature=next((fields(card)[-1] for _, card, _ in reversed(self._of({"temp"}))), None),
            includes=self._includes(),
            saves=[word for _, card, _ in self._of({"save", "probe"}) for word in card.split()[1:]],
            printed=[card for _, card, _ in self._of(_PRINTING)],
            end=self.end,
            conditional=self.conditional,
        )

    def _of(self, kinds: frozenset[str] | set[str]) -> list[tuple[str, str, int]]:
        return [card for card in self.cards if card[0] in kinds]

    def _read(self, position: int) -> None:
        text, line, counted = self.text, 1, 0
        while match := _CARD.search(text, position):
            kind = match[1].lower()
            line += text.count("\n", counted, match.start())
            counted = match.start()
            if kind == "control":
                position = self._control(match.start(), line)
                continue
            card, position = self._card(match.start())
            self._take(kind, card.strip(), line, match.start())

    def _card(self, start: int) -> tuple[str, int]:
        """The whole card that begins at `start`, continuation lines joined, and where it ends."""
        text = self.text
        end = _line_end(text, start)
        card = _without_comment(text[start:end])
        while end < len(text) and (match := _CONTINUED.match(text, end + 1)):
            end = _line_end(text, match.end())
            card += " " + _without_comment(text[match.end() : end])
        return card, end

    def _take(self, kind: str, card: str, line: int, offset: int) -> None:
        match kind:
            case "end":
                self.end = offset
            case "subckt" | "macro":
                self.depth += 1
            case "ends" | "eom":
                self.depth = max(0, self.depth - 1)
            case "param" | "parameter" | "parameters" if not self.depth:
                self.parameters.update((name.lower(), value) for name, value in _ASSIGNMENT.findall(card))
            case "option" | "options" | "opt":
                self._options(card)
            case "if":
                self.conditional = True
            case _ if kind in _KEPT and not self.depth:
                self.cards.append((kind, card, line))

    def _options(self, card: str) -> None:
        assigned = {name.lower(): value for name, value in _ASSIGNMENT.findall(card)}
        flags = _ASSIGNMENT.sub(" ", card).split()[1:]
        self.options.update({flag.lower(): True for flag in flags} | assigned)

    def _control(self, start: int, line: int) -> int:
        """Take the control block that begins at `start`; returns where it ends."""
        body = _line_end(self.text, start) + 1
        end = _ENDC.search(self.text, body)
        stop = end.start() if end else len(self.text)
        self.controls.append(ControlBlock(start, stop, tuple(commands_of(self.text[body:stop], line + 1))))
        return _line_end(self.text, end.start()) if end else len(self.text)

    def _measures(self) -> list[MeasCard]:
        found = []
        for _, card, line in self._of({"meas", "measure"}):
            if match := _MEAS.match(card):
                found.append(MeasCard(match[2].lower(), match[1].lower(), card[1:], line))
        return found

    def _includes(self) -> list[Include]:
        found = []
        for kind, card, line in self._of({"include", "inc", "incl", "lib"}):
            if match := _INCLUDE.match(card):
                section = match[4] if kind == "lib" else None
                found.append(Include(match[1] or match[2] or match[3], section, line))
        return found


_KEPT = ANALYSES | _PRINTING | {"meas", "measure", "include", "inc", "incl", "lib", "temp", "save", "probe"}


def _line_end(text: str, start: int) -> int:
    end = text.find("\n", start)
    return len(text) if end < 0 else end


def _without_comment(line: str) -> str:
    if ";" in line or "$" in line or "//" in line:
        line = _INLINE_COMMENT.sub("", line)
    return line.strip()
