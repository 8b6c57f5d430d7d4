"""Sweeps, schematics and the program itself: sections of a sweep, save as, staleness, keys, tour, menus."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from simorc.config.project import Project
from simorc.config.schema.files import FOLDER, write_schemas
from simorc.config.yaml.edit import SweepText
from simorc.errors import SimorcError, UsageError
from simorc.rundir.layout import RunLayout
from simorc_tui.announcing import notification
from simorc_tui.data.launcher import Launcher
from simorc_tui.settings.preferences import Preferences, read_preferences
from simorc_tui.widgets.sweep_builder.section_lines import save_as, section_text, with_section, with_sweep
from tests.tui.conftest import Looks
from tests.tui.fake_run import SWEEP_FILE, FakeRun
from tests.tui.flows import terminal

SCHEMATIC = "v {xschem version=2.8.1 file_version=1.0}\nG {}\nV {}\nS {}\nE {}\n"


class NotingLauncher(Launcher):
    """Writes down what it is asked to do."""

    def __init__(self, root: Path, fails: bool = False) -> None:
        super().__init__(root)
        self.asked: list[tuple[str, ...]] = []
        self.fails = fails

    async def command(self, *arguments: str) -> str:
        self.asked.append(arguments)
        if self.fails:
            raise SimorcError("sweeps/pvt.yaml:4:9: nothing good")
        return "it is done"


class BuildingLauncher(Launcher):
    """Writes down what it is to build, and whether of stale netlists; builds nothing."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.built: list[tuple[str, bool]] = []

    async def build(
        self, sweep: str, draft: str | None = None, reuse: str | None = None, *, allow_stale: bool = False
    ) -> RunLayout:
        self.built.append((sweep, allow_stale))
        raise SimorcError("nothing is built here")


async def test_monte_carlo_and_corners_by_a_line(project: Path) -> None:
    async with terminal(project) as user:
        await user.until(lambda: user.screen.main.builder.cases == 9)
        await user.press("2", "end", "k", "enter")
        await user.sees("monte_carlo: samples: 100")
        await user.type("samples: 5, seed: 1")
        await user.press("enter")
        await user.until(lambda: user.screen.main.builder.cases == 45)
        await user.press("space")
        await user.until(lambda: user.screen.main.builder.cases == 9)
        await user.sees("off: {samples: 5, seed: 1}")
        await user.press("space")
        await user.until(lambda: user.screen.main.builder.cases == 45)
        assert (project / "sweeps" / "pvt.yaml").read_text() == SWEEP_FILE


async def test_a_section_that_makes_no_sense_stays_to_be_corrected(project: Path) -> None:
    async with terminal(project) as user:
        await user.until(lambda: user.screen.main.builder.cases == 9)
        await user.press("2", "end", "k", "enter")
        await user.type("{samples: 5")
        await user.press("enter")
        await user.until(lambda: user.screen.main.builder.problem != "")
        assert user.screen.main.builder.has_class("editing")


async def test_save_as_makes_a_sweep_of_the_project(project: Path) -> None:
    async with terminal(project) as user:
        await user.until(lambda: user.screen.main.builder.cases == 9)
        await user.press("2", "delete", "W")
        await user.type("pvt")
        await user.press("enter")
        await user.sees("sweep pvt already exists")
        await user.type("2")
        await user.press("enter")
        await user.until(lambda: user.screen.main.outline.sweep("pvt2") is not None)
    assert list(Project.load(project).sweeps) == ["pvt", "pvt2"]
    assert "vdd" not in (project / "sweeps" / "pvt2.yaml").read_text()
    assert (project / "sweeps" / "pvt.yaml").read_text() == SWEEP_FILE


