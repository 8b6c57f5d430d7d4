"""The source of a qualified design, with the wrong designs that its testbench noticed or did not."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.text import Text

from simorc.pipeline.verification.qualification import FILE
from simorc.regular_files import read_regular
from simorc.text import plain
from simorc_tui.data.pipelines.attempt_files import AttemptFile
from simorc_tui.theme.coloured import coloured
from simorc_tui.theme.glyphs import Glyphs

SOURCE = "in/rtl.sv"


def qualification_of(files: Sequence[AttemptFile]) -> AttemptFile | None:
    """The result of the attempt's qualification; None for any other stage."""
    return next((file for file in files if file.name == FILE), None)


def marked_source(qualification: Path, glyphs: Glyphs) -> tuple[str, Text]:
    """A title, and each line of the source with how many changes of it were noticed; those that were not are
    below their line. Raises OSError where a file cannot be read, ValueError where it is not a qualification.
    """
    found = json.loads(read_regular(qualification))
    lines = read_regular(qualification.parent / SOURCE).decode("utf-8", "replace").splitlines()
    try:
        return _title(found), _marked(found, lines, glyphs)
    except (LookupError, TypeError, AttributeError) as error:
        raise ValueError(f"{qualification}: not a qualification") from error


def _title(found: Mapping[str, Any]) -> str:
    mutants = found["mutants"]
    killable = mutants["made"] - mutants["equivalent"]
    words = [f"{mutants['killed']} of {killable} wrong designs noticed"]
    if mutants["equivalent"]:
        words.append(f"{mutants['equivalent']} more do the same")
    words += [f"unchecked output: {name}" for name in found["unchecked_outputs"]]
    return ", ".join(words)


def _marked(found: Mapping[str, Any], lines: Sequence[str], glyphs: Glyphs) -> Text:
    counts = {each["line"]: each for each in found["mutants"].get("by_line", ())}
    survivors: dict[int, list[str]] = {}
    for each in found["mutants"]["survivors"]:
        survivors.setdefault(each["line"], []).append(each["change"])
    digits = len(str(len(lines)))
    text = Text(no_wrap=True)
    for stub in found["stubs"]["missed"]:
        text.append(f"{glyphs.violated} not noticed: {plain(stub)}\n", "bold yellow")
    for number, line in enumerate(lines, start=1):
        missed = survivors.get(number, [])
        text.append(f"{number:>{digits}} ", "dim")
        text.append_text(_mark(counts.get(number, {}), len(missed), glyphs))
        text.append(f" {plain(line)}\n", "bold" if missed else "")
        for change in missed:
            text.append(f"{' ' * digits} {glyphs.violated}      not noticed: {plain(change)}\n", "yellow")
    return text


def _mark(counts: Mapping[str, int], missed: int, glyphs: Glyphs) -> Text:
    """``✓ 3/3``, ``⚠ 1/2``: noticed of all that are not proved to do the same."""
    killed = counts.get("killed", 0)
    if not killed and not missed:
        return Text(("= " if counts.get("equivalent") else "").ljust(6), "dim")
    shown = f"{killed}/{killed + missed}".ljust(4)
    return (
        coloured(f"{glyphs.violated} {shown}", "yellow")
        if missed
        else coloured(f"{glyphs.completed} {shown}", "green")
    )
