"""The form of a testbench: drafts of its files, what is wrong with them, undo, and writing them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from simorc.config.project import Project
from simorc.config.yaml.edit import SweepText
from simorc.config.yaml.source import parse_yaml
from simorc.errors import ConfigError, SimorcError, UsageError
from simorc.launch.project_checks import plan_of_text, testbench_of_text
from simorc_tui.data.setup_form.sections import (
    CORNERS,
    MEASUREMENT_COLUMNS,
    MEASUREMENTS,
    PARAMETER_COLUMNS,
    PARAMETERS,
    SPEC_COLUMNS,
    SPECS,
    FormRow,
    FormSection,
    corner_columns,
    rows_of,
    with_cell,
    without_row,
)

Texts = Mapping[Path, SweepText]


class SetupForm:
    """Edits the config.yaml of a testbench and the corners of its sweeps; `save` writes the changes."""

    def __init__(self, project: Project, testbench: str, sweep: str = "") -> None:
        """`sweep`: one that is shown also if it has no corners yet. Raises ConfigError."""
        self.project = project
        self.testbench = testbench
        self._config = project.testbenches[testbench].config_path
        self._sweeps = self._with_corners(sweep)
        paths = (self._config, *(project.sweeps[name].path for name in self._sweeps))
        self.saved: Texts = {path: SweepText.load(path) for path in paths}
        self.texts: Texts = self.saved
        self.edited: Project = project
        """The project with the drafts in place of its files."""
        self._before: list[tuple[Texts, Project]] = []
        self._new: list[tuple[FormSection, str]] = []

    def _with_corners(self, shown: str) -> tuple[str, ...]:
        sweeps = self.project.sweeps
        own = [name for name, each in sweeps.items() if each.definition.testbench == self.testbench]
        return tuple(name for name in own if name == shown or sweeps[name].definition.corners)

    @property
    def dirty(self) -> bool:
        """Whether a draft differs from its file as it was read or written last."""
        return any(self.texts[path].text != self.saved[path].text for path in self.texts)

    @property
    def outdated(self) -> bool:
        """Whether a file is not what the form has read or written last."""
        return any(_read(path) != text.text for path, text in self.saved.items())

    @property
    def changes_results(self) -> bool:
        """Whether the files as written last measure or judge otherwise than when the form was opened."""
        before, now = (each.testbenches[self.testbench].config for each in (self.project, self.edited))
        return (before.measurements, before.specs) != (now.measurements, now.specs)

    def covers(self, sweep: str) -> bool:
        """Whether the corners of that sweep, if it is one of this testbench, are in the form."""
        shown = self.project.sweeps.get(sweep)
        return shown is None or shown.definition.testbench != self.testbench or sweep in self._sweeps

    def renew(self, project: Project) -> None:
        """Go on with the project as it is now. Raises SimorcError if the drafts do not fit into it."""
        self.project = project
        self.edited = self._project_of(self.texts)

    def sections(self) -> list[FormSection]:
        """Specs, measurements, parameters, then the corners of each sweep."""
        config = self._config
        parameters = list(self.edited.testbenches[self.testbench].parameters)
        corners = [(name, self.project.sweeps[name].path) for name in self._sweeps]
        return [
            FormSection(SPECS, "specs", config, SPEC_COLUMNS),
            FormSection(MEASUREMENTS, "measurements", config, MEASUREMENT_COLUMNS),
            FormSection(PARAMETERS, "defaults", config, PARAMETER_COLUMNS),
            *(
                FormSection(CORNERS, f"corners of {name}", path, corner_columns(self.texts[path], parameters))
                for name, path in corners
            ),
        ]

    def rows(self, section: FormSection) -> list[FormRow]:
        """The entries of a section, then those that are new and have no value yet."""
        rows = rows_of(section, self.texts[section.file])
        known = {row.name for row in rows}
        new = [name for each, name in self._new if _same(each, section) and name not in known]
        return [*rows, *(FormRow(name, {}) for name in new)]

    def add(self, section: FormSection, name: str) -> None:
        """Begin a new entry; it exists with its first value. Raises UsageError for a name that is taken."""
        if not name or any(row.name == name for row in self.rows(section)):
            raise UsageError(f"{name} already exists" if name else "write a name")
        self._new.append((section, name))

    def drafted(self, section: FormSection, name: str, key: str, line: str) -> tuple[Texts, Project]:
        """The drafts with what is being typed into a cell, and the project they make.

        Raises SimorcError for what `simorc validate` would refuse.
        """
        return self._judged(section, with_cell(section, self.texts[section.file], name, key, line))

    def change(self, section: FormSection, name: str, key: str, line: str) -> None:
        """Take what was typed into a cell. Raises SimorcError as `drafted`."""
        self._take(self.drafted(section, name, key, line))

    def remove(self, section: FormSection, name: str) -> None:
        """Remove an entry. Raises SimorcError where the rest would be invalid."""
        before = len(self._new)
        self._new = [each for each in self._new if not (_same(each[0], section) and each[1] == name)]
        if len(self._new) == before or name in {row.name for row in self.rows(section)}:
            self._take(self._judged(section, without_row(section, self.texts[section.file], name)))

    def undo(self) -> None:
        """Take the last change back, also one that has been written; it is a change of the file then.

        Raises UsageError where there is none.
        """
        if not self._before:
            raise UsageError("nothing to undo")
        self.texts, self.edited = self._before.pop()

    def save(self) -> list[Path]:
        """Write the drafts that differ; every other byte stays. Returns the files that were written.

        Raises UsageError if somebody has changed a file since, OSError.
        """
        changed = [path for path in self.texts if self.texts[path].text != self.saved[path].text]
        for path in changed:
            if _read(path) != self.saved[path].text:
                raise UsageError(
                    f"{path.name} has changed since the form was opened",
                    remedy="leave the form, which forgets its changes, and open it again",
                )
        for path in changed:
            self.texts[path].save()
            self.saved = {**self.saved, path: self.texts[path]}
        return changed

    def _take(self, draft: tuple[Texts, Project]) -> None:
        if any(draft[0][path].text != self.texts[path].text for path in self.texts):
            self._before.append((self.texts, self.edited))
            self.texts, self.edited = draft

    def _judged(self, section: FormSection, text: SweepText) -> tuple[Texts, Project]:
        texts = {**self.texts, section.file: text}
        try:
            return texts, self._project_of(texts)
        except ConfigError as error:
            first = error.problems[0]
            key = f"{first.key}: " if first.key else ""
            raise UsageError(f"{key}{first.message}") from error

    def _project_of(self, texts: Texts) -> Project:
        """The project with the texts in place of its files, checked as a run checks it."""
        config = parse_yaml(texts[self._config].text.encode(), self._config)
        project = testbench_of_text(self.project, self.testbench, config)
        for path, text in texts.items():
            if path != self._config and text.text != self.saved[path].text:
                source = parse_yaml(text.text.encode(), path)
                plan_of_text(project, source)
                project = project.with_sweep(source)[0]
        return project


def _same(one: FormSection, other: FormSection) -> bool:
    return (one.kind, one.file) == (other.kind, other.file)


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def words_of(error: SimorcError) -> str:
    """An error on one line."""
    return ": ".join(part for part in error.message.split("\n")[:1] if part)


def names_without_spec(rows: Sequence[FormRow], specs: Sequence[FormRow]) -> list[str]:
    """The measurements that have no spec yet."""
    limited = {row.name for row in specs}
    return [row.name for row in rows if row.name not in limited]
