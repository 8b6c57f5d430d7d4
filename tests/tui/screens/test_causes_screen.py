"""A on a run: the causes behind the spec under the cursor; analyses are started, followed and cancelled."""

from __future__ import annotations

from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from simorc.errors import SimorcError
from simorc.rundir.layout import RunLayout
from simorc_tui.screens.causes.causes_screen import CausesScreen
from simorc_tui.screens.dialogs.choice import ChoiceScreen
from simorc_tui.screens.dialogs.reading import ReadingScreen
from tests.tui.causes_run import FOUND, AnalysingLauncher, store, write_causes_run
from tests.tui.flows import Terminal, terminal
from tests.tui.test_snapshots import SIZES, ScreenText, settled


@pytest.fixture
def run(project: Path) -> RunLayout:
    return write_causes_run(project)


@pytest.fixture
def stored(project: Path, run: RunLayout) -> None:
    for kind in FOUND:
        store(project, kind)


async def _opened(user: Terminal, *before: str) -> CausesScreen:
    await user.until(lambda: user.screen.main.table.row_count == 9 and user.screen.main.outline.project)
    await user.press(*before, "A")
    await user.until(lambda: isinstance(user.pilot.app.screen, CausesScreen))
    screen = user.pilot.app.screen
    assert isinstance(screen, CausesScreen)
    return screen


@pytest.mark.parametrize("size", SIZES)
async def test_the_causes_as_a_picture(
    project: Path, stored: None, snapshot: SnapshotAssertion, size: str
) -> None:
    async with terminal(project, SIZES[size]) as user:
        await _opened(user)
        await user.press("3")
        await user.sees("not normal: a normal fit says 10.890 σ", "6.200 σ")
        assert await settled(user.pilot, project) == snapshot(extension_class=ScreenText)


async def test_a_violated_spec_is_shown_first_and_each_pane_has_its_cause(
    project: Path, stored: None
) -> None:
    async with terminal(project) as user:
        screen = await _opened(user)
        assert screen.spec is not None and screen.spec.row.name == "offset"
        await user.sees("same circuit as the analyses", "54.0 %", "linear R² 0.82: with quadratic terms")
        await user.sees("-100 µV", "-1.2 %/%", "92 % (87.4-95), 184/200", "-0.400 σ", "more than 12 sigma")
        await user.sees("2 of 9 corners decide every limit", "offset (maximum)  margin -3 mV", "case 9")
        await user.press("n")
        await user.sees("No stored mismatch is about gain.", "Press a to start it", "0.05 dB")
        assert screen.spec.row.name == "gain"


async def test_the_spec_sheet_opens_the_causes_of_its_spec_and_enter_goes_to_a_case(
    project: Path, stored: None
) -> None:
    async with terminal(project) as user:
        await user.until(lambda: user.screen.main.table.row_count == 9)
        await user.press("S")
        await user.until(lambda: user.screen.main.case_view.current_spec == "gain")
        screen = await _opened(user)
        assert screen.spec is not None and screen.spec.row.name == "gain"
        await user.press("4", "enter")
        await user.until(lambda: user.pilot.app.screen is user.screen)
        row = user.screen.main.table.current
        assert row is not None and row.case_id == 9


async def test_a_device_says_what_it_does_to_every_measurement(project: Path, stored: None) -> None:
    async with terminal(project) as user:
        await _opened(user)
        await user.press("1", "enter")
        await user.until(lambda: isinstance(user.pilot.app.screen, ReadingScreen))
        await user.sees("what xo.xm4 does to every measurement", "42.0 % of the variance", "gain")
        await user.sees("-0.2 dB for 1 %", "+3.10 σ where it is 5 mV")
        await user.press("escape", "2", "down", "enter")
        await user.sees("what ibias does to every measurement", "25 µV for 10m")


async def test_an_analysis_of_another_circuit_says_so(project: Path, run: RunLayout) -> None:
    store(project, "mismatch", inputs={"models.lib": "older"})
    async with terminal(project) as user:
        await _opened(user)
        await user.sees("mismatch offset is about other inputs than this run: models.lib differ")
        await user.press("s")
        await user.sees("stored analyses of dc", "mismatch offset  2026-11-21 11:00 UTC")


async def test_a_damaged_file_is_named_and_hides_nothing(project: Path, run: RunLayout) -> None:
    store(project, "sensitivity")
    store(project, "mismatch", found={"contributions": [{"measurement": "offset"}]})
    async with terminal(project) as user:
        await _opened(user)
        await user.sees("offset.mismatch.json: not a stored analysis", "-100 µV")


