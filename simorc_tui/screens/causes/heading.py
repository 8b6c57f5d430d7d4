"""The line at the top of the screen of causes: run, the analysis under way, doubts."""

from __future__ import annotations

from rich.text import Text

from simorc.text import plain
from simorc_tui.data.causes.jobs import Progress
from simorc_tui.data.causes.model import Causes
from simorc_tui.theme.glyphs import Glyphs, progress_bar

_BAR = 12


def heading(causes: Causes, progress: Progress | None, problem: str, glyphs: Glyphs) -> Text:
    """``causes of pvt_dc ▸ dc  wcd offset 57 of 102 to 206 simulations``, or what is to be known first."""
    line = Text(" causes ", "bold", no_wrap=True, overflow="ellipsis")
    if progress is not None:
        cost = progress.cost
        bar = progress_bar(glyphs, progress.fraction, _BAR)
        line.append(
            f"{glyphs.arrow} {cost.kind} {plain(cost.name)} {bar} {progress.done} of {cost.text}", "cyan"
        )
        return line.append("  x cancels", "not bold")
    line.append(f"{glyphs.arrow} {plain(causes.testbench)} {plain(causes.run)}", "not bold")
    if problem:
        return line.append(f"  {glyphs.failed} {plain(' '.join(problem.split()))}", "bold red")
    if causes.doubts:
        first, *more = causes.doubts
        words = f"{plain(first)}{f'  and {len(more)} more: s' if more else ''}"
        return line.append(f"  {glyphs.warning} {words}", "not bold yellow")
    if causes.sources:
        line.append(f"  {glyphs.completed} same circuit as the analyses", "not bold green")
    return line
