"""Commands for runs: start, resume, cancel, retry, pause, more or fewer jobs, open another."""

from __future__ import annotations

import asyncio
from array import array

from simorc.errors import InputsChanged
from simorc.expressions.case_sql import CaseFilter
from simorc.rundir.circuit.record import KEEP, REFUSE
from simorc.rundir.layout import RunLayout, find_run
from simorc.rundir.summary import RunSummary
from simorc_tui.data.case_order import Arrangement, OrderQuery
from simorc_tui.data.reuse_offer import reuse_offer
from simorc_tui.screens.dialogs.choice import Choice, ChoiceScreen, confirm
from simorc_tui.screens.main.changed_inputs import ChangedInputs
from simorc_tui.screens.main.context import Controller, MainContext
from simorc_tui.screens.main.netlist_controller import NetlistController
from simorc_tui.screens.main.open_run_controller import OpenRunController
from simorc_tui.screens.main.pane_controller import PaneController
from simorc_tui.screens.main.run_list_controller import RunListController
from simorc_tui.theme.glyphs import run_glyph

FAILED = CaseFilter("status = ?", ("failed",))


class RunController(Controller):
    """Actions on runs: slow things happen in workers, and runs are reached by files and processes only."""

    def __init__(
        self,
        main: MainContext,
        open_run: OpenRunController,
        run_list: RunListController,
        netlists: NetlistController,
        panes: PaneController,
    ) -> None:
        super().__init__(main)
        self._open_run = open_run
        self._run_list = run_list
        self._netlists = netlists
        self._panes = panes
        self._changed = ChangedInputs(main)

    def launch(self, run: str | None = None) -> None:
        """Run the builder's sweep, or resume `run`, else the run on the table, if it is of that sweep."""
        sweep = self.main.builder.sweep
        unfinished = None if self.main.builder.dirty else self._to_resume(run)
        if unfinished is not None:
            self._ask_new_or_resume(*unfinished)
        elif sweep is None:
            self.main.say("First select a sweep in the project tree: press 1, then enter.")
        else:
            self._new_run()

    def cancel(self) -> None:
        marked = sorted(self.main.table.marks)
        if not self.main.alive:
            self.main.say("This run is stopped. There is nothing to cancel.")
        elif marked:
            self.main.do(
                self._ask_of_run("cancel", f"cancelling {len(marked)} cases", cases=marked), "request"
            )
        else:
            self.main.ask(
                confirm("Cancel the run? Unfinished cases stay pending.", "cancel it"), self._cancel_run
            )

    def retry(self) -> None:
        failed = self.main.news.counts.get("failed", 0) if self.main.news is not None else 0
        marked = sorted(self.main.table.marks)
        if not failed and not marked:
            self.main.say("There is no failed case to retry.")
        elif self.main.alive:
            named = {"cases": marked} if marked else {}
            self.main.do(self._retry_here(f"retrying {len(marked) or failed} cases", named), "request")
        else:
            self.main.do(self._retry_with_runner(marked), "launch")

    def pause(self) -> None:
        state = self.main.news.meta.get("state", "") if self.main.news is not None else ""
        if not self.main.alive:
            self.main.say("This run is stopped. Press r to resume.")
        elif state == "paused":
            self.main.do(self._ask_of_run("resume", "resuming"), "request")
        else:
            self.main.do(self._ask_of_run("pause", "pausing: running cases finish first"), "request")

    def jobs(self, delta: int) -> None:
        if self.main.alive:
            self.main.do(self._ask_of_run("jobs", f"{delta:+d} job", delta=delta), "request")
        else:
            self.main.say("This run is stopped.")

    def stop(self) -> None:
        if self.main.alive:
            self.main.ask(
                confirm("Stop the run and quit? Unfinished cases stay pending.", "stop"), self._stop
            )
        else:
            self.main.app.exit(0)

    def pick_run(self) -> None:
        choices = [Choice(each.run, "", self._run_line(each)) for each in self.main.summaries]
        if choices:
            self.main.ask(ChoiceScreen("Open a run", choices), self.open_run)
        else:
            self.main.say("This project has no run yet. Select a sweep and press r.")

    def _run_line(self, run: RunSummary) -> str:
        sign = run_glyph(self.main.glyphs, run.state, run.counts["failed"])
        return f"{sign} {run.shown}  {run.percent:.0f}%  {run.shown_state}  {run.remarks.note}".rstrip()

    def open_run(self, name: str | None) -> None:
        """Put the named run on the table."""
        if name is not None:
            self.main.do(self._open(name), "open")

    async def _open(self, name: str) -> None:
        self._open_run.attach(await asyncio.to_thread(find_run, self.main.root, name))
        self._panes.show_cases()

    def _to_resume(self, name: str | None) -> tuple[str, int] | None:
        """A run of the builder's sweep that has pending cases and no runner, and how many cases these are."""
        main = self.main
        if name is None and main.run is not None:
            name = main.run.name
        summary = next((each for each in main.summaries if each.run == name), None)
        on_table = main.run if main.run is not None and main.run.name == name else None
        if name is None or (summary is None and on_table is None) or (summary is not None and summary.alive):
            return None
        sweep = on_table.sweep if on_table is not None else summary.sweep if summary is not None else ""
        if main.builder.sweep is not None and main.builder.sweep.name != sweep:
            return None
        counts = main.news.counts if on_table is not None and main.news is not None else {}
        counts = counts or (summary.counts if summary is not None else {})
        rest = counts.get("pending", 0) + counts.get("in_progress", 0)
        return (name, rest) if rest else None

    def _ask_new_or_resume(self, run: str, rest: int) -> None:
        choices = []
        if self.main.builder.sweep is not None:
            choices.append(Choice("new", "n", f"a new run of {self.main.builder.sweep.name}"))
        choices.append(Choice("resume", "r", f"resume {run}: {rest:,} cases left"))
        self.main.ask(ChoiceScreen("Run", choices), lambda answer: self._new_or_resume(answer, run))

    def _new_or_resume(self, answer: str | None, run: str) -> None:
        if answer == "resume":
            self.main.do(self._resume(run), "launch")
        elif answer == "new":
            self._new_run()

    def _new_run(self) -> None:
        sweep = self.main.builder.sweep
        if sweep is not None:
            self.main.say(f"preparing a run of {sweep.name} ...")
            self.main.do(self._launch_or_ask(), "launch")

    async def _resume(self, run: str) -> None:
        layout = await asyncio.to_thread(find_run, self.main.root, run)
        if layout != self.main.run:
            self._open_run.attach(layout)
        await self._start(layout)

    async def _launch_or_ask(self) -> None:
        """Prompt if the netlist is stale; if the sweep's last run has some of the cases, prompt for which to
        run.
        """
        sweep, draft = self.main.builder.sweep, self.main.builder.draft
        assert sweep is not None and draft is not None
        stale = self._netlists.stale_netlists(sweep.testbench)
        if stale:
            self._ask_about_stale(stale)
            return
        found = await asyncio.to_thread(
            reuse_offer,
            self.main.root,
            sweep.name,
            draft,
            self.main.builder.project,
            self.main.builder.defaults,
        )
        if found is None:
            await self._launch_sweep()
            return
        choices = [
            Choice("new", "n", f"only the {found.new:,} new cases; the results of the others are reused"),
            Choice("all", "a", f"all {found.total:,} cases"),
        ]
        title = f"{found.run} has results of {found.total - found.new:,} of {found.total:,} cases"
        self.main.ask(ChoiceScreen(title, choices), lambda answer: self._launch_as(answer, found.run))

    def _ask_about_stale(self, names: list[str]) -> None:
        choices = [
            Choice("netlist", "N", "review the difference and regenerate the netlist"),
            Choice("run", "r", "run once with the current netlist"),
        ]
        which = f"netlist of {', '.join(names)}"
        self.main.ask(ChoiceScreen(f"{which} does not match its schematic", choices), self._stale_or_not)

    def _stale_or_not(self, answer: str | None) -> None:
        if answer == "netlist":
            self._netlists.propose()
        elif answer == "run":
            self.main.do(self._launch_sweep(allow_stale=True), "launch")

    def _launch_as(self, answer: str | None, earlier: str) -> None:
        if answer is not None:
            self.main.do(self._launch_sweep(earlier if answer == "new" else None), "launch")

    async def _launch_sweep(self, reuse: str | None = None, *, allow_stale: bool = False) -> None:
        sweep, draft = self.main.builder.sweep, self.main.builder.draft
        assert sweep is not None and draft is not None
        self.main.say(f"building {sweep.name} ...")
        text = draft.text if self.main.builder.dirty else None
        layout = await self.main.launcher.build(sweep.name, text, reuse, allow_stale=allow_stale)
        self._open_run.attach(layout)
        await self._start(layout)

    async def _start(
        self, layout: RunLayout, cases: list[int] | None = None, *, inputs: str = REFUSE
    ) -> None:
        try:
            await self.main.launcher.start(layout, cases, inputs=inputs)
        except InputsChanged as error:
            self._changed.ask_about(error, lambda answer: self._start(layout, cases, inputs=answer), "launch")
            return
        self._panes.show_cases()
        self._run_list.look_now()

    async def _retry_here(self, message: str, named: dict[str, list[int]]) -> None:
        """Send the request to the runner; it simulates the run's own copies if an input has changed."""
        assert self.main.run is not None
        try:
            await self.main.launcher.check_inputs(self.main.run)
        except InputsChanged as error:
            kept = InputsChanged(error.message, remedy=error.remedy, answers=[*{KEEP} & {*error.answers}])
            self._changed.ask_about(kept, lambda _: self._ask_of_run("retry", message, **named), "request")
            return
        await self._ask_of_run("retry", message, **named)

    async def _retry_with_runner(self, marked: list[int]) -> None:
        """Without an active runner: start a new one for these cases only."""
        layout = self.main.run
        assert layout is not None
        await self._start(layout, marked or await asyncio.to_thread(_failed_cases, layout))

    async def _ask_of_run(self, kind: str, message: str, **data: object) -> None:
        assert self.main.run is not None
        await self.main.launcher.request(self.main.run, kind, **data)
        self.main.say(message)

    def _cancel_run(self, answer: str | None) -> None:
        if answer == "yes":
            self.main.do(self._ask_of_run("cancel", "cancelling the run"), "request")

    def _stop(self, answer: str | None) -> None:
        if answer == "yes":
            self.main.do(self._stop_and_leave(), "request")

    async def _stop_and_leave(self) -> None:
        await self._ask_of_run("cancel", "stopping")
        self.main.app.exit(0)


def _failed_cases(layout: RunLayout) -> list[int]:
    order = OrderQuery(layout, Arrangement(filter=FAILED)).run()
    return list(order.case_ids if order is not None else array("q"))
