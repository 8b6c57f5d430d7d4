"""Selects the cases of a verified deck that also run cold for comparison.

A sample is checked all through a run: often at first, so that a short sweep has its checks too, and then
more and more seldom. The time that checks take is bounded by a share of the time of warm cases. Which case
it is, is random, so that no regularity of a sweep can hide from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

SHARE = 0.025
"""Time of checks per time of warm cases."""
ALLOWANCE = 0.5
"""Seconds of checks allowed in any run, however short: a few of a small deck, none of a large kit's."""


@dataclass
class DeckSample:
    """One deck's warm cases so far, and at which of them the next is checked."""

    cases: int = 0
    since: int = 0
    due: int = 0
    cold_seconds: float = 0.0
    chosen: bool = False
    """Whether the next case that runs by itself is to be checked."""


class Sampling:
    """Selects the cases to check, for all decks of a run.

    At most `longest` cases pass without a check, whatever the cost; 0: none is selected.
    """

    def __init__(self, longest: int, random: Random) -> None:
        self._longest = longest
        self._random = random
        self._spent = 0.0
        self._warm = 0.0

    def chooses(self, deck: DeckSample) -> bool:
        """Whether the next case of this deck, which counts as a warm one, is to be checked."""
        deck.cases += 1
        deck.since += 1
        if not self._longest:
            return False
        chosen = deck.since >= self._longest or (deck.cases >= deck.due and self._affordable(deck))
        if chosen:
            self.plan(deck)
        return chosen

    def plan(self, deck: DeckSample) -> None:
        """Choose the case to check next: somewhere in as many cases as there have been."""
        deck.since = 0
        deck.due = deck.cases + self._random.randint(1, max(2, min(deck.cases, self._longest)))

    def hasten(self, deck: DeckSample) -> None:
        """A case failed: check the next one if that can be afforded."""
        deck.due = min(deck.due, deck.cases + 1)

    def ran_warm(self, seconds: float) -> None:
        """A warm case took this long."""
        self._warm += seconds

    def checked(self, deck: DeckSample, cold_seconds: float, *, sampled: bool) -> None:
        """A cold run beside a warm one took this long; only those of the sample count against its share."""
        deck.cold_seconds = cold_seconds
        if sampled:
            self._spent += cold_seconds

    def _affordable(self, deck: DeckSample) -> bool:
        return self._spent + deck.cold_seconds <= ALLOWANCE + SHARE * self._warm
