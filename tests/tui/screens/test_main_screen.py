"""What a user does, key by key, on a headless terminal."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.events import Key
from textual.pilot import Pilot
from textual.widgets import Input

from simorc.errors import SimorcError
from simorc.rundir.layout import RunLayout
from simorc_tui.app import SimorcApp
from simorc_tui.data.launcher import Launcher
from simorc_tui.screens.dialogs.choice import ChoiceScreen
from simorc_tui.screens.main.context import MainContext
from simorc_tui.screens.main.main_screen import MainScreen
from simorc_tui.theme.profile import Profile
from simorc_tui.widgets.case_table.filter_bar import FilterBar
from simorc_tui.widgets.case_table.table import CaseTable
from simorc_tui.widgets.sweep_builder.builder import SweepBuilder
from tests.tui.fake_run import SWEEP_FILE, FakeRun
from tests.waiting import screen_text, until_shown

LOCAL = Profile(ssh=False, unicode=True, colours=True)
PLAIN = Profile(ssh=True, unicode=False, colours=False)
WIDE, SMALL = (160, 48), (80, 24)


class NotedLauncher(Launcher):
    """Writes down what it is asked; a build makes what `make` makes."""

    def __init__(self, root: Path, make: Callable[[], RunLayout] | None = None) -> None:
        super().__init__(root)
        self.asked: list[tuple[object, ...]] = []
        self._make = make

    async def build(
        self, sweep: str, draft: str | None = None, reuse: str | None = None, *, allow_stale: bool = False
    ) -> RunLayout:
        self.asked.append(("build", sweep, draft) if reuse is None else ("build", sweep, draft, reuse))
        if self._make is None:
            raise SimorcError("sweeps/pvt.yaml:4:3: parameters.vdaa: not a parameter")
        return self._make()

    async def start(
        self, layout: RunLayout, cases: Sequence[int] | None = None, *, inputs: str = "refuse"
    ) -> None:
        self.asked.append(("start", layout.name, cases))

    async def request(self, layout: RunLayout, kind: str, **data: object) -> None:
        self.asked.append((kind, data))


@asynccontextmanager
async def running(
    root: Path, size: tuple[int, int] = WIDE, launcher: Launcher | None = None, profile: Profile = LOCAL
) -> AsyncIterator[Pilot[int]]:
    app = SimorcApp(root, profile, launcher=launcher or NotedLauncher(root))
    async with app.run_test(size=size, notifications=True) as pilot:
        await until_shown(pilot, lambda: main(pilot).main.outline.sweeps != ())
        yield pilot


def main(pilot: Pilot[int]) -> MainScreen:
    return next(screen for screen in pilot.app.screen_stack if isinstance(screen, MainScreen))


def table(pilot: Pilot[int]) -> CaseTable:
    return main(pilot).main.table


def builder(pilot: Pilot[int]) -> SweepBuilder:
    return main(pilot).main.builder


async def type_line(pilot: Pilot[int], text: str) -> None:
    for letter in text:
        await pilot.press(letter if letter.isalnum() else {" ": "space", ":": "colon"}.get(letter, letter))


async def test_opening_attaches_to_the_newest_run(project: Path, make_run: Callable[..., FakeRun]) -> None:
    make_run(5, "pvt_20261120120000")
    make_run(45, "pvt_20261121120000")
    async with running(project) as pilot:
        await until_shown(pilot, lambda: table(pilot).row_count == 45)
        await until_shown(pilot, lambda: "✓ 39 done  ✗ 6 failed" in screen_text(pilot.app))
        assert "rc ▸ pvt_20261121120000" in screen_text(pilot.app)
        await pilot.press("b", "j", "enter")
        await until_shown(pilot, lambda: table(pilot).row_count == 5)


async def test_a_run_under_way_is_seen_live(project: Path, make_run: Callable[..., FakeRun]) -> None:
    run = make_run(45, filled=10)
    async with running(project) as pilot:
        await until_shown(pilot, lambda: "▶ 0 running" in screen_text(pilot.app))
        run.set_case(2, status="in_progress")
        run.db.execute("INSERT INTO progress VALUES (2, 0.43)")
        await until_shown(pilot, lambda: "▶ 43%" in screen_text(pilot.app))
        run.set_case(2, status="failed", message="singular matrix: node x1.n3")
        run.db.execute("DELETE FROM progress")
        await until_shown(pilot, lambda: "singular matrix: node x1.n3" in screen_text(pilot.app))


async def test_failed_only_filter_and_back(project: Path, make_run: Callable[..., FakeRun]) -> None:
    make_run(45)
    async with running(project) as pilot:
        await until_shown(pilot, lambda: table(pilot).row_count == 45)
        await pilot.press("F")
        await until_shown(pilot, lambda: table(pilot).row_count == 6)
        assert "6 match  /status:failed" in screen_text(pilot.app)
        await pilot.press("F")
        await until_shown(pilot, lambda: table(pilot).row_count == 45)
        await pilot.press("slash")
        await type_line(pilot, "corner=ss vdd=1.8")
        await pilot.press("enter")
        await until_shown(pilot, lambda: table(pilot).row_count == 15)
        await pilot.press("slash", "escape")
        await until_shown(pilot, lambda: table(pilot).row_count == 45)


async def test_a_wrong_filter_says_what_is_wrong(project: Path, make_run: Callable[..., FakeRun]) -> None:
    make_run(45)
    async with running(project) as pilot:
        await until_shown(pilot, lambda: table(pilot).row_count == 45)
        await pilot.press("slash")
        await type_line(pilot, "gian=3")
        await until_shown(pilot, lambda: "did you mean 'gain'?" in screen_text(pilot.app))
        await pilot.press("escape")
        await until_shown(pilot, lambda: table(pilot).row_count == 45)


async def test_a_filter_typed_in_one_go_goes_into_the_filter(
    project: Path, make_run: Callable[..., FakeRun]
) -> None:
    """No key of a fast typist reaches the table, where `a` would mark every case."""
    make_run(45)
    async with running(project) as pilot:
        await until_shown(pilot, lambda: table(pilot).row_count == 45)
        pilot.app.post_message(Key("slash", "/"))
        for letter in "gaina":
            pilot.app.post_message(Key(letter, letter))
        await until_shown(pilot, lambda: main(pilot).query_one(FilterBar).query_one(Input).value == "gaina")
        assert not table(pilot).marks


async def test_a_choice_typed_in_one_go_is_taken(project: Path, make_run: Callable[..., FakeRun]) -> None:
    make_run(45)
    async with running(project) as pilot:
        await until_shown(pilot, lambda: table(pilot).row_count == 45)
        place = [column.label for column in table(pilot).columns].index("gain")
        for key in ("s", *("j" * place), "enter"):
            pilot.app.post_message(Key(key, key if len(key) == 1 else None))
        await until_shown(pilot, lambda: table(pilot).arrangement.order == "m_gain")


async def test_sort_and_reverse(project: Path, make_run: Callable[..., FakeRun]) -> None:
    make_run(45)
    async with running(project) as pilot:
        await until_shown(pilot, lambda: table(pilot).row_count == 45)
        await pilot.press("s", "down", "down", "down", "down", "down", "enter")
        await until_shown(pilot, lambda: "sort=gain↑" in screen_text(pilot.app))
        await pilot.press("g")
        assert table(pilot).current.case_id == 45  # type: ignore[union-attr]
        await pilot.press("s", "s")
        await until_shown(pilot, lambda: "sort=gain↓" in screen_text(pilot.app))


@pytest.mark.parametrize(("size", "together"), [(WIDE, True), (SMALL, False)])
async def test_panes(
    project: Path, make_run: Callable[..., FakeRun], size: tuple[int, int], together: bool
) -> None:
    make_run(45)
    titles = {"1": "1 project", "2": "2 sweep pvt", "3": "3 cases", "4": "4 wave"}
    async with running(project, size) as pilot:
        await until_shown(pilot, lambda: table(pilot).row_count == 45)
        assert all(title in screen_text(pilot.app) for title in titles.values()) is together
        for key, title in titles.items():
            if key != "3":
                await pilot.press(key)
            else:
                await pilot.press("1", "3")
            await pilot.pause()
            assert title in screen_text(pilot.app)
            assert main(pilot).focused is not None
        await pilot.press("1", "z")
        await pilot.pause()
        assert ("3 cases" in screen_text(pilot.app)) is False
        assert "? help" in screen_text(pilot.app)


async def test_the_builder_counts_saves_and_keeps_comments(project: Path) -> None:
    async with running(project) as pilot:
        await until_shown(pilot, lambda: builder(pilot).cases == 9)
        await pilot.press("2", "enter")
        await pilot.press(*["backspace"] * 20)
        await type_line(pilot, "1.8 2")
        await pilot.press("enter")
        await until_shown(pilot, lambda: builder(pilot).cases == 6)
        assert "2 sweep pvt *" in screen_text(pilot.app)
        assert (project / "sweeps" / "pvt.yaml").read_text() == SWEEP_FILE
        await pilot.press("ctrl+s")
        await until_shown(pilot, lambda: "Overwrite pvt.yaml?" in screen_text(pilot.app))
        assert (project / "sweeps" / "pvt.yaml").read_text() == SWEEP_FILE
        await pilot.press("y")
        await until_shown(pilot, lambda: not builder(pilot).dirty)
        assert (project / "sweeps" / "pvt.yaml").read_text() == SWEEP_FILE.replace(
            "[1.62, 1.8, 1.98]", "[1.8, 2]"
        )
        await pilot.press("home", "down", "down", "enter")
        await pilot.press(*["backspace"] * 10)
        await type_line(pilot, "-40 .. 125 /4")
        await pilot.press("enter")
        await until_shown(pilot, lambda: builder(pilot).cases == 24)
        await pilot.press("delete")
        await until_shown(pilot, lambda: builder(pilot).cases == 6)


async def test_a_line_that_makes_no_sense_stays_to_be_corrected(project: Path) -> None:
    async with running(project) as pilot:
        await until_shown(pilot, lambda: builder(pilot).cases == 9)
        await pilot.press("2", "enter")
        await pilot.press(*["backspace"] * 20)
        await type_line(pilot, "1 .. 3")
        await pilot.press("enter")
        await until_shown(
            pilot,
            lambda: "number of points missing" in builder(pilot).problem,
        )
        assert builder(pilot).has_class("editing")
        await pilot.press("escape")
        assert not builder(pilot).dirty


async def test_r_builds_the_draft_and_starts_it(project: Path, make_run: Callable[..., FakeRun]) -> None:
    launcher = NotedLauncher(project, lambda: make_run(9, filled=0).layout)
    async with running(project, launcher=launcher) as pilot:
        await until_shown(pilot, lambda: builder(pilot).cases == 9)
        await pilot.press("r")
        await until_shown(pilot, lambda: len(launcher.asked) == 2)
        assert launcher.asked == [("build", "pvt", None), ("start", "pvt_20261121120000", None)]
        await until_shown(pilot, lambda: table(pilot).row_count == 9)
        await pilot.press("r")
        await until_shown(pilot, lambda: "resume pvt_20261121120000" in screen_text(pilot.app))
        dialog = pilot.app.screen
        assert isinstance(dialog, ChoiceScreen)
        assert dialog.choices[0].label == "a new run of pvt", "a new run of what is shown is the default"
        await pilot.press("r")
        await until_shown(pilot, lambda: len(launcher.asked) == 3)
        assert launcher.asked[2] == ("start", "pvt_20261121120000", None)


async def test_unsaved_values_are_what_is_run(project: Path) -> None:
    launcher = NotedLauncher(project)
    async with running(project, launcher=launcher) as pilot:
        await until_shown(pilot, lambda: builder(pilot).cases == 9)
        await pilot.press("2", "delete")
        await until_shown(pilot, lambda: builder(pilot).cases == 3)
        await pilot.press("r")
        await until_shown(pilot, lambda: "parameters.vdaa: not a parameter" in screen_text(pilot.app))
        assert launcher.asked[0][:2] == ("build", "pvt")
        assert "vdd: [" not in str(launcher.asked[0][2])
        assert "# the slow one" in str(launcher.asked[0][2])


async def test_retry_without_a_runner_starts_one_for_the_failed(
    project: Path, make_run: Callable[..., FakeRun]
) -> None:
    make_run(15)
    launcher = NotedLauncher(project)
    async with running(project, launcher=launcher) as pilot:
        await until_shown(pilot, lambda: "✗ 2 failed" in screen_text(pilot.app))
        await pilot.press("R")
        await until_shown(pilot, lambda: bool(launcher.asked))
        assert launcher.asked == [("start", "pvt_20261121120000", [7, 14])]


async def test_requests_go_to_a_living_runner(
    project: Path, make_run: Callable[..., FakeRun], monkeypatch: pytest.MonkeyPatch
) -> None:
    make_run(15, filled=10)
    launcher = NotedLauncher(project)
    monkeypatch.setattr(MainContext, "alive", property(lambda self: True))
    async with running(project, launcher=launcher) as pilot:
        await until_shown(pilot, lambda: "✗ 1 failed" in screen_text(pilot.app))
        await pilot.press("p", "plus", "minus", "R")
        await until_shown(pilot, lambda: len(launcher.asked) == 4)
        await pilot.press("space", "space", "x")
        await until_shown(pilot, lambda: len(launcher.asked) == 5)
        await pilot.press("Q")
        await pilot.pause()
        await pilot.press("n")
        await pilot.pause()
        await pilot.press("a", "a", "x")
        await pilot.pause()
        await pilot.press("y")
        await until_shown(pilot, lambda: len(launcher.asked) == 6)
    assert launcher.asked == [
        ("pause", {}),
        ("jobs", {"delta": 1}),
        ("jobs", {"delta": -1}),
        ("retry", {}),
        ("cancel", {"cases": [1, 2]}),
        ("cancel", {}),
    ]


async def test_details_help_palette_and_jump(project: Path, make_run: Callable[..., FakeRun]) -> None:
    make_run(45)
    async with running(project) as pilot:
        await until_shown(pilot, lambda: table(pilot).row_count == 45)
        await pilot.press("o", "1", "4", "enter")
        await until_shown(pilot, lambda: table(pilot).cursor == 13)
        await pilot.press("enter")
        await until_shown(pilot, lambda: "case 14 of pvt_20261121120000" in screen_text(pilot.app))
        assert "no_convergence" in screen_text(pilot.app)
        await pilot.press("escape", "question_mark")
        await until_shown(pilot, lambda: "simorc: keys" in screen_text(pilot.app))
        await pilot.press("escape", "colon")
        await type_line(pilot, "only failed cases")
        await until_shown(pilot, lambda: "failed  (F)" in screen_text(pilot.app))
        await pilot.press("enter")
        await until_shown(pilot, lambda: table(pilot).row_count == 6)


async def test_copy(project: Path, make_run: Callable[..., FakeRun]) -> None:
    run = make_run(45)
    async with running(project) as pilot:
        await until_shown(pilot, lambda: table(pilot).row_count == 45)
        await pilot.press("y", "n")
        await until_shown(pilot, lambda: pilot.app.clipboard == str(run.layout.deck(1)))


async def test_leaving_ends_with_zero(project: Path) -> None:
    async with running(project) as pilot:
        await pilot.press("ctrl+c")
        await pilot.pause()
        assert pilot.app.is_running
        await pilot.press("q")
    assert pilot.app.return_value == 0


async def test_problems_of_the_configuration_are_shown(project: Path) -> None:
    (project / "testbenches" / "dc" / "config.yaml").write_text("parametres: {vdd: 1}\n")
    app = SimorcApp(project, LOCAL, launcher=NotedLauncher(project))
    async with app.run_test(size=WIDE) as pilot:
        await until_shown(pilot, lambda: "problems in the configuration" in screen_text(app))
        assert "! problems" in screen_text(app)


@pytest.mark.parametrize("size", [SMALL, WIDE])
async def test_the_tree_its_scrollbar_and_messages_are_ascii_too(
    project: Path, make_run: Callable[..., FakeRun], size: tuple[int, int]
) -> None:
    for day in range(10, 31):
        make_run(2, name=f"pvt_202611{day}120000")
    async with running(project, size, profile=PLAIN) as pilot:
        await until_shown(pilot, lambda: table(pilot).row_count == 2)
        await pilot.press("1", "R", "down", "down", "down")
        await until_shown(pilot, lambda: "There is no failed case to retry." in screen_text(pilot.app))
        await pilot.press("G")
        await until_shown(pilot, lambda: "pvt_20261110120000" in screen_text(pilot.app))
        shown = screen_text(pilot.app)
        assert shown.isascii(), {letter for letter in shown if not letter.isascii()}
        assert "` + pvt_20261110120000" in shown


async def test_ascii_where_asked(project: Path, make_run: Callable[..., FakeRun]) -> None:
    make_run(9)
    async with running(project, SMALL, profile=PLAIN) as pilot:
        await until_shown(pilot, lambda: table(pilot).row_count == 9)
        await until_shown(pilot, lambda: "+ 8 done  x 1 failed" in screen_text(pilot.app))
        text = screen_text(pilot.app)
        assert "+ done" in text
        assert "x failed" in text
        assert text.isascii()
