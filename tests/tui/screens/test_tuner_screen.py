"""Live tuning, with a tuner that is a formula."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion
from textual.widgets import Input

from simorc_tui.screens.tuner.tuner_screen import TunerScreen
from simorc_tui.widgets.plot.plot_view import PlotView
from tests.tui.fake_tuner import CONFIG, FakeTunerClient, FakeTunerLauncher
from tests.tui.flows import Terminal, terminal
from tests.tui.test_snapshots import SIZES, ScreenText, settled

CORNERS = "testbench: dc\nparameters: {corner: [tt, ss, ff], vdd: [1.6, 2.0]}\n"


class Tuner:
    """The tuner on the sweep ``pvt`` of the tree."""

    def __init__(self, user: Terminal, launcher: FakeTunerLauncher) -> None:
        self.user = user
        self._launcher = launcher

    @property
    def screen(self) -> TunerScreen:
        return next(each for each in self.user.pilot.app.screen_stack if isinstance(each, TunerScreen))

    @property
    def client(self) -> FakeTunerClient:
        return self._launcher.clients[-1]

    @property
    def plot(self) -> PlotView:
        return self.screen.query_one(PlotView)

    async def open(self) -> None:
        """T on the sweep in the builder."""
        await self.user.press("T")
        await self.user.until(lambda: isinstance(self.user.pilot.app.screen, TunerScreen))
        await self.drawn()

    async def drawn(self) -> None:
        """Wait until what is shown belongs to the sliders, and is drawn."""

        def is_drawn() -> bool:
            screen, drawn = self.screen, self.screen.curve_pane.drawn
            shown = drawn.shown if drawn is not None else None
            return shown is not None and shown is screen.model.shown and not screen.model.stale

        await self.user.until(is_drawn)

    def labels(self) -> list[str]:
        """The curves of the first strip; those behind the others in brackets."""
        strip = self.plot.panel.strips[0]
        return [f"({trace.label})" if trace.ghost else trace.label for trace in strip.traces]


@asynccontextmanager
async def opened(project: Path, size: tuple[int, int] = (120, 40)) -> AsyncIterator[Tuner]:
    """The application on the project, with a fake tuner."""
    (project / "testbenches" / "dc" / "config.yaml").write_text(CONFIG)
    (project / "sweeps" / "pvt.yaml").write_text(CORNERS)
    launcher = FakeTunerLauncher(project)
    async with terminal(project, size, launcher=launcher) as user:
        await user.until(lambda: user.screen.main.builder.sweep is not None)
        yield Tuner(user, launcher)


@pytest.fixture
async def tuner(project: Path) -> AsyncIterator[Tuner]:
    async with opened(project) as found:
        yield found


async def test_curve_and_specs_follow_the_slider_with_the_nominal_curve_behind(tuner: Tuner) -> None:
    await tuner.open()
    user = tuner.user
    await user.sees("tune dc", "tt", "ss", "ff", "1.7 V", "spec")
    assert tuner.labels() == ["tt", "ss", "ff"]
    await user.press("right", "right", "greater_than_sign")
    await tuner.drawn()
    await user.sees("vdd=2.04", "1.94 V")
    assert tuner.labels() == [
        *("tt", "ss", "ff"),
        *("(nominal tt: v(out))", "(nominal ss: v(out))", "(nominal ff: v(out))"),
    ]
    await user.press("g")
    await user.until(lambda: len(tuner.labels()) == 3)
    await user.press("0")
    await tuner.drawn()
    assert tuner.screen.model.values == {}
    await user.press("escape")
    await user.until(lambda: tuner.client.closed)


async def test_only_the_newest_values_are_simulated(tuner: Tuner) -> None:
    await tuner.open()
    client = tuner.client
    client.is_held, before = True, len(client.asked)
    await tuner.user.press(*("right",) * 8)
    client.is_held = False
    client.release()
    await tuner.drawn()
    assert [str(each["vdd"]) for each in client.asked[before:]][-1] == "1.96"
    assert float(tuner.screen.model.shown.values["vdd"]) == 1.96  # type: ignore[union-attr]


async def test_a_value_is_typed_and_checked_while_it_is_typed(tuner: Tuner) -> None:
    await tuner.open()
    user = tuner.user
    await user.press("2")
    await user.type("k5")
    await user.sees("'2k5' is not a number")
    await user.press("enter")
    assert tuner.screen.field.is_open and tuner.screen.model.values == {}
    await user.press("escape", "enter")
    field = tuner.screen.query_one(Input)
    assert (field.value, field.selected_text) == ("1.8", "1.8")
    await user.type("2.25V")
    await user.press("enter")
    await tuner.drawn()
    assert str(tuner.screen.model.values["vdd"]) == "2.25V"
    assert not tuner.screen.field.is_open


async def test_a_failed_simulation_is_shown_in_place_and_the_last_curve_stays(tuner: Tuner) -> None:
    await tuner.open()
    user = tuner.user
    before = tuner.labels()
    await user.press("3")
    await user.type(".5")
    await user.press("enter")
    await user.sees("tt: no convergence", "stale")
    assert tuner.labels() == before
    await user.press("0")
    await tuner.drawn()
    assert "stale" not in user.text and "no convergence" not in user.text


async def test_what_cannot_be_moved_says_why(tuner: Tuner) -> None:
    await tuner.open()
    user = tuner.user
    await user.press("tab", "tab", "right")
    await user.sees("the template does not use it")
    assert tuner.screen.model.values == {}


async def test_variants_are_kept_compared_overlaid_and_gone_back_to(tuner: Tuner) -> None:
    await tuner.open()
    user = tuner.user
    await user.press("k")
    await user.sees("every slider is at its nominal value")
    await user.press("right", "k", "right")
    await tuner.drawn()
    await user.press("v")
    await user.sees("nominal", "1.82", "1.84", "now", "vout")
    await user.press("escape", "O")
    await user.until(lambda: "A tt" in tuner.labels())
    await user.press("V", "a")
    await tuner.drawn()
    assert str(tuner.screen.model.values["vdd"]) == "1.82"
    await user.press("X", "a", "V")
    await user.sees("nominal values")
    assert not tuner.screen.model.variants


async def test_values_are_written_to_the_file_with_its_comments_and_undone(
    tuner: Tuner, project: Path
) -> None:
    await tuner.open()
    user, config = tuner.user, project / "testbenches" / "dc" / "config.yaml"
    await user.press("w")
    await user.sees("Move one first")
    await user.press("right", "w")
    await user.sees("vdd: 1.8 -> 1.82")
    await user.press("y")
    await user.until(lambda: config.read_text() == CONFIG.replace("vdd: 1.8 ", "vdd: 1.82 "))
    await user.press("right", "w", "y")
    await user.until(lambda: "vdd: 1.84 " in config.read_text())
    await user.press("u", "u")
    await user.until(lambda: config.read_text() == CONFIG)
    await user.press("u")
    await user.sees("nothing to undo")


async def test_a_value_that_an_environment_sets_is_not_written(tuner: Tuner, project: Path) -> None:
    await tuner.open()
    user, config = tuner.user, project / "testbenches" / "dc" / "config.yaml"
    config.write_text(CONFIG.replace("vdd: 1.8 ", "vdd: 1.2 "))
    await user.press("right", "w", "y")
    await user.sees("does not set vdd")
    assert "vdd: 1.2 " in config.read_text()


async def test_corners_are_chosen_and_everything_is_measured_again(tuner: Tuner) -> None:
    await tuner.open()
    user = tuner.user
    await user.press("right", "c", "ctrl+u")
    await user.type("ff")
    await user.press("space", "enter")
    await tuner.drawn()
    assert [case.name for case in tuner.screen.model.cases] == ["ff"]
    assert tuner.screen.model.nominal is not None
    assert tuner.client.asked[-2:] == [{}, {"vdd": 1.82}]


async def test_values_become_a_sweep_in_the_builder_and_the_tuner_is_found_as_it_was(tuner: Tuner) -> None:
    await tuner.open()
    user = tuner.user
    await user.press("right", "k", "right", "s")
    builder = user.screen.main.builder
    await user.until(lambda: builder.draft is not None and builder.dirty)
    assert builder.draft is not None
    assert builder.draft.parameters()["vdd"] == ["1.82", "1.84"]
    await user.press("3")
    await tuner.open()
    assert str(tuner.screen.model.values["vdd"]) == "1.84"
    assert [each.name for each in tuner.screen.model.variants] == ["A"]
    await user.until(lambda: tuner.screen.model.variants[0].reading is not None)


async def test_the_plot_takes_its_own_keys_and_escape_comes_back(tuner: Tuner) -> None:
    await tuner.open()
    user = tuner.user
    await user.press("p", "plus")
    assert tuner.plot.window.part is not None
    await user.press("escape", "right")
    await tuner.drawn()
    assert tuner.plot.window.part is not None, "the part of x stays while a slider moves"
    await user.press("question_mark")
    await user.sees("In the tuner", "In a plot")


@pytest.mark.parametrize("size", SIZES)
async def test_the_screen(project: Path, snapshot: SnapshotAssertion, size: str) -> None:
    async with opened(project, SIZES[size]) as tuner:
        await tuner.open()
        await tuner.user.press("right", "k", "greater_than_sign")
        await tuner.drawn()
        tuner.user.pilot.app.clear_notifications()
        tuner.screen.milliseconds = None
        tuner.screen.show_state()
        assert await settled(tuner.user.pilot, project) == snapshot(extension_class=ScreenText)


async def test_a_burst_that_leaves_at_once_ends_everything(tuner: Tuner) -> None:
    for key in ("T", "right", "k", "v", "escape", "w", "escape", "q", "T", "5", "escape", "q"):
        await tuner.user.press(key)
    await asyncio.sleep(0)
    await tuner.user.until(lambda: not tuner.user.pilot.app._exception)
