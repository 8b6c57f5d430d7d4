"""What a run knows of its warm decks: which are trusted, which are not and why, and which cases rest on each.

Shared by all slots of one runner.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from simorc.netlist.deck.control_block import batch_commands
from simorc.netlist.deck.deck import Command, ControlBlock, Deck
from simorc.simulators.job import Job
from simorc.simulators.ngspice.deck_split import DeckSplit, split_deck

# What may be sent down the pipe of a session and leaves nothing behind that `reset` and `destroy all` do
# not take away.
SAFE_COMMANDS = frozenset(
    {"run", "ac", "dc", "op", "tran", "noise", "tf", "pz", "sens", "disto", "sp"}
    | {
        "meas",
        "let",
        "print",
        "echo",
        "write",
        "wrdata",
        "setplot",
        "linearize",
        "fft",
        "psd",
        "fourier",
        "spec",
    }
    | {"alter", "altermod", "display", "strcmp"}
    | {"foreach", "while", "repeat", "dowhile", "if", "else", "end", "break", "continue"}
)
# Variables of the interpreter a deck may set; each is taken back after the case.
SAFE_VARIABLES = frozenset(
    {"filetype", "wr_singlescale", "wr_vecnames", "numdgt", "appendwrite", "units", "polydegree"}
)
FEWEST_SIBLINGS = 3


@dataclass(frozen=True)
class WarmCase:
    """A case as a session runs it: its form, its commands, and the commands that clean up behind them."""

    form: DeckSplit
    commands: tuple[str, ...]
    cleanup: tuple[str, ...]
    deck: Deck

    @property
    def key(self) -> str:
        return self.form.key


@dataclass
class _DeckRecord:
    proven: bool = False
    refused: str = ""
    tried: bool = False
    passed_by: int = 0
    since_check: int = 0
    checks: int = 0
    cases: array[int] = field(default_factory=lambda: array("I"))


class VerifiedDecks:
    """Decides, deck by deck, whether cases run warm. `mode` is auto, off or verify; every `check_every`-th
    case is compared.
    """

    def __init__(self, mode: str, check_every: int) -> None:
        self.mode = mode
        self._check_every = check_every
        self._decks: dict[str, _DeckRecord] = {}

    def admit(self, job: Job, deck: Deck) -> WarmCase | str:
        """The case ready for a session, or why it has to run cold."""
        if self.mode == "off":
            return "warm sessions are off"
        if job.forced_cold:
            return "this attempt is to run in a process of its own"
        case = as_warm_case(job, deck)
        if isinstance(case, str):
            return case
        record = self._record(case.key)
        if self.mode == "auto" and not record.proven and self._too_rare(record, job):
            return "too few other cases share its deck"
        record.tried = True
        return record.refused or case

    def _too_rare(self, record: _DeckRecord, job: Job) -> bool:
        """Whether a session would not pay: too few cases are thought to share the deck, or the run has more
        decks than were foreseen and this one has not come up often.
        """
        if job.siblings < FEWEST_SIBLINGS:
            return True
        if record.tried or job.decks is None or sum(one.tried for one in self._decks.values()) < job.decks:
            return False
        record.passed_by += 1
        return record.passed_by < FEWEST_SIBLINGS

    def wants_check(self, key: str) -> bool:
        """Whether the next case of this deck is to run cold as well and be compared."""
        record = self._record(key)
        if record.checks and not record.proven and self.mode == "auto":
            return False  # another slot is at it; should they differ, this case runs again
        record.since_check += 1
        due = bool(self._check_every) and record.since_check >= self._check_every
        if self.mode == "verify" or not record.proven or due:
            record.since_check = 0
            return True
        return False

    @contextmanager
    def checking(self, key: str) -> Iterator[None]:
        """While a case of this deck is being run both ways."""
        record = self._record(key)
        record.checks += 1
        try:
            yield
        finally:
            record.checks -= 1

    def prove(self, key: str) -> None:
        self._record(key).proven = True

    def rests_on(self, key: str, case_id: int) -> str:
        """A case was completed in a session of this deck; why that does not count if the deck was refused
        meanwhile.
        """
        record = self._record(key)
        if not record.refused:
            record.cases.append(case_id)
        return record.refused

    def refuse(self, key: str, reason: str) -> list[int]:
        """No case of this deck runs warm any more; returns the cases that did."""
        record = self._record(key)
        record.refused = reason
        cases, record.cases = list(record.cases), array("I")
        return cases

    def _record(self, key: str) -> _DeckRecord:
        return self._decks.setdefault(key, _DeckRecord())


def as_warm_case(job: Job, deck: Deck) -> WarmCase | str:
    """A job's deck taken apart for a session, or why that cannot be."""
    if not deck.runs_itself:
        commands = batch_commands(deck)
    else:
        own = _own_commands(list(deck.commands))
        if isinstance(own, str):
            return own
        commands = (
            own if any(line.split()[0].lower() == "write" for line in own) else (*own, "write results.raw")
        )
    cards = _without_control(deck.text, deck.controls)
    marked = None if job.marked is None else _without_control(job.marked, Deck.parse(job.marked).controls)
    return WarmCase(split_deck(cards, marked), commands, _cleanup(commands), deck)


def _own_commands(commands: list[Command]) -> tuple[str, ...] | str:
    """The commands of the user's control blocks, or the first that is not known to be safe in a session."""
    while commands and commands[-1].word in {"quit", "exit"}:
        commands.pop()
    for command in commands:
        if command.word == "set" and _variable(command.text) in SAFE_VARIABLES:
            continue
        if command.word not in SAFE_COMMANDS:
            return f"its control block has {command.word!r} (deck line {command.line})"
    return tuple(command.text for command in commands)


def _variable(text: str) -> str:
    return text.partition(" ")[2].partition("=")[0].strip().lower()


def _cleanup(commands: tuple[str, ...]) -> tuple[str, ...]:
    touched = dict.fromkeys(_variable(line) for line in commands if line.split(None, 1)[0].lower() == "set")
    return ("destroy all", *(f"unset {name}" for name in touched))


def _without_control(text: str, controls: Sequence[ControlBlock]) -> str:
    for block in reversed(controls):
        after = text.find("\n", block.end)
        text = text[: block.start] + ("" if after < 0 else text[after + 1 :])
    return text
