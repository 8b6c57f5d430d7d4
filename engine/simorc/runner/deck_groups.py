"""Groups cases that probably share a deck, so that they can run in one warm session.

Each axis of the plan is varied alone while the others are at their first position; positions whose deck has
the same warm form get the same code. That is exact where axes do not interact in a template, and otherwise
only costs a model load: whether two cases share a session is decided from each case's own deck.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence

from simorc.errors import NetlistError, TemplateError
from simorc.netlist.deck.deck import Deck
from simorc.runner.preparation import Preparation
from simorc.simulators.ngspice.verified_decks import WarmCase, as_warm_case
from simorc.sweeps.cases import Case

PLACES_TRIED = 256
SAMPLES_TRIED = 3


def deck_groups(preparation: Preparation) -> list[Sequence[int]]:
    """The cases of a run, in groups that share a deck; one group if nothing varies the structure."""
    plan = preparation.plan

    def key(case: Case) -> Hashable:
        return _deck_key(preparation, case)

    return plan.grouped(
        [_codes(size, _places(plan.variation, axis), key) for axis, size in enumerate(plan.axis_sizes)]
    )


def _places(variation: Callable[[int, int], Case], axis: int) -> Callable[[int], Case]:
    return lambda place: variation(axis, place)


def _codes(size: int, place: Callable[[int], Case], key: Callable[[Case], Hashable]) -> list[int]:
    """A small number for each place of one axis; equal numbers for equal decks."""
    known: dict[Hashable, int] = {}
    tried = SAMPLES_TRIED if size > PLACES_TRIED else size
    codes = [known.setdefault(key(place(number)), len(known)) for number in range(tried)]
    if tried == size:
        return codes
    # A long axis: if its first positions share a deck, so will the others; if not, each is its own group.
    return [0] * size if len(known) == 1 else list(range(size))


def _deck_key(preparation: Preparation, case: Case) -> Hashable:
    try:
        job = preparation.sketch(case)
        warm = as_warm_case(job, Deck.parse(job.deck))
    except (TemplateError, NetlistError):  # the case fails with this reason when its turn comes
        return "no deck"
    return warm.key if isinstance(warm, WarmCase) else job.deck
