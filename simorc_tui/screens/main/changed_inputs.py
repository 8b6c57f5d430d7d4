"""Prompts for what to do with a run whose input files have changed since it was built."""

from __future__ import annotations

from collections.abc import Callable, Coroutine

from simorc.errors import InputsChanged
from simorc.rundir.circuit.record import ACCEPT, KEEP
from simorc_tui.screens.dialogs.choice import Choice, ChoiceScreen
from simorc_tui.screens.main.context import Controller

_CHOICES = {
    KEEP: Choice(KEEP, "c", "keep the run's circuit: simulate its own copies"),
    ACCEPT: Choice(ACCEPT, "a", "accept the changes: these cases are marked"),
}


class ChangedInputs(Controller):
    """Names the files and their changes, and offers what can be done about them; escape does nothing."""

    def ask_about(
        self, error: InputsChanged, again: Callable[[str], Coroutine[object, object, None]], group: str
    ) -> None:
        """Prompt, and run `again` with the answer (keep or accept) in the worker group `group`.

        Raises `error` if neither is possible.
        """
        choices = [_CHOICES[answer] for answer in error.answers]
        if not choices:
            raise error

        def answered(answer: str | None) -> None:
            if answer is not None:
                self.main.do(again(answer), group)

        self.main.ask(ChoiceScreen(error.message, choices), answered)