def test_a_sweep_saved_as_names_its_schema_where_the_project_has_them(project: Path) -> None:
    draft = SweepText.load(project / "sweeps" / "pvt.yaml")
    assert "yaml-language-server" not in save_as(draft, "bare", project / "sim_setup.yaml").read_text()
    write_schemas(project / FOLDER)
    saved = save_as(draft, "named", project / "sim_setup.yaml").read_text()
    assert saved == "# yaml-language-server: $schema=../.schemas/sweep.json\n" + draft.text
    again = save_as(SweepText(saved, draft.path), "again", project / "sim_setup.yaml").read_text()
    assert again == saved


async def test_the_preview_shows_the_first_cases(project: Path) -> None:
    async with terminal(project) as user:
        await user.until(lambda: user.screen.main.builder.cases == 9)
        await user.press("E")
        await user.sees("9 cases", "1.62", "corner")


async def test_earlier_runs_tell_how_long_it_takes(project: Path, make_run: Callable[..., FakeRun]) -> None:
    make_run(45).set_meta(started=1000.0, updated=1045.0)
    async with terminal(project) as user:
        await user.until(lambda: user.screen.main.builder.cases == 9)
        await user.sees("= 9 cases  about 9.00s")


@pytest.mark.parametrize("key", ["corners", "monte_carlo", "exclude"])
def test_sections_come_and_go_and_leave_the_rest_alone(key: str, tmp_path: Path) -> None:
    lines = {"corners": "{hot: {temp: 125}}", "monte_carlo": "{samples: 3}", "exclude": "vdd > 1.9"}
    draft = SweepText(SWEEP_FILE, tmp_path / "pvt.yaml")
    added = with_section(draft, key, lines[key])
    assert section_text(added, key) == lines[key]
    assert added.text.startswith(SWEEP_FILE)
    changed = with_section(added, key, {**lines, "exclude": "corner == 'ff'"}[key])
    assert section_text(changed, key) in ("corner == 'ff'", lines[key])
    assert with_section(changed, key, "").text == SWEEP_FILE


def test_a_block_section_is_replaced_and_the_comment_after_it_stays(tmp_path: Path) -> None:
    text = (
        "testbench: dc\ncorners:\n  hot: {temp: 125}  # warm\n  cold: {temp: -40}\n# the end\nexclude: []\n"
    )
    draft = SweepText(text, tmp_path / "pvt.yaml")
    assert with_section(draft, "corners", "").text == "testbench: dc\n# the end\nexclude: []\n"
    assert with_section(draft, "corners", "{hot: {temp: 85}}").text == (
        "testbench: dc\ncorners: {hot: {temp: 85}}\n# the end\nexclude: []\n"
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("sweeps: {a: a.yaml}\n", "sweeps: {a: a.yaml, b: 's/b.yaml'}\n"),
        ("sweeps:\n  a: a.yaml # one\ndut: {}\n", "sweeps:\n  a: a.yaml # one\n  b: 's/b.yaml'\ndut: {}\n"),
        ("dut: {}", "dut: {}\nsweeps:\n  b: 's/b.yaml'\n"),
    ],
)
def test_a_sweep_is_named_in_the_setup(before: str, after: str) -> None:
    assert with_sweep(before, "b", "s/b.yaml") == after


def test_a_setup_that_cannot_be_added_to_is_refused() -> None:
    with pytest.raises(UsageError):
        with_sweep("sweeps: []\n", "b", "b.yaml")


def with_schematic(project: Path) -> None:
    (project / "dut.sch").write_text(SCHEMATIC)
    (project / "dut.spice").write_text(".subckt dut a b\nR2 a b 2k\n.ends\n")
    setup = project / "sim_setup.yaml"
    setup.write_text(
        setup.read_text().replace("netlist: dut.spice", "netlist: dut.spice, schematic: dut.sch")
    )


def later(file: Path) -> None:
    """Saved an hour after everything else."""
    stamp = file.stat().st_mtime + 3600
    file.write_text(file.read_text() + "\n")
    os.utime(file, (stamp, stamp))


