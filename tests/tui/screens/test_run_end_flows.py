"""What is told when a run is over, locked or old: on top, in a message, as a notification, in the tree."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from textual.command import CommandList

from simorc.results.case_counts import CaseCounts
from simorc.rundir.layout import RunLayout
from simorc.rundir.retention import lock_run
from simorc_tui.data.spec_violations import Violations, read_violations
from simorc_tui.screens.main import run_end_controller as run_end
from simorc_tui.widgets.status_line import StatusLine
from tests.tui.fake_run import FakeRun
from tests.tui.flows import Terminal, terminal
from tests.tui.screens.test_project_flows import NotingLauncher
from tests.tui.screens.test_worst_flows import with_spec

MakeRun = Callable[..., FakeRun]


class MakingLauncher(NotingLauncher):
    """Builds the run that `make` makes and starts nothing."""

    def __init__(self, root: Path, make: Callable[[], FakeRun]) -> None:
        super().__init__(root)
        self._make = make

    async def build(
        self, sweep: str, draft: str | None = None, reuse: str | None = None, *, allow_stale: bool = False
    ) -> RunLayout:
        return self._make().layout

    async def start(
        self, layout: RunLayout, cases: Sequence[int] | None = None, *, inputs: str = "refuse"
    ) -> None:
        self.asked.append(("start", layout.name))


def test_cases_that_break_a_spec_are_counted_once(make_run: MakeRun) -> None:
    run = make_run(45)
    with_spec(run)
    found = read_violations(run.layout)
    low = run.db.execute("SELECT count(*) FROM cases WHERE m_gain < 79").fetchone()[0]
    failed = run.db.execute("SELECT count(*) FROM cases WHERE status = 'failed'").fetchone()[0]
    assert (found.counts, found.across) == (CaseCounts(45 - low - failed, low, failed=failed), 0)
    assert found.tightest is not None and found.tightest.name == "gain"
    assert found.text == f"{low} of 45 violate a spec, {failed} failed"


def test_without_specs_nothing_is_violated(make_run: MakeRun) -> None:
    assert read_violations(make_run(9).layout).text == ""
    assert Violations(CaseCounts(45)).text == "" == Violations(CaseCounts(45)).short


async def test_the_end_of_a_run_tells_the_violated_specs(
    project: Path, make_run: MakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = make_run(45)
    with_spec(run)
    run.set_meta(state="running")
    sent: list[str] = []
    monkeypatch.setattr(run_end, "announce", lambda app, message: sent.append(message))
    expected = read_violations(run.layout).text
    async with terminal(project) as user:
        await user.until(lambda: user.screen.main.table.row_count == 45)
        await user.sees(f"⚠ {expected}")  # judged while it is active
        message = "39 completed, 6 failed, 0 pending"
        run.db.execute("INSERT INTO events (time, kind, message) VALUES (0, 'finished', ?)", (message,))
        run.set_meta(state="finished")
        await user.until(lambda: sent == [f"pvt_20261121120000: {message}; {expected}"])
        await user.sees("finished", f"⚠ {expected}", "6 failed, 0 pending;")


async def test_a_run_opened_later_has_it_on_top(project: Path, make_run: MakeRun) -> None:
    run = make_run(45)
    with_spec(run)
    short = read_violations(run.layout).short
    async with terminal(project, (80, 24)) as user:
        await user.sees("finished", f"⚠ {short}")


@pytest.mark.parametrize(
    ("width", "said"),
    [
        (200, "! 2 problems in the configuration  ! dut.sch newer  ! results are older than dut.spice"),
        (80, "! 2 problems  ! stale  ! old"),
    ],
)
async def test_what_to_beware_of_is_said_at_the_length_that_fits(
    project: Path, make_run: MakeRun, width: int, said: str
) -> None:
    make_run(45)
    async with terminal(project, (width, 48)) as user:
        await user.until(lambda: user.screen.main.table.row_count == 45)
        status = user.screen.query_one(StatusLine)
        status.problems, status.stale, status.predates = (
            2,
            "dut.sch newer",
            "results are older than dut.spice",
        )
        await user.pilot.pause()
        line = str(status.render())
        assert line.endswith(said)
        assert len(line) <= width


@pytest.mark.parametrize(
    ("width", "said"), [(200, "! no warm sessions: run simorc doctor for the reason"), (60, "! cold")]
)
async def test_a_run_that_lost_its_warm_sessions_says_so_on_top(
    project: Path, make_run: MakeRun, width: int, said: str
) -> None:
    make_run(45)
    async with terminal(project, (width, 48)) as user:
        await user.until(lambda: user.screen.main.table.row_count == 45)
        status = user.screen.query_one(StatusLine)
        news = user.screen.main.news
        lost = {
            **news.meta,
            "warm_lost": ("warm sessions are not available, every case runs cold (slower): no library"),
        }
        status.show_news(replace(news, meta=lost))
        await user.pilot.pause()
        line = str(status.render())
        assert line.endswith(said)
        assert len(line) <= width


def on_the_run(user: Terminal) -> None:
    tree = user.screen.main.tree
    tree.move_cursor(
        next(n for b in tree.root.children for n in b.children if n.data and n.data.kind == "run")
    )


async def test_a_locked_run_is_marked_and_not_asked_about(project: Path, make_run: MakeRun) -> None:
    run = make_run(9)
    lock_run(run.layout, "tape-out")
    launcher = NotingLauncher(project)
    async with terminal(project, launcher=launcher) as user:
        await user.sees("8/9 ✗1 locked")
        await user.press("1")
        on_the_run(user)
        await user.press("full_stop", "x")
        await user.sees("tape-out", "simorc unlock pvt_20261121120000")
        assert "Remove" not in user.text
        assert launcher.asked == []
        run.layout.lock_json.unlink()
        await user.until(lambda: " locked" not in str(user.screen.main.tree.cursor_node.label))  # type: ignore[union-attr]


async def test_a_removed_run_gives_way_to_the_newest_left(
    project: Path, make_run: MakeRun, tmp_path_factory: pytest.TempPathFactory
) -> None:
    make_run(4, "pvt_20261120120000")
    newest = make_run(9)
    async with terminal(project) as user:
        await user.until(lambda: user.screen.main.table.row_count == 9)
        newest.db.close()
        # At once, as nobody can remove file by file what others open meanwhile.
        newest.layout.path.rename(tmp_path_factory.mktemp("removed") / "newest")
        await user.until(lambda: user.screen.main.table.row_count == 4)
        await user.until(lambda: "pvt_20261121120000" not in user.text)
        (project / "simulations" / "pvt_20261120120000").rename(tmp_path_factory.mktemp("removed") / "last")
        await user.sees("No run yet")
        await user.until(lambda: "pvt_20261120120000" not in user.text.splitlines()[0])


async def test_starting_a_run_on_a_small_terminal_brings_the_cases(project: Path, make_run: MakeRun) -> None:
    async with terminal(
        project, (80, 24), launcher=MakingLauncher(project, lambda: make_run(9, filled=0))
    ) as user:
        await user.until(lambda: user.screen.main.builder.cases == 9)
        await user.press("2")
        await user.sees("2 sweep pvt")
        await user.press("r")
        await user.sees("3 cases", "0001")
        assert user.screen.main.pane == "cases"
        assert user.screen.main.table.has_focus


def found_first(user: Terminal) -> str:
    """The first hit of the palette, once it is the one that enter would take; empty before."""
    hits = user.pilot.app.screen.query_one(CommandList)
    return str(hits.get_option_at_index(0).prompt) if hits.option_count and hits.highlighted == 0 else ""


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("protect from removal", ("lock", "pvt_20261121120000")),
        ("html report", ("report", "pvt_20261121120000", "--format", "html")),
        ("archive", ("archive", "pvt_20261121120000")),
        ("validate", ("validate",)),
    ],
)
async def test_the_palette_has_the_actions_of_the_menus(
    project: Path, make_run: MakeRun, typed: str, asked: tuple[str, ...]
) -> None:
    make_run(9)
    launcher = NotingLauncher(project)
    async with terminal(project, launcher=launcher) as user:
        await user.until(lambda: user.screen.main.table.row_count == 9)
        await user.press("colon")
        await user.type(typed)
        await user.until(lambda: found_first(user).startswith(asked[0]))
        await user.press("enter")
        await user.until(lambda: launcher.asked == [asked])


async def test_the_palette_finds_notes_names_and_reading_again(project: Path, make_run: MakeRun) -> None:
    make_run(9)
    async with terminal(project) as user:
        await user.until(lambda: user.screen.main.table.row_count == 9)
        for word, said in (("rename", "give it a label"), ("note", "add a note"), ("reload", "ctrl+r")):
            await user.press("colon")
            await user.type(word)
            await user.sees(said)
            await user.press("escape")
        await user.press("ctrl+r")
        await user.sees("reloading the project and its runs")
