"""A view of a file of any size; it follows a file that grows or is replaced."""

from __future__ import annotations

import threading
from pathlib import Path
from time import monotonic
from typing import ClassVar

from textual import on, work
from textual.actions import SkipAction
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input, Static
from textual.worker import Worker, get_current_worker

from simorc.text import plain
from simorc_tui.widgets.failing import FailingPane
from simorc_tui.widgets.text_view.colour import classifier
from simorc_tui.widgets.text_view.line_index import LineIndex
from simorc_tui.widgets.text_view.lines_view import LinesView

LOOK_AGAIN_SECONDS = 0.25
NEWS_SECONDS = 0.1


class FileView(FailingPane):
    """Shows a file. With `follow` it stays at the end as the file grows, until the user scrolls away."""

    DEFAULT_CSS = """
    FileView { height: 1fr; width: 1fr; layout: vertical; }
    FileView > .file-note { height: auto; display: none; text-style: dim; text-align: center; }
    FileView.noted > .file-note { display: block; }
    FileView.noted > LinesView { display: none; }
    FileView > Input { height: 1; border: none; padding: 0; display: none; }
    FileView.searching > Input { display: block; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "search", "search", show=False, id="file.search"),
        Binding("n", "again(False)", "next match", show=False, id="file.next"),
        Binding("N", "again(True)", "previous match", show=False, id="file.previous"),
        Binding("f", "follow", "follow", show=False, id="file.follow"),
        Binding("escape", "done_searching", "end search", show=False, id="file.done"),
    ]

    class Opened(Message):
        """The file is there (again): an index of its lines, empty as yet."""

        def __init__(self, path: Path, index: LineIndex) -> None:
            super().__init__()
            self.path = path
            self.index = index

    class Absent(Message):
        """The file is missing or cannot be read."""

        def __init__(self, path: Path, why: str) -> None:
            super().__init__()
            self.path = path
            self.why = why

    class Grown(Message):
        """More lines are known."""

        def __init__(self, index: LineIndex) -> None:
            super().__init__()
            self.index = index

    class Found(Message):
        """The position of the text searched for; None: not found in that direction, maybe `elsewhere`."""

        def __init__(self, index: LineIndex, line: int | None, needle: str, *, elsewhere: bool) -> None:
            super().__init__()
            self.elsewhere = elsewhere
            self.index = index
            self.line = line
            self.needle = needle

    def __init__(self, *, follow: bool = False, id: str | None = None) -> None:  # noqa: A002 -- as Textual calls it
        super().__init__(id=id)
        self.follow = follow
        self.path: Path | None = None
        self.index: LineIndex | None = None
        self.needle = ""
        self._last_match: int | None = None
        self._left = threading.Event()
        self._reader: Worker[None] | None = None

    def compose(self) -> ComposeResult:
        yield Static("No file selected.", classes="file-note")
        yield LinesView()
        yield Input(placeholder="search (uppercase letters match uppercase only)")

    def on_mount(self) -> None:
        self._note("No file selected.")

    def on_unmount(self) -> None:
        self._leave()

    @property
    def lines(self) -> LinesView:
        return self.query_one(LinesView)

    def show_file(self, path: Path | None) -> None:
        """Show another file; None shows nothing. The file need not be there yet."""
        if path == self.path:
            return
        self._leave()
        self.path = path
        if path is None:
            self._note("No file selected.")
        else:
            self._left = threading.Event()
            self._reader = self._read(path, self._left)

    def action_search(self) -> None:
        """Prompt for the text to search for."""
        self.add_class("searching")
        search = self.query_one(Input)
        search.value = self.needle
        self.screen.set_focus(search)

    def action_again(self, backwards: bool) -> None:
        """To the next or the previous match."""
        if self.index is None or not self.needle:
            self.notify("No search text. Press / to search.", severity="warning")
            return
        here = self._last_match if self._last_match is not None else self.lines.scroll_offset.y - 1
        self._find(self.index, self.needle, here, backwards)

    def action_done_searching(self) -> None:
        """Put the search away; without a search the key is another widget's."""
        if not self.needle and not self.has_class("searching"):
            raise SkipAction
        self.remove_class("searching")
        self.needle, self._last_match = "", None
        self.lines.mark("")
        self.screen.set_focus(self.lines)

    def action_follow(self) -> None:
        """Follow the end of the file, or stop to."""
        self.follow = self.lines.follow = self.lines.sticks = not self.lines.sticks
        if self.follow:
            self.lines.show_end()
        self.notify("following the end of the file" if self.follow else "not following", timeout=2)

    @on(Input.Submitted)
    def _search(self, event: Input.Submitted) -> None:
        event.stop()
        self.remove_class("searching")
        self.needle, self._last_match = event.value, None
        self.lines.mark(event.value)
        self.screen.set_focus(self.lines)
        if self.index is not None and event.value:
            self._find(self.index, event.value, self.lines.scroll_offset.y - 1, False)

    def show_failure(self, text: str) -> None:
        self._note(text)

    def on_file_view_opened(self, message: Opened) -> None:
        message.stop()
        if message.path != self.path:
            return
        self.index, self._last_match = message.index, None
        self.remove_class("noted")
        self.lines.show(message.index, classifier(message.path), follow=self.follow)

    def on_file_view_absent(self, message: Absent) -> None:
        message.stop()
        if message.path == self.path:
            self.index = None
            self.lines.show(None, classifier(message.path))
            self._note(message.why)

    def on_file_view_grown(self, message: Grown) -> None:
        message.stop()
        if message.index is not self.index:
            return
        self.lines.grown()

    def on_file_view_found(self, message: Found) -> None:
        message.stop()
        if message.index is not self.index or message.needle != self.needle:
            return
        if message.line is None:
            needle = repr(plain(message.needle))
            message_text = f"no further match of {needle}" if message.elsewhere else f"no match of {needle}"
            self.notify(message_text, severity="warning", timeout=2, markup=False)
            return
        self._last_match = message.line
        self.lines.show_line(message.line)

    def _note(self, text: str) -> None:
        self.query_one(".file-note", Static).update(plain(text), layout=True)
        self.add_class("noted")

    def _leave(self) -> None:
        """Stop showing the file: its reader ends and closes it."""
        self._left.set()
        self.index, self._reader = None, None
        if self.is_mounted and self.query(LinesView):
            self.lines.show(None, classifier(Path()))

    @work(thread=True, group="file-reader", exit_on_error=False)
    def _read(self, path: Path, left: threading.Event) -> None:
        """Open the file whenever it appears, index it, and report new lines, until the view leaves it."""
        shown_problem = ""
        while not left.is_set() and not get_current_worker().is_cancelled:
            try:
                index = LineIndex(path)
            except OSError as error:
                why = _why_absent(path, error)
                if why != shown_problem:
                    self.post_message(self.Absent(path, why))
                shown_problem = why
                left.wait(LOOK_AGAIN_SECONDS)
                continue
            shown_problem = ""
            with index:
                self.post_message(self.Opened(path, index))
                self._keep_up(index, left)

    def _keep_up(self, index: LineIndex, left: threading.Event) -> None:
        """Index until the view leaves the file or another takes its place."""
        worker, last_news, unreported = get_current_worker(), 0.0, False
        while not left.is_set() and not worker.is_cancelled:
            more = index.extend()
            unreported = unreported or more
            if unreported and (not more or monotonic() - last_news > NEWS_SECONDS):
                self.post_message(self.Grown(index))
                last_news, unreported = monotonic(), False
            if not more:
                if index.replaced():
                    return
                left.wait(LOOK_AGAIN_SECONDS)

    @work(thread=True, exclusive=True, group="file-search", exit_on_error=False)
    def _find(self, index: LineIndex, needle: str, line: int, backwards: bool) -> None:
        """Search from the line after `line`, or before it."""
        start = index.offset_of(max(0, line)) if backwards else index.offset_of(line + 1)
        any_case = needle == needle.lower()
        offset = index.find(needle.encode(), start, backwards=backwards, any_case=any_case)
        elsewhere = offset is None and index.find(needle.encode(), 0, any_case=any_case) is not None
        if not get_current_worker().is_cancelled:
            line_found = None if offset is None else index.line_at(offset)
            self.post_message(self.Found(index, line_found, needle, elsewhere=elsewhere))


def _why_absent(path: Path, error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return f"{path.name} does not exist yet"
    return f"cannot read {path.name}: {error.strerror or error}"
