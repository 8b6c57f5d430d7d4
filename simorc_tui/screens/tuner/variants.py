"""The variants of a tuner: kept, compared, gone back to, removed."""

from __future__ import annotations

from simorc.errors import UsageError
from simorc_tui.data.tuning.model import Values
from simorc_tui.screens.dialogs.choice import Choice, ChoiceScreen
from simorc_tui.screens.dialogs.dialog import show
from simorc_tui.screens.dialogs.reading import ReadingScreen
from simorc_tui.screens.tuner.comparison import comparison
from simorc_tui.screens.tuner.parts import TunerParts

NONE = "There are no variants. Press k to keep the present values as one."


class VariantController:
    """What can be done with the variants of a tuner."""

    def __init__(self, screen: TunerParts) -> None:
        self._screen = screen

    def keep(self) -> None:
        """Keep the present values."""
        screen = self._screen
        try:
            variant = screen.model.keep()
        except UsageError as error:
            screen.say_error(error)
            return
        screen.say(f"variant {variant.name} kept: v compares, V goes back to it")
        screen.simulate()
        screen.curve_pane.draw()

    def overlay(self) -> None:
        """The curves of all variants over the others, or not."""
        screen = self._screen
        if not screen.model.variants:
            screen.say(NONE)
            return
        screen.curve_pane.overlay = not screen.curve_pane.overlay
        screen.curve_pane.draw()

    def compare(self) -> None:
        """Show the table."""
        screen = self._screen
        table = comparison(screen.model, screen.tuning.judge, screen.glyphs)
        show(screen.app, ReadingScreen("variants: worst value of the corners, and its margin", table))

    def go_to(self) -> None:
        """Choose a variant and put the sliders there."""
        choices = [Choice("", "0", "nominal values"), *self._choices()]
        show(self._screen.app, ChoiceScreen("Go to", choices), self._gone_to)

    def _gone_to(self, answer: str | None) -> None:
        if answer is not None:
            model = self._screen.model
            model.go_to(next((each.values for each in model.variants if each.name == answer), {}))
            self._screen.after_change()

    def remove(self) -> None:
        """Choose a variant and remove it."""
        choices = self._choices()
        if not choices:
            self._screen.say(NONE)
            return
        show(self._screen.app, ChoiceScreen("Remove variant", choices), self._removed)

    def _removed(self, answer: str | None) -> None:
        if answer is not None:
            self._screen.model.remove(answer)
            self._screen.curve_pane.draw()

    def _choices(self) -> list[Choice]:
        return [
            Choice(each.name, each.name.lower(), f"{each.name}  {_words(each.values)}")
            for each in self._screen.model.variants
        ]


def _words(values: Values) -> str:
    return " ".join(f"{name}={value}" for name, value in values.items())
