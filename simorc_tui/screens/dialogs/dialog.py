"""What all screens over the main screen share: each is dismissed once, and itself alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from textual.app import App
from textual.await_complete import AwaitComplete
from textual.screen import ModalScreen, Screen

Answer = TypeVar("Answer")


class DismissedOnce(Screen[Answer]):
    """A screen whose first answer counts. Below another screen it stays until that one has gone."""

    answered = False
    _late_answer: tuple[Answer | None] | None = None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Nothing can be done on a screen that has its answer."""
        return not self.answered

    def dismiss(self, result: Answer | None = None) -> AwaitComplete:
        """Close the screen with this answer; later answers are ignored."""
        if self.answered:
            return AwaitComplete()
        self.answered = True
        if self.app.screen is not self:
            self._late_answer = (result,)
            return AwaitComplete()
        return super().dismiss(result)

    def on_screen_resume(self) -> None:
        """An answer given while another screen was above takes effect."""
        if self._late_answer is not None and self.app.screen is self:
            (result,), self._late_answer = self._late_answer, None
            super().dismiss(result)


class Dialog(ModalScreen[Answer], DismissedOnce[Answer]):
    """A question, a list or a text over another screen."""


def show(
    app: App[Any], screen: DismissedOnce[Answer], then: Callable[[Answer | None], object] | None = None
) -> None:
    """Put a screen over all others; `then` gets its answer."""
    if then is None:
        app.push_screen(screen)
    else:
        app.push_screen(screen, lambda answer: void(then(answer)))


def void(result: object) -> None:
    """Textual requires callbacks that return None."""
