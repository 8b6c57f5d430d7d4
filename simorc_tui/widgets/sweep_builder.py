"""The sweep builder: the values of each parameter in a line one can type, and how many cases they make."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input, Label, OptionList
from textual.widgets.option_list import Option

from simorc.config.edit import AxisValue, SweepText
from simorc.display import plain
from simorc.errors import SimorcError
from simorc_tui.axis_text import axis_text, parse_axis
from simorc_tui.drafts import count_cases
from simorc_tui.outline import SweepOutline, TestbenchOutline


class SweepBuilder(Vertical):
    """Edits one sweep; nothing reaches the file before `save`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("delete,backspace", "unsweep", "not swept", show=False, id="builder.unsweep"),
        Binding("escape", "leave_field", "back", show=False),
        Binding("j", "cursor(1)", "down", show=False, id="builder.down"),
        Binding("k", "cursor(-1)", "up", show=False, id="builder.up"),
    ]

    class Counted(Message):
        """The draft makes `cases` cases, or makes no sense (`problem`)."""

        def __init__(self, cases: int | None, problem: str) -> None:
            super().__init__()
            self.cases = cases
            self.problem = problem

    def __init__(self, *, widget_id: str | None = None) -> None:
        super().__init__(id=widget_id)
        self.sweep: SweepOutline | None = None
        self.draft: SweepText | None = None
        self.cases: int | None = None
        self.problem = ""
        self._saved: SweepText | None = None
        self._bench: TestbenchOutline | None = None
        self._names: list[str] = []

    def compose(self) -> ComposeResult:
        yield OptionList()
        yield Label("", classes="field-name")
        yield Input(
            placeholder="tt ss ff   1.62 .. 1.98 /5   -40 .. 125 by 15   1p .. 1n /7 log", compact=True
        )
        yield Label("choose a sweep in the project tree", classes="count")

    @property
    def dirty(self) -> bool:
        """Whether the draft differs from the file."""
        return self.draft is not None and self._saved is not None and self.draft.text != self._saved.text

    def edit_sweep(self, sweep: SweepOutline, bench: TestbenchOutline | None) -> None:
        """Begin with the sweep's file. Raises ConfigError if it cannot be read."""
        self.draft = self._saved = SweepText.load(sweep.path)
        self.sweep, self._bench = sweep, bench
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
            self._take(self.draft.without_parameter(name))

    def action_leave_field(self) -> None:
        self._close_field()
        self.query_one(OptionList).focus()

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
        swept = self.draft.parameters()
        field = self.query_one(Input)
        field.value = axis_text(swept[name]) if name in swept else self._default(name)
        self.query_one(".field-name", Label).update(Text(f"{plain(name)}: values, or start .. stop /points"))
        self.add_class("editing")
        field.focus()

    @on(Input.Submitted)
    def _typed(self, event: Input.Submitted) -> None:
        event.stop()
        name = self._current
        if name is None or self.draft is None:
            return
        try:
            value = parse_axis(event.value)
            draft = (
                self.draft.without_parameter(name)
                if value is None
                else self.draft.with_parameter(name, value)
            )
        except SimorcError as error:
            self._show_count(None, error.message)
            return
        self._take(draft)
        self.action_leave_field()

    @on(Input.Changed)
    def _still_typing(self, event: Input.Changed) -> None:
        event.stop()

    def _close_field(self) -> None:
        self.remove_class("editing")

    def _take(self, draft: SweepText) -> None:
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
        self._names = [*swept, *others]
        self._show_options(swept, others)
        self.border_title = f"2 sweep {plain(self.sweep.name)}{' *' if self.dirty else ''}"
        self._count(self.draft, self._bench)

    def _show_options(self, swept: dict[str, AxisValue], others: list[str]) -> None:
        choices = self.query_one(OptionList)
        place = choices.highlighted
        width = max((len(name) for name in self._names), default=0) + 2
        lines = [Text(f"{plain(name):{width}}{plain(axis_text(value))}") for name, value in swept.items()]
        lines += [Text(f"{plain(name):{width}}({plain(self._default(name))})", "dim") for name in others]
        choices.clear_options()
        choices.add_options([Option(line) for line in lines])
        if self._names:
            choices.highlighted = min(place or 0, len(self._names) - 1)

    @work(thread=True, exclusive=True, group="count")
    def _count(self, draft: SweepText, bench: TestbenchOutline | None) -> None:
        """A million cases with conditions take a moment to count, so not on the event loop."""
        try:
            cases, problem = count_cases(draft, bench.defaults if bench is not None else {}), ""
        except SimorcError as error:
            cases, problem = None, error.message
        self.post_message(self.Counted(cases, problem))

    def on_sweep_builder_counted(self, event: Counted) -> None:
        event.stop()
        self._show_count(event.cases, event.problem)

    def _show_count(self, cases: int | None, problem: str) -> None:
        self.cases, self.problem = cases, problem
        note = "  (not saved: ctrl+s)" if self.dirty else ""
        line = (
            Text(f"= {cases:,} cases{note}", "bold")
            if cases is not None
            else Text(f"! {plain(problem)}", "red")
        )
        self.query_one(".count", Label).update(line)
