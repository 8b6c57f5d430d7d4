"""How the decks of a run are cut, and which cuts are proved.

A cut deck runs only where its results equal those of the whole deck. `Cut.state` is the evidence for that: a
deck is *unproved* until one case has run both ways, *proved* if every vector was bit for bit the same, and
*refused* from the first difference on. Shared by all slots of one runner.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import anyio
from anyio import to_thread

from simorc.deck_text import encoded
from simorc.netlist.cut.kit_text import NotCut
from simorc.netlist.cut.plan import CutPlan, named_by, plan_cut, traits_of
from simorc.netlist.deck.deck import Deck
from simorc.netlist.deck.file_references import closure
from simorc.simulators.job import Job, make_case_directory
from simorc.simulators.ngspice.cut.store import FORMAT, CutStore, Proof, digest, digest_of_file
from simorc.simulators.ngspice.deck_split import DeckSplit
from simorc.simulators.ngspice.verified_decks import deck_form

_MOST_UNUSED = 8
"""Decks proved in a run without another case that used the proof, after which no more are proved."""


@dataclass
class Cut:
    """The cut of one deck: what is read in place of its includes, and what is known of it."""

    plan: CutPlan
    proof_key: str
    state: Literal["unproved", "proving", "proved", "refused"] = "unproved"
    reason: str = ""
    proof: Proof = field(default_factory=Proof)
    """What was proved, in this run and earlier ones."""
    cases: list[int] = field(default_factory=list)
    """The cases that ran cold on the cut deck."""

    def applied(self, text: str, directory: Path) -> str | None:
        """`text`, a deck of this form, with cut files in place of its includes; they are in `directory` (see
        `place`). None if its includes are not those of the plan.
        """
        includes = [(number, each) for number, each in enumerate(self.plan.includes)]
        lines = text.split("\n")
        for place, line in enumerate(lines):
            if includes and line.rstrip("\r") == includes[0][1].written:
                number, include = includes.pop(0)
                if include.text is not None:
                    lines[place] = f'.include "{directory.resolve() / self._name(number)}"'
        return None if includes else "\n".join(lines)

    def place(self, directory: Path) -> None:
        """Write the cut files into `directory`, once. Raises OSError."""
        if not directory.is_dir():
            make_case_directory(directory)
        for number, include in enumerate(self.plan.includes):
            path = directory / self._name(number)
            if include.text is not None and not path.exists():
                path.write_bytes(encoded(include.text))

    def _name(self, number: int) -> str:
        return f"{self.proof_key[:16]}-{number}.spice"


class CutDecks:
    """The cut decks of a run. `identity` names the simulator with all it starts with, an empty text if
    nothing is to be remembered; without `store` no deck is cut.
    """

    def __init__(self, store: CutStore | None, identity: Callable[[], str] = str) -> None:
        self._store = store
        self._make_identity = identity
        self._identity: str | None = None
        self._cuts: dict[str, Cut | str | None] = {}
        self._planning = anyio.Lock()
        self._unused = 0

    async def of(self, job: Job, deck: Deck, known: DeckSplit | None = None) -> Cut | str | None:
        """The cut of a case's deck, or why it runs whole; None if there is nothing to cut. `known` is the
        deck already split, if it is available.
        """
        if self._store is None or not deck.includes:
            return None
        form = deck_form(deck, job.marked, job.directory) if known is None else known
        if isinstance(form, str):
            return form
        words = " ".join(command.word for command in deck.commands)
        traits = traits_of([command.text for command in deck.commands])
        key = digest([form.key, words, *sorted(traits)])
        if key not in self._cuts:
            async with self._planning:
                if key not in self._cuts:
                    found = await to_thread.run_sync(self._found, key, form, traits, job.directory)
                    self._cuts[key] = found
        return self._cuts[key]

    def _found(self, key: str, form: DeckSplit, traits: frozenset[str], directory: Path) -> Cut | str | None:
        """Plan a cut, or recall how it was planned, and recall whether it is proved."""
        assert self._store is not None
        try:
            named = named_by(form.base, directory)
            plan_key = digest([FORMAT, key, *(f"{path} {section}" for path, section in named)])
            plan = self._store.plan(plan_key)
            if plan is None:
                plan = plan_cut(form.base, traits, directory)
                self._store.keep_plan(plan_key, plan)
        except NotCut as reason:
            return str(reason)
        if not plan.summary:
            return None
        cut = Cut(plan, self._proof_key(plan_key, plan, form.base, directory))
        proof = self._store.proof(cut.proof_key) if self._known_simulator() else None
        if proof is not None:
            cut.state, cut.proof = "proved", proof
        return cut

    def _known_simulator(self) -> str:
        if self._identity is None:
            self._identity = self._make_identity()
        return self._identity

    def _proof_key(self, plan_key: str, plan: CutPlan, base: str, directory: Path) -> str:
        """The content of all that a proof rests on: the deck's form, every file it reads, the simulator."""
        replaced = {each.written for each in plan.includes if each.text is not None}
        own = (line for line in base.split("\n") if line not in replaced)
        texts = "\n".join([*own, *(each.text or "" for each in plan.includes)])
        files = sorted(plan.files | closure(texts, directory))
        contents = (f"{path} {digest_of_file(path)}" for path in files)
        return digest([plan_key, self._known_simulator(), *contents])

    def begins_proof(self, cut: Cut) -> bool:
        """Whether a case is to run both ways now; the cut is being proved then."""
        if cut.state != "unproved" or self._unused >= _MOST_UNUSED:
            return False
        cut.state = "proving"
        self._unused += 1
        return True

    def prove(self, cut: Cut, seconds: float, settings: frozenset[str] = frozenset()) -> None:
        """A case came out the same both ways, in a session that changed `settings`; on its deck as it is
        written it took so long.
        """
        assert self._store is not None
        cut.state, cut.proof = "proved", Proof(cut.proof.settings | settings, seconds)
        if self._known_simulator():
            self._store.keep_proof(cut.proof_key, cut.proof)

    def used(self, cut: Cut, case_id: int) -> None:
        """A case was completed cold on the cut deck."""
        self._unused = 0
        cut.cases.append(case_id)

    def refuse(self, cut: Cut, reason: str) -> list[int]:
        """The cut deck is not used any more; returns the cases that ran cold on it."""
        cut.state, cut.reason = "refused", reason
        if self._store is not None:
            self._store.forget_proof(cut.proof_key)
        cases, cut.cases = cut.cases, []
        return cases


def note_of(cut: Cut | str | None, used: bool) -> str | None:
    """How a deck was run, for a person: what was left out, or why nothing; None if it reads no file."""
    if cut is None:
        return None
    if isinstance(cut, str):
        return f"original deck: {cut}"
    if used:
        return f"cut deck: {cut.plan.summary}"
    return f"original deck: {cut.reason or 'to be compared with the cut deck'}"
