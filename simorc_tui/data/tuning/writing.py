"""Writes tuned values to where they belong: the defaults of a testbench, a sweep."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from simorc.config.yaml.edit import SweepText, yaml_text
from simorc.errors import UsageError
from simorc.files import write_whole
from simorc.units import Value, parse_value
from simorc_tui.widgets.sweep_builder.section_lines import with_section


@dataclass(frozen=True)
class Written:
    """A file that was changed: its text before and after."""

    path: Path
    before: str
    after: str

    def undo(self) -> None:
        """Put the text back. Raises UsageError if somebody has changed the file since, OSError."""
        if self.path.read_text(encoding="utf-8") != self.after:
            raise UsageError(f"{self.path.name} has changed since it was written", remedy="edit it yourself")
        write_whole(self.path, self.before)


class DefaultsFile:
    """The config.yaml of a testbench. `defaults` are those in force: an environment may have replaced what
    the file says.
    """

    def __init__(self, config: Path, defaults: Mapping[str, Value]) -> None:
        self.path = config
        self.defaults = dict(defaults)
        self._changes: list[tuple[Written, dict[str, Value]]] = []

    def write(self, values: Mapping[str, Value]) -> None:
        """Write values as defaults; every other byte stays.

        Raises UsageError for a parameter that the file does not set, ConfigError, OSError.
        """
        text = SweepText.load(self.path)
        before, written = text.text, text.parameters()
        for name, value in values.items():
            own = written.get(name)
            if not isinstance(own, str) or parse_value(own) != self.defaults.get(name):
                raise UsageError(
                    f"{self.path.name} does not set {name}: an environment does, or the file has changed",
                    remedy="edit sim_setup.yaml, or leave the tuner and open it again",
                )
            text = text.with_parameter(name, str(value))
        text.save()
        self._changes.append((Written(self.path, before, text.text), dict(self.defaults)))
        self.defaults |= values

    def undo(self) -> None:
        """Take the last writing back. Raises UsageError where there is none, and as `Written.undo`."""
        if not self._changes:
            raise UsageError("nothing has been written, so there is nothing to undo")
        written, defaults = self._changes[-1]
        written.undo()
        self._changes.pop()
        self.defaults = defaults


def sweep_of(
    draft: SweepText, points: Sequence[Mapping[str, Value]], defaults: Mapping[str, Value]
) -> SweepText:
    """A sweep with the tuned values in place of its own.

    One point sets its values; several are swept together, parameter by parameter if only one differs. A
    parameter that a point leaves alone has its default there. Raises UsageError, ConfigError.
    """
    names = list(dict.fromkeys(name for point in points for name in point))
    columns = {name: [str(point.get(name, defaults[name])) for point in points] for name in names}
    if len(points) == 1 or len(names) == 1:
        for name, column in columns.items():
            draft = draft.with_parameter(name, list(dict.fromkeys(column)))
        return draft
    for name in names:
        draft = draft.without_parameter(name)
    line = ", ".join(f"{name}: {yaml_text(column)}" for name, column in columns.items())
    return with_section(draft, "zip", f"{{{line}}}")