async def test_a_stale_schematic_is_marked_while_one_looks(project: Path) -> None:
    with_schematic(project)
    async with terminal(project) as user:
        await user.until(lambda: len(user.screen.controllers.netlists.conditions) == 1)
        await user.until(lambda: "  dut.sch" in user.text)
        assert "! dut.sch" not in user.text
        later(project / "dut.sch")
        await user.sees("! dut.sch", "! dut.sch newer")


async def test_a_stale_netlist_is_asked_about_before_it_is_run(project: Path) -> None:
    with_schematic(project)
    launcher = BuildingLauncher(project)
    async with terminal(project, launcher=launcher) as user:
        await user.until(lambda: len(user.screen.controllers.netlists.conditions) == 1)
        later(project / "dut.sch")
        await user.until(lambda: user.screen.controllers.netlists.stale_netlists("dc") == ["dut"])
        await user.press("r")
        await user.sees("netlist of dut does not match its schematic", "review the difference")
        await user.press("escape")
        assert launcher.built == []
        await user.press("r")
        await user.sees("run once with the current netlist")
        await user.press("r")
        await user.until(lambda: launcher.built == [("pvt", True)])


async def test_n_without_schematics_says_so(project: Path) -> None:
    async with terminal(project) as user:
        await user.press("N")
        await user.sees("This project has no schematics.")


@pytest.mark.xschem
async def test_n_shows_the_difference_and_takes_it_on_acceptance(project: Path) -> None:
    with_schematic(project)
    body = (
        "C {devices/res.sym} 0 0 0 0 {name=R1 value=1k}\nC {devices/lab_pin.sym} 0 -30 0 0 {name=l1 lab=a}\n"
    )
    (project / "dut.sch").write_text(SCHEMATIC + body + "C {devices/lab_pin.sym} 0 30 0 0 {name=l2 lab=b}\n")
    (project / "xschemrc").write_text("set XSCHEM_LIBRARY_PATH ${XSCHEM_SHAREDIR}/xschem_library\n")
    with (project / "sim_setup.yaml").open("a") as setup:
        setup.write("netlister: {rcfile: xschemrc}\n")
    os.utime(project / "dut.spice", (1e9, 1e9))
    before = (project / "dut.spice").read_text()
    async with terminal(project) as user:
        await user.sees("! dut.sch")
        await user.press("N")
        await user.sees("new netlist: dut", "+")
        await user.press("escape")
        assert (project / "dut.spice").read_text() == before
        await user.press("N")
        await user.sees("new netlist: dut")
        await user.press("a")
        await user.until(lambda: "R1" in (project / "dut.spice").read_text())
        await user.until(lambda: "! dut.sch" not in user.text)


async def test_menu_of_a_run_removes_it_only_after_asking(
    project: Path, make_run: Callable[..., FakeRun]
) -> None:
    make_run(9)
    launcher = NotingLauncher(project)
    async with terminal(project, launcher=launcher) as user:
        await user.until(lambda: user.screen.main.table.row_count == 9)
        await user.press("1", "G", "full_stop")
        await user.sees("archive in one file")
        await user.press("x")
        await user.sees("Remove pvt_20261121120000 with all its files?")
        await user.press("n")
        assert launcher.asked == []
        await user.press("full_stop", "x")
        await user.sees("Remove pvt_20261121120000")
        await user.press("y")
        await user.until(lambda: launcher.asked == [("clean", "pvt_20261121120000", "--yes")])
        await user.press("full_stop", "p")
        await user.until(lambda: launcher.asked[1:] == [("report", "pvt_20261121120000", "--format", "html")])
        await user.sees("it is done")


async def test_what_a_command_complains_about_is_shown(
    project: Path, make_run: Callable[..., FakeRun]
) -> None:
    make_run(9)
    async with terminal(project, launcher=NotingLauncher(project, fails=True)) as user:
        await user.until(lambda: user.screen.main.table.row_count == 9)
        await user.press("1", "G", "full_stop", "a")
        await user.sees("nothing good")


