"""The form of a testbench: specs, measurements, defaults and corners; what is typed is judged at once."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import ClassVar

from rich.text import Text
from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import OptionList, Static

from simorc.config.project import Project
from simorc.errors import SimorcError
from simorc.reports.spec_sheet import SpecRow
from simorc.text import plain
from simorc_tui.commands.footers import footer_text
from simorc_tui.commands.form_commands import FORM_COMMANDS
from simorc_tui.data.setup_form.form import SetupForm
from simorc_tui.data.setup_form.preview import FormPreview, Judged
from simorc_tui.data.setup_form.sections import MEASUREMENTS, SPECS, FormRow, FormSection
from simorc_tui.screens.dialogs.dialog import DismissedOnce, show
from simorc_tui.screens.dialogs.help import form_help_screen
from simorc_tui.screens.form.blocks import blocks_of
from simorc_tui.theme.compositing import FrugalCompositor
from simorc_tui.theme.glyphs import Glyphs
from simorc_tui.widgets.border_text import show_title
from simorc_tui.widgets.form.grid import FormGrid
from simorc_tui.widgets.form.line_field import LineField

TYPED_AT_ONCE = frozenset("0123456789.-+")
PreviewReader = Callable[[], FormPreview | None]


class Weighed(Message):
    """What a draft does: its `problem`, or the specs of the run by it and `words` about the cell."""

    def __init__(self, number: int, problem: str, words: str, judged: Judged) -> None:
        super().__init__()
        self.number = number
        self.problem = problem
        self.words = words
        self.judged = judged


class FormScreen(DismissedOnce[bool]):
    """Edits a testbench. Its answer: whether files were written."""

    BINDINGS: ClassVar[list[BindingType]] = [command.binding for command in FORM_COMMANDS]
    palette_commands = FORM_COMMANDS

    def __init__(
        self, form: SetupForm, glyphs: Glyphs, read_preview: PreviewReader, start: tuple[str, str] = ("", "")
    ) -> None:
        """`read_preview` is called in a thread; `start`: the kind and name of the row to begin on."""
        super().__init__()
        self._compositor = FrugalCompositor()
        self.form = form
        self.glyphs = glyphs
        self._read_preview = read_preview
        self._preview: FormPreview | None = None
        self._start = start
        self._judged: Judged = {}
        self._asked = 0
        self._adding = False
        """Whether the name of a new row is being typed."""

    def compose(self) -> ComposeResult:
        yield Static(id="form-head", markup=False)
        with Vertical(id="form-body"):
            yield FormGrid(widget_id="form-grid")
            yield LineField()
        keymap = getattr(self.app, "keymap", {})
        yield Static(footer_text("form", FORM_COMMANDS, keymap), id="form-keys", markup=False)

    def on_mount(self) -> None:
        show_title(self.query_one("#form-body"), f"set-up of {plain(self.form.testbench)}")
        self.set_focus(self.grid)
        self.show_form()
        kind, name = self._start
        for block, section in enumerate(self.form.sections()):
            rows = [row.name for row in self.form.rows(section)]
            if section.kind == kind and name in rows:
                self.grid.go_to(block, rows.index(name))
        self._weigh()

    @property
    def grid(self) -> FormGrid:
        return self.query_one(FormGrid)

    @property
    def field(self) -> LineField:
        return self.query_one(LineField)

    # What is shown --------------------------------------------------------------------------------

    def show_form(self) -> None:
        """The cells, and whether they are saved."""
        self.grid.show_blocks(blocks_of(self.form, self._judged, self.glyphs))
        head = Text(f" form {plain(self.form.testbench)} ", "bold", no_wrap=True, overflow="ellipsis")
        section = self._section
        file = os.path.relpath(section.file, self.form.project.root)
        head.append(f"{self.glyphs.arrow} {plain(file)}", "not bold")
        if self.form.dirty:
            head.append("  not saved: ctrl+s writes and measures again", "bold yellow")
        self.query_one("#form-head", Static).update(head, layout=False)

    @on(FormGrid.Moved)
    def _moved(self) -> None:
        self.show_form()

    # The cell under the cursor --------------------------------------------------------------------

    @property
    def _section(self) -> FormSection:
        return self.form.sections()[self.grid.place[0]]

    @property
    def _row(self) -> FormRow | None:
        place = self.grid.place[1]
        rows = self.form.rows(self._section)
        return rows[place] if place is not None and place < len(rows) else None

    def on_key(self, event: events.Key) -> None:
        if event.character in TYPED_AT_ONCE and self.focused is self.grid and self._row is not None:
            event.stop()
            self._open(str(event.character))

    @on(OptionList.OptionSelected)
    def action_type(self) -> None:
        """Type the value of the cell under the cursor."""
        if self.focused is not self.grid:
            return
        if self._row is None:
            self.action_add()
        else:
            self._open(None)

    def _open(self, typed: str | None) -> None:
        row, section = self._row, self._section
        if row is None:
            return
        self._adding = False
        column = section.columns[self.grid.column]
        text = row.cells.get(column.key, "") if typed is None else typed
        self.field.open(f"{row.name} {column.key}", text, column.hint, select=typed is None)
        self._still_typing(LineField.Changed(text))

    @on(LineField.Changed)
    def _still_typing(self, event: LineField.Changed) -> None:
        row = self._row
        if self.field.is_open and not self._adding and row is not None:
            self._weigh_line(self._section, row.name, self._section.columns[self.grid.column].key, event.text)

    @on(LineField.Submitted)
    def _typed(self, event: LineField.Submitted) -> None:
        row = self._row
        if self._adding:
            self._add(event.text.strip())
        elif row is not None:
            key = self._section.columns[self.grid.column].key
            self._change(lambda: self.form.change(self._section, row.name, key, event.text))

    def _change(self, change: Callable[[], object]) -> None:
        """Change the form and show it; an error is shown, in the line if one is open."""
        try:
            change()
        except SimorcError as error:
            if self.field.is_open:
                self.field.show_problem(" ".join(error.message.split()))
            else:
                self._say_error(error)
            return
        self._close_field()
        self.show_form()
        self._weigh()

    def action_clear(self) -> None:
        row = self._row
        if row is not None and self.focused is self.grid:
            key = self._section.columns[self.grid.column].key
            self._change(lambda: self.form.change(self._section, row.name, key, ""))

    def action_remove(self) -> None:
        row = self._row
        if row is not None and self.focused is self.grid:
            self._change(lambda: self.form.remove(self._section, row.name))

    def action_undo(self) -> None:
        if self.focused is self.grid:
            self._change(self.form.undo)

    # A new row ------------------------------------------------------------------------------------

    def action_add(self) -> None:
        """Ask for the name of a new row; its first cell is typed next."""
        if self.focused is not self.grid:
            return
        self._adding = True
        section = self._section
        self.field.open(f"name of a new {section.noun}", "", self._names(section))

    def _names(self, section: FormSection) -> str:
        """The measurements that have no spec yet, as a hint."""
        if section.kind != SPECS:
            return "name"
        taken = {row.name for row in self.form.rows(section)}
        measured = next(each for each in self.form.sections() if each.kind == MEASUREMENTS)
        return (
            "  ".join(row.name for row in self.form.rows(measured) if row.name not in taken) or "measurement"
        )

    def _add(self, name: str) -> None:
        section, block = self._section, self.grid.place[0]
        try:
            self.form.add(section, name)
        except SimorcError as error:
            self.field.show_problem(error.message)
            return
        self._adding = False
        self.show_form()
        self.grid.go_to(block, len(self.form.rows(section)) - 1)
        self._open(None)

    # The effect on the run that is shown ----------------------------------------------------------

    def _weigh(self) -> None:
        """Judge the run by the form as it is; `Weighed` follows."""
        self._asked += 1
        self._weigh_project(self._asked, self.form.edited)

    def _weigh_line(self, section: FormSection, name: str, key: str, line: str) -> None:
        """Judge what is being typed, and the run by it; `Weighed` follows."""
        self._asked += 1
        self._weigh_draft(self._asked, section, name, key, line)

    @work(thread=True, group="form", exclusive=True, exit_on_error=False)
    def _weigh_project(self, number: int, project: Project) -> None:
        preview = self._preview_in_thread()
        judged = preview.specs(project) if preview is not None else {}
        self.post_message(Weighed(number, "", "", judged))

    @work(thread=True, group="form", exclusive=True, exit_on_error=False)
    def _weigh_draft(self, number: int, section: FormSection, name: str, key: str, line: str) -> None:
        preview = self._preview_in_thread()
        try:
            project = self.form.drafted(section, name, key, line)[1]
        except SimorcError as error:
            self.post_message(Weighed(number, " ".join(error.message.split()), "", {}))
            return
        judged = preview.specs(project) if preview is not None else {}
        words = preview.value(project, name) if preview is not None and section.kind == MEASUREMENTS else ""
        self.post_message(Weighed(number, "", words or _words(judged.get(name), section), judged))

    def _preview_in_thread(self) -> FormPreview | None:
        if self._preview is None:
            self._preview = self._read_preview()
        return self._preview

    def on_weighed(self, event: Weighed) -> None:
        if event.number != self._asked:
            return
        if self.field.is_open and not self._adding:
            if event.problem:
                self.field.show_problem(event.problem)
                return
            self.field.show_effect(event.words)
        self._judged = event.judged
        self.show_form()

    # Everything else ------------------------------------------------------------------------------

    def action_save(self) -> None:
        """Write the files and leave."""
        if self.focused is not self.grid:
            return
        if not self.form.dirty:
            self.notify("Nothing to save: the form and the files are equal.", markup=False, timeout=4)
            return
        try:
            self.form.save()
        except SimorcError as error:
            self._say_error(error)
        except OSError as error:
            self._say_error(SimorcError(f"not saved: {error}"))
        else:
            self.dismiss(True)

    def action_leave(self) -> None:
        """Close the line, or leave."""
        if self.field.is_open:
            self._close_field()
            self._weigh()
        else:
            self.dismiss(False)

    def action_help(self) -> None:
        show(self.app, form_help_screen(getattr(self.app, "keymap", {})))

    def _close_field(self) -> None:
        self._adding = False
        self.field.close()
        self.set_focus(self.grid)

    def _say_error(self, error: SimorcError) -> None:
        words = "\n".join(plain(each) for each in (error.message, error.remedy) if each)
        self.notify(words, severity="error", markup=False, timeout=6)


def _words(row: SpecRow | None, section: FormSection) -> str:
    """``19.75 MHz ... 31.01 MHz, 42/45 cases meet it`` for a spec."""
    if section.kind != SPECS or row is None or not row.counts.ran:
        return ""
    return f"{row.least} ... {row.most}, {row.passing} cases meet it"
