"""Plain ngspice on the cut deck of a case, beside plain ngspice on the deck as it is written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from simorc.netlist.cut.kit_text import NotCut
from simorc.netlist.cut.plan import plan_cut, traits_of
from simorc.netlist.deck.deck import Deck
from simorc.simulators.ngspice.cut.decks import Cut
from simorc.simulators.ngspice.verified_decks import deck_form
from tests.conformance.compare import plots_differ
from tests.conformance.decks import ConformanceDeck
from tests.conformance.plain import Evidence, PlainNgspice


def cut_against_plain(
    deck: ConformanceDeck, text: str, evidence: Evidence, plain: PlainNgspice, work: Path
) -> Iterator[str]:
    """Where the cut deck of a case differs from `evidence`, what its own deck `text` gives; nothing where
    nothing can be left out of what it includes.
    """
    cut_text = _cut(deck, text, work / "files")
    if cut_text is None:
        return
    cut = plain.run(deck, cut_text, work / "cut")
    if (cut.completed, cut.failed) != (evidence.completed, evidence.failed):
        yield f"cut deck: {cut.trouble or 'other measurements fail'}"
    if cut.printed != evidence.printed:
        yield f"cut deck: printed {cut.printed}, the deck as it is written {evidence.printed}"
    yield from plots_differ(evidence.plots, cut.plots, "the cut deck")


def _cut(deck: ConformanceDeck, text: str, directory: Path) -> str | None:
    parsed = Deck.parse(text)
    if not parsed.includes:
        return None
    for name, content in deck.files.items():
        (directory / name).parent.mkdir(parents=True, exist_ok=True)
        (directory / name).write_bytes(deck.encoded(content))
    directory.mkdir(parents=True, exist_ok=True)
    form = deck_form(parsed, None, directory)
    if isinstance(form, str):
        return None
    traits = traits_of([command.text for command in parsed.commands])
    try:
        cut = Cut(plan_cut(form.base, traits, directory), "conformance")
    except NotCut:
        return None
    cut.place(directory / "cut")
    return cut.applied(text, directory / "cut") if cut.plan.summary else None