async def test_an_analysis_is_started_with_its_cost_followed_and_shown(project: Path, run: RunLayout) -> None:
    launcher = AnalysingLauncher(project)
    async with terminal(project, (80, 24), launcher=launcher) as user:
        await _opened(user)
        await user.sees("No mismatch of testbench dc is stored.", "Press a to start it")
        await user.press("a")
        await user.until(lambda: isinstance(user.pilot.app.screen, ChoiceScreen))
        await user.sees("mismatch offset  14 simulations", "20 to 41 simulations", "not possible: no random")
        await user.press("enter")
        await user.until(lambda: launcher.processes)
        process = launcher.processes[0]
        process.heard(7)
        await user.sees("mismatch offset", "7 of 14 simulations")
        await user.press("a")
        await user.sees("An analysis is under way")
        await user.press("escape")  # it goes on while other screens are shown
        await user.until(lambda: user.pilot.app.screen is user.screen)
        process.heard(9)
        await user.press("A")
        await user.sees("9 of 14 simulations")
        process.finish()
        await user.sees("mismatch offset is stored", "54.0 %")


async def test_an_analysis_is_cancelled(project: Path, run: RunLayout) -> None:
    launcher = AnalysingLauncher(project)
    async with terminal(project, launcher=launcher) as user:
        await _opened(user)
        await user.press("x")
        await user.sees("No analysis is under way.")
        await user.press("a")
        await user.until(lambda: isinstance(user.pilot.app.screen, ChoiceScreen))
        await user.press("2")
        await user.until(lambda: launcher.processes)
        await user.press("x")
        await user.sees("wcd offset cancelled; nothing is stored", "No wcd of testbench dc is stored.")
        assert launcher.processes[0].cost.kind == "wcd" and launcher.processes[0].cancelled


async def test_an_analysis_that_fails_shows_its_words(project: Path, run: RunLayout) -> None:
    launcher = AnalysingLauncher(project)
    async with terminal(project, launcher=launcher) as user:
        await _opened(user)
        await user.press("a")
        await user.until(lambda: isinstance(user.pilot.app.screen, ChoiceScreen))
        await user.press("3")
        await user.sees("no random variables at tt", "choose another section")
        await user.press("a")
        await user.until(lambda: isinstance(user.pilot.app.screen, ChoiceScreen))
        await user.press("1")
        await user.until(lambda: launcher.processes)
        launcher.processes[0].finish(SimorcError("offset has no value near the nominal point"))
        await user.sees("offset has no value near the nominal point")


async def test_the_program_ends_an_analysis_with_itself(project: Path, run: RunLayout) -> None:
    launcher = AnalysingLauncher(project)
    async with terminal(project, launcher=launcher) as user:
        await _opened(user)
        await user.press("a")
        await user.until(lambda: isinstance(user.pilot.app.screen, ChoiceScreen))
        await user.press("1")
        await user.until(lambda: launcher.processes)
    assert launcher.processes[0].cancelled


async def test_the_palette_has_the_commands_of_the_causes(project: Path, stored: None) -> None:
    async with terminal(project) as user:
        screen = await _opened(user)
        await user.press("colon")
        await user.type("sensitiv")
        await user.sees("Sensitivities to parameters and sizes")
        await user.press("enter")
        await user.until(lambda: user.pilot.app.screen is screen and screen.pane == "parameters")
        await user.press("question_mark")
        await user.sees("keys of the causes", "causes.start", "the number of simulations is shown first")


async def test_panes_are_gone_through_with_tab(project: Path, stored: None) -> None:
    async with terminal(project, (80, 24)) as user:
        screen = await _opened(user)
        seen = []
        for _ in range(6):
            seen.append(str(screen.focused.id) if screen.focused is not None else "")
            await user.press("tab")
        assert [each.removeprefix("causes-") for each in seen] == [
            *("specs", "devices", "parameters", "limits", "corners", "specs"),
        ]
        await user.press("escape")
        assert screen.focused is screen.specs
        await user.press("escape")
        await user.until(lambda: user.pilot.app.screen is user.screen)


async def test_a_run_without_specs_says_what_to_do(project: Path, run: RunLayout) -> None:
    manifest = run.manifest.read_text()
    run.manifest.write_text(manifest.replace('"specs": {"gain"', '"unused": {"gain"'))
    async with terminal(project) as user:
        screen = await _opened(user)
        await user.sees("This run has no specs")
        await user.press("enter", "n", "1", "enter", "4", "enter")
        assert user.pilot.app.screen is screen
