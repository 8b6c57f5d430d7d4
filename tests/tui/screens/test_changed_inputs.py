"""A run whose input files have changed: the dialog names them and offers what can be done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from simorc.errors import InputsChanged
from simorc.rundir.circuit.input_changes import Change, refuse_changed
from simorc.rundir.layout import RunLayout
from simorc_tui.data.launcher import Launcher
from simorc_tui.screens.main.context import MainContext
from tests.tui.fake_run import FakeRun
from tests.tui.flows import terminal

RUN = "pvt_20261121120000"
SAID = "was built from other files: dut.spice"


class ChangedLauncher(Launcher):
    """Refuses a run whose inputs have changed, as the engine does, and writes down what it starts."""

    def __init__(self, root: Path, changes: list[Change]) -> None:
        super().__init__(root)
        self.changes = changes
        self.asked: list[tuple[object, ...]] = []

    async def start(
        self, layout: RunLayout, cases: Sequence[int] | None = None, *, inputs: str = "refuse"
    ) -> None:
        refuse_changed(layout, self.changes, inputs)
        self.asked.append(("start", cases, inputs))

    async def check_inputs(self, layout: RunLayout) -> None:
        refuse_changed(layout, self.changes)

    async def request(self, layout: RunLayout, kind: str, **data: object) -> None:
        self.asked.append((kind, data))


@pytest.mark.parametrize(("key", "answer"), [("c", "keep"), ("a", "accept")])
async def test_a_retry_asks_and_goes_on_with_the_answer(
    project: Path, make_run: Callable[..., FakeRun], key: str, answer: str
) -> None:
    make_run(15)
    launcher = ChangedLauncher(project, [Change("dut.spice", "has changed", copied=True)])
    async with terminal(project, launcher=launcher) as user:
        await user.sees("✗ 2 failed")
        await user.press("R")
        await user.sees(SAID, "keep the run's circuit", "accept the changes")
        assert launcher.asked == []
        await user.press(key)
        await user.until(lambda: launcher.asked)
    assert launcher.asked == [("start", [7, 14], answer)]


async def test_escape_leaves_the_run_as_it_is(project: Path, make_run: Callable[..., FakeRun]) -> None:
    make_run(15)
    launcher = ChangedLauncher(project, [Change("dut.spice", "has changed", copied=True)])
    async with terminal(project, launcher=launcher) as user:
        await user.sees("✗ 2 failed")
        await user.press("R")
        await user.sees(SAID)
        await user.press("escape")
        await user.until(lambda: SAID not in user.text)
    assert launcher.asked == []


async def test_a_kit_without_a_copy_cannot_be_kept(project: Path, make_run: Callable[..., FakeRun]) -> None:
    make_run(15)
    launcher = ChangedLauncher(project, [Change("/kit/models.lib", "has changed", copied=False)])
    async with terminal(project, launcher=launcher) as user:
        await user.sees("✗ 2 failed")
        await user.press("R")
        await user.sees("/kit/models.lib", "accept the changes")
        assert "keep the run's circuit" not in user.text


async def test_edited_copies_are_an_error_without_a_question(
    project: Path, make_run: Callable[..., FakeRun]
) -> None:
    make_run(15)
    launcher = ChangedLauncher(project, [Change("inputs/t.j2", "has changed", damaged=True)])
    async with terminal(project, launcher=launcher) as user:
        await user.sees("✗ 2 failed")
        await user.press("R")
        await user.sees("input copies in")
        assert "keep the run's circuit" not in user.text


async def test_a_living_runner_can_only_keep_its_circuit(
    project: Path, make_run: Callable[..., FakeRun], monkeypatch: pytest.MonkeyPatch
) -> None:
    make_run(15, filled=10)
    launcher = ChangedLauncher(project, [Change("dut.spice", "has changed", copied=True)])
    monkeypatch.setattr(MainContext, "alive", property(lambda self: True))
    async with terminal(project, launcher=launcher) as user:
        await user.sees("✗ 1 failed")
        await user.press("R")
        await user.sees(SAID, "keep the run's circuit")
        assert "accept the changes" not in user.text
        await user.press("c")
        await user.until(lambda: launcher.asked)
    assert launcher.asked == [("retry", {})]


def test_the_error_says_what_may_be_answered(tmp_path: Path) -> None:
    layout = RunLayout(tmp_path / RUN)
    for change, answers in (
        (Change("a", "has changed", copied=True), ("keep", "accept")),
        (Change("a", "has changed"), ("accept",)),
        (Change("hook.py", "has changed", copied=True, hook=True), ("keep",)),
        (Change("a", "has changed", damaged=True), ()),
    ):
        with pytest.raises(InputsChanged) as caught:
            refuse_changed(layout, [change])
        assert caught.value.answers == answers
