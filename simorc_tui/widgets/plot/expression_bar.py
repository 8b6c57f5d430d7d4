"""The input line for an expression under the waveforms; the plot updates while the user types."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.suggester import Suggester
from textual.timer import Timer
from textual.widgets import Input, Label

from simorc.errors import ExpressionError
from simorc.measurements.expressions import compile_wave_expression, walked
from simorc.measurements.wave_functions import FUNCTIONS
from simorc.measurements.wave_parser import Name, Signal
from simorc.text import plain
from simorc_tui.theme.coloured import coloured

TYPING_PAUSE = 0.15
MOST_NAMED = 8
PROMPT = "= "


class ExpressionBar(Vertical):
    """A prompt and an input, below it the error and its position, or the completions of the name."""

    DEFAULT_CSS = """
    ExpressionBar { display: none; height: 2; }
    ExpressionBar.shown { display: block; }
    ExpressionBar > Horizontal { height: 1; }
    ExpressionBar .prompt { width: 2; }
    ExpressionBar Input { width: 1fr; }
    ExpressionBar .expression-note { width: 1fr; height: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "turn_away", "cancel", show=False),
        Binding("up", "recall(-1)", "earlier", show=False),
        Binding("down", "recall(1)", "later", show=False),
        Binding("tab", "complete", "complete", show=False, priority=True),
    ]

    class Typed(Message):
        """A text that is an expression, or empty; it replaces `instead_of` ('' for a new one)."""

        def __init__(self, text: str, instead_of: str, *, final: bool) -> None:
            super().__init__()
            self.text = text
            self.instead_of = instead_of
            self.final = final

    class TurnedAway(Message):
        """The user cancelled: restore the previous state."""

    def __init__(self) -> None:
        super().__init__()
        self.suggester = WordSuggester()
        self._typed: list[str] = []
        self._edited = ""
        self._timer: Timer | None = None

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield Label(PROMPT, classes="prompt")
            yield Input(placeholder="db(v(out)/v(in))", suggester=self.suggester, compact=True)
        yield Label("", classes="expression-note")

    @property
    def field(self) -> Input:
        return self.query_one(Input)

    def open(self, names: Sequence[str], typed: Sequence[str], edit: str = "") -> None:
        """Show the line, with the expression to edit in it, and take the keys. Arrows bring back `typed`."""
        self.suggester.words = [*names, *(f"{name}(" for name in FUNCTIONS)]
        self._typed = list(typed)
        self.add_class("shown")
        self._edit(edit)
        self.screen.set_focus(self.field)

    def close(self) -> None:
        self._stop()
        self.remove_class("shown")

    def show_problem(self, problem: str, column: int | None = None) -> None:
        """Show an error; with a column (from 1) below that position of the line."""
        place = len(PROMPT) + column - 1 if column is not None else 0
        wide = self.size.width or 80
        if column is None or not problem:
            text = problem
        elif place + 2 + len(problem) <= wide:
            text = " " * place + f"^ {problem}"
        elif place < wide and len(problem) + 1 < place:
            text = f"{problem} ^".rjust(place + 1)
        else:
            text = f"{column}: {problem}"
        self.query_one(".expression-note", Label).update(coloured(plain(text), "bold red" if problem else ""))

    def show_missing(self, text: str, problem: str) -> None:
        """Show the error of evaluating `text`, below the signal that caused it, if the line still has it."""
        if text == self.field.value.strip():
            self.show_problem(problem, _column_of(text, problem))

    def action_turn_away(self) -> None:
        self.close()
        self.post_message(self.TurnedAway())

    def action_complete(self) -> None:
        """Accept the suggestion shown behind the cursor."""
        self.field.action_cursor_right() if self.field.cursor_at_end else self.field.action_end()

    def action_recall(self, step: int) -> None:
        """Edit the expression before, or after, the one in the line; past the last a new one."""
        around = [*self._typed, ""]
        place = around.index(self._edited) if self._edited in around else len(self._typed)
        self._edit(around[(place + step) % len(around)])
        self._post_expression(final=False)

    def _edit(self, text: str) -> None:
        self._edited = text
        with self.prevent(Input.Changed):
            self.field.value = text
        self.field.cursor_position = len(text)
        self.show_problem("")
        self._show_words()

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        self._stop()
        self._show_words()
        self._timer = self.set_timer(TYPING_PAUSE, lambda: self._post_expression(final=False))

    @on(Input.Submitted)
    def _done(self, event: Input.Submitted) -> None:
        event.stop()
        self._stop()
        self._post_expression(final=True)

    def _post_expression(self, *, final: bool) -> None:
        """A valid expression is sent; an error is shown, while typing only after a pause."""
        text = self.field.value.strip()
        try:
            if text:
                compile_wave_expression(text)
        except ExpressionError as error:
            start, words = self.suggester.completions(self.field.value)
            if not final and words and (error.column or 0) > start:
                return  # an incomplete name is no error yet: its completions are shown
            lead = len(self.field.value) - len(self.field.value.lstrip())
            self.show_problem(error.message, None if error.column is None else error.column + lead)
            return
        self.post_message(self.Typed(text, self._edited, final=final))

    def _show_words(self) -> None:
        """What the last word may become, where there is a choice."""
        found = self.suggester.completions(self.field.value)[1]
        more = f"  +{len(found) - MOST_NAMED}" if len(found) > MOST_NAMED else ""
        words = "  ".join(found[:MOST_NAMED]) + more if len(found) > 1 else ""
        self.query_one(".expression-note", Label).update(Text(plain(PROMPT + words if words else ""), "dim"))

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.stop()


def _column_of(text: str, problem: str) -> int | None:
    """The position in `text` of the signal that `problem` names."""
    nodes = walked(compile_wave_expression(text).tree)
    named = (
        (node.signal if isinstance(node, Signal) else node.name, node.column)
        for node in nodes
        if isinstance(node, Signal | Name)
    )
    return next((column for name, column in named if f"signal {name} " in f"{problem} "), None)


class WordSuggester(Suggester):
    """Completes the end of a text with a signal or a function."""

    def __init__(self) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self.words: list[str] = []

    async def get_suggestion(self, value: str) -> str | None:
        start, found = self.completions(value)
        return value[:start] + value[start:] + found[0][len(value) - start :] if found else None

    def completions(self, value: str) -> tuple[int, list[str]]:
        """Where the word begins, and what it may become; the longest beginning that anything has."""
        lowered = value.lower()
        for start in range(len(value)):
            inside = start > 0 and (value[start - 1].isalnum() or value[start - 1] in "_.#:@")
            if inside or value[start].isspace():
                continue
            begun = lowered[start:]
            found = [word for word in self.words if word.lower().startswith(begun) and len(word) > len(begun)]
            if found:
                return start, found
        return len(value), []
