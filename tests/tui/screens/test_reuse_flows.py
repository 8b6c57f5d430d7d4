"""A sweep that grew: only the new cases, from the builder."""

from __future__ import annotations

import time
from pathlib import Path

from simorc.config.project import Project
from simorc.launch.build import build_run
from simorc.rundir.layout import RunLayout
from simorc.rundir.manifest import load_manifest
from simorc.rundir.store.finished import Finished
from simorc.rundir.store.writer import Store
from simorc.simulators.outcome import Outcome
from tests.tui.flows import terminal
from tests.tui.screens.test_main_screen import NotedLauncher


def completed_run(project: Path) -> RunLayout:
    """A run of the project's sweep whose cases all count as completed."""
    layout = build_run(Project.load(project), "pvt")
    with Store(layout, load_manifest(layout).plan) as store:
        for case_id in range(1, len(store.statuses) + 1):
            store.attempt_finished(
                Finished(case_id, 1, Outcome.completed(seconds=0.1), "done", True, time.time(), "here")
            )
        store.set_meta(state="finished")
        store.flush()
    return layout


async def test_a_corner_more_is_launched_alone(project: Path) -> None:
    earlier = completed_run(project)
    launcher = NotedLauncher(project, lambda: earlier)
    async with terminal(project, launcher=launcher) as screen:
        builder = screen.screen.main.builder
        await screen.until(lambda: builder.cases is not None)
        total = builder.cases or 0
        await screen.press("2")
        name = "corner"
        while builder._current != name:
            await screen.press("j")
        await screen.press("enter")
        await screen.sees("corner:")
        await screen.type(" sf")
        await screen.press("enter")
        await screen.until(lambda: builder.cases is not None and builder.cases > total)
        new = (builder.cases or 0) - total
        await screen.press("r")
        await screen.sees(
            f"only the {new} new cases", f"{earlier.name} has results of {total} of {total + new} cases"
        )
        await screen.press("n")
        await screen.until(lambda: len(launcher.asked) > 1)
        assert launcher.asked[0][0::3] == ("build", earlier.name)


async def test_nothing_is_offered_once_the_netlist_is_another(project: Path) -> None:
    earlier = completed_run(project)
    (project / "dut.spice").write_text("* another\n")
    launcher = NotedLauncher(project, lambda: earlier)
    async with terminal(project, launcher=launcher) as screen:
        builder = screen.screen.main.builder
        await screen.until(lambda: builder.cases is not None)
        await screen.press("2", "r")
        await screen.until(lambda: len(launcher.asked) > 1)
        assert len(launcher.asked[0]) == 3
