"""One attempt of a pipeline stage: a file, the difference to another attempt, signals as lanes, or the source
with the wrong designs that went unnoticed.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.console import RenderableType
from textual import work
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.message import Message
from textual.widgets import ContentSwitcher, Static
from textual.worker import get_current_worker

from simorc.errors import SimorcError
from simorc.text import plain
from simorc_tui.data.lanes import Lanes, read_counterexample, read_waves
from simorc_tui.data.pipelines.attempt_files import AttemptFile, difference, is_counterexample
from simorc_tui.data.pipelines.mutants import marked_source
from simorc_tui.data.pipelines.runs import Ladder, StageAttempt
from simorc_tui.screens.dialogs.dialog import show
from simorc_tui.theme.coloured import coloured
from simorc_tui.theme.glyphs import UNICODE, Glyphs
from simorc_tui.widgets.failing import FailingPane
from simorc_tui.widgets.lanes_view import LanesView
from simorc_tui.widgets.plot.wave_chooser import Chosen, WaveChooser
from simorc_tui.widgets.text_view.file_view import FileView

MODES = ("file", "diff", "lanes", "mutants")


class AttemptView(FailingPane):
    """Reads in the background; `mode` is what is shown: file, diff, lanes or mutants."""

    DEFAULT_CSS = """
    AttemptView { height: 1fr; width: 1fr; layout: vertical; }
    AttemptView > .attempt-title { height: 1; text-style: dim; }
    AttemptView > ContentSwitcher { height: 1fr; }
    """

    class Composed(Message):
        """A difference or a marked source is there to show."""

        def __init__(self, wanted: object, title: str, shown: RenderableType) -> None:
            super().__init__()
            self.wanted = wanted
            self.title = title
            self.shown = shown

    class LanesRead(Message):
        """The signals are read, or why they cannot be."""

        def __init__(self, wanted: object, lanes: Lanes | None, problem: str = "") -> None:
            super().__init__()
            self.wanted = wanted
            self.lanes = lanes
            self.problem = problem

    def __init__(self, glyphs: Glyphs = UNICODE, *, widget_id: str | None = None) -> None:
        super().__init__(id=widget_id)
        self.glyphs = glyphs
        self.lanes: Lanes | None = None
        self._wanted: object = None
        self._file: Path | None = None
        self._dump: AttemptFile | None = None
        self._signals: tuple[str, ...] = ()

    def compose(self) -> ComposeResult:
        yield Static("", classes="attempt-title", markup=False)
        with ContentSwitcher(initial="attempt-file"):
            yield FileView(follow=True, id="attempt-file")
            with VerticalScroll(id="attempt-diff"):
                yield Static("")
            with VerticalScroll(id="attempt-mutants"):
                yield Static("")
            yield LanesView(widget_id="attempt-lanes")

    @property
    def mode(self) -> str:
        return (self.query_one(ContentSwitcher).current or "attempt-file").removeprefix("attempt-")

    @mode.setter
    def mode(self, mode: str) -> None:
        self.query_one(ContentSwitcher).current = f"attempt-{mode}"

    @property
    def file(self) -> Path | None:
        """The file that shows, or the one whose signals do."""
        if self.mode == "lanes":
            return self._dump.path if self._dump is not None else None
        return self._file if self.mode == "file" else None

    def show_file(self, file: AttemptFile | None) -> None:
        """A file, logs at their end; None where the attempt has none yet."""
        self.mode = "file"
        self._title(file.name if file is not None else "")
        self._file, self._wanted = file.path if file is not None else None, None
        view = self.query_one(FileView)
        view.follow = file is not None and file.name.endswith(".log")
        view.show_file(self._file)

    def show_difference(
        self, ladder: Ladder, stage_attempt: StageAttempt, other: StageAttempt | None = None
    ) -> None:
        """What `stage_attempt` made otherwise than `other`, by default than the attempt before it."""
        self.mode = "diff"
        wanted = (stage_attempt, other)
        if wanted != self._wanted:
            self._wanted = wanted
            self._compare(ladder, stage_attempt, other, wanted)

    def show_lanes(self, file: AttemptFile | None) -> None:
        """The signals of a dump or a counterexample; a dump that has grown keeps the part of time in view."""
        self.mode = "lanes"
        if file is None:
            self._dump = self._wanted = None
            self._title("")
            self.query_one(LanesView).show_note("This attempt has no waveforms. Press w on a simulation.")
        elif self._wanted != (file, self._signals):
            self._read(file)

    def show_mutants(self, qualification: AttemptFile | None) -> None:
        """The source with the wrong designs that were noticed and those that were not."""
        self.mode = "mutants"
        if qualification is None:
            self._wanted = None
            self._title("")
            note = "This attempt qualified no testbench. Press m on a qualification."
            self.query_one("#attempt-mutants > Static", Static).update(note)
        elif self._wanted != qualification:
            self._wanted = qualification
            self._mark(qualification)

    def choose_signals(self) -> None:
        """Prompt for the signals to draw."""
        if self.lanes is None or not self.lanes.names or self.mode != "lanes":
            self.notify("There are no waveforms to select.", severity="warning")
            return
        show(self.app, WaveChooser(self.lanes.names, self._signals), self._signals_chosen)

    def focus_content(self) -> None:
        """Give the keys to what shows."""
        target = "FileView LinesView" if self.mode == "file" else f"#attempt-{self.mode}"
        self.screen.set_focus(self.query_one(target))

    def on_attempt_view_composed(self, message: Composed) -> None:
        message.stop()
        if message.wanted == self._wanted and self.mode in ("diff", "mutants"):
            self._title(message.title)
            self.query_one(f"#attempt-{self.mode} > Static", Static).update(message.shown)

    def on_attempt_view_lanes_read(self, message: LanesRead) -> None:
        message.stop()
        if message.wanted != self._wanted or self.mode != "lanes":
            return
        again, self.lanes = self.lanes, message.lanes
        view = self.query_one(LanesView)
        if message.lanes is None:
            view.show_note(message.problem)
            return
        self._title(f"{self._dump.name if self._dump else ''}  {message.lanes.note}")
        view.show_lanes(message.lanes, keep_window=again is not None and again.shown == message.lanes.shown)

    def _signals_chosen(self, chosen: Chosen | None) -> None:
        if chosen is not None and self._dump is not None:
            self._signals = chosen.marked
            self._read(self._dump)

    def _read(self, dump: AttemptFile) -> None:
        if self._dump is None or self._dump.path != dump.path:
            self.lanes = None
        self._dump, self._wanted = dump, (dump, self._signals)
        self._read_lanes(dump, self._signals, self._wanted)

    @work(thread=True, exclusive=True, group="attempt", exit_on_error=False)
    def _compare(
        self, ladder: Ladder, stage_attempt: StageAttempt, other: StageAttempt | None, wanted: object
    ) -> None:
        try:
            title, shown = difference(ladder, stage_attempt, other)
        except OSError as error:
            title, shown = "", coloured(plain(f"{error.filename}: {error.strerror}"), "red")
        self._post(self.Composed(wanted, title, shown))

    @work(thread=True, exclusive=True, group="attempt", exit_on_error=False)
    def _mark(self, qualification: AttemptFile) -> None:
        try:
            title, shown = marked_source(qualification.path, self.glyphs)
        except OSError as error:
            title, shown = "", coloured(plain(f"{error.filename}: {error.strerror}"), "red")
        except ValueError as error:
            title, shown = "", coloured(plain(str(error)), "red")
        self._post(self.Composed(qualification, title, shown))

    @work(thread=True, exclusive=True, group="attempt", exit_on_error=False)
    def _read_lanes(self, file: AttemptFile, signals: Sequence[str], wanted: object) -> None:
        try:
            lanes = (
                read_counterexample(file.path) if is_counterexample(file) else read_waves(file.path, signals)
            )
            found = self.LanesRead(wanted, lanes)
        except SimorcError as error:
            found = self.LanesRead(wanted, None, plain(error.message))
        self._post(found)

    def _post(self, message: Message) -> None:
        """Post it unless something else was asked for meanwhile."""
        if not get_current_worker().is_cancelled:
            self.post_message(message)

    def _title(self, title: str) -> None:
        self.query_one(".attempt-title", Static).update(plain(title))
