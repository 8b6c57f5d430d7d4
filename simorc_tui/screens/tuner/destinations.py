"""Where tuned values go: into config.yaml, or into the sweep builder."""

from __future__ import annotations

from collections.abc import Callable

from simorc.errors import SimorcError
from simorc_tui.data.tuning.model import same
from simorc_tui.screens.dialogs.choice import confirm
from simorc_tui.screens.dialogs.dialog import show
from simorc_tui.screens.tuner.parts import TunerParts

NOTHING = "Every parameter is at its nominal value. Move one first."


class DestinationController:
    """Writes the values of a tuner, or hands them on."""

    def __init__(self, screen: TunerParts) -> None:
        self._screen = screen

    def write(self) -> None:
        """Write the values to config.yaml, after a question."""
        screen = self._screen
        values, file = screen.model.values, screen.tuning.file
        if not values:
            screen.say(NOTHING)
            return
        words = ", ".join(f"{name}: {file.defaults.get(name)} -> {value}" for name, value in values.items())
        question = f"Write to {file.path.name} of {screen.tuning.testbench}? {words}"
        show(screen.app, confirm(question, "write"), self._write)

    def _write(self, answer: str | None) -> None:
        if answer == "yes":
            file, values = self._screen.tuning.file, self._screen.model.values
            self._try(lambda: file.write(values), "written; u undoes it")

    def undo(self) -> None:
        """Take the last writing back."""
        self._try(self._screen.tuning.file.undo, "is as it was before")

    def _try(self, change: Callable[[], object], done: str) -> None:
        screen = self._screen
        try:
            change()
        except SimorcError as error:
            screen.say_error(error)
        except OSError as error:
            screen.say_error(SimorcError(f"{screen.tuning.file.path}: {error.strerror}"))
        else:
            screen.say(f"{screen.tuning.file.path.name} {done}")

    def to_sweep(self) -> None:
        """Leave with the variants and the present values, for the sweep builder."""
        model = self._screen.model
        points = [dict(each.values) for each in model.variants]
        values = model.values
        if values and not any(same(values, each) for each in points):
            points.append(values)
        if not points:
            self._screen.say(NOTHING)
        else:
            self._screen.leave_with(points)
