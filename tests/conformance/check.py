"""One deck through plain ngspice, as written and cut, simorc cold and simorc warm, and what that showed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.conformance.compare import against_plain, warm_against_cold
from tests.conformance.cut import cut_against_plain
from tests.conformance.decks import ConformanceDeck
from tests.conformance.engine import CaseResult, Refusal, run_deck, write_project
from tests.conformance.plain import PlainNgspice

_UNSTATED = "no reason stated"
CHECKED = "run cold to verify the warm session"
"""What simorc gives as the reason of a case that it ran both ways."""
_RARE = "too few cases share its deck"
"""A reason that depends on how early a run knows its decks: counted, and no fault."""
_FAULTS = ("a warm session", "the case its deck was to be checked with", _UNSTATED)


@dataclass
class DeckReport:
    """What one deck showed: how many of its cases ran warm, were compared by simorc itself,
    fail in plain ngspice as well, ran cold for which reasons; differences with their case."""

    deck: str
    topic: str
    cases: int = 0
    warm: int = 0
    checked: int = 0
    failing: int = 0
    cold: dict[str, int] = field(default_factory=dict)
    differences: list[str] = field(default_factory=list)


def check_deck(deck: ConformanceDeck, executable: str, work: Path, *, keep: bool = False) -> DeckReport:
    """Everything about one deck. `work` is a directory for it, removed again unless `keep`."""
    report = DeckReport(deck.name, deck.topic, deck.cases)
    shutil.rmtree(work, ignore_errors=True)
    write_project(deck, work / "project", executable)
    cold = run_deck(work / "project", "off")
    warm = run_deck(work / "project", "auto")
    if isinstance(cold, Refusal) or isinstance(warm, Refusal):
        report.differences += _refusal(deck, cold if isinstance(cold, Refusal) else warm)
    else:
        _compare(deck, report, cold, warm, PlainNgspice(executable), work)
    if not keep and not report.differences:
        shutil.rmtree(work)
    return report


def _refusal(deck: ConformanceDeck, got: object) -> Iterator[str]:
    message = got.message if isinstance(got, Refusal) else "one of the two runs was refused"
    if not deck.refused or deck.refused.lower() not in message.lower():
        yield f"refused: {message}"


def _compare(
    deck: ConformanceDeck,
    report: DeckReport,
    cold: tuple[dict[int, CaseResult], dict[int, int | None]],
    warm: tuple[dict[int, CaseResult], dict[int, int | None]],
    plain: PlainNgspice,
    work: Path,
) -> None:
    if deck.refused:
        report.differences.append(f"not refused, though it should be: {deck.refused}")
    for case in range(1, deck.cases + 1):
        found: list[str] = []
        if case not in cold[0] or case not in warm[0]:
            found.append("no result: the run ended before it")
        else:
            evidence = plain.run(deck, deck.rendered(case, cold[1][case]), work / "plain" / str(case))
            found += against_plain(evidence, cold[0][case])
            if case == 1:
                text = deck.rendered(case, cold[1][case])
                found += cut_against_plain(deck, text, evidence, plain, work / "plain" / "cut")
            found += warm_against_cold(cold[0][case], warm[0][case])
            count_case(report, warm[0][case], evidence.completed)
        values = " ".join(f"{name}={text}" for name, text in deck.values(case).items())
        report.differences += [f"case {case} ({values}): {each}" for each in found]
    report.differences += _cold_words(deck, report)


def count_case(report: DeckReport, result: CaseResult, completes: bool) -> None:
    """Count how a case of a warm run ran; `completes`: whether it does in a process of its own."""
    if not completes:
        report.failing += 1
    elif result.warm:
        report.warm += 1
    elif result.cold_reason.startswith(CHECKED):
        report.checked += 1
    else:
        reason = result.cold_reason or _UNSTATED
        report.cold[reason] = report.cold.get(reason, 0) + 1


def _cold_words(deck: ConformanceDeck, report: DeckReport) -> Iterator[str]:
    """Cases that ran cold because warm was not the same or for no reason; a deck none of whose cases ran warm
    without saying that it may not; one that ran warm although it says that it cannot.
    """
    for reason, count in report.cold.items():
        if reason.startswith(_FAULTS) and not (deck.cold and reason.startswith(deck.cold)):
            yield f"{count} of {report.cases} cases ran cold: {reason}"
    in_a_session = report.warm + report.checked
    stated = any(reason.startswith((deck.cold or _RARE, _RARE)) for reason in report.cold)
    if report.cold and not in_a_session and not stated:
        yield f"no case ran warm: {', '.join(report.cold)}"
    if deck.cold and not deck.cold.startswith("too few") and not report.cold:
        yield f"ran warm, though its deck states a reason for cold: {deck.cold}"
