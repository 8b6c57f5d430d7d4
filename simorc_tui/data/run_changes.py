"""The comparison of two runs in words: changed values and changed input files."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.text import Text

from simorc.regular_files import is_regular, read_regular
from simorc.rundir.layout import RunLayout
from simorc.text import plain
from simorc_tui.data.side_by_side import MOST_LINES, rows_of

MOST_SHOWN = 40
"""Lines of one file's difference."""


def runs_text(old: RunLayout, new: RunLayout, width: int = 80) -> Text:
    """What changed between two runs, as `simorc compare` prints it, in lines of `width` cells if possible;
    for files frozen in both runs the lines that differ. Raises SimorcError.
    """
    from simorc.cli.commands.results.compare import lines_of
    from simorc.results.compare import changed_inputs, changed_specs, compare_frames
    from simorc.results.open_run import OpenRun

    before, after = OpenRun(old), OpenRun(new)
    found = compare_frames(before.frame, after.frame)
    found.spec_changes.extend(changed_specs(before.spec_results, after.spec_results))
    left, right = _frozen(old), _frozen(new)
    files: list[tuple[str, Path, Path]] = []
    for key, was, now in changed_inputs(before.manifest, after.manifest):
        if was in left and now in right:
            files.append((key.removeprefix("inputs."), left[was], right[now]))
        else:
            found.inputs.append((key, was, now))
    text = Text("\n".join(lines_of(found, after.shown, width)))
    for name, was_file, now_file in files:
        text.append(f"\n\n{plain(name)}", "bold")
        for line, style in _difference(_lines(was_file), _lines(now_file)):
            text.append(f"\n{line}", style)
    return text


def _frozen(layout: RunLayout) -> dict[str, Path]:
    """Digest -> file, of the inputs the run keeps."""
    files = [path for path in sorted(layout.inputs.rglob("*")) if is_regular(path)]
    return {hashlib.sha256(read_regular(path)).hexdigest(): path for path in files}


def _lines(path: Path) -> list[str]:
    return read_regular(path, follow=True).decode("utf-8", "replace").splitlines()[:MOST_LINES]


def _difference(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Lines with their styles, as a unified difference has them."""
    shown = 0
    for sign, left, right in rows_of(old, new):
        lines = [(f"  {left}", "dim")] if sign == "=" else [("  ...", "dim")] if sign == "…" else []
        lines += [(f"- {left}", "red")] if sign in "!-" else []
        lines += [(f"+ {right}", "green")] if sign in "!+" else []
        shown += len(lines)
        if shown > MOST_SHOWN:
            yield "  ... and more", "dim"
            return
        yield from ((plain(line), style) for line, style in lines)
