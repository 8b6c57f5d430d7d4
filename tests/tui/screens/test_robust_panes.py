"""A pane never takes the program down; the first frame waits for nothing heavy; results know their inputs."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from textual.app import App, ComposeResult

from simorc.plots.backends.terminal.curves import PlotTrace
from simorc.plots.backends.terminal.plot import Panel, Strip
from simorc_tui.widgets.plot.plot_view import PlotView
from tests.tui.fake_run import FakeRun
from tests.tui.flows import terminal
from tests.waiting import PATIENCE, screen_text

MakeRun = Callable[..., FakeRun]


def broken(*_: object) -> None:
    raise RuntimeError("nobody foresaw this\x1b[31m")


@pytest.mark.parametrize("kind", ["thread", "coroutine", "export"])
async def test_an_unexpected_error_of_background_work_is_a_message_with_a_report(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    async def broken_coroutine() -> None:
        broken()

    async with terminal(project) as user:
        main = user.screen.main
        work: dict[str, Callable[[], object]] = {
            "thread": lambda: main.in_thread(broken, "test"),
            "coroutine": lambda: main.do(broken_coroutine(), "test"),
            "export": lambda: main.screen.run_worker(broken_coroutine(), group="export"),
        }
        work[kind]()
        await user.sees("RuntimeError: nobody foresaw this^[[31m", "Please report it with")
        (report,) = tmp_path.glob("simorc-bug-*.txt")
        assert "in broken" in report.read_text() and "simorc " in report.read_text()
        await user.press("question_mark")
        await user.until(lambda: user.pilot.app.screen is not user.screen)


@pytest.mark.parametrize(
    ("place", "key"),
    [
        ("simorc_tui.widgets.plot.wave_view.load", "w"),
        ("simorc_tui.widgets.measures_view.measures_of", "M"),
        ("simorc_tui.widgets.spec_sheet.specs_view.read_results", "S"),
        ("simorc_tui.widgets.text_view.file_view.LineIndex", "L"),
    ],
)
async def test_what_nobody_foresaw_is_a_message_in_its_pane(
    project: Path, make_run: MakeRun, monkeypatch: pytest.MonkeyPatch, place: str, key: str
) -> None:
    make_run(9)
    async with terminal(project) as user:
        await user.until(lambda: user.screen.main.table.row_count == 9)
        monkeypatch.setattr(place, broken)
        await user.press(key)
        await user.press("3", "j")
        await user.sees("RuntimeError: nobody foresaw this^[[31m")
        await user.press("F")
        await user.until(lambda: user.screen.main.table.row_count == 1)


class Plotting(App[None]):
    """A plot alone on the screen."""

    def compose(self) -> ComposeResult:
        trace = PlotTrace.of("v", np.array([0.0, 1.0]), np.array([0.0, 1.0]))
        yield PlotView(Panel((Strip((trace,)),)))


async def test_numbers_that_cannot_be_drawn_are_a_note(monkeypatch: pytest.MonkeyPatch) -> None:
    def overflow(*_: object) -> None:
        raise OverflowError("too large to convert")

    app = Plotting()
    async with app.run_test() as pilot:
        monkeypatch.setattr("simorc_tui.widgets.plot.plot_view.picture_of", overflow)
        app.query_one(PlotView).action_zoom(0.5)
        await pilot.pause()
        assert "cannot draw this plot: too large to convert" in screen_text(app)


def test_the_first_frame_waits_for_nothing_heavy() -> None:
    heavy = ("numpy", "plotext", "ruamel", "pydantic", "jinja2", "watchfiles", "spicelib", "aiohttp")
    code = f"import sys, simorc_tui.app; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": ":".join(path for path in sys.path if path)},
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE,
    )
    assert done.stdout.strip() == "[]"


async def test_results_older_than_their_inputs_say_so(project: Path, make_run: MakeRun) -> None:
    run = make_run(9)
    run.layout.manifest.write_text(json.dumps({"format": 1, "inputs": {"dut.spice": "0" * 64}}))
    async with terminal(project) as user:
        await user.sees("! results are older than dut.spice", "! older than")


async def test_parameters_stand_as_they_were_written(project: Path) -> None:
    """The store keeps 1e-10 where the user wrote 100p."""
    from simorc_tui.data.launcher import Launcher

    sweep = project / "sweeps" / "pvt.yaml"
    sweep.write_text("testbench: dc\nparameters:\n  vdd: [1800m, 1.90]\n  corner: [tt]\n")
    await Launcher(project).build("pvt")
    async with terminal(project) as user:
        await user.sees("1800m", "1.90")
