"""A corner more, typed as one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from simorc.config.yaml.edit import SweepText
from simorc.errors import UsageError
from simorc_tui.widgets.sweep_builder.corner_line import corner_pattern, with_corner

BLOCK = """testbench: dc
corners:
  # the usual one
  typical: {corner: tt, vdda: 3.3}
  slow: {corner: ss, vdda: 3.0}   # slow
monte_carlo: {samples: 3}
"""


def sweep(text: str) -> SweepText:
    return SweepText(text, Path("s.yaml"))


def test_a_corner_is_added_and_every_comment_stays() -> None:
    added = with_corner(sweep(BLOCK), "hot corner=ff temp=125")
    assert added.text == BLOCK.replace("monte_carlo", "  hot: {corner: ff, temp: 125}\nmonte_carlo")
    assert list(added.data()["corners"]) == ["typical", "slow", "hot"]


@pytest.mark.parametrize("text", ["testbench: dc\n", "corners: {a: {temp: 1}}\n"])
def test_corners_are_begun_or_go_on_in_their_form(text: str) -> None:
    assert with_corner(sweep(text), "hot temp=125").data()["corners"]["hot"] == {"temp": "125"}


def test_the_pattern_sets_what_the_last_corner_sets() -> None:
    assert corner_pattern(sweep(BLOCK)) == " corner=ss vdda=3.0"
    assert corner_pattern(sweep("testbench: dc\n")) == ""


@pytest.mark.parametrize("line", ["", "hot", "hot temp", "hot temp=", "slow temp=1", "{x} temp=1", "=1"])
def test_what_is_no_corner_is_refused(line: str) -> None:
    with pytest.raises(UsageError):
        with_corner(sweep(BLOCK), line)
