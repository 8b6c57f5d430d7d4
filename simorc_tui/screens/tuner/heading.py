"""The line at the top of the tuner: what is tuned, the values that were moved, what is going on."""

from __future__ import annotations

from rich.text import Text

from simorc.text import plain
from simorc_tui.data.tuning.model import TunerModel
from simorc_tui.data.tuning.opening import Tuning
from simorc_tui.theme.glyphs import Glyphs

NAMES_SHOWN = 4


def heading(tuning: Tuning, model: TunerModel, glyphs: Glyphs, milliseconds: float | None) -> Text:
    """``tune ac ▸ tt ff ss  w_in=42.5u  41 ms``, or why what is shown is stale."""
    line = Text(f" tune {plain(tuning.testbench)} ", "bold", no_wrap=True, overflow="ellipsis")
    names = [case.name for case in model.cases[:NAMES_SHOWN]]
    more = f" +{len(model.cases) - NAMES_SHOWN}" if len(model.cases) > NAMES_SHOWN else ""
    line.append(f"{glyphs.arrow} {plain('  '.join(names))}{more}", "not bold")
    if model.problem:
        state = "stale, " if model.stale else ""
        return line.append(f"  {glyphs.failed} {state}{plain(' '.join(model.problem.split()))}", "bold red")
    for name, value in model.values.items():
        line.append(f"  {plain(name)}={value}", "bold blue")
    if model.note:
        line.append(f"  {glyphs.warning} {plain(model.note)}", "not bold yellow")
    if model.busy and model.shown is None:
        line.append("  simulating ...", "cyan")
    elif milliseconds is not None:
        line.append(f"  {milliseconds:.0f} ms", "not bold dim")
    return line
