"""The controllers of the main screen together, each with one concern: what its commands act on."""

from __future__ import annotations

from simorc_tui.screens.main.arrangement_controller import ArrangementController
from simorc_tui.screens.main.case_controller import CaseController
from simorc_tui.screens.main.causes_controller import CausesController
from simorc_tui.screens.main.compare_controller import CompareController
from simorc_tui.screens.main.context import MainContext
from simorc_tui.screens.main.form_controller import FormController
from simorc_tui.screens.main.netlist_controller import NetlistController
from simorc_tui.screens.main.open_run_controller import OpenRunController
from simorc_tui.screens.main.pane_controller import PaneController
from simorc_tui.screens.main.pipeline_controller import PipelineController
from simorc_tui.screens.main.program_controller import ProgramController
from simorc_tui.screens.main.project_controller import ProjectController
from simorc_tui.screens.main.result_controller import ResultController
from simorc_tui.screens.main.run_controller import RunController
from simorc_tui.screens.main.run_end_controller import RunEndController
from simorc_tui.screens.main.run_list_controller import RunListController
from simorc_tui.screens.main.table_controller import TableController
from simorc_tui.screens.main.tree_controller import TreeController
from simorc_tui.screens.main.tuner_controller import TunerController
from simorc_tui.screens.main.worst_case_controller import WorstCaseController


class Controllers:
    """Every controller of the main screen. `run`: opened first; `tick`: seconds between looks."""

    def __init__(self, main: MainContext, run: str | None, tick: float) -> None:
        self.main = main
        self.panes = PaneController(main)
        self.project = ProjectController(main)
        self.arrangement = ArrangementController(main)
        self.table_layout = TableController(main, self.arrangement)
        self.open_run = OpenRunController(
            main, self.arrangement, self.table_layout, self.project, RunEndController(main), tick
        )
        self.run_list = RunListController(main, self.open_run, run)
        self.netlists = NetlistController(main)
        self.runs = RunController(main, self.open_run, self.run_list, self.netlists, self.panes)
        self.cases = CaseController(main)
        self.worst_case = WorstCaseController(main, self.arrangement, self.panes)
        self.results = ResultController(main, self.panes)
        self.causes = CausesController(main, self.worst_case)
        self.compare = CompareController(main)
        self.project_tree = TreeController(main, self.project, self.runs, self.run_list, self.compare)
        self.pipelines = PipelineController(main, self.project_tree)
        self.tuner = TunerController(main, self.project, self.panes)
        self.form = FormController(main, self.project)
        self.program = ProgramController(main, self.project)

    def remember(self) -> None:
        """Where the user is, for the next start; the widgets may be gone."""
        main = self.main
        if main.run is not None:
            newest = main.summaries[0].run if main.summaries else ""
            main.remember(
                run=main.run.name,
                newest=newest,
                case=main.case_shown,
                pane=main.pane,
                tab=self.panes.tab,
                zoomed=self.panes.zoomed,
            )

    def launch(self) -> None:
        """In the tree, what its cursor is on: a pipeline, a sweep, a run; else the builder's sweep."""
        entry = self.pipelines.entry()
        if entry is not None:
            self.pipelines.launch(entry)
        elif self.main.pane == "tree":
            self.project_tree.launch()
        else:
            self.runs.launch()

    def cancel(self) -> None:
        """In the tree, on a pipeline's run: that; else the run shown."""
        entry = self.pipelines.entry()
        if entry is not None and entry.kind == "pipeline_run":
            self.pipelines.cancel(entry)
        else:
            self.runs.cancel()

    def menu(self) -> None:
        """What can be done with what the tree's cursor is on."""
        entry = self.pipelines.entry()
        if entry is not None:
            self.pipelines.menu_of(entry)
        else:
            self.project_tree.menu()
