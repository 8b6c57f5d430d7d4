"""The files of an attempt of a pipeline stage, and the differences between two attempts."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Group, RenderableType
from rich.text import Text

from simorc.pipeline.verification.counterexample import LANES
from simorc.regular_files import open_regular
from simorc.text import plain
from simorc_tui.data.pipelines.runs import Ladder, StageAttempt
from simorc_tui.data.side_by_side import MOST_LINES, rows_of, table_of

MOST_FILES = 500
MOST_BYTES = 1_000_000
WAVES = ".vcd"
_LOGS_FIRST = ("simulation.log", "compile.log", "verilator.log", "lint.log", "answer.txt")
_NOT_TEXT = {WAVES, ".vvp"}
_ORDER = {"out": 0, "": 1, "in": 2}


@dataclass(frozen=True)
class AttemptFile:
    """One file; `name` is its path below the attempt's directory."""

    name: str
    path: Path
    size: int


def files_of(directory: Path | None) -> tuple[AttemptFile, ...]:
    """Everything the attempt left: what it made first, then logs, then what it was given."""
    if directory is None or not directory.is_dir():
        return ()
    found = list(_walk(directory, ""))
    return tuple(sorted(found, key=lambda file: (_ORDER.get(_folder(file.name), 1), file.name)))[:MOST_FILES]


def log_of(files: Sequence[AttemptFile]) -> AttemptFile | None:
    """The most informative log of the attempt, None if it left none."""
    by_name = {file.name: file for file in files}
    logs = [file for file in files if file.name.endswith(".log")]
    named = next((by_name[name] for name in _LOGS_FIRST if name in by_name), None)
    return named or (logs[-1] if logs else None)


def waves_of(files: Sequence[AttemptFile]) -> AttemptFile | None:
    """The dump of the attempt's waveforms."""
    return next((file for file in files if file.name.endswith(WAVES)), None)


def counterexample_of(files: Sequence[AttemptFile]) -> AttemptFile | None:
    """The shortened failure of the attempt's simulation."""
    return next((file for file in files if is_counterexample(file)), None)


def is_counterexample(file: AttemptFile) -> bool:
    return file.name == LANES


def difference(
    ladder: Ladder, stage_attempt: StageAttempt, other: StageAttempt | None = None
) -> tuple[str, RenderableType]:
    """A title, and what differs in the files made: from `other` or the attempt before.

    A stage that ran once is compared with the RTL it was given: what it changed there.
    """
    before = other or ladder.earlier(stage_attempt)
    if before is None:
        return f"what {stage_attempt.title} changed", _with_its_input(stage_attempt)
    title = f"{before.title}  to  {stage_attempt.title}"
    old, new = _texts(before), _texts(stage_attempt)
    if not old and not new:
        return title, Text("neither attempt wrote a file", "italic")
    names = sorted({*old, *new})
    return title, _tables([(name, old.get(name, []), new.get(name, [])) for name in names])


def _with_its_input(stage_attempt: StageAttempt) -> RenderableType:
    given = _lines(stage_attempt.directory / "in" / "rtl.sv") if stage_attempt.directory is not None else []
    made = dict(stage_attempt.artefacts).get("rtl")
    if not given or made is None or stage_attempt.stage == "a1":
        return Text("the first attempt at this stage: nothing to compare it with", "italic")
    return _tables([(made.name, given, _lines(made))])


def _tables(pairs: Sequence[tuple[str, Sequence[str], Sequence[str]]]) -> RenderableType:
    parts: list[RenderableType] = []
    for name, old, new in pairs:
        rows = rows_of(old, new)
        parts.append(Text().append(plain(name), "bold blue"))
        parts.append(table_of(rows, "before", "after") if rows else Text("the same", "italic"))
    return Group(*parts)


def _texts(stage_attempt: StageAttempt) -> dict[str, list[str]]:
    return {
        file.name: _lines(file.path)
        for file in files_of(stage_attempt.directory)
        if _folder(file.name) == "out" and file.path.suffix not in _NOT_TEXT
    }


def _lines(path: Path) -> list[str]:
    try:
        with open_regular(path) as stream:
            text = stream.read(MOST_BYTES).decode("utf-8", errors="replace")
    except FileNotFoundError:
        return []
    return text.splitlines()[:MOST_LINES]


def _folder(name: str) -> str:
    return name.partition("/")[0] if "/" in name else ""


def _walk(directory: Path, below: str) -> Iterator[AttemptFile]:
    """Files only, links not followed: what a stage left is data."""
    try:
        entries = list(os.scandir(directory))
    except FileNotFoundError:
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(Path(entry.path), f"{below}{entry.name}/")
        elif entry.is_file(follow_symlinks=False):
            yield AttemptFile(f"{below}{entry.name}", Path(entry.path), entry.stat().st_size)
