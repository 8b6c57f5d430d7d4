"""From the case table to the worst case, and specs at each value of a parameter."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from simorc_tui.group_specs import specs_by
from tests.tui.fake_run import FakeRun
from tests.tui.flows import terminal


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
        table = user.screen.table
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
        await user.until(lambda: user.screen.table.row_count == 5)
        await user.press("B")
        await user.sees("spec")


async def test_groups_tell_how_many_keep_to_the_specs(
    project: Path, make_run: Callable[..., FakeRun]
) -> None:
    run = make_run(45)
    with_spec(run)
    by_corner = specs_by(run.layout, "corner")
    assert sum(tried for _, tried in by_corner.values()) == 45
    assert 0 < sum(kept for kept, _ in by_corner.values()) < 45
    assert specs_by(run.layout, "nothing") == {}
    async with terminal(project) as user:
        await user.until(lambda: user.screen.table.row_count == 45)
        await user.press("v", "2")
        kept, _ = by_corner["tt"]
        await user.sees("corner: enter shows the cases", f"specs ✓ {kept}")
