"""Writes the view of a plot to a file: prompts for format and name, and confirms an overwrite."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

from textual.dom import DOMNode

from simorc.errors import SimorcError
from simorc.files import write_whole
from simorc.plots.csv_columns import columns_of
from simorc.plots.figure import Figure
from simorc.plots.files import write_figures
from simorc.plots.kept_view import spec_text
from simorc.text import plain
from simorc_tui.screens.dialogs.choice import Choice, ChoiceScreen
from simorc_tui.screens.dialogs.dialog import show
from simorc_tui.screens.dialogs.prompt import PromptScreen

FORMS = (
    Choice(".svg", "s", "SVG, a drawing"),
    Choice(".png", "p", "PNG, a picture (needs matplotlib)"),
    Choice(".csv", "c", "CSV, the numbers in full precision"),
)


Table = Callable[[], str]
"""The numbers as CSV, for views that the columns of the figure do not represent."""


def ask_export(
    node: DOMNode, figure: Callable[[], Figure], proposed: Path, table: Table | None = None
) -> None:
    """Prompt for format and name (default: `proposed` without its ending), then write; the result is
    notified.
    """

    def write(path: Path) -> None:
        def written() -> None:
            write_shown(figure(), path, table)

        node.run_worker(_write_and_notify(node, written, path), group="export", exclusive=False)

    def named(form: str | None) -> None:
        if form is not None:
            show(
                node.app,
                PromptScreen(
                    f"Write {form[1:].upper()} to", f"{below_here(proposed)}{form}", check=_check(form)
                ),
                lambda answer: None if answer is None else unless_there(node, Path(answer), write),
            )

    show(node.app, ChoiceScreen("Format of the plot file", FORMS), named)


def below_here(path: Path) -> Path:
    """The shortest form of a path: relative to the working directory if it is below that."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def _check(form: str) -> Callable[[str], str]:
    def wrong(answer: str) -> str:
        path = Path(answer).expanduser()
        if path.suffix != form:
            return f"the file name must end in {form}"
        return f"{path} is a directory" if path.is_dir() else ""

    return wrong


def unless_there(node: DOMNode, answer: Path, write: Callable[[Path], None]) -> None:
    """Write to a path; confirm first if the file exists."""
    path = answer.expanduser()
    if not path.exists():
        write(path)
        return
    choices = (Choice("yes", "y", "overwrite it"), Choice("no", "n", "keep it"))
    show(
        node.app,
        ChoiceScreen(f"{path.name} already exists", choices, 1),
        lambda choice: write(path) if choice == "yes" else None,
    )


def ask_keep(node: DOMNode, spec: Callable[[str], dict[str, Any]], proposed: Path) -> None:
    """Prompt for the file of a plot spec, whose title is the file's name, and write it."""

    def write(path: Path) -> None:
        def written() -> None:
            text = spec_text(spec(path.stem.replace("_", " ")))
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, text)

        message = f"name it under plot_specs: of a testbench or a sweep, or draw it: simorc plot RUN {path}"
        node.run_worker(_write_and_notify(node, written, path, message), group="export", exclusive=False)

    show(
        node.app,
        PromptScreen("Save this view as a plot spec in", str(below_here(proposed)), check=_check(".yaml")),
        lambda answer: None if answer is None else unless_there(node, Path(answer), write),
    )


async def _write_and_notify(node: DOMNode, write: Callable[[], None], path: Path, then: str = "") -> None:
    try:
        await asyncio.to_thread(write)
    except SimorcError as error:
        message = "\n".join(plain(line) for line in (error.message, error.remedy) if line)
        node.app.notify(message, severity="error", markup=False, timeout=10)
    except OSError as error:
        message = f"cannot write {path}: {error.strerror or error}"
        node.app.notify(plain(message), severity="error", markup=False, timeout=10)
    else:
        message = f"written: {path}" + (f"\n{then}" if then else "")
        node.app.notify("\n".join(map(plain, message.splitlines())), markup=False, timeout=10)


def write_shown(figure: Figure, path: Path, table: Table | None = None) -> None:
    """Write a figure by the ending of `path`. Raises ToolMissing, UsageError, OSError."""
    if path.suffix == ".csv":
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, columns_of(figure) if table is None else table())
    else:
        write_figures([figure], path)
