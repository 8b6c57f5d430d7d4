"""One attempt of a pipeline stage: a file, the difference to another attempt, or its waveforms."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.console import RenderableType
from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.message import Message
from textual.widgets import ContentSwitcher, Static
from textual.worker import get_current_worker

from simorc.errors import SimorcError
from simorc.text import plain
from simorc_tui.data.digital_waves import DigitalWaves, read_waves
from simorc_tui.data.pipelines.attempt_files import AttemptFile, difference
from simorc_tui.data.pipelines.runs import Ladder, StageAttempt
from simorc_tui.screens.dialogs.dialog import show
from simorc_tui.widgets.failing import FailingPane
from simorc_tui.widgets.plot.plot_view import PlotView
from simorc_tui.widgets.plot.wave_chooser import Chosen, WaveChooser
from simorc_tui.widgets.text_view.file_view import FileView

MODES = ("file", "diff", "wave")


class AttemptView(FailingPane):
    """Reads in the background; `mode` is what is shown: file, diff or wave."""

    DEFAULT_CSS = """
    AttemptView { height: 1fr; width: 1fr; layout: vertical; }
    AttemptView > .attempt-title { height: 1; text-style: dim; }
    AttemptView > ContentSwitcher { height: 1fr; }
    """

    class Compared(Message):
        """What differs is known."""

        def __init__(self, wanted: object, title: str, shown: RenderableType) -> None:
            super().__init__()
            self.wanted = wanted
            self.title = title
            self.shown = shown

    class WavesRead(Message):
        """The dump is read, or why it cannot be."""

        def __init__(self, wanted: object, waves: DigitalWaves | None, problem: str = "") -> None:
            super().__init__()
            self.wanted = wanted
            self.waves = waves
            self.problem = problem

    def __init__(self, *, widget_id: str | None = None) -> None:
        super().__init__(id=widget_id)
        self.waves: DigitalWaves | None = None
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
            yield PlotView(id="attempt-wave")

    @property
    def mode(self) -> str:
        return (self.query_one(ContentSwitcher).current or "attempt-file").removeprefix("attempt-")

    @mode.setter
    def mode(self, mode: str) -> None:
        self.query_one(ContentSwitcher).current = f"attempt-{mode}"

    @property
    def file(self) -> Path | None:
        """The file that shows, or the dump whose waveforms do."""
        if self.mode == "wave":
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

    def show_waves(self, dump: AttemptFile | None) -> None:
        """The waveforms of a dump; one that has grown is read again, the part of time in view stays."""
        self.mode = "wave"
        if dump is None:
            self._dump = self._wanted = None
            self._title("")
            self.query_one(PlotView).show_note("This attempt has no waveforms. Press w on a simulation.")
        elif self._wanted != (dump, self._signals):
            self._read(dump)

    def choose_signals(self) -> None:
        """Prompt for the signals to draw."""
        if self.waves is None or self._dump is None or self.mode != "wave":
            self.notify("There are no waveforms to select.", severity="warning")
            return
        show(self.app, WaveChooser(self.waves.names, self._signals), self._signals_chosen)

    def focus_content(self) -> None:
        """Give the keys to what shows."""
        target = {"file": "FileView LinesView", "diff": "#attempt-diff", "wave": "PlotView"}[self.mode]
        self.screen.set_focus(self.query_one(target))

    def on_attempt_view_compared(self, message: Compared) -> None:
        message.stop()
        if message.wanted == self._wanted and self.mode == "diff":
            self._title(message.title)
            self.query_one("#attempt-diff > Static", Static).update(message.shown)

    def on_attempt_view_waves_read(self, message: WavesRead) -> None:
        message.stop()
        if message.wanted != self._wanted or self.mode != "wave":
            return
        again, self.waves = self.waves, message.waves
        if message.waves is None:
            self.query_one(PlotView).show_note(message.problem)
            return
        self._title(f"{self._dump.name if self._dump else ''}  {message.waves.note}")
        same = again is not None and again.shown == message.waves.shown
        self.query_one(PlotView).show_panel(message.waves.panel, keep_window=same)

    def _signals_chosen(self, chosen: Chosen | None) -> None:
        if chosen is not None and self._dump is not None:
            self._signals = chosen.marked
            self._read(self._dump)

    def _read(self, dump: AttemptFile) -> None:
        if self._dump is None or self._dump.path != dump.path:
            self.waves = None
        self._dump, self._wanted = dump, (dump, self._signals)
        self._read_waves(dump.path, self._signals, self._wanted)

    @work(thread=True, exclusive=True, group="attempt", exit_on_error=False)
    def _compare(
        self, ladder: Ladder, stage_attempt: StageAttempt, other: StageAttempt | None, wanted: object
    ) -> None:
        try:
            title, shown = difference(ladder, stage_attempt, other)
        except OSError as error:
            title, shown = "", Text(plain(f"{error.filename}: {error.strerror}"), "red")
        if not get_current_worker().is_cancelled:
            self.post_message(self.Compared(wanted, title, shown))

    @work(thread=True, exclusive=True, group="attempt", exit_on_error=False)
    def _read_waves(self, path: Path, signals: Sequence[str], wanted: object) -> None:
        try:
            found = self.WavesRead(wanted, read_waves(path, signals))
        except SimorcError as error:
            found = self.WavesRead(wanted, None, plain(error.message))
        if not get_current_worker().is_cancelled:
            self.post_message(found)

    def _title(self, title: str) -> None:
        self.query_one(".attempt-title", Static).update(plain(title))
