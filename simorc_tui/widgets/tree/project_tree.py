"""The project tree: design, testbenches, sweeps, runs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import on
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Tree
from textual.widgets.tree import TreeNode

from simorc.config.root import SETUP_FILE
from simorc.rundir.summary import RunSummary
from simorc.text import plain
from simorc_tui.data.project.outline import BrokenOutline, ProjectOutline
from simorc_tui.theme.ascii_look import draw_in_ascii
from simorc_tui.theme.coloured import coloured
from simorc_tui.theme.glyphs import ASCII, UNICODE, Glyphs, run_sign
from simorc_tui.widgets.tree.entry import Entry as Entry
from simorc_tui.widgets.tree.pipeline_branch import PipelineBranch

if TYPE_CHECKING:
    from simorc.pipeline.control import PipelineSummary
    from simorc.schematics.staleness import Condition

RUNS_SHOWN = 200
_AT_A_LINE = re.compile(r"^.*?\.ya?ml:(?=\d)")
STATE_COLOURS = {"running": "cyan", "paused": "yellow", "dead": "red", "broken": "red"}


class ProjectTree(Tree[Entry]):
    """Design files, testbenches, sweeps, runs; enter opens a sweep in the builder, a run in the table."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "cursor_down", "down", show=False, id="tree.down"),
        Binding("k", "cursor_up", "up", show=False, id="tree.up"),
        Binding("g", "scroll_home", "first", show=False, id="tree.first"),
        Binding("G", "scroll_end", "last", show=False, id="tree.last"),
    ]

    class SweepChosen(Message):
        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    class RunChosen(Message):
        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    class PipelineChosen(Message):
        """A design pipeline, or a run of one."""

        def __init__(self, entry: Entry) -> None:
            super().__init__()
            self.entry = entry

    class ProblemChosen(Message):
        """An entry that cannot be used; `entry.why` is the reason."""

        def __init__(self, entry: Entry) -> None:
            super().__init__()
            self.entry = entry

    def __init__(self, glyphs: Glyphs = UNICODE, *, widget_id: str | None = None) -> None:
        super().__init__("project", id=widget_id)
        self.glyphs = glyphs
        self.show_root = False
        self.guide_depth = 2
        if glyphs is ASCII:
            draw_in_ascii(self)
        self._sweeps: dict[str, TreeNode[Entry]] = {}
        self._why: dict[str, str] = {}
        self._runs: TreeNode[Entry] | None = None
        self._shown: dict[str, TreeNode[Entry]] = {}
        self._summaries: Sequence[RunSummary] = ()
        self._violations: Mapping[str, int] = {}
        self._schematics: TreeNode[Entry] | None = None
        self._conditions: Sequence[Condition] = ()
        self._pipelines = PipelineBranch(glyphs)

    def notify_style_update(self) -> None:
        """Gaining the focus changes colours only; Textual's own tree would lay the screen out again."""
        super(Tree, self).notify_style_update()
        self._line_cache.clear()
        self.refresh()

    @property
    def chosen(self) -> Entry | None:
        """The entry under the cursor."""
        return self.cursor_node.data if self.cursor_node is not None else None

    def show_outline(self, outline: ProjectOutline) -> None:
        """Build the tree of a project."""
        self.clear()
        self._shown = {}
        if outline.problems:
            self._add_problems(outline)
        self._schematics = self.root.add("schematics", expand=True)
        self.show_conditions(self._conditions)
        self._add_files("design", [path for path in outline.dut_files if path.suffix != ".sch"], "file")
        self._add_testbenches(outline)
        sweeps = self.root.add("sweeps", expand=True)
        self._why = {each.name: "\n".join(each.why) for each in outline.broken if each.kind == "sweep"}
        self._sweeps = {
            sweep.name: sweeps.add_leaf(
                "", Entry("sweep", sweep.name, sweep.path, self._why.get(sweep.name, ""))
            )
            for sweep in outline.sweeps
        }
        for each in outline.broken:
            if each.kind == "sweep" and each.name not in self._sweeps:
                sweeps.add_leaf(*self._broken(each))
        for each in outline.unnamed:
            label = self._broken_label(each.name, f"not listed in {SETUP_FILE}", "dim")
            sweeps.add_leaf(label, Entry("problem", each.name, each.path, each.why[0]))
        self._pipelines.grow(self.root, outline.pipelines)
        self._runs = self.root.add("runs", expand=True)
        self.show_runs(self._summaries)

    def show_conditions(self, conditions: Sequence[Condition]) -> None:
        """Renew the schematics: ``!`` and the reason where the netlist is not theirs."""
        self._conditions = conditions
        if self._schematics is None:
            return
        if len(self._schematics.children) != len(conditions):
            self._schematics.remove_children()
            for condition in conditions:
                entry = Entry("schematic", condition.pair.name, condition.pair.schematic)
                self._schematics.add_leaf("", entry)
        for node, condition in zip(self._schematics.children, conditions, strict=True):
            node.data = Entry("schematic", condition.pair.name, condition.pair.schematic)
            node.set_label(self._condition_label(condition))

    def _condition_label(self, condition: Condition) -> Text:
        name = plain(condition.pair.schematic.name)
        if condition.usable:
            return Text(f"  {name}", no_wrap=True)
        label = coloured(f"{self.glyphs.warning} {name} ", "yellow", no_wrap=True)
        return label.append(
            f"{condition.state}: {plain(condition.reason)}" if condition.reason else condition.state
        )

    def show_runs(self, summaries: Sequence[RunSummary]) -> None:
        """Renew the runs and the sweeps' last results; nodes that stay keep their place and the cursor."""
        self._summaries = summaries
        if self._runs is None:
            return
        shown = list(summaries[:RUNS_SHOWN])
        if list(self._shown) != [summary.run for summary in shown]:
            self._runs.remove_children()
            self._shown = {s.run: self._runs.add_leaf("", Entry("run", s.run)) for s in shown}
        for summary in shown:
            self._shown[summary.run].set_label(self._run_label(summary))
        self._mark_sweeps(summaries)

    def show_violations(self, violations: Mapping[str, int]) -> None:
        """How many cases of which runs violate a spec."""
        self._violations = violations
        self.show_runs(self._summaries)

    def show_pipelines(self, summaries: Sequence[PipelineSummary]) -> None:
        """Renew the design pipelines' runs."""
        if self._runs is not None:
            self._pipelines.show(self.root, summaries)
        else:
            self._pipelines.remember(summaries)

    def _mark_sweeps(self, summaries: Iterable[RunSummary]) -> None:
        newest: dict[str, RunSummary] = {}
        for summary in summaries:
            newest.setdefault(summary.sweep, summary)
        for name, node in self._sweeps.items():
            if name in self._why:
                node.set_label(self._broken_label(name, self._why[name], "red"))
                continue
            last = newest.get(name)
            label = Text(no_wrap=True)
            label.append_text(self._sign(last) if last is not None else Text(" "))
            label.append(f" {plain(name)}")
            if last is not None:
                label.append(f"  {last.counts['completed']}/{last.total}", "dim")
                label.append(
                    f" {self.glyphs.failed}{last.counts['failed']}" if last.counts["failed"] else "", "red"
                )
                self._add_violations(label, last.run)
            node.set_label(label)

    def _add_violations(self, label: Text, run: str) -> None:
        if self._violations.get(run):
            label.append(f" {self.glyphs.violated}{self._violations[run]}", "yellow")

    def _sign(self, summary: RunSummary) -> Text:
        failed, violated = summary.counts["failed"], self._violations.get(summary.run, 0)
        return run_sign(self.glyphs, summary.state, failed, violated)

    def _run_label(self, summary: RunSummary) -> Text:
        counts = summary.counts
        sign = self._sign(summary)
        label = Text(no_wrap=True).append_text(sign)
        label.append(f" {plain(summary.shown)} ", STATE_COLOURS.get(summary.state, ""))
        label.append(f"{counts['completed']}/{summary.total}")
        if counts["failed"]:
            label.append(f" {self.glyphs.failed}{counts['failed']}", "red")
        self._add_violations(label, summary.run)
        if summary.state not in ("finished", "pending"):
            label.append(f" {summary.state}")
        label.append(" locked" if summary.locked else "", "bold")
        if summary.remarks.note:
            label.append(f" {plain(summary.remarks.note.partition(chr(10))[0])}", "italic")
        if summary.mixed:
            label.append(f" {self.glyphs.warning} mixed circuits", "yellow")
        if summary.predates:
            label.append(f" {self.glyphs.warning} older than {Path(summary.predates[0]).name}", "yellow")
        return label

    def _add_problems(self, outline: ProjectOutline) -> None:
        node = self.root.add(coloured(f"{self.glyphs.warning} problems", "red"), expand=True)
        for problem in outline.problems:
            node.add_leaf(
                Text(plain(problem)), Entry("problem", "problem", _file_of(problem, outline), problem)
            )

    def _add_files(self, title: str, files: Iterable[Path], kind: str) -> None:
        node = self.root.add(title, expand=True)
        for path in files:
            node.add_leaf(Text(f"  {plain(path.name)}"), Entry(kind, path.name, path))

    def _add_testbenches(self, outline: ProjectOutline) -> None:
        node = self.root.add("testbenches", expand=True)
        for testbench in outline.testbenches:
            below = node.add(
                Text(plain(testbench.name)), Entry("testbench", testbench.name, testbench.config)
            )
            files = (
                testbench.config,
                testbench.template,
                *([testbench.schematic] if testbench.schematic else []),
            )
            for path in files:
                below.add_leaf(Text(plain(path.name)), Entry("file", path.name, path))
        for each in outline.broken:
            if each.kind == "testbench":
                node.add_leaf(*self._broken(each))

    def _broken(self, outline: BrokenOutline) -> tuple[Text, Entry]:
        """An entry that cannot be used; enter shows all reasons."""
        why = "\n".join(outline.why)
        label = self._broken_label(outline.name, why, "red")
        return label, Entry("problem", outline.name, outline.path, why)

    def _broken_label(self, name: str, why: str, colour: str) -> Text:
        """The name and the first problem; the name identifies the file, so the line is enough."""
        first, label = why.partition("\n")[0], Text(f"{self.glyphs.warning} {plain(name)}", colour)
        label.no_wrap = True
        return label.append(f"  {plain(_AT_A_LINE.sub('', first))}", "dim")

    @on(Tree.NodeSelected)
    def _chosen(self, event: Tree.NodeSelected[Entry]) -> None:
        event.stop()
        entry = event.node.data
        if entry is not None and entry.why:
            self.post_message(self.ProblemChosen(entry))
        if entry is not None and entry.kind == "sweep":
            self.post_message(self.SweepChosen(entry.name))
        elif entry is not None and entry.kind == "run":
            self.post_message(self.RunChosen(entry.name))
        elif entry is not None and entry.kind in ("pipeline", "pipeline_run"):
            self.post_message(self.PipelineChosen(entry))


def _file_of(problem: str, outline: ProjectOutline) -> Path:
    """The file that contains a problem, for `e`: problems begin with its name."""
    begins = (path for path in outline.broken_files if problem.startswith((str(path), _relative(path))))
    return next(begins, outline.root / SETUP_FILE)


def _relative(path: Path) -> str:
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
