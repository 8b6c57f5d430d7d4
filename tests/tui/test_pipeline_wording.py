"""The texts of the screen of a pipeline run."""

from __future__ import annotations

import pytest

from simorc_tui.data.pipelines.runs import Ladder, StageAttempt
from simorc_tui.screens.pipeline.wording import attempt_text, head_text, pipeline_glyph
from simorc_tui.theme.glyphs import ASCII
from simorc_tui.widgets.failing import failure_text


@pytest.mark.parametrize(
    ("state", "sign"),
    [("running", ">"), ("passed", "+"), ("failed", "x"), ("dead", "!"), ("cancelled", "!"), ("new", ".")],
)
def test_signs(state: str, sign: str) -> None:
    assert pipeline_glyph(ASCII, state) == sign


def test_the_head_counts_attempts_that_ended() -> None:
    attempts = (
        StageAttempt(1, "a1", 1, "passed"),
        StageAttempt(2, "a4", 1, "failed"),
        StageAttempt(3, "a4", 2, "running"),
        StageAttempt(0, "simulation"),
    )
    head = head_text(Ladder("counter_1", "running", attempts, 1.126, "running"), ASCII)
    assert head.plain == " > counter_1  running  2 attempts  1.13 s"


def test_the_head_of_a_stopped_run_says_how_to_resume() -> None:
    head = head_text(
        Ladder("c", "cancelled", (StageAttempt(1, "a1", 1, "passed"),), 2.0, "by \x1b[31mme"), ASCII
    )
    assert head.plain == " ! c  cancelled  1 attempt  2.00 s  by ^[[31mme  r resumes it"


def test_an_attempt_with_all_it_has() -> None:
    attempt = StageAttempt(
        3,
        "a4",
        2,
        "failed",
        kind="lint",
        message="2 findings",
        details="1\n2\n3\n4\n5\n",
        metrics=(("warnings", "2"), ("errors", "0")),
        verdict="regenerate: back to a1",
    )
    assert attempt_text(attempt).plain.splitlines() == [
        "lint attempt 2 (003)  failed  lint",
        "2 findings",
        "warnings=2  errors=0",
        "decision: regenerate: back to a1",
        *("  2", "  3", "  4", "  5"),
    ]


def test_a_stage_to_come() -> None:
    assert attempt_text(StageAttempt(0, "simulation")).plain == "simulation: not started"


def test_an_unexpected_error_as_text() -> None:
    assert failure_text(ValueError("bad \x1b[2J")) == "ValueError: bad ^[[2J"
    assert failure_text(KeyError()) == "KeyError"
