"""The warm decks of a run: which are verified, which are refused and why, and the cases of each.

Shared by all slots of one runner.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from random import Random

from simorc.netlist.deck.deck import Deck
from simorc.netlist.deck.definitions import Definition, Unknown, included_definitions
from simorc.netlist.deck.parts import ControlBlock
from simorc.simulators.job import Job
from simorc.simulators.ngspice.deck_split import DeckSplit, split_deck
from simorc.simulators.ngspice.operating_points import KnownCircuits
from simorc.simulators.ngspice.session_commands import clean_up, session_commands
from simorc.simulators.warm_proof import DeckProof
from simorc.simulators.warm_sampling import DeckSample, Sampling

FEWEST_SIBLINGS = 3
APART = "this attempt must run in a separate process"


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

    @property
    def commands_form(self) -> str:
        """Which commands it runs, in which order, without their arguments: counts as a setting."""
        return " ".join((".control", *(line.split(None, 1)[0].lower() for line in self.commands)))


class VerifiedDecks:
    """Decides, deck by deck, whether cases run warm. `mode` is auto, off or verify; at most `check_every`
    warm cases of a deck pass without a comparison.
    """

    def __init__(self, mode: str, check_every: int, random: Random | None = None) -> None:
        self.mode = mode
        self._sampling = Sampling(check_every, random or Random())
        self._proofs: dict[str, DeckProof] = {}
        self._samples: dict[str, DeckSample] = {}
        self._check_every = check_every
        self.circuits = KnownCircuits()

    @cached_property
    def of_operating_points(self) -> VerifiedDecks:
        """The decks of the operating points of these cases."""
        return VerifiedDecks(self.mode, self._check_every)

    def admit(self, job: Job, deck: Deck) -> WarmCase | str:
        """The case ready for a session, or why it has to run cold."""
        if self.mode == "off":
            return "warm sessions are off"
        if job.forced_cold:
            return APART
        case = as_warm_case(job, deck)
        if isinstance(case, str):
            return case
        proof = self._proof(case.key)
        if self.mode == "auto" and proof.proved is None and self._too_rare(proof, job):
            again = f" (defined more than once: {', '.join(case.form.again)})" if case.form.again else ""
            return f"too few cases share its deck{again}"
        proof.tried = True
        return proof.refused or case

    def _too_rare(self, proof: DeckProof, job: Job) -> bool:
        """Whether a session would not pay: too few cases are thought to share the deck, or the run has more
        decks than were foreseen and this one has not come up often.
        """
        if job.siblings < FEWEST_SIBLINGS:
            return True
        if proof.tried or job.decks is None or sum(one.tried for one in self._proofs.values()) < job.decks:
            return False
        proof.passed_by += 1
        return proof.passed_by < FEWEST_SIBLINGS

    def forms_to_load(self, job: Job, case: WarmCase) -> list[DeckSplit]:
        """What to load a session with that is to run this case, the best first: another case's values, as
        many of them different as can be, so that a comparison shows that they are changed.

        None at all: this is the first case of its deck, and no other is known.
        """
        forms = [form for form in partner_forms(job) if form.key == case.key]
        proof = self._proof(case.key)
        if proof.first is None:
            proof.first = case.form
        else:
            forms.append(proof.first)
        if proof.proved is not None:
            forms.append(case.form)
        return sorted(forms, key=lambda form: -len(form.differs_in(case.form)))

    def wants_check(self, key: str, changed: frozenset[str]) -> bool:
        """Whether a case of this deck that changes these settings is to run cold as well and be compared."""
        proof = self._proof(key)
        if self.mode == "verify":
            return True
        if not proof.covers(changed):
            return not proof.awaits(changed)  # another slot is at it; this case may have to run again
        if self._sample(key).chosen:
            self._sample(key).chosen = False
            return True
        return self._sampling.chooses(self._sample(key))

    def covered(self, key: str) -> frozenset[str] | None:
        """The settings of a deck that cases may change without a check; None if every case is to be looked
        at by itself.
        """
        proof = self._proof(key)
        return None if proof.refused or self.mode != "auto" else proof.proved

    def unchecked(self, key: str, wanted: int) -> int:
        """How many of the next `wanted` cases of a deck run without a check; if not all of them, the case
        after them is to be checked.
        """
        sample = self._sample(key)
        for number in range(wanted):
            if sample.chosen or self._sampling.chooses(sample):
                sample.chosen = True
                return number
        return wanted

    def is_proved(self, key: str, changed: frozenset[str]) -> bool:
        """Whether a case of this deck that changes these settings is proved already."""
        return self._proof(key).covers(changed)

    @contextmanager
    def checking(self, key: str, changed: frozenset[str]) -> Iterator[None]:
        """While a case of this deck is being run both ways."""
        with self._proof(key).checking(changed):
            yield

    def prove(self, key: str, changed: frozenset[str], cold_seconds: float = 0.0) -> None:
        """A case that changes these settings came out the same; its cold run took so long."""
        proof, sample = self._proof(key), self._sample(key)
        self._sampling.checked(sample, cold_seconds, sampled=proof.covers(changed))
        if not proof.covers(changed):
            self._sampling.plan(sample)
        proof.prove(changed)

    def ran_warm(self, key: str, seconds: float, *, failed: bool) -> None:
        """A case of this deck ran in a session."""
        self._sampling.ran_warm(seconds)
        if failed:
            self._sampling.hasten(self._sample(key))

    def rests_on(self, key: str, case_id: int, changed: frozenset[str]) -> str:
        """A case was completed in a session of this deck; why that does not count if the deck was refused
        meanwhile, or could not be proved.
        """
        return self._proof(key).rests(case_id, changed)

    def unproved_cases(self, key: str) -> list[int]:
        """The cases of a deck that were completed without a check because of a comparison that gave
        no result.
        """
        return self._proof(key).unproved_cases()

    def recall(self, key: str, settings: frozenset[str], cold_seconds: float) -> None:
        """A case of this deck that changes these settings was compared in an earlier run, where its cold run
        took so long.
        """
        if self.mode == "auto" and settings and not self._proof(key).covers(settings):
            self.prove(key, settings, cold_seconds)

    def start_again(self, key: str) -> list[int]:
        """What was compared of a deck counts no more, for it ran in another form; returns the cases that ran
        warm.
        """
        return self._proof(key).start_again()

    def refuse(self, key: str, reason: str) -> list[int]:
        """No case of this deck runs warm any more; returns the cases that did."""
        return self._proof(key).refuse(reason)

    def _proof(self, key: str) -> DeckProof:
        return self._proofs.setdefault(key, DeckProof())

    def _sample(self, key: str) -> DeckSample:
        return self._samples.setdefault(key, DeckSample())


def partner_forms(job: Job) -> Iterator[DeckSplit]:
    """The forms of other cases of the run that are thought to share this one's deck."""
    for deck, marked in job.partners() if job.partners is not None else ():
        form = deck_form(Deck.parse(deck), marked, job.directory)
        if not isinstance(form, str):
            yield form


