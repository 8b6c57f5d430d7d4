"""A project of which some files are wrong: the rest stays in sight, and what is wrong is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from simorc_tui.data.project.loader import read_outline
from simorc_tui.widgets.tree.entry import Entry
from tests.tui.conftest import Looks
from tests.tui.fake_run import SWEEP_FILE
from tests.tui.flows import Terminal, terminal


def add_sweep(project: Path, name: str, text: str, *, named: bool = True) -> Path:
    file = project / "sweeps" / f"{name}.yaml"
    file.write_text(text)
    if named:
        setup = project / "sim_setup.yaml"
        setup.write_text(setup.read_text().replace("pvt.yaml}", f"pvt.yaml, {name}: sweeps/{name}.yaml}}"))
    return file


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("testbench: dc\nparameters: [\n", "bad.yaml:3:"),
        ("testbench: dc\nparamters: {vdd: [1]}\n", "bad.yaml:2:"),
        ("testbench: ac\n", "bad.yaml:1:12: testbench: no testbench 'ac'"),
        (
            "testbench: dc\nparameters: {vdd: [1, 2]}\nexclude:\n  - hh > 3\n",
            "bad.yaml:4:5: exclude[0]: hh > 3: hh is not a parameter",
        ),
    ],
)
def test_a_broken_sweep_hides_nothing_else(project: Path, text: str, why: str) -> None:
    add_sweep(project, "bad", text)
    outline = read_outline(project)
    assert "pvt" in [sweep.name for sweep in outline.sweeps]
    assert [bench.name for bench in outline.testbenches] == ["dc"]
    assert outline.testbenches[0].defaults == {"vdd": 1.8, "corner": "tt", "temp": 27}
    (broken,) = outline.broken
    assert (broken.kind, broken.name) == ("sweep", "bad")
    assert why in broken.why[0]
    assert outline.problems == broken.why


def test_a_broken_testbench_hides_nothing_else(project: Path) -> None:
    (project / "testbenches" / "dc" / "config.yaml").write_text("parameters: {vdd: [}\n")
    outline = read_outline(project)
    assert [(each.kind, each.name) for each in outline.broken] == [("testbench", "dc")]
    assert [sweep.name for sweep in outline.sweeps] == ["pvt"]


def test_a_broken_setup_is_all_there_is_to_tell(project: Path) -> None:
    (project / "sim_setup.yaml").write_text("testbenches: [\n")
    outline = read_outline(project)
    assert outline.problems
    assert outline.sweeps == ()


def stand_on(user: Terminal, name: str) -> Entry:
    """Put the tree's cursor on the entry of that name."""
    tree = user.screen.main.tree
    nodes = (node for branch in tree.root.children for node in branch.children)
    node = next(node for node in nodes if node.data is not None and node.data.name == name)
    tree.move_cursor(node)
    assert node.data is not None
    return node.data


async def test_the_tree_stays_and_enter_tells_what_is_wrong(project: Path) -> None:
    file = add_sweep(project, "bad", "testbench: dc\nparamters: {vdd: [1]}\n")
    async with terminal(project) as user:
        await user.sees("1 problem in the configuration", "testbenches", "pvt", "! bad")
        await user.press("1")
        entry = stand_on(user, "bad")
        await user.press("enter")
        await user.sees("paramters", "press e to open the file")
        assert entry.file == file


async def test_a_sweep_file_that_is_not_named_is_told(project: Path, looks: Looks) -> None:
    async with terminal(project) as user:
        await user.sees("pvt")
        await looks.next(user)
        add_sweep(project, "more", SWEEP_FILE, named=False)
        await user.sees("! more  not listed in sim_setup.yaml")
        await user.press("1")
        stand_on(user, "more")
        await user.press("enter")
        await user.sees("press e to open the file")
        assert "add 'more: sweeps/more.yaml'" in next(iter(user.pilot.app._notifications)).message
        assert "problem in the configuration" not in user.text
