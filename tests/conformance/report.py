"""The table of a conformance check, its differences, and its exit code."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from tests.conformance.check import DeckReport
from tests.conformance.known import Known

_SHOWN = 4
"""How many differences of one deck are printed unless all are asked for."""
_WIDTH = 300
_HEAD = ("topic", "decks", "cases", "warm", "checked", "failing", "cold", "differing", "explained")


def print_reports(
    reports: Sequence[DeckReport], known: Sequence[Known], version: str, *, verbose: bool = False
) -> int:
    """Print what was found; 1 if a difference has no reason, else 0."""
    explained: dict[Known, list[str]] = defaultdict(list)
    unexplained: dict[str, list[str]] = {}
    for report in reports:
        open_ones = []
        for each in report.differences:
            reason = next((one for one in known if one.explains(report.deck, each, version)), None)
            if reason is None:
                open_ones.append(each)
            else:
                explained[reason].append(f"{report.deck}: {each}")
        if open_ones:
            unexplained[report.deck] = open_ones
    _print_table(reports, unexplained)
    _print_cold(reports)
    for reason, ones in explained.items():
        print(f"explained ({len(ones)} in {reason.decks}): {reason.reason}")
    for deck, ones in unexplained.items():
        print(f"DIFFERENCE {deck}")
        for each in ones if verbose else ones[:_SHOWN]:
            print(f"    {each[:_WIDTH]}")
        if len(ones) > _SHOWN and not verbose:
            print(f"    ... and {len(ones) - _SHOWN} more")
    print(f"{len(unexplained)} decks with unexplained differences")
    return 1 if unexplained else 0


def _print_table(reports: Sequence[DeckReport], unexplained: Iterable[str]) -> None:
    rows: dict[str, list[int]] = {}
    open_decks = set(unexplained)
    for report in reports:
        numbers = (
            *(1, report.cases, report.warm, report.checked, report.failing, sum(report.cold.values())),
            *(
                int(report.deck in open_decks),
                int(bool(report.differences) and report.deck not in open_decks),
            ),
        )
        row = rows.setdefault(report.topic, [0] * len(numbers))
        rows[report.topic] = [one + more for one, more in zip(row, numbers, strict=True)]
    total = [sum(column) for column in zip(*rows.values(), strict=True)]
    for topic, *cells in (_HEAD, *((topic, *row) for topic, row in rows.items()), ("total", *total)):
        print(f"{topic:<18}" + "".join(f"{cell:>11}" for cell in cells))


def _print_cold(reports: Sequence[DeckReport]) -> None:
    reasons: Counter[str] = Counter()
    for report in reports:
        reasons.update(report.cold)
    for reason, count in reasons.most_common():
        print(f"ran cold: {count:>5}  {reason}")
