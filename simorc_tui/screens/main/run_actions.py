"""What one does to runs: launch, resume, cancel, retry, pause, more or fewer jobs, stop, open another."""

from __future__ import annotations

import asyncio
from array import array

from simorc.expressions.case_filter import CaseFilter
from simorc.rundir.layout import RunLayout, find_run
from simorc.rundir.summary import RunSummary
from simorc_tui.data.case_order import Arrangement, OrderQuery
from simorc_tui.data.reuse_offer import reuse_offer
from simorc_tui.screens.dialogs.choice import Choice, ChoiceScreen, confirm
from simorc_tui.screens.main.desk import Desk
from simorc_tui.theme.glyphs import run_glyph

FAILED = CaseFilter("status = ?", ("failed",))


class RunActions(Desk):
    """Actions on runs: slow things happen in workers, and runs are reached by files and processes only."""

    def action_launch(self) -> None:
        """A new run of the builder's sweep, or the rest of the run on the table; asks if both make sense."""
        sweep = self.builder.sweep
        rest = self._unfinished()
        if rest and (sweep is None or not self.builder.dirty):
            self._ask_resume_or_new(rest)
        elif sweep is None:
            self.say("choose a sweep in the project tree first: 1, then enter")
        else:
            self.do(self._launch_or_ask(), "launch")

    def action_cancel(self) -> None:
        marked = sorted(self.table.marks)
        if not self.alive:
            self.say("the run has no runner: there is nothing to cancel")
        elif marked:
            self.do(self._ask_of_run("cancel", f"cancelling {len(marked)} cases", cases=marked), "request")
        else:
            self.app.push_screen(
                confirm("Cancel the run? Unfinished cases stay pending.", "cancel it"), self._cancel_run
            )

    def action_retry(self) -> None:
        failed = self.news.counts.get("failed", 0) if self.news is not None else 0
        marked = sorted(self.table.marks)
        if not failed and not marked:
            self.say("no failed case to retry")
        elif self.alive:
            named = {"cases": marked} if marked else {}
            self.do(self._retry_here(f"retrying {len(marked) or failed} cases", named), "request")
        else:
            self.do(self._retry_with_runner(marked), "launch")

    def action_pause(self) -> None:
        state = self.news.meta.get("state", "") if self.news is not None else ""
        if not self.alive:
            self.say("the run has no runner: r resumes it")
        elif state == "paused":
            self.do(self._ask_of_run("resume", "going on"), "request")
        else:
            self.do(self._ask_of_run("pause", "pausing: cases under way are finished"), "request")

    def action_jobs(self, delta: int) -> None:
        if self.alive:
            self.do(self._ask_of_run("jobs", f"{delta:+d} job", delta=delta), "request")
        else:
            self.say("the run has no runner")

    def action_stop(self) -> None:
        if self.alive:
            self.app.push_screen(
                confirm("Stop the run and leave? Unfinished cases stay pending.", "stop it"), self._stop
            )
        else:
            self.app.exit(0)

    def action_pick_run(self) -> None:
        choices = [Choice(each.run, "", self._run_line(each)) for each in self.summaries]
        if choices:
            self.app.push_screen(ChoiceScreen("Open a run", choices), self.open_run)
        else:
            self.say("this project has no run yet: choose a sweep and press r")

    def _run_line(self, run: RunSummary) -> str:
        sign = run_glyph(self.glyphs, run.state, run.counts["failed"])
        return f"{sign} {run.shown}  {run.percent:.0f}%  {run.state}  {run.remarks.note}".rstrip()

    def open_run(self, name: str | None) -> None:
        """Put the named run on the table."""
        if name is not None:
            self.do(self._open(name), "open")

    async def _open(self, name: str) -> None:
        self.attach(await asyncio.to_thread(find_run, self.root, name))
        self.bring_cases_into_sight()

    def action_open_run(self, name: str) -> None:
        self.open_run(name)

    def _unfinished(self) -> int:
        """How many cases of the run on the table wait with nobody to run them."""
        if self.layout_of_run is None or self.alive or self.news is None:
            return 0
        return self.news.counts.get("pending", 0) + self.news.counts.get("in_progress", 0)

    def _ask_resume_or_new(self, rest: int) -> None:
        assert self.layout_of_run is not None
        choices = [Choice("resume", "r", f"resume {self.layout_of_run.name}: {rest} cases to go")]
        if self.builder.sweep is not None:
            choices.append(Choice("new", "n", f"a new run of {self.builder.sweep.name}"))
        self.app.push_screen(ChoiceScreen("Run", choices), self._resume_or_new)

    def _resume_or_new(self, answer: str | None) -> None:
        if answer == "resume" and self.layout_of_run is not None:
            self.do(self._start(self.layout_of_run), "launch")
        elif answer == "new":
            self.do(self._launch_or_ask(), "launch")

    async def _launch_or_ask(self) -> None:
        """Ask about a stale netlist; where the sweep's last run has some of the cases, ask which to run."""
        sweep, draft = self.builder.sweep, self.builder.draft
        assert sweep is not None and draft is not None
        stale = self.stale_netlists(sweep.testbench)
        if stale:
            self._ask_about_stale(stale)
            return
        found = await asyncio.to_thread(reuse_offer, self.root, sweep.name, draft, self.builder.defaults)
        if found is None:
            await self._launch_sweep()
            return
        choices = [
            Choice("new", "n", f"only the {found.new:,} new cases, the rest is taken over"),
            Choice("all", "a", f"all {found.total:,} cases"),
        ]
        title = f"{found.total - found.new:,} of {found.total:,} cases stand in {found.run}"
        self.app.push_screen(ChoiceScreen(title, choices), lambda answer: self._launch_as(answer, found.run))

    def _ask_about_stale(self, names: list[str]) -> None:
        choices = [
            Choice("netlist", "N", "see the difference first, and netlist again"),
            Choice("run", "r", "run with the netlist as it is, this once"),
        ]
        which = f"netlist of {', '.join(names)}"
        self.app.push_screen(ChoiceScreen(f"{which}: not the schematic's", choices), self._stale_or_not)

    def _stale_or_not(self, answer: str | None) -> None:
        if answer == "netlist":
            self.action_netlist()
        elif answer == "run":
            self.do(self._launch_sweep(allow_stale=True), "launch")

    def _launch_as(self, answer: str | None, earlier: str) -> None:
        if answer is not None:
            self.do(self._launch_sweep(earlier if answer == "new" else None), "launch")

    async def _launch_sweep(self, reuse: str | None = None, *, allow_stale: bool = False) -> None:
        sweep, draft = self.builder.sweep, self.builder.draft
        assert sweep is not None and draft is not None
        self.say(f"building {sweep.name} ...")
        text = draft.text if self.builder.dirty else None
        layout = await self.launcher.build(sweep.name, text, reuse, allow_stale=allow_stale)
        self.attach(layout)
        await self._start(layout)

    async def _start(self, layout: RunLayout, cases: list[int] | None = None) -> None:
        await self.launcher.start(layout, cases)
        self.bring_cases_into_sight()
        self.look_at_runs_now()

    async def _retry_here(self, said: str, named: dict[str, list[int]]) -> None:
        """The runner that lives is asked, unless an input of the run has changed."""
        assert self.layout_of_run is not None
        await self.launcher.check_inputs(self.layout_of_run)
        await self._ask_of_run("retry", said, **named)

    async def _retry_with_runner(self, marked: list[int]) -> None:
        """No runner lives: a new one is started for just these cases."""
        layout = self.layout_of_run
        assert layout is not None
        await self._start(layout, marked or await asyncio.to_thread(_failed_cases, layout))

    async def _ask_of_run(self, kind: str, said: str, **data: object) -> None:
        assert self.layout_of_run is not None
        await self.launcher.request(self.layout_of_run, kind, **data)
        self.say(said)

    def _cancel_run(self, answer: str | None) -> None:
        if answer == "yes":
            self.do(self._ask_of_run("cancel", "cancelling the run"), "request")

    def _stop(self, answer: str | None) -> None:
        if answer == "yes":
            self.do(self._stop_and_leave(), "request")

    async def _stop_and_leave(self) -> None:
        await self._ask_of_run("cancel", "stopping")
        self.app.exit(0)


def _failed_cases(layout: RunLayout) -> list[int]:
    order = OrderQuery(layout, Arrangement(filter=FAILED)).run()
    return list(order.case_ids if order is not None else array("q"))