async def test_keys_of_the_users_own(project: Path, make_run: Callable[..., FakeRun], tmp_path: Path) -> None:
    make_run(45)
    file = tmp_path / "config.yaml"
    file.write_text('theme: nord\nkeymap:\n  cases.failed: "%"\n  run.nothing: x\ncolour: red\n')
    preferences = read_preferences(file)
    assert preferences.theme == "nord"
    assert [problem.rpartition(": ")[0].rpartition(": ")[2] for problem in preferences.problems]
    async with terminal(
        project, preferences=Preferences(keymap={"cases.failed": "f6"}, theme="nord")
    ) as user:
        await user.until(lambda: user.screen.main.table.row_count == 45)
        assert user.pilot.app.theme == "nord"
        await user.press("F")
        await user.pilot.pause()
        assert user.screen.main.table.row_count == 45
        await user.press("f6")
        await user.until(lambda: user.screen.main.table.row_count == 6)
        await user.sees("f6 failed")


def test_a_configuration_that_is_wrong_costs_a_message(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    assert read_preferences(file) == Preferences()
    file.write_text("keymap: [1, 2]\nmouse: maybe\n")
    problems = read_preferences(file).problems
    assert len(problems) == 2
    file.write_text("keymap: {")
    assert read_preferences(file).problems


async def test_the_tour_comes_first_and_again_on_f2(project: Path) -> None:
    async with terminal(project, tour=True) as user:
        await user.sees("simorc in one minute")
        await user.press("escape")
        assert "simorc in one minute" not in user.text
        await user.press("f2")
        await user.sees("simorc in one minute")


def test_the_notification_is_wrapped_for_tmux_and_carries_no_escape() -> None:
    assert notification("done\x1b]0;x\x07", tmux=False).count("\x1b") == 1
    wrapped = notification("done", tmux=True)
    assert wrapped.startswith("\x1bPtmux;\x1b\x1b]9;done")
    assert wrapped.endswith("\x1b\\")


async def test_a_sweep_edited_elsewhere_is_read_again(project: Path, looks: Looks) -> None:
    async with terminal(project) as user:
        await user.until(lambda: user.screen.main.builder.cases == 9)
        file = project / "sweeps" / "pvt.yaml"
        await looks.next(user)
        file.write_text(SWEEP_FILE.replace("parameters:", "parameters: ["))
        await user.sees("1 problem in the configuration")
        await looks.next(user)
        file.write_text(SWEEP_FILE + "exclude: [\"corner == 'ff'\"]\n")
        await user.until(lambda: user.screen.main.builder.cases == 6)
        assert "problem" not in user.text


async def test_an_edit_elsewhere_does_not_take_a_draft(project: Path, looks: Looks) -> None:
    async with terminal(project) as user:
        await user.until(lambda: user.screen.main.builder.cases == 9)
        await user.press("2", "end", "k", "enter")
        await user.type("samples: 5, seed: 1")
        await user.press("enter")
        await user.until(lambda: user.screen.main.builder.cases == 45)
        await looks.next(user)
        (project / "sweeps" / "pvt.yaml").write_text(SWEEP_FILE + "exclude: [vdd > 1.9]\n")
        await looks.next(user)
        await looks.next(user)
        assert user.screen.main.builder.cases == 45


async def test_the_tour_fits_a_small_terminal_and_leaves_one_at_the_cases(project: Path) -> None:
    async with terminal(project, (80, 24), tour=True) as user:
        await user.sees("simorc in one minute", "escape to close", "quits: the run continues")
        await user.press("escape")
        await user.sees("3 cases")


async def test_the_footer_says_the_keys_of_where_one_is(
    project: Path, make_run: Callable[..., FakeRun]
) -> None:
    make_run(9)
    async with terminal(project, (80, 24)) as user:
        await user.sees("r run  x cancel")
        await user.press("2")
        await user.sees("enter change  space off/on")
        await user.press("1")
        await user.sees("enter open  . actions")
        await user.press("w")
        await user.sees("m cursors  = expression")
        await user.press("L")
        await user.sees("f follow")
