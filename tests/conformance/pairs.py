"""Random values in every deck: each case of a warm run beside the same case of a cold one."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from simorc.netlist.deck.cards import spice_number
from tests.conformance.check import DeckReport, count_case
from tests.conformance.compare import warm_against_cold
from tests.conformance.decks import ConformanceDeck
from tests.conformance.engine import CaseResult, Refusal, run_deck, write_project

_SUFFIXES = {"meg": 6, "k": 3, "": 0, "m": -3, "u": -6, "n": -9, "p": -12}


def random_decks(
    decks: Sequence[ConformanceDeck], pairs: int, seed: int, most: int = 60
) -> Iterator[ConformanceDeck]:
    """Decks with random values, `pairs` cases together and no deck with more than `most` at once.

    Each value lies between the smallest and the largest of its axis and is spelt in one of several ways.
    """
    rng, number = random.Random(seed), 0
    usable = [deck for deck in decks if not deck.samples and not deck.refused]
    while pairs > 0:
        number += 1
        for deck in usable:
            cases = min(most, max(5, pairs // len(usable) + 1), pairs)
            axes = {name: _values(texts, cases, rng) for name, texts in deck.axes.items()}
            yield replace(deck, name=f"{deck.name}-{number}", axes=axes)
            pairs -= cases
            if pairs <= 0:
                return


def _values(texts: Sequence[str], cases: int, rng: random.Random) -> list[str]:
    numbers = [spice_number(text) for text in texts]
    known = [number for number in numbers if number is not None]
    if len(known) < len(texts):
        return [rng.choice(texts) for _ in range(cases)]
    low, high = min(known), max(known)
    if all(text.isdigit() for text in texts):
        return [str(rng.randint(int(low), int(high))) for _ in range(cases)]
    return [_spelt(rng.uniform(low, high), rng) for _ in range(cases)]


def _spelt(value: float, rng: random.Random) -> str:
    """A number as somebody may write it: plain, with an exponent or with a suffix, few digits or many."""
    digits = rng.choice((2, 3, 4, 9))
    form = rng.randrange(3)
    if form == 0 and 1e-3 <= abs(value) < 1e6:
        return f"{value:.{digits}f}"
    if form == 1:
        return f"{value:.{digits}e}"
    suffix = next((name for name, power in _SUFFIXES.items() if abs(value) >= 10.0**power), "")
    return f"{value / 10.0 ** _SUFFIXES[suffix]:.{digits}g}{suffix}" if digits > 2 else f"{value:.{digits}e}"


def check_pairs(deck: ConformanceDeck, executable: str, work: Path, *, keep: bool = False) -> DeckReport:
    """The cases of `deck` warm and cold; plain ngspice is not asked."""
    report = DeckReport(deck.name, deck.topic, deck.cases)
    shutil.rmtree(work, ignore_errors=True)
    write_project(deck, work / "project", executable)
    cold = run_deck(work / "project", "off")
    warm = run_deck(work / "project", "auto")
    if isinstance(cold, Refusal) or isinstance(warm, Refusal):
        refusals = [one.message for one in (cold, warm) if isinstance(one, Refusal)]
        if len(refusals) == 1:
            report.differences.append(f"refused one way only: {refusals[0]}")
        report.failing += deck.cases
    else:
        for case in range(1, deck.cases + 1):
            _pair(deck, report, case, cold[0].get(case), warm[0].get(case))
    if not keep and not report.differences:
        shutil.rmtree(work)
    return report


def _pair(
    deck: ConformanceDeck, report: DeckReport, case: int, cold: CaseResult | None, warm: CaseResult | None
) -> None:
    values = " ".join(f"{name}={text}" for name, text in deck.values(case).items())
    if cold is None or warm is None:
        report.differences.append(f"case {case} ({values}): no result, the run ended before it")
        return
    found = warm_against_cold(cold, warm)
    report.differences += [f"case {case} ({values}): {each}" for each in found]
    count_case(report, warm, cold.status == "completed")
