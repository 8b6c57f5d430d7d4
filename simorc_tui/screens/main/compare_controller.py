"""Compares the decks of two cases, and the results of two runs."""

from __future__ import annotations

import asyncio

from rich.console import RenderableType

from simorc.errors import SimorcError, UsageError
from simorc.rundir.layout import RunLayout, find_run
from simorc_tui.screens.dialogs.choice import Choice, ChoiceScreen
from simorc_tui.screens.dialogs.prompt import PromptScreen
from simorc_tui.screens.dialogs.reading import ReadingScreen
from simorc_tui.screens.main.context import Controller

RUNS_OFFERED = 30
AROUND_TEXT = 8
"""Cells of the dialog's border, padding and scrollbar."""


class CompareController(Controller):
    """d: this case with another, or this run with another."""

    def compare(self) -> None:
        row, layout = self.main.table.current, self.main.run
        if layout is None:
            return
        choices = []
        others = sorted(self.main.table.marks - {row.case_id}) if row is not None else []
        if row is not None and others:
            choices.append(
                Choice(f"case {others[0]}", "m", f"case {row.case_id} with the marked case {others[0]}")
            )
        if row is not None:
            choices.append(Choice("case", "c", f"case {row.case_id} with a case of another number"))
        every = [s for s in self.main.summaries if s.run != layout.name]
        runs = sorted(every, key=lambda s: s.sweep != layout.sweep)[:RUNS_OFFERED]
        choices += [
            Choice(f"run {s.run}", "r" if not i else "", f"with run {s.shown}") for i, s in enumerate(runs)
        ]
        self.main.ask(ChoiceScreen("Compare", choices), self.compare_with)

    def compare_with(self, answer: str | None) -> None:
        row = self.main.table.current
        if answer == "case":
            self.main.ask(PromptScreen("Compare with case", check=_case_number), self._with_case)
        elif answer is not None and answer.startswith("case ") and row is not None:
            self._with_case(answer.removeprefix("case "))
        elif answer is not None and answer.startswith("run "):
            self.main.do(self._with_run(answer.removeprefix("run ")), "compare")

    def _with_case(self, answer: str | None) -> None:
        row = self.main.table.current
        if answer and row is not None:
            self.main.do(self._decks(row.case_id, int(answer)), "compare")

    async def _decks(self, first: int, second: int) -> None:
        layout = self.main.open_run().layout
        shown = await asyncio.to_thread(_decks, layout, first, second)
        self.main.ask(ReadingScreen(f"decks of case {first} and case {second}", shown, full=True))

    async def _with_run(self, name: str) -> None:
        layout = self.main.open_run().layout
        other = await asyncio.to_thread(find_run, self.main.root, name)
        old, new = sorted((layout, other), key=lambda run: run.name.rpartition("_")[2])
        shown = await asyncio.to_thread(_runs, old, new, self.main.screen.size.width - AROUND_TEXT)
        self.main.ask(ReadingScreen(f"{old.name}  to  {new.name}", shown, full=True))


def _case_number(text: str) -> str:
    return "" if text.isdecimal() and int(text) > 0 else "case number"


def _decks(layout: RunLayout, first: int, second: int) -> RenderableType:
    from simorc_tui.data.side_by_side import deck_table

    try:
        return deck_table(layout, first, second)
    except FileNotFoundError as error:
        raise UsageError(f"no deck: {error.filename} (simorc writes a deck when its case starts)") from error
    except OSError as error:
        raise SimorcError(f"{error.filename}: {error.strerror}") from error


def _runs(old: RunLayout, new: RunLayout, width: int) -> RenderableType:
    from simorc_tui.data.run_changes import runs_text

    try:
        return runs_text(old, new, width)
    except OSError as error:
        raise SimorcError(f"{error.filename}: {error.strerror}") from error
