"""What the controllers of a tuner need of its screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from textual.app import App

from simorc.errors import SimorcError
from simorc.units import Value
from simorc_tui.data.tuning.model import TunerModel
from simorc_tui.data.tuning.opening import Tuning
from simorc_tui.theme.glyphs import Glyphs
from simorc_tui.widgets.tuner.curve_pane import CurvePane

Points = Sequence[dict[str, Value]]


class TunerParts(Protocol):
    """The screen of a tuner."""

    tuning: Tuning
    model: TunerModel
    glyphs: Glyphs

    @property
    def app(self) -> App[Any]:
        """The application."""

    @property
    def curve_pane(self) -> CurvePane:
        """The curves."""

    def simulate(self) -> None:
        """Have what is not measured yet simulated."""

    def after_change(self) -> None:
        """Values have changed: show them, and simulate."""

    def say(self, message: str) -> None:
        """Show a message for a moment."""

    def say_error(self, error: SimorcError) -> None:
        """Show an error and its remedy."""

    def leave_with(self, points: Points | None) -> None:
        """Close the tuner with an answer."""
