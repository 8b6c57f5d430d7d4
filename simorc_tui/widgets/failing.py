"""A pane shows the error of its background work; the program continues."""

from __future__ import annotations

import logging

from textual.widget import Widget
from textual.worker import Worker, WorkerState

from simorc.bug_report import written_report
from simorc.errors import SimorcError
from simorc.text import plain

LOG = logging.getLogger("simorc_tui")


def failure_text(error: BaseException) -> str:
    """``ValueError: its message``, safe for a terminal."""
    words = plain(str(error)).strip()
    return f"{type(error).__name__}: {words}" if words else type(error).__name__


def unexpected(error: BaseException) -> str:
    """The message for an error of background work: its text, and the file to report it with."""
    if isinstance(error, SimorcError):
        return plain(error.message)
    LOG.error("unexpected error", exc_info=error)
    try:
        file = written_report(error)
    except OSError as reason:
        return f"{failure_text(error)}\nThe report cannot be written: {reason.strerror}"
    return f"{failure_text(error)}\nPlease report it with {file}"


class FailingPane(Widget):
    """A widget whose workers run with ``exit_on_error=False``: what they raise becomes a message."""

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A worker of this pane ended; a failure is reported."""
        if event.state is WorkerState.ERROR and event.worker.error is not None:
            error = event.worker.error
            LOG.error("%s", event.worker.description, exc_info=error)
            self.show_failure(failure_text(error))

    def show_failure(self, text: str) -> None:
        """Show a message; a pane with its own place for a note overrides this."""
        self.notify(text, title="this pane failed", severity="error", markup=False, timeout=10)
