"""Live tuning: sliders on the left, the curves and the specs of some corners follow them."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import OptionList, Static

from simorc.analysis.tuning.client import Answer, ParametersUnused, RequestOver
from simorc.analysis.tuning.knobs import Knob
from simorc.errors import SimorcError
from simorc.reports.spec_sheet import SpecRow
from simorc.text import plain
from simorc_tui.commands.footers import footer_text
from simorc_tui.commands.tuner_commands import TUNER_COMMANDS
from simorc_tui.data.launcher import Launcher
from simorc_tui.data.tuning.curves import CurveReader
from simorc_tui.data.tuning.opening import Tuning
from simorc_tui.data.tuning.readings import Reading
from simorc_tui.screens.dialogs.dialog import DismissedOnce, show
from simorc_tui.screens.dialogs.help import tuner_help_screen
from simorc_tui.screens.tuner.destinations import DestinationController
from simorc_tui.screens.tuner.heading import heading
from simorc_tui.screens.tuner.parts import Points
from simorc_tui.screens.tuner.variants import VariantController
from simorc_tui.theme.compositing import FrugalCompositor
from simorc_tui.theme.glyphs import Glyphs
from simorc_tui.widgets.border_text import show_subtitle, show_title
from simorc_tui.widgets.plot.wave_chooser import Chosen, WaveChooser
from simorc_tui.widgets.tuner.curve_pane import CurvePane
from simorc_tui.widgets.tuner.sliders import Sliders
from simorc_tui.widgets.tuner.tuned_specs import TunedSpecs
from simorc_tui.widgets.tuner.value_field import ValueField

TYPED_AT_ONCE = frozenset("123456789.-")


class Answered(Message):
    """The process of the tuner answered."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.answer = answer


