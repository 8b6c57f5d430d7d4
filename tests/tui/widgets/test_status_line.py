"""The line above the panes: what fits, in which order parts give way, and the bar to scale."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.geometry import Size

from simorc.results.case_counts import CaseCounts
from simorc_tui.data.spec_violations import Violations
from simorc_tui.widgets.line_parts import fitted_line, part
from simorc_tui.widgets.status_line import StatusLine, cell_shares

COUNTS = {"pending": 87_133, "in_progress": 2, "completed": 12_801, "failed": 64}
META = {
    "total": "100000",
    "state": "paused",
    "pause_reason": "the disk is full: 2 MB are free, 1 GB is needed",
}


class Line(StatusLine):
    """The line in a width, without a program around it."""

    wide = 160

    @property
    def size(self) -> Size:
        return Size(self.wide, 1)


def line_of(width: int, **meta: Any) -> str:
    line = Line()
    line.wide = width
    line.set_reactive(StatusLine.project, "ota_5t")
    line.set_reactive(StatusLine.violations, Violations(CaseCounts(12_000, 801, 0, 64, 87_135)))
    line._run, line._counts, line._meta, line._alive = "pvt_ac_20261128011613", COUNTS, META | meta, True
    return str(line.render())


def test_a_wide_line_says_everything() -> None:
    line = line_of(240)
    assert "ota_5t ▸ pvt_ac_20261128011613" in line and "12,865 / 100,000  13 %" in line
    assert "paused: the disk is full" in line
    for words in ("✓ 12,000 met", "⚠ 801 of 12865 violate a spec", "✗ 64 failed", "▶ 2 running", "· 87,133"):
        assert words in line


@pytest.mark.parametrize("width", [120, 80])
def test_a_narrow_line_is_not_cut_and_says_what_matters(width: int) -> None:
    line = line_of(width)
    assert len(line) <= width and "…" not in line
    assert (
        "paused" in line
        and "801" in line
        and "64" in line
        and "12865/100000" in line.replace(",", "").replace(" / ", "/")
    )


def test_zero_counts_give_way_and_a_finished_run_has_no_percentage() -> None:
    line = line_of(240, state="finished")
    assert "paused" not in line
    parts = [part(0, "a"), part(8, "✗ 0 failed", ""), part(3, "8 violated", "8")]
    assert str(fitted_line(parts, 30)) == "a  ✗ 0 failed  8 violated"
    assert str(fitted_line(parts, 13)) == "a  8 violated"
    assert str(fitted_line(parts, 5)) == "a  8"


@given(st.lists(st.integers(0, 10**6), min_size=4, max_size=4), st.integers(0, 10**6), st.integers(6, 30))
def test_the_bar_shows_every_kind_and_is_full_only_at_the_end(
    numbers: list[int], waiting: int, cells: int
) -> None:
    total = sum(numbers) + waiting
    shares = cell_shares(numbers, total, cells)
    assert all((share > 0) == (number > 0) for share, number in zip(shares, numbers, strict=True))
    assert sum(shares) < cells if waiting or not total else sum(shares) == cells


def test_a_line_keeps_what_has_no_weight() -> None:
    assert str(fitted_line([part(0, "long name"), part(1, "x", "")], 4)) == "long name"
