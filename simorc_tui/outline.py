"""What the project tree and the sweep builder show of a project, as plain data, read in a thread."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from simorc.errors import ConfigError, SimorcError
from simorc.quantities import Value
from simorc.rootdir import SETUP_FILE


@dataclass(frozen=True)
class TestbenchOutline:
    """A testbench: its files and its parameters with their defaults."""

    __test__ = False

    name: str
    config: Path
    template: Path
    schematic: Path | None
    defaults: Mapping[str, Value]


@dataclass(frozen=True)
class SweepOutline:
    """A sweep and the file that defines it."""

    name: str
    path: Path
    testbench: str


@dataclass(frozen=True)
class PipelineOutline:
    """A design pipeline: its stages, and the file it starts from (spec, RTL, else sim_setup.yaml)."""

    name: str
    path: Path
    stages: tuple[str, ...]


@dataclass(frozen=True)
class ProjectOutline:
    """A project, or the problems that keep it from being one."""

    name: str
    root: Path
    testbenches: tuple[TestbenchOutline, ...] = ()
    sweeps: tuple[SweepOutline, ...] = ()
    dut_files: tuple[Path, ...] = ()
    pipelines: tuple[PipelineOutline, ...] = ()
    problems: tuple[str, ...] = field(default=())
    broken_files: tuple[Path, ...] = ()

    def sweep(self, name: str) -> SweepOutline | None:
        return next((sweep for sweep in self.sweeps if sweep.name == name), None)

    def testbench(self, name: str) -> TestbenchOutline | None:
        return next((bench for bench in self.testbenches if bench.name == name), None)


def read_outline(root: Path) -> ProjectOutline:
    """Load the project at `root`; what is wrong with it comes back as `problems`."""
    from simorc.project import Project  # pydantic and ruamel.yaml: too slow to import before the first frame

    try:
        project = Project.load(root)
    except ConfigError as error:
        return ProjectOutline(
            root.name,
            root,
            problems=tuple(str(problem) for problem in error.problems),
            broken_files=tuple({root / problem.file: None for problem in error.problems}),
        )
    except SimorcError as error:
        return ProjectOutline(root.name, root, problems=(error.message,))
    return ProjectOutline(
        name=project.name,
        root=root,
        testbenches=tuple(
            TestbenchOutline(
                name, bench.config_path, bench.template, bench.schematic, dict(bench.config.parameters)
            )
            for name, bench in project.testbenches.items()
        ),
        sweeps=tuple(
            SweepOutline(name, sweep.path, sweep.definition.testbench)
            for name, sweep in project.sweeps.items()
        ),
        dut_files=tuple(path for path in (project.dut_schematic, project.dut_netlist) if path is not None),
        pipelines=tuple(
            PipelineOutline(
                name, root / (pipeline.spec or pipeline.rtl or SETUP_FILE), tuple(pipeline.order())
            )
            for name, pipeline in project.setup.pipelines.items()
        ),
    )