class TunerScreen(DismissedOnce[Points | None]):
    """Shows a tuner. Its answer: the points to put into the sweep builder, None to leave."""

    BINDINGS: ClassVar[list[BindingType]] = [command.binding for command in TUNER_COMMANDS]
    palette_commands = TUNER_COMMANDS

    def __init__(self, tuning: Tuning, glyphs: Glyphs, launcher: Launcher) -> None:
        super().__init__()
        self._compositor = FrugalCompositor()
        self.tuning = tuning
        self.model = tuning.model
        self.glyphs = glyphs
        self.milliseconds: float | None = None
        self._began: dict[int, float] = {}
        self.variants = VariantController(self)
        self.destinations = DestinationController(self)
        self._unused: dict[str, str] = {}
        self._client = launcher.tuner(tuning.name, lambda answer: self.post_message(Answered(answer)))

    def compose(self) -> ComposeResult:
        yield Static(id="tuner-head", markup=False)
        with Horizontal(id="tuner-body"):
            with Vertical(id="tuner-left"):
                yield Sliders(self.glyphs, widget_id="sliders")
                yield ValueField()
            reader = CurveReader(self.tuning.written, self.tuning.specs)
            yield CurvePane(self.model, reader, widget_id="tuner-right")
        with Vertical(id="tuner-specs-pane"):
            yield TunedSpecs(self.glyphs, widget_id="tuner-specs")
        keymap = getattr(self.app, "keymap", {})
        yield Static(footer_text("tuner", TUNER_COMMANDS, keymap), id="tuner-keys", markup=False)

    async def on_mount(self) -> None:
        show_title(self.query_one("#tuner-left"), "parameters")
        show_title(self.query_one("#tuner-specs-pane"), "specs")
        self.sliders.show_knobs(self.model.knobs)
        self.set_focus(self.sliders)
        self.show_head()
        try:
            await self._client.start()
        except OSError as error:
            self.model.fail(f"the process of the tuner cannot be started: {error.strerror}")
            self.show_state()
            return
        self.simulate()

    async def on_unmount(self) -> None:
        await self._client.close()

    @property
    def sliders(self) -> Sliders:
        return self.query_one(Sliders)

    @property
    def curve_pane(self) -> CurvePane:
        return self.query_one(CurvePane)

    @property
    def field(self) -> ValueField:
        return self.query_one(ValueField)

    @property
    def knob(self) -> Knob:
        """The slider under the cursor."""
        return self.model.knobs[self.sliders.place]

    # Simulations ----------------------------------------------------------------------------------

    def simulate(self) -> None:
        """Have what is not measured yet simulated."""
        values = self.model.wanted()
        if values is not None:
            number = self._client.ask(values, self.model.cases, self.model.kept)
            self._began[number] = time.monotonic()
            self.model.asked(number, values)

    def on_answered(self, event: Answered) -> None:
        answer = event.answer
        changed = self.model.take(answer)
        if isinstance(answer, ParametersUnused):
            self._unused = dict(answer.reasons)
            self.sliders.show_knobs(self.model.knobs)
        elif isinstance(answer, RequestOver):
            began = self._began.pop(answer.number, None)
            if began is not None and changed:
                self.milliseconds = 1000 * (time.monotonic() - began)
            self.simulate()
        if changed and not self.curve_pane.draw():
            self.show_state()

    @on(CurvePane.Shown)
    def _curves_shown(self) -> None:
        """The specs are painted together with the curves: one frame, not two."""
        self.show_state()

    # What is shown --------------------------------------------------------------------------------

    def show_state(self) -> None:
        """The line at the top, and the specs."""
        self.show_head()
        if self.model.shown is not None:
            nominal = self._rows(self.model.nominal)
            self.query_one(TunedSpecs).show_rows(self._rows(self.model.shown), nominal)

    def show_head(self) -> None:
        """The line at the top, and whether what is below is stale."""
        head = heading(self.tuning, self.model, self.glyphs, self.milliseconds)
        self.query_one("#tuner-head", Static).update(head, layout=False)  # one line, whatever is in it
        show_subtitle(self.query_one("#tuner-specs-pane"), "stale" if self.model.problem else "")

    def _rows(self, reading: Reading | None) -> Sequence[SpecRow]:
        model = self.model
        return () if reading is None else self.tuning.judge.rows(model.cases, reading, model.nominal)

    # Sliders --------------------------------------------------------------------------------------

    def _change(self, changed: Callable[[Knob], Knob]) -> bool:
        """Change the slider under the cursor; False, after a message, if that is not possible."""
        try:
            knob = changed(self.knob)
        except SimorcError as error:
            self.say_error(error)
            return False
        self.model.put(self.sliders.place, knob)
        self.after_change()
        return True

    def after_change(self) -> None:
        """Values have changed: show them, and simulate."""
        self.sliders.show_knobs(self.model.knobs)
        self.simulate()
        self.show_head()

    def action_move(self, steps: int) -> None:
        self._change(lambda knob: knob.moved(steps))

    def action_choose(self, rows: int) -> None:
        if rows > 0:
            self.sliders.action_cursor_down()
        else:
            self.sliders.action_cursor_up()

    def action_nominal(self) -> None:
        self._change(Knob.reset)

    def action_all_nominal(self) -> None:
        self.model.go_to({})
        self.after_change()

    # Typing a value -------------------------------------------------------------------------------

    def on_key(self, event: events.Key) -> None:
        if event.character in TYPED_AT_ONCE and self.focused is self.sliders:
            event.stop()
            self.field.open(self.knob, str(event.character))

    @on(OptionList.OptionSelected)
    def action_type(self) -> None:
        """Type the value of the slider under the cursor."""
        self.field.open(self.knob, str(self.knob.value), select=True)

    @on(ValueField.Typed)
    def _typed(self, event: ValueField.Typed) -> None:
        if self._change(lambda knob: knob.typed(event.text)):
            self._close_field()

    def _close_field(self) -> None:
        self.field.close()
        self.set_focus(self.sliders)

    # Everything else ------------------------------------------------------------------------------

    def say(self, message: str) -> None:
        self.notify(plain(message), markup=False, timeout=4)

    def say_error(self, error: SimorcError) -> None:
        words = "\n".join(plain(each) for each in (error.message, error.remedy) if each)
        self.notify(words, severity="error", markup=False, timeout=6)

    def leave_with(self, points: Points | None) -> None:
        self.dismiss(points)

    def action_ghost(self) -> None:
        self.curve_pane.ghost = not self.curve_pane.ghost
        self.curve_pane.draw()

    def action_overlay(self) -> None:
        self.variants.overlay()

    def action_view(self, step: int) -> None:
        if not self.curve_pane.next_view(step):
            self.say("There is no other plot.")

    def action_plot(self) -> None:
        self.set_focus(self.curve_pane.plot)

    def action_help(self) -> None:
        show(self.app, tuner_help_screen(getattr(self.app, "keymap", {})))

    def action_leave(self) -> None:
        """Close the field, come back from the plot, or leave."""
        if self.field.is_open:
            self._close_field()
        elif self.focused is not self.sliders:
            self.set_focus(self.sliders)
        else:
            self.dismiss(None)

    def action_cases(self) -> None:
        names = [case.name for case in self.model.all_cases]
        marked = [case.name for case in self.model.cases]
        show(self.app, WaveChooser(names, marked, what="corners"), self._cases_chosen)

    def _cases_chosen(self, chosen: Chosen | None) -> None:
        if chosen is None or not chosen.marked:
            return
        cases = [case for case in self.model.all_cases if case.name in chosen.marked]
        self.model.choose(chosen.marked, self.tuning.knobs(cases, self._unused))
        self.curve_pane.drawn = None
        self.after_change()

    def action_keep(self) -> None:
        self.variants.keep()

    def action_compare(self) -> None:
        self.variants.compare()

    def action_go_to(self) -> None:
        self.variants.go_to()

    def action_remove(self) -> None:
        self.variants.remove()

    def action_write(self) -> None:
        self.destinations.write()

    def action_undo(self) -> None:
        self.destinations.undo()

    def action_sweep(self) -> None:
        self.destinations.to_sweep()
