"""The process that has the program loaded: what it forks, and what happens without it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from simorc.errors import SimorcError
from simorc.launch.start import start_runner
from simorc.rundir.layout import RunLayout
from simorc.rundir.store.reader import RunReader
from simorc_tui.data.launcher import Launcher
from simorc_tui.data.standby import Standby, StandbyLost
from tests.tui.small_project import write_small_project
from tests.waiting import until


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("project")
    write_small_project(root)
    return root


@pytest.fixture(scope="module")
def standby(root: Path) -> Iterator[Standby]:
    standby = Standby(root)
    standby.start()
    until(lambda: standby.ready)
    yield standby
    standby.close()
    until(lambda: not standby.ready)


def test_a_command_gives_its_output_and_exit_code(standby: Standby) -> None:
    done = standby.command(["config", "show"])
    assert (done.returncode, done.stderr) == (0, "")
    assert "execution.jobs" in done.stdout
    wrong = standby.command(["build", "nothing"])
    assert wrong.returncode == 2
    assert "no sweep" in wrong.stderr


async def test_a_run_is_built_from_what_the_files_say_now(standby: Standby, root: Path) -> None:
    launcher, file = Launcher(root, standby), root / "sweeps" / "pvt.yaml"
    written = file.read_text()
    with RunReader(await launcher.build("pvt")) as view:
        assert view.total == 9
    file.write_text(written.replace("[1.62, 1.8, 1.98]", "[1.8]"))
    with RunReader(await launcher.build("pvt")) as view:
        assert view.total == 3
    file.write_text(written.replace("vdd:", "vdaa:"))
    with pytest.raises(SimorcError, match="vdaa: not a parameter"):
        await launcher.build("pvt")
    file.write_text(written)


async def test_a_runner_that_cannot_start_says_why(standby: Standby, root: Path) -> None:
    layout = await Launcher(root, standby).build("pvt")
    layout.database.write_bytes(b"not a store")
    forked = standby.begin(layout, {})
    assert forked.wait() not in (None, 0)
    assert "database" in layout.runner_log.read_text()


async def test_another_takes_the_place_of_a_process_that_ended(root: Path) -> None:
    standby = Standby(root)
    launcher = Launcher(root, standby)
    launcher.prepare()
    until(lambda: standby.ready)
    assert standby._process is not None
    first = standby._process
    first.kill()
    with pytest.raises(StandbyLost):
        standby.command(["status"])
        standby.command(["status"])  # the first may have been read before the end
    until(lambda: standby.ended)
    layout = await launcher.build("pvt")  # as a process of its own, while another loads
    with RunReader(layout) as view:
        assert view.total == 9
    until(lambda: standby.ready)
    assert standby._process is not first
    launcher.close()
    until(lambda: not standby.ready)


@pytest.mark.ngspice
def test_a_runner_continues_after_the_process_has_ended(tmp_path: Path) -> None:
    write_small_project(tmp_path)
    standby = Standby(tmp_path)
    standby.start()
    until(lambda: standby.ready)
    name = standby.command(["build", "pvt"]).stdout.strip()
    layout = RunLayout(tmp_path / "simulations" / name)
    start_runner(layout, begin=standby.begin)
    standby.close()
    with RunReader(layout) as view:
        until(lambda: view.counts()["failed"] == view.total)  # its deck is none
