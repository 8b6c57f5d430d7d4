"""The screen of a pipeline run: its stages, live, with the files, inputs and logs of each attempt."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from simorc.errors import SimorcError
from simorc.pipeline.rundir.layout import PipelineLayout
from simorc.text import plain
from simorc_tui.data.launcher import Launcher
from simorc_tui.data.pipelines.attempt_files import AttemptFile, counterexample_of, log_of, waves_of
from simorc_tui.data.pipelines.mutants import qualification_of
from simorc_tui.data.pipelines.reader import Sight, SightReader
from simorc_tui.data.pipelines.runs import LADDER_EVERY, Ladder, StageAttempt, Watch
from simorc_tui.editor import edit_file
from simorc_tui.screens.dialogs.choice import Choice, ChoiceScreen
from simorc_tui.screens.dialogs.dialog import show
from simorc_tui.screens.dialogs.reading import ReadingScreen
from simorc_tui.screens.pipeline.control import PipelineControl
from simorc_tui.screens.pipeline.wording import HELP, KEYS, attempt_text, head_text
from simorc_tui.theme.glyphs import Glyphs
from simorc_tui.widgets.attempt_view import AttemptView
from simorc_tui.widgets.stage_ladder import StageLadder


class SightCame(Message):
    """The run in its present state."""

    def __init__(self, sight: Sight) -> None:
        super().__init__()
        self.sight = sight


class PipelineScreen(PipelineControl):
    """Stages and files on the left, the selected file on the right; escape returns to the project."""

    DEFAULT_CSS = """
    PipelineScreen { layout: vertical; }
    PipelineScreen > .pipeline-head, PipelineScreen > .pipeline-keys { height: 1; background: $panel; }
    PipelineScreen #pipeline-left { width: 38%; max-width: 64; }
    PipelineScreen #ladder, PipelineScreen #attempt-files, PipelineScreen #attempt {
        border: round $simorc-calm; height: 1fr;
    }
    PipelineScreen #attempt-files {
        background: $background; padding: 0; text-wrap: nowrap; scrollbar-size: 1 1;
    }
    PipelineScreen #ladder:focus, PipelineScreen #attempt-files:focus, PipelineScreen #attempt:focus-within {
        border: round $simorc-focus;
        border-title-background: $simorc-focus; border-title-color: $simorc-cursor-words;
        border-title-style: bold;
    }
    PipelineScreen .attempt-note { height: auto; max-height: 9; padding: 0 1; }
    .ascii PipelineScreen #ladder, .ascii PipelineScreen #attempt-files, .ascii PipelineScreen #attempt {
        border: ascii $simorc-calm;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "back", "back", id="pipeline.back"),
        Binding("1", "focus_on('ladder')", "stages", show=False, id="pipeline.ladder"),
        Binding("2", "focus_on('attempt-files')", "files", show=False, id="pipeline.files"),
        Binding("3", "focus_on('attempt')", "content", show=False, id="pipeline.content"),
        Binding("L", "log", "log", id="pipeline.log"),
        Binding("w", "wave", "waveforms", id="pipeline.wave"),
        Binding("c", "signals", "signals", id="pipeline.signals"),
        Binding("v", "counterexample", "counterexample", id="pipeline.counterexample"),
        Binding("m", "mutants", "mutants", id="pipeline.mutants"),
        Binding("d", "diff", "diff", id="pipeline.diff"),
        Binding("D", "diff_with", "diff with", id="pipeline.diff_with"),
        Binding("r", "go_on", "resume, or run again", id="pipeline.go_on"),
        Binding("x", "cancel", "cancel", id="pipeline.cancel"),
        Binding("e", "edit", "edit", id="pipeline.edit"),
        Binding("z", "zoom", "zoom", id="pipeline.zoom"),
        Binding("question_mark,f1", "help", "help", id="pipeline.help"),
    ]

    def __init__(self, layout: PipelineLayout, launcher: Launcher, glyphs: Glyphs) -> None:
        super().__init__(layout, launcher)
        self.glyphs = glyphs
        self.files: tuple[AttemptFile, ...] = ()
        self._listed: StageAttempt | None = None
        self._file_name = ""
        self._against: StageAttempt | None = None
        self._wants_counterexample = False
        self._reader = SightReader(layout)
        self._watch = Watch(self._reader, lambda sight: self.post_message(SightCame(sight)), LADDER_EVERY)

    def compose(self) -> ComposeResult:
        yield Static("", classes="pipeline-head", markup=False)
        with Horizontal():
            with Vertical(id="pipeline-left"):
                yield StageLadder(self.glyphs, widget_id="ladder")
                yield OptionList(id="attempt-files")
            with Vertical():
                yield Static("", classes="attempt-note", markup=False)
                yield AttemptView(self.glyphs, widget_id="attempt")
        yield Static(KEYS, classes="pipeline-keys", markup=False)

    def on_mount(self) -> None:
        for name, title in (("ladder", "1 stages"), ("attempt-files", "2 files"), ("attempt", "3 content")):
            self.query_one(f"#{name}").border_title = title
        self.set_focus(self.query_one(StageLadder))
        self._watch.start()

    def on_unmount(self) -> None:
        self._watch.stop()

    @property
    def ladder(self) -> Ladder:
        return self.query_one(StageLadder).ladder

    @property
    def stage_attempt(self) -> StageAttempt | None:
        """The attempt under the cursor."""
        return self.query_one(StageLadder).chosen

    @property
    def view(self) -> AttemptView:
        return self.query_one(AttemptView)

    # News -----------------------------------------------------------------------------------------

    def on_sight_came(self, event: SightCame) -> None:
        sight = event.sight
        self.query_one(".pipeline-head", Static).update(head_text(sight.ladder, self.glyphs))
        self.query_one(StageLadder).show_ladder(sight.ladder)
        self._ask_for_files()
        stage_attempt = self.stage_attempt
        if stage_attempt is not None and stage_attempt.directory == sight.directory:
            self._list_files(stage_attempt, sight.files)

    @on(OptionList.OptionHighlighted, "#ladder")
    def _rung_chosen(self) -> None:
        self._against = None
        self._ask_for_files()

    def _ask_for_files(self) -> None:
        stage_attempt = self.stage_attempt
        self.query_one(".attempt-note", Static).update(
            attempt_text(stage_attempt) if stage_attempt is not None else ""
        )
        if stage_attempt is not None and stage_attempt.directory != self._reader.directory:
            self._reader.directory = stage_attempt.directory
            self._watch.look_now()

    def _list_files(self, stage_attempt: StageAttempt, files: tuple[AttemptFile, ...]) -> None:
        """Renew the list; the content follows, in the way it was looked at last."""
        if stage_attempt == self._listed and files == self.files:
            return
        listed = self.query_one("#attempt-files", OptionList)
        if [file.name for file in files] != [file.name for file in self.files] or not listed.option_count:
            listed.clear_options()
            listed.add_options([Option(Text(plain(file.name), no_wrap=True)) for file in files])
        self.files, self._listed = files, stage_attempt
        self._show_content(stage_attempt)

    def _show_content(self, stage_attempt: StageAttempt) -> None:
        if self.view.mode == "diff":
            self.view.show_difference(self.ladder, stage_attempt, self._against)
        elif self.view.mode == "lanes":
            wanted = counterexample_of(self.files) if self._wants_counterexample else None
            self.view.show_lanes(wanted or waves_of(self.files))
        elif self.view.mode == "mutants":
            self.view.show_mutants(qualification_of(self.files))
        else:
            self._show_file(self._file_named(self._file_name) or self._first_file(stage_attempt))

    def _first_file(self, stage_attempt: StageAttempt) -> AttemptFile | None:
        """The file to show first: the log of a failed or running stage, else the file it created."""
        made = self.files[0] if self.files and self.files[0].name.startswith("out/") else None
        log = log_of(self.files)
        if stage_attempt.status != "passed" or stage_attempt.stage == "simulation":
            return log or made
        return made or log or next(iter(self.files), None)

    def _file_named(self, name: str) -> AttemptFile | None:
        return next((file for file in self.files if file.name == name), None)

    def _show_file(self, file: AttemptFile | None) -> None:
        self.view.show_file(file)
        if file is not None:
            listed = self.query_one("#attempt-files", OptionList)
            with self.prevent(OptionList.OptionHighlighted):
                listed.highlighted = self.files.index(file)

    @on(OptionList.OptionHighlighted, "#attempt-files")
    def _file_chosen(self, event: OptionList.OptionHighlighted) -> None:
        if not self.query_one("#attempt-files").has_focus or event.option_index >= len(self.files):
            return
        file = self.files[event.option_index]
        self._file_name = file.name
        if file in (waves_of([file]), counterexample_of([file])):
            self.view.show_lanes(file)
        elif file == qualification_of([file]):
            self.view.show_mutants(file)
        else:
            self.view.show_file(file)

    @on(OptionList.OptionSelected)
    def _content_wanted(self, event: OptionList.OptionSelected) -> None:
        """Enter on a stage goes to its files, on a file into it."""
        if event.option_list.id == "ladder":
            self.set_focus(self.query_one("#attempt-files"))
        else:
            self.view.focus_content()

    # Actions --------------------------------------------------------------------------------------

    def action_back(self) -> None:
        self.dismiss(None)

    def action_focus_on(self, pane: str) -> None:
        if pane == "attempt":
            self.view.focus_content()
        else:
            self.set_focus(self.query_one(f"#{pane}"))

    def action_log(self) -> None:
        log = log_of(self.files)
        if log is None:
            self.say("This attempt has no log.")
            return
        self._file_name = log.name
        self._show_file(log)
        self.view.focus_content()

    def action_wave(self) -> None:
        """The waveforms of this attempt, else of the last one that left any."""
        self._wants_counterexample = False
        self._show_artefact("lanes", waves_of(self.files), "vcd", "No stage has written waveforms yet.")

    def action_counterexample(self) -> None:
        """The shortened failure of this attempt, else of the last simulation that failed."""
        self._wants_counterexample = True
        found = counterexample_of(self.files)
        self._show_artefact(
            "lanes", found, "counterexample_lanes", "No simulation has left a counterexample."
        )

    def action_mutants(self) -> None:
        """The wrong designs that this qualification tried, else those of the last one."""
        found = qualification_of(self.files)
        self._show_artefact("mutants", found, "qualification", "No testbench has been qualified yet.")

    def _show_artefact(self, mode: str, file: AttemptFile | None, artefact: str, missing: str) -> None:
        """Show a file of this attempt, else go to the last attempt that has such an artefact."""
        if file is not None:
            show_it = self.view.show_mutants if mode == "mutants" else self.view.show_lanes
            show_it(file)
        else:
            having = [each.seq for each in self.ladder.attempts if artefact in dict(each.artefacts)]
            if not having:
                self.say(missing)
                return
            self.view.mode = mode
            self.query_one(StageLadder).choose(having[-1])
        self.view.focus_content()

    def action_signals(self) -> None:
        self.view.choose_signals()

    def action_diff(self) -> None:
        """What this attempt made otherwise than the one before it."""
        self._compare_with(None)

    def action_diff_with(self) -> None:
        """Choose the attempt to compare with."""
        mine = self.stage_attempt
        choices = [
            Choice(str(stage_attempt.seq), "", stage_attempt.title)
            for stage_attempt in self.ladder.attempts
            if stage_attempt.seq and mine is not None and stage_attempt.seq != mine.seq
        ]
        if mine is None or not mine.seq or not choices:
            self.say("There is no other attempt to compare with.")
            return
        show(self.app, ChoiceScreen(f"Compare {mine.title} with", choices), self._compared_with)

    def _compared_with(self, answer: str | None) -> None:
        if answer is not None:
            self._compare_with(
                next(
                    stage_attempt
                    for stage_attempt in self.ladder.attempts
                    if stage_attempt.seq == int(answer)
                )
            )

    def _compare_with(self, other: StageAttempt | None) -> None:
        if self.stage_attempt is None or not self.stage_attempt.seq:
            self.say("This stage has not started.")
            return
        self._against = other
        self.view.show_difference(self.ladder, self.stage_attempt, other)
        self.view.focus_content()

    def action_edit(self) -> None:
        """Open what shows in $EDITOR."""
        if self.view.file is None:
            self.say("No file is shown here.")
            return
        try:
            edit_file(self.app, self.view.file)
        except SimorcError as error:
            self.show_error(error)

    def action_zoom(self) -> None:
        """The content alone, or all again."""
        left, note = self.query_one("#pipeline-left"), self.query_one(".attempt-note")
        left.display = note.display = not left.display
        if left.display:
            self.set_focus(self.query_one(StageLadder))
        else:
            self.view.focus_content()

    def action_help(self) -> None:
        show(self.app, ReadingScreen("pipeline run: keys", Text(HELP)))

    def look_now(self) -> None:
        self._watch.look_now()

    def show_run(self, layout: PipelineLayout) -> None:
        self.dismiss(None)
        show(self.app, PipelineScreen(layout, self.launcher, self.glyphs))
