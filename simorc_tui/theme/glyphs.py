"""Characters of the screen in Unicode and in ASCII, and the style of each status: a character and a word,
never only a colour.
"""

from __future__ import annotations

from dataclasses import dataclass

from rich.text import Text


@dataclass(frozen=True)
class Glyphs:
    """One set of signs; every sign is one cell wide."""

    pending: str
    in_progress: str
    completed: str
    failed: str
    warning: str
    mark: str
    descending: str
    ascending: str
    bar_full: str
    bar_empty: str
    separator: str
    arrow: str
    violated: str

    def status(self, status: str) -> str:
        """The sign of a case's status."""
        return {
            "pending": self.pending,
            "in_progress": self.in_progress,
            "completed": self.completed,
            "failed": self.failed,
        }[status]


UNICODE = Glyphs("·", "▶", "✓", "✗", "!", "●", "↓", "↑", "█", "░", "│", "▸", "⚠")
ASCII = Glyphs(".", ">", "+", "x", "!", "*", "v", "^", "#", "-", "|", ">", "V")

STATUS_WORDS = {"pending": "pending", "in_progress": "running", "completed": "done", "failed": "failed"}


def status_text(glyphs: Glyphs, status: str, fraction: float | None = None) -> str:
    """``▶ 43%``, ``✗ failed``, ``✓ done``: the text of the status column."""
    if status == "in_progress" and fraction is not None:
        return f"{glyphs.in_progress} {fraction:.0%}"
    return f"{glyphs.status(status)} {STATUS_WORDS[status]}"


def progress_bar(glyphs: Glyphs, done: float, cells: int) -> str:
    """A bar of `cells` cells, `done` (0 ... 1) of it full."""
    full = min(cells, max(0, int(done * cells)))
    return glyphs.bar_full * full + glyphs.bar_empty * (cells - full)


HEADING = "bold blue"
"""The title of a section within a pane; blue is the accent in the texts of this program."""

VERDICT_STYLES = {
    "pass": "green",
    "near": "green",
    "fail": "bold yellow",
    "missing": "bold magenta",
    "error": "bold red",
    "pending": "dim",
}
"""How the verdict on a value, a case or a spec looks: violated is yellow, a simulation that failed is red."""


def verdict_glyph(glyphs: Glyphs, status: str) -> str:
    """The sign of a verdict; a blank where there is nothing to judge."""
    return {
        "pass": glyphs.completed,
        "near": glyphs.completed,
        "fail": glyphs.violated,
        "missing": "?",
        "error": glyphs.failed,
        "pending": glyphs.pending,
    }.get(status, " ")


def run_sign(glyphs: Glyphs, state: str, failed: int, violated: int = 0) -> Text:
    """The sign of a run in its colour."""
    sign = run_glyph(glyphs, state, failed, violated)
    colours = {
        glyphs.completed: "green",
        glyphs.violated: "yellow",
        glyphs.failed: "red",
        glyphs.in_progress: "cyan",
        glyphs.warning: "red",
    }
    return Text(sign, colours.get(sign, ""))


def run_glyph(glyphs: Glyphs, state: str, failed: int, violated: int = 0) -> str:
    """The sign of a run in the project tree: failed before violated before met."""
    if state in ("running", "paused", "cancelling"):
        return glyphs.in_progress
    if state in ("dead", "broken"):
        return glyphs.warning
    if state == "finished":
        return glyphs.failed if failed else glyphs.violated if violated else glyphs.completed
    return glyphs.pending
