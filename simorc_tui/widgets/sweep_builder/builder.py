"""The sweep builder: the values of each parameter in an editable line, and the number of cases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input, Label, OptionList
from textual.widgets.option_list import Option

from simorc.errors import SimorcError
from simorc.text import duration, plain
from simorc_tui.data.project.outline import SweepOutline, TestbenchOutline
from simorc_tui.theme.coloured import coloured
from simorc_tui.widgets.border_text import show_title
from simorc_tui.widgets.sweep_builder.axis_text import axis_text, parse_axis

if TYPE_CHECKING:
    from simorc.config.project import Project
    from simorc.config.yaml.edit import AxisValue, SweepText
    from simorc.units import Value


HINTS = {
    "corners": "{hot: {temp: 125}, cold: {temp: -40}}",
    "zip": "{vdda: [3.0, 3.3], vcm: [1.5, 1.65]}",
    "exclude": "cases to leave out: temp > 100 and corner == 'ff'",
    "include": "cases to keep: vdda >= 3.3",
    "monte_carlo": "samples: 100, seed: 1",
    "sensitivity": "see the documentation of sweeps",
}
VALUES_HINT = "tt ss ff   1.62 .. 1.98 /5   -40 .. 125 by 15   1p .. 1n /7 log"
SECTIONS = tuple(HINTS)


class SweepBuilder(Vertical):
    """Edits one sweep; nothing reaches the file before `save`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("delete,backspace", "unsweep", "not swept", show=False, id="builder.unsweep"),
        Binding("space", "toggle_section", "on or off", show=False, id="builder.toggle"),
        Binding("a", "add_corner", "add a corner", show=False, id="builder.add_corner"),
        Binding("escape", "leave_field", "back", show=False),
        Binding("j", "cursor(1)", "down", show=False, id="builder.down"),
        Binding("k", "cursor(-1)", "up", show=False, id="builder.up"),
    ]

    class Counted(Message):
        """The draft has `cases` cases and takes about `seconds`, or is invalid (`problem`)."""

        def __init__(
            self,
            judgement: int,
            cases: int | None,
            problem: str,
            seconds: float | None,
            warnings: Sequence[str] = (),
        ) -> None:
            super().__init__()
            self.judgement = judgement
            self.cases = cases
            self.problem = problem
            self.seconds = seconds
            self.warnings = tuple(warnings)

    def __init__(self, *, widget_id: str | None = None) -> None:
        super().__init__(id=widget_id)
        self.sweep: SweepOutline | None = None
        self.draft: SweepText | None = None
        self.cases: int | None = None
        self.problem = ""
        self._saved: SweepText | None = None
        self._bench: TestbenchOutline | None = None
        self.seconds: float | None = None
        self.warnings: tuple[str, ...] = ()
        self._names: list[str] = []
        self._put_away: dict[str, str] = {}
        self._new_corner = False
        self._judgement = 0
        """Number of the newest line or draft that is judged: an answer to an earlier one comes too late."""
        self.project: Project | None = None
        """What the draft is checked against: the sound part of the project."""
        self.root: Path | None = None
        """Estimates from earlier runs how long cases take."""

    def compose(self) -> ComposeResult:
        yield OptionList()
        yield Label("", classes="field-name")
        yield Input(
            placeholder=VALUES_HINT,
            compact=True,
            select_on_focus=False,  # a value more is typed more often than all of them anew
        )
        yield Label("Select a sweep in the project tree.", classes="count")

    @property
    def dirty(self) -> bool:
        """Whether the draft differs from the file."""
        return self.draft is not None and self._saved is not None and self.draft.text != self._saved.text

    @property
    def file_moved(self) -> bool:
        """Whether the file is not what the draft began with any more."""
        try:
            return (
                self._saved is not None and self._saved.path.read_text(encoding="utf-8") != self._saved.text
            )
        except (OSError, ValueError):
            return True

    @property
    def defaults(self) -> Mapping[str, Value]:
        """The testbench's parameters with their defaults."""
        return self._bench.defaults if self._bench is not None else {}

    def edit_sweep(self, sweep: SweepOutline, testbench: TestbenchOutline | None) -> None:
        """Begin with the sweep's file. Raises ConfigError if it cannot be read."""
        from simorc.config.yaml.edit import (
            SweepText,  # ruamel.yaml is too slow to import before the first frame
        )

        self.draft = self._saved = SweepText.load(sweep.path)
        self.sweep, self._bench = sweep, testbench
        self._put_away = {}
        self._close_field()
        self._show()

    def save(self) -> None:
        """Write the draft over the sweep's file, every comment kept."""
        if self.draft is not None:
            self.draft.save()
            self._saved = self.draft
            self._show()

    def action_cursor(self, rows: int) -> None:
        choices = self.query_one(OptionList)
        if rows > 0:
            choices.action_cursor_down()
        else:
            choices.action_cursor_up()

    def action_unsweep(self) -> None:
        """The parameter under the cursor goes back to its default."""
        name = self._current
        if name is not None and self.draft is not None:
            if name in SECTIONS:
                self._change(name, "")
            else:
                self.take_draft(self.draft.without_parameter(name))

    def action_toggle_section(self) -> None:
        """Corners, Monte Carlo and their like: off, and back on as they were."""
        from simorc_tui.widgets.sweep_builder.section_lines import section_text

        name = self._current
        if name not in SECTIONS or self.draft is None:
            return
        line = section_text(self.draft, name)
        if line:
            self._put_away[name] = line
        self._change(name, "" if line else self._put_away.get(name, ""))

    def _change(self, name: str, line: str) -> None:
        """Change the line of a section or a parameter; its error is shown."""
        try:
            draft = self._drafted(name, line)
        except SimorcError as error:
            self._refuse(name, error)
            return
        self.take_draft(draft)
        self.action_leave_field()

    def _refuse(self, name: str, error: SimorcError) -> None:
        """Show the error of a line, and no count of an earlier line after it."""
        self._judgement += 1
        self._show_count(None, self._problem_of(name, error))

    def _problem_of(self, name: str, error: SimorcError) -> str:
        """What is wrong, with the row it is about; a message on a new corner names the corner."""
        return error.message if self._new_corner else f"{name}: {error.message}"

    def _drafted(self, name: str, line: str) -> SweepText:
        """The draft with that line. Raises SimorcError for an invalid line."""
        from simorc_tui.widgets.sweep_builder.corner_line import with_corner
        from simorc_tui.widgets.sweep_builder.section_lines import with_section

        assert self.draft is not None
        if self._new_corner:
            return with_corner(self.draft, line)
        if name in SECTIONS:
            return with_section(self.draft, name, line)
        value = parse_axis(line)
        if value is None:
            return self.draft.without_parameter(name)
        return self.draft.with_parameter(name, value)

    def action_leave_field(self) -> None:
        if self.has_class("editing") and self.draft is not None:
            self._count(self.draft)
        self._close_field()
        self.screen.set_focus(self.query_one(OptionList))

    @property
    def _current(self) -> str | None:
        place = self.query_one(OptionList).highlighted
        return self._names[place] if place is not None and place < len(self._names) else None

    @on(OptionList.OptionSelected)
    def _open_field(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        name = self._current
        if name is None or self.draft is None:
            return
        from simorc_tui.widgets.sweep_builder.section_lines import section_text

        swept = self.draft.parameters()
        field = self.query_one(Input)
        field.placeholder = HINTS.get(name, VALUES_HINT)
        if name in SECTIONS:
            field.value = section_text(self.draft, name)
            hint = HINTS[name]
        else:
            field.value = axis_text(swept[name]) if name in swept else self._default(name)
            hint = "values, or start .. stop /points"
        self._edit(f"{plain(name)}: {hint}", select=name not in swept and name not in SECTIONS)

    def action_add_corner(self) -> None:
        """A line for one corner more, which sets what the last one sets."""
        from simorc_tui.widgets.sweep_builder.corner_line import corner_pattern

        if self.draft is None:
            return
        self._new_corner = True
        field = self.query_one(Input)
        field.value = corner_pattern(self.draft)
        self._edit("new corner: name and settings, such as slow_hot corner=ss temp=125", at_end=False)

    def _edit(self, title: str, *, at_end: bool = True, select: bool = False) -> None:
        """Open the line for typing; a default is selected, so that what is typed replaces it."""
        field = self.query_one(Input)
        self.query_one(".field-name", Label).update(Text(title))
        self.add_class("editing")
        self.screen.set_focus(field)
        field.cursor_position = len(field.value) if at_end else 0
        if select:
            field.select_all()

    @on(Input.Submitted)
    def _typed(self, event: Input.Submitted) -> None:
        event.stop()
        name = self._current
        if name is None or self.draft is None:
            return
        self._change("corners" if self._new_corner else name, event.value)

    @on(Input.Changed)
    def _still_typing(self, event: Input.Changed) -> None:
        """The effect of the line, or its present error."""
        event.stop()
        name = self._current
        if name is None or not self.has_class("editing"):
            return
        try:
            self._count(self._drafted(name, event.value))
        except SimorcError as error:
            self._refuse(name, error)

    def _close_field(self) -> None:
        self._new_corner = False
        self.remove_class("editing")

    def take_draft(self, draft: SweepText) -> None:
        """Show a changed draft; nothing is saved."""
        self.draft = draft
        self._show()

    def _default(self, name: str) -> str:
        return str(self._bench.defaults.get(name, "")) if self._bench is not None else ""

    def _show(self) -> None:
        if self.draft is None or self.sweep is None:
            return
        swept = self.draft.parameters()
        others = [
            name for name in (self._bench.defaults if self._bench is not None else ()) if name not in swept
        ]
        current = self._current
        self._names = [*swept, *others, *SECTIONS]
        self._show_options(current if current in self._names else None, swept, others)
        show_title(self, f"2 sweep {plain(self.sweep.name)}{' *' if self.dirty else ''}")
        self._count(self.draft)

    def _show_options(self, current: str | None, swept: dict[str, AxisValue], others: list[str]) -> None:
        choices = self.query_one(OptionList)
        place = choices.highlighted if current is None else self._names.index(current)
        width = max((len(name) for name in self._names), default=0) + 2
        lines = [Text(f"{plain(name):{width}}{plain(axis_text(value))}") for name, value in swept.items()]
        lines += [Text(f"{plain(name):{width}}({plain(self._default(name))})", "dim") for name in others]
        lines += [self._section_line(name, width) for name in SECTIONS]
        choices.clear_options()
        choices.add_options([Option(line) for line in lines])
        if self._names:
            choices.highlighted = min(place or 0, len(self._names) - 1)

    def _section_line(self, name: str, width: int) -> Text:
        from simorc_tui.widgets.sweep_builder.section_lines import section_text

        assert self.draft is not None
        line = section_text(self.draft, name)
        away = self._put_away.get(name)
        shown = plain(line) if line else f"off: {plain(away)}" if away else "-"
        return Text(f"{name:{width}}{shown}", "" if line else "dim", no_wrap=True)

    def count(self) -> None:
        """Count and check again, after other files of the project have changed."""
        if self.draft is not None and not self.has_class("editing"):
            self._count(self.draft)

    def _count(self, draft: SweepText) -> None:
        """Count the cases of `draft`; only the answer for the newest one is shown."""
        self._judgement += 1
        self._count_in_thread(draft, self._judgement)

    @work(thread=True, exclusive=True, group="count")
    def _count_in_thread(self, draft: SweepText, judgement: int) -> None:
        """A million cases with conditions take a moment to count, so not on the event loop."""
        from simorc_tui.data.sweep_draft import count_cases, earlier_rate

        rate, warnings, problem = None, list[str](), ""
        cases: int | None
        try:
            cases, warnings = count_cases(draft, self.project)
            if self.root is not None and self.sweep is not None:
                rate = earlier_rate(self.root, self.sweep.name, self.sweep.testbench)
        except SimorcError as error:
            cases, problem = None, error.message
        seconds = cases / rate if cases is not None and rate else None
        self.post_message(self.Counted(judgement, cases, problem, seconds, warnings))

    def on_sweep_builder_counted(self, event: Counted) -> None:
        event.stop()
        if event.judgement == self._judgement:
            self.seconds, self.warnings = event.seconds, event.warnings
            self._show_count(event.cases, event.problem)

    def _show_count(self, cases: int | None, problem: str) -> None:
        self.cases, self.problem = cases, problem
        note = f"  about {duration(self.seconds, narrow=True)}" if self.seconds is not None else ""
        note += "  (not saved: ctrl+s)" if self.dirty else ""
        line = (
            Text(f"= {cases:,} cases{note}", "bold")
            if cases is not None
            else coloured(f"! {plain(problem)}", "red")
        )
        for warning in self.warnings if cases is not None else ():
            line.append(f"\n! {plain(warning)}", "yellow")
        self.query_one(".count", Label).update(line)
