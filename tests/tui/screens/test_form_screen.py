"""The form of a testbench: specs, measurements, defaults and corners, edited by keys alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from simorc_tui.data.launcher import Launcher
from simorc_tui.screens.form.form_screen import FormScreen
from tests.tui.fake_run import FakeRun
from tests.tui.flows import Terminal, terminal
from tests.tui.test_snapshots import SIZES, ScreenText, settled

CONFIG = """\
# the low-pass
parameters:
  vdd: 1.8      # supply voltage, V
  corner: tt
  temp: 27

measurements:
  gain: {expr: "db(v(out))", unit: dB}
  power: {expr: "vdd*2m", unit: W}   # both branches

specs:
  # what the customer asked for
  gain: {min: 70}    # at least
"""
SWEEP = "testbench: dc\nparameters: {vdd: [1.62, 1.8]}\ncorners:\n  hot: {temp: 125}   # oven\n"


class MeasuringLauncher(Launcher):
    """Notes the commands; what `simorc measure` does to a run has tests of its own."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.commands: list[tuple[str, ...]] = []

    async def command(self, *arguments: str) -> str:
        self.commands.append(arguments)
        return "measured"


def write_files(project: Path, make_run: Callable[..., FakeRun]) -> Path:
    """A testbench with a spec, and a run of it; returns its config.yaml."""
    config = project / "testbenches" / "dc" / "config.yaml"
    config.write_text(CONFIG)
    (project / "sweeps" / "pvt.yaml").write_text(SWEEP)
    run = make_run(45)
    manifest = {
        "format": 1, "inputs": {}, "plan": {}, "sweep": "pvt", "testbench": "dc", "total": 45, "settings": {},
        "measurements": {"gain": {"expr": "db(v(out))", "unit": "dB"}}, "specs": {"gain": {"min": 70}},
    }  # fmt: skip
    run.layout.manifest.write_text(json.dumps(manifest))
    return config


def form_of(user: Terminal) -> FormScreen:
    screen = user.pilot.app.screen
    assert isinstance(screen, FormScreen)
    return screen


async def open_form(user: Terminal) -> None:
    await user.until(lambda: user.screen.main.table.row_count == 45 and user.screen.main.news is not None)
    await user.press("I")
    await user.until(lambda: isinstance(user.pilot.app.screen, FormScreen))


async def test_from_a_spec_to_its_worst_waveform_in_fifteen_keys(
    project: Path, make_run: Callable[..., FakeRun]
) -> None:
    config, launcher = write_files(project, make_run), MeasuringLauncher(project)
    async with terminal(project, (80, 24), launcher=launcher) as user:
        await user.until(lambda: user.screen.main.table.row_count == 45 and user.screen.main.news is not None)
        keys = 0

        async def press(*each: str) -> None:
            nonlocal keys
            keys += len(each)
            await user.press(*each)

        await press("S")
        await user.sees("gain", "worst")
        await press("I")
        await user.until(lambda: isinstance(user.pilot.app.screen, FormScreen))
        await user.sees("39/45")
        await press("7", "9")
        await user.sees("9/45 cases meet it")
        await press("enter", "ctrl+s")
        await user.until(lambda: launcher.commands)
        assert launcher.commands == [("measure", "pvt_20261121120000")]
        assert config.read_text() == CONFIG.replace("{min: 70}", "{min: 79}")
        assert user.screen.main.place == "specs"
        await press("enter")
        await user.until(lambda: user.screen.main.pane == "cases")
        await press("w")
        await user.until(lambda: user.screen.main.place == "wave")
        assert user.screen.main.table.current is not None
        assert user.screen.main.table.current.case_id == 45
        assert keys < 15


async def test_every_section_is_edited_judged_undone_and_saved_with_its_comments(
    project: Path, make_run: Callable[..., FakeRun]
) -> None:
    config = write_files(project, make_run)
    sweep = project / "sweeps" / "pvt.yaml"
    async with terminal(project, (120, 40), launcher=MeasuringLauncher(project)) as user:
        await open_form(user)
        form = form_of(user)
        await user.sees("gain", "power", "supply voltage, V", "corners of pvt", "hot")
        # a limit that is none is refused while it is typed, and not taken
        await user.press("enter")
        await user.type("x")
        await user.sees("! specs.gain.min: expected a number")
        await user.press("enter", "escape")
        assert not form.form.dirty
        # the last limit cannot go
        await user.press("delete")
        await user.sees("one of min, typ, max,")
        # a spec more, for a measurement that has none
        await user.press("a")
        await user.sees("power")
        await user.type("power")
        await user.press("enter", "escape", "l", "l")
        await user.type("5")
        await user.press("m", "enter")
        # a measurement as an expression, wrong while it is half typed
        await user.press("tab", "enter", "end")
        await user.type("+")
        await user.sees("! measurements.gain: ")
        await user.press("1", "enter")
        await user.until(lambda: not form.field.is_open)
        # a default, and a corner
        await user.press("tab", "2", "enter", "tab")
        await user.type("150")
        await user.press("enter")
        await user.until(lambda: not form.field.is_open)
        await user.sees("not saved")
        # taken back one by one, the last one first
        await user.press("u")
        await user.until(lambda: "temp: 125" in form.form.texts[sweep].text)
        await user.press("ctrl+s")
        await user.until(lambda: not isinstance(user.pilot.app.screen, FormScreen))
        assert sweep.read_text() == SWEEP
        text = config.read_text()
        assert "  vdd: 2      # supply voltage, V\n" in text
        assert "  gain: {min: 70}    # at least\n  power: {max: 5m}\n" in text
        assert "gain: {expr: 'db(v(out))+1', unit: dB}" in text
        assert "# what the customer asked for" in text and "# both branches" in text
        # undo after saving is a change of the file again
        await user.until(lambda: user.screen.main.outline.testbenches[0].defaults["vdd"] == 2)
        await user.press("I")
        await user.until(lambda: isinstance(user.pilot.app.screen, FormScreen))
        await user.press("u", "u", "u", "u", "u")
        await user.sees("nothing to undo")
        await user.press("ctrl+s")
        await user.until(lambda: config.read_text() == CONFIG)


async def test_changes_stay_when_the_form_is_left_and_a_file_changed_meanwhile_is_kept(
    project: Path, make_run: Callable[..., FakeRun]
) -> None:
    config = write_files(project, make_run)
    async with terminal(project, (80, 24), launcher=MeasuringLauncher(project)) as user:
        await open_form(user)
        await user.press("8", "enter", "escape")
        await user.until(lambda: not isinstance(user.pilot.app.screen, FormScreen))
        assert config.read_text() == CONFIG
        await user.press("I")
        await user.sees("not saved")
        config.write_text(CONFIG + "# mine\n")
        await user.press("ctrl+s")
        await user.sees("has changed since the")
        assert config.read_text() == CONFIG + "# mine\n"


@pytest.mark.parametrize("size", SIZES)
async def test_the_form_as_a_picture(
    project: Path, make_run: Callable[..., FakeRun], snapshot: SnapshotAssertion, size: str
) -> None:
    write_files(project, make_run)
    async with terminal(project, SIZES[size]) as user:
        await open_form(user)
        await user.sees("39/45")
        await user.press("7", "9", ".", "5")
        await user.sees("cases meet it")
        assert await settled(user.pilot, project) == snapshot(extension_class=ScreenText)
