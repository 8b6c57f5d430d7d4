"""From the case table to the worst case, and specs at each value of a parameter."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from simorc.results.open_run import OpenRun
from simorc.sweeps.plan import Plan
from simorc_tui.data.broken_specs import read_breaks_spec
from simorc_tui.data.group_specs import specs_by
from tests.tui.fake_run import FakeRun
from tests.tui.flows import Terminal, terminal


def with_spec(run: FakeRun) -> None:
    """The run's gain has to be 79 dB at least; case 8 is the worst by far."""
    manifest = {
        "format": 1, "inputs": {}, "measurements": {}, "specs": {"gain": {"min": 79}},
        "plan": {}, "sweep": "pvt", "testbench": "dc", "total": run.total, "settings": {},
    }  # fmt: skip
    run.layout.manifest.write_text(json.dumps(manifest))
    run.db.execute("UPDATE cases SET m_gain = 12.5 WHERE id = 8")


async def test_b_goes_to_the_worst_case_whatever_the_filter(
    project: Path, make_run: Callable[..., FakeRun]
) -> None:
    with_spec(make_run(45))
    async with terminal(project) as user:
        table = user.screen.main.table
        await user.until(lambda: table.row_count == 45)
        await user.press("F")
        await user.until(lambda: table.row_count == 6)
        await user.press("B")
        await user.sees("Worst case of", "12.5 dB")
        await user.press("enter")
        await user.until(lambda: table.current is not None and table.current.case_id == 8)
        assert table.row_count == 45
        await user.press("u")
        await user.until(lambda: table.row_count == 6)


async def test_a_run_without_specs_says_so(project: Path, make_run: Callable[..., FakeRun]) -> None:
    make_run(5)
    async with terminal(project) as user:
        await user.until(lambda: user.screen.main.table.row_count == 5)
        await user.press("B")
        await user.sees("spec")


async def test_groups_tell_how_many_keep_to_the_specs(
    project: Path, make_run: Callable[..., FakeRun]
) -> None:
    run = make_run(45)
    with_spec(run)
    by_corner = specs_by(OpenRun(run.layout), "corner")
    assert sum(tried for _, tried in by_corner.values()) == 45
    assert 0 < sum(kept for kept, _ in by_corner.values()) < 45
    assert specs_by(OpenRun(run.layout), "nothing") == {}
    async with terminal(project) as user:
        await user.until(lambda: user.screen.main.table.row_count == 45)
        await user.press("v", "2")
        kept, _ = by_corner["tt"]
        await user.sees("corner: press enter to show the cases", f"specs ✓ {kept}")


def coloured(user: Terminal, text: str) -> set[str]:
    """The styles of what stands as `text` in the case table."""
    table = user.screen.main.table
    lines = [table.render_line(y) for y in range(table.size.height)]
    return {str(segment.style) for line in lines for segment in line if text in segment.text}


async def test_values_that_break_a_spec_are_marked(project: Path, make_run: Callable[..., FakeRun]) -> None:
    with_spec(make_run(45))
    async with terminal(project) as user:
        await user.until(lambda: user.screen.main.table.row_count == 45)
        await user.until(lambda: coloured(user, "12.50") != coloured(user, " ff "))
        assert any("bold" in style for style in coloured(user, "12.50"))
        await user.press(*["j"] * 7)
        assert len(coloured(user, "12.50")) == 1, "under the cursor it is as the cursor's line"


@pytest.mark.parametrize(("corner", "broken"), [("hot", False), ("tt", True)])
def test_limits_of_a_corner(make_run: Callable[..., FakeRun], corner: str, broken: bool) -> None:
    run = make_run(3)
    plan = Plan.expand({"parameters": {"corner": ["hot", "tt"]}}, defaults={"corner": "tt"}).to_json()
    specs = {"gain": {"min": 79, "corners": {"hot": {"min": 10}}}}
    run.layout.manifest.write_text(json.dumps({"format": 1, "inputs": {}, "specs": specs, "plan": plan}))
    case = {"hot": 1, "tt": 2}[corner]
    assert read_breaks_spec(OpenRun(run.layout))(case, "gain", 12.5) is broken


def test_without_specs_nothing_is_broken(make_run: Callable[..., FakeRun]) -> None:
    assert not read_breaks_spec(OpenRun(make_run(3).layout))(1, "gain", 12.5)


async def test_a_narrow_terminal_shows_the_worst_value_and_its_case(
    project: Path, make_run: Callable[..., FakeRun]
) -> None:
    with_spec(make_run(45))
    async with terminal(project, (60, 20)) as user:
        await user.until(lambda: user.screen.main.table.row_count == 45)
        await user.press("S")
        await user.sees("worst", "12.5 dB", "case")
        await user.press("enter")
        await user.until(
            lambda: user.screen.main.table.current is not None and user.screen.main.pane == "cases"
        )
        assert user.screen.main.table.current is not None and user.screen.main.table.current.case_id == 8


async def test_a_worst_case_further_down_is_scrolled_to_and_all_lines_follow(
    project: Path, make_run: Callable[..., FakeRun]
) -> None:
    run = make_run(45)
    with_spec(run)
    run.db.execute("UPDATE cases SET m_gain = 1.5 WHERE id = 40")
    async with terminal(project, (80, 24)) as user:
        await user.sees("0001", "0018")
        await user.press("S")
        await user.sees("worst", "1.5 dB", "40")
        await user.press("enter")
        await user.sees("0040", "0039")
        assert "0002" not in user.text


async def test_a_message_beyond_the_edge_stands_below_the_cases(
    project: Path, make_run: Callable[..., FakeRun]
) -> None:
    make_run(45).set_case(1, status="failed", message="singular matrix: node x1.n3")
    async with terminal(project, (60, 20)) as user:
        await user.sees("singular matrix: node x1.n3")
        await user.press("j")
        await user.until(lambda: "singular matrix" not in user.text)
