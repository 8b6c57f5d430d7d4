"""The project as plain data for the tree and the sweep builder (`outline_reading`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from simorc.files import Stamp
from simorc.units import Value

if TYPE_CHECKING:
    from simorc.config.project import Project


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
class BrokenOutline:
    """A sweep or testbench that cannot be used, or a sweep file that the project does not list: `why` is the
    reason.
    """

    kind: str
    name: str
    path: Path
    why: tuple[str, ...]


@dataclass(frozen=True)
class ProjectOutline:
    """A project as far as it can be read; `problems` keep it from being run."""

    name: str
    root: Path
    testbenches: tuple[TestbenchOutline, ...] = ()
    sweeps: tuple[SweepOutline, ...] = ()
    dut_files: tuple[Path, ...] = ()
    pipelines: tuple[PipelineOutline, ...] = ()
    problems: tuple[str, ...] = field(default=())
    broken_files: tuple[Path, ...] = ()
    broken: tuple[BrokenOutline, ...] = ()
    unnamed: tuple[BrokenOutline, ...] = ()
    project: Project | None = field(default=None, compare=False, repr=False)
    """Its sound part, which drafts of sweeps are checked against; None if sim_setup.yaml cannot be read."""
    stamps: Mapping[Path, Stamp | None] = field(default_factory=dict, compare=False)
    """Every file this was read from, with its stamp from before it was read."""

    def sweep(self, name: str) -> SweepOutline | None:
        return next((sweep for sweep in self.sweeps if sweep.name == name), None)

    def testbench(self, name: str) -> TestbenchOutline | None:
        return next((bench for bench in self.testbenches if bench.name == name), None)
