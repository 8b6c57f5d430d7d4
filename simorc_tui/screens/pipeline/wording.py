"""The texts of the screen of a pipeline run."""

from __future__ import annotations

from rich.text import Text

from simorc.text import plain
from simorc_tui.data.pipelines.runs import Ladder, StageAttempt
from simorc_tui.theme.glyphs import Glyphs
from simorc_tui.widgets.stage_ladder import COLOURS

DETAIL_LINES = 4
KEYS = "L log  w wave  v why  m mutants  d diff  r run  x cancel  z zoom  ? help  q back"
HELP = """\
1 2 3 tab     Stages, files of the attempt, content
enter         On a stage: to its files; on a file: into it
L             The attempt's log, followed while it is written
w             Waveforms of the simulation as lanes
c             Choose the signals that are drawn
v             Why it failed: the shortest input that fails, expected and given outputs
m             Wrong designs beside the source: how many of each line were noticed, and which were not
+ - h l 0     In lanes: zoom in and out, pan, all of the time
n N left right  In lanes: to the next change of the signal or the one before; move the cursor
j k           In lanes: select a signal
d             What this attempt made otherwise than the one before it; the first one: what it did to the RTL
D             The same, compared with another attempt
e             Open the file that shows in $EDITOR
r             Resume the run where it was stopped; run the pipeline again where it is over
x             Cancel the run
z             The content alone, or all again
/ n N f       In a file: search, next, previous, follow the end
q escape      Back to the project; the run goes on
"""


def pipeline_glyph(glyphs: Glyphs, state: str) -> str:
    """The sign of a pipeline's run."""
    return {
        "running": glyphs.in_progress,
        "passed": glyphs.completed,
        "failed": glyphs.failed,
        "dead": glyphs.warning,
        "broken": glyphs.warning,
        "cancelled": glyphs.warning,
    }.get(state, glyphs.pending)


def head_text(ladder: Ladder, glyphs: Glyphs) -> Text:
    """``✓ counter_20261121044631  passed  5 attempts  1.13 s``."""
    attempts = sum(
        1 for stage_attempt in ladder.attempts if stage_attempt.status in ("passed", "failed", "cancelled")
    )
    text = Text(f" {pipeline_glyph(glyphs, ladder.state)} {plain(ladder.run)}  ", "bold", no_wrap=True)
    text.append(ladder.state, COLOURS.get(ladder.state, ""))
    text.append(f"  {attempts} attempt{'' if attempts == 1 else 's'}  {ladder.seconds:.2f} s", "not bold")
    if ladder.message and ladder.state not in ("running", ladder.message):
        text.append(f"  {plain(ladder.message)}", "red not bold")
    if ladder.state in ("dead", "cancelled"):
        text.append("  r resumes it", "not bold")
    return text


def attempt_text(stage_attempt: StageAttempt) -> Text:
    """The result of an attempt: verdict, numbers, decision, the end of its output."""
    text = Text(
        plain(stage_attempt.title if stage_attempt.seq else f"{stage_attempt.word}: not started"), "bold"
    )
    if stage_attempt.seq:
        text.append(f"  {stage_attempt.status}", COLOURS.get(stage_attempt.status, ""))
    if stage_attempt.kind and stage_attempt.status == "failed":
        text.append(f"  {plain(stage_attempt.kind)}", "not bold")
    if stage_attempt.message and stage_attempt.message != stage_attempt.status:
        text.append(f"\n{plain(stage_attempt.message)}", "not bold")
    if stage_attempt.metrics:
        numbers = "  ".join(f"{plain(name)}={plain(value)}" for name, value in stage_attempt.metrics)
        text.append(f"\n{numbers}", "not bold dim")
    if stage_attempt.verdict:
        text.append(f"\ndecision: {plain(stage_attempt.verdict)}", "not bold yellow")
    for line in stage_attempt.details.splitlines()[-DETAIL_LINES:]:
        text.append(f"\n  {plain(line)}", "not bold dim")
    return text