def as_warm_case(job: Job, deck: Deck) -> WarmCase | str:
    """A job's deck split for a session, or the reason why it cannot be split.

    Raises NetlistError if the deck contains no analysis.
    """
    commands = session_commands(deck)
    if isinstance(commands, str):
        return commands
    form = deck_form(deck, job.marked, job.directory)
    return form if isinstance(form, str) else WarmCase(form, commands, clean_up(commands), deck)


def deck_form(deck: Deck, marked: str | None, directory: Path) -> DeckSplit | str:
    """The deck as a base and its settings; what an included file defines as well is none of them."""
    included = included_definitions(deck.text, directory)
    unknown = next((found for found in included if isinstance(found, Unknown)), None)
    if unknown is not None:
        return f"{unknown}, so redefined names are unknown"
    cards = _without_control(deck.text, deck.controls)
    # Marks are put around values only, so a deck without control blocks has none when it is marked.
    plain = marked
    if marked is not None and deck.controls:
        plain = _without_control(marked, Deck.parse(marked).controls)
    names = {found.name for found in included if isinstance(found, Definition)}
    return split_deck(cards, plain, structure=names)


def _without_control(text: str, controls: Sequence[ControlBlock]) -> str:
    for block in reversed(controls):
        after = text.find("\n", block.end)
        text = text[: block.start] + ("" if after < 0 else text[after + 1 :])
    return text
