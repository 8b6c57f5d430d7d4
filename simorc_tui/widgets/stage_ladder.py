"""The stages of a pipeline run: every attempt in order, the decision after it, the stages to come."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from simorc.text import plain
from simorc_tui.data.pipeline_runs import Ladder, Rung
from simorc_tui.theme.glyphs import UNICODE, Glyphs

COLOURS = {"passed": "green", "failed": "red", "running": "cyan", "cancelled": "yellow", "stopped": "yellow"}
NAME_WIDTH = 10


class StageLadder(OptionList):
    """Shows a `Ladder`; the cursor keeps to the newest attempt until the user moves it elsewhere."""

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
    def chosen(self) -> Rung | None:
        """What the cursor stands on."""
        place = self.highlighted
        rungs = self.ladder.rungs
        return rungs[place] if place is not None and place < len(rungs) else None

    def show_ladder(self, ladder: Ladder) -> None:
        """Renew the ladder; lines that stay keep their place and the cursor."""
        following = self.highlighted is None or self.highlighted == newest(self.ladder)
        old, self.ladder = self.ladder, ladder
        if len(old.rungs) != len(ladder.rungs):
            self._fill()
        else:
            for place, rung in enumerate(ladder.rungs):
                if rung != old.rungs[place]:
                    self.replace_option_prompt_at_index(place, rung_text(rung, self.glyphs))
        if following and ladder.rungs:
            self.highlighted = newest(ladder)

    def choose(self, seq: int) -> None:
        """Put the cursor on the attempt `seq`."""
        place = next((place for place, rung in enumerate(self.ladder.rungs) if rung.seq == seq), None)
        if place is not None:
            self.highlighted = place

    def _fill(self) -> None:
        place = self.highlighted
        self.clear_options()
        self.add_options([Option(rung_text(rung, self.glyphs)) for rung in self.ladder.rungs])
        if place is not None and self.ladder.rungs:
            self.highlighted = min(place, len(self.ladder.rungs) - 1)


def newest(ladder: Ladder) -> int:
    """The place of the attempt under way or made last."""
    begun = [place for place, rung in enumerate(ladder.rungs) if rung.seq]
    return begun[-1] if begun else 0


def rung_text(rung: Rung, glyphs: Glyphs) -> Text:
    """``✗ a4 2nd try  lint  0.28 s``, below it what was wrong and what was decided."""
    style = COLOURS.get(rung.status, "dim")
    text = Text(f"{_sign(rung, glyphs)} {plain(rung.stage):<{NAME_WIDTH}}", style)
    if rung.attempt > 1:
        text.append(f" try {rung.attempt}", "bold")
    if rung.status == "running":
        text.append(f" running {rung.seconds:.0f} s")
    elif rung.status in ("stopped", "cancelled"):
        text.append(f" {rung.status}")
    elif rung.seq:
        text.append(f" {rung.seconds:.2f} s", "dim")
    if rung.kind and rung.status == "failed":
        text.append(f" {plain(rung.kind)}", "red")
    if rung.message and rung.status == "failed":
        text.append(f"\n    {plain(rung.message)}")
    if rung.verdict:
        text.append(f"\n  {glyphs.arrow} {plain(rung.verdict)}", "yellow")
    return text


def _sign(rung: Rung, glyphs: Glyphs) -> str:
    return {
        "passed": glyphs.completed,
        "failed": glyphs.failed,
        "running": glyphs.in_progress,
        "cancelled": glyphs.warning,
        "stopped": glyphs.warning,
    }.get(rung.status, glyphs.pending)
