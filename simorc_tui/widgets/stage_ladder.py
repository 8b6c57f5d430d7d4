"""The stages of a pipeline run: every attempt in order, the decision after it, the stages to come."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from simorc.text import plain
from simorc_tui.data.pipelines.runs import Ladder, StageAttempt
from simorc_tui.theme.coloured import coloured
from simorc_tui.theme.glyphs import UNICODE, Glyphs

COLOURS = {"passed": "green", "failed": "red", "running": "cyan", "cancelled": "yellow", "stopped": "yellow"}
NAME_WIDTH = 10


class StageLadder(OptionList):
    """Shows a `Ladder`; the cursor follows the newest attempt until the user moves it."""

    DEFAULT_CSS = """
    StageLadder { background: $background; padding: 0; scrollbar-size: 1 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "cursor_down", "down", show=False, id="ladder.down"),
        Binding("k", "cursor_up", "up", show=False, id="ladder.up"),
        Binding("g", "first", "first", show=False, id="ladder.first"),
        Binding("G", "last", "last", show=False, id="ladder.last"),
    ]

    def __init__(self, glyphs: Glyphs = UNICODE, *, widget_id: str | None = None) -> None:
        super().__init__(id=widget_id)
        self.glyphs = glyphs
        self.ladder = Ladder("", "pending")

    @property
    def chosen(self) -> StageAttempt | None:
        """The attempt under the cursor."""
        place = self.highlighted
        attempts = self.ladder.attempts
        return attempts[place] if place is not None and place < len(attempts) else None

    def show_ladder(self, ladder: Ladder) -> None:
        """Update the stages; unchanged lines keep their position and the cursor."""
        following = self.highlighted is None or self.highlighted == newest(self.ladder)
        old, self.ladder = self.ladder, ladder
        if len(old.attempts) != len(ladder.attempts):
            self._fill()
        else:
            for place, stage_attempt in enumerate(ladder.attempts):
                if stage_attempt != old.attempts[place]:
                    self.replace_option_prompt_at_index(place, attempt_line(stage_attempt, self.glyphs))
        if following and ladder.attempts:
            self.highlighted = newest(ladder)

    def choose(self, seq: int) -> None:
        """Put the cursor on the attempt `seq`."""
        place = next(
            (place for place, stage_attempt in enumerate(self.ladder.attempts) if stage_attempt.seq == seq),
            None,
        )
        if place is not None:
            self.highlighted = place

    def _fill(self) -> None:
        place = self.highlighted
        self.clear_options()
        self.add_options(
            [Option(attempt_line(stage_attempt, self.glyphs)) for stage_attempt in self.ladder.attempts]
        )
        if place is not None and self.ladder.attempts:
            self.highlighted = min(place, len(self.ladder.attempts) - 1)


def newest(ladder: Ladder) -> int:
    """The position of the attempt in progress, or of the last one."""
    begun = [place for place, stage_attempt in enumerate(ladder.attempts) if stage_attempt.seq]
    return begun[-1] if begun else 0


def attempt_line(stage_attempt: StageAttempt, glyphs: Glyphs) -> Text:
    """``✗ lint 2nd try  lint  0.28 s``, below it what was wrong and what was decided."""
    style = COLOURS.get(stage_attempt.status, "dim")
    text = coloured(f"{_sign(stage_attempt, glyphs)} {plain(stage_attempt.word):<{NAME_WIDTH}}", style)
    if stage_attempt.attempt > 1:
        text.append(f" try {stage_attempt.attempt}", "bold")
    if stage_attempt.status == "running":
        text.append(f" running {stage_attempt.seconds:.0f} s", style)
    elif stage_attempt.status in ("stopped", "cancelled"):
        text.append(f" {stage_attempt.status}", style)
    elif stage_attempt.seq:
        text.append(f" {stage_attempt.seconds:.2f} s", "dim")
    if stage_attempt.kind and stage_attempt.status == "failed":
        text.append(f" {plain(stage_attempt.kind)}", "red")
    if stage_attempt.message and stage_attempt.status == "failed":
        text.append(f"\n    {plain(stage_attempt.message)}", style)
    if stage_attempt.verdict:
        text.append(f"\n  {glyphs.arrow} {plain(stage_attempt.verdict)}", "yellow")
    return text


def _sign(stage_attempt: StageAttempt, glyphs: Glyphs) -> str:
    return {
        "passed": glyphs.completed,
        "failed": glyphs.failed,
        "running": glyphs.in_progress,
        "cancelled": glyphs.warning,
        "stopped": glyphs.warning,
    }.get(stage_attempt.status, glyphs.pending)
