"""The branch of the project tree with design pipelines and their runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.text import Text
from textual.widgets.tree import TreeNode

from simorc.text import plain
from simorc_tui.data.project.outline import PipelineOutline
from simorc_tui.theme.coloured import coloured
from simorc_tui.theme.glyphs import Glyphs
from simorc_tui.widgets.tree.entry import Entry

if TYPE_CHECKING:
    from simorc.pipeline.control import PipelineSummary

RUNS_OF_EACH = 20
COLOURS = {"running": "cyan", "failed": "red", "dead": "red", "broken": "red", "cancelled": "yellow"}
_SIGNS = {"running": "in_progress", "passed": "completed", "failed": "failed", "pending": "pending"}


class PipelineBranch:
    """Nodes below the tree's root; there is none in a project without pipelines."""

    def __init__(self, glyphs: Glyphs) -> None:
        self._glyphs = glyphs
        self._summaries: Sequence[PipelineSummary] = ()
        self._outlines: Sequence[PipelineOutline] = ()
        self._top: TreeNode[Entry] | None = None
        self._pipelines: dict[str, TreeNode[Entry]] = {}
        self._runs: dict[str, list[str]] = {}

    def grow(self, root: TreeNode[Entry], outlines: Sequence[PipelineOutline]) -> None:
        """Make the branch anew, where a tree has been built."""
        self._top, self._pipelines, self._runs, self._outlines = None, {}, {}, outlines
        self.show(root, self._summaries)

    def remember(self, summaries: Sequence[PipelineSummary]) -> None:
        """Runs known before there is a tree."""
        self._summaries = summaries

    def show(self, root: TreeNode[Entry], summaries: Sequence[PipelineSummary]) -> None:
        """Renew the runs; nodes that stay keep their place and the cursor."""
        self._summaries = summaries
        names = [outline.name for outline in self._outlines]
        names += [each.pipeline for each in summaries if each.pipeline not in names]
        if names and self._top is None:
            self._top = root.add("pipelines", expand=True)
        for name in dict.fromkeys(names):
            self._show_pipeline(name, [each for each in summaries if each.pipeline == name][:RUNS_OF_EACH])

    def _show_pipeline(self, name: str, runs: Sequence[PipelineSummary]) -> None:
        node = self._pipelines.get(name) or self._add(name)
        node.set_label(Text(f"{self._sign(runs[0].state) if runs else ' '} {plain(name)}"))
        if self._runs.get(name, []) != [each.run for each in runs]:
            node.remove_children()
            for each in runs:
                node.add_leaf("", Entry("pipeline_run", each.run))
            self._runs[name] = [each.run for each in runs]
        for below, each in zip(node.children, runs, strict=True):
            below.set_label(self._label(each))

    def _add(self, name: str) -> TreeNode[Entry]:
        assert self._top is not None
        file = next((outline.path for outline in self._outlines if outline.name == name), None)
        # Enter opens a menu: it must not fold the runs away at the same time.
        node = self._top.add("", Entry("pipeline", name, file), expand=True, allow_expand=False)
        self._pipelines[name] = node
        return node

    def _label(self, summary: PipelineSummary) -> Text:
        words = f"{self._sign(summary.state)} {plain(summary.run)} "
        label = coloured(words, COLOURS.get(summary.state, ""), no_wrap=True)
        if summary.state == "running":
            return label.append(plain(summary.stage), "bold")
        label.append(summary.state)
        return label.append(f" in {plain(summary.stage)}") if summary.state == "failed" else label

    def _sign(self, state: str) -> str:
        sign: str = getattr(self._glyphs, _SIGNS.get(state, "warning"))
        return sign
