"""The records of a manifest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from simorc.config.definitions import MeasurementDefinitions, PlotSource, Specs

if TYPE_CHECKING:
    from simorc.config.models.sweep import SweepDefinition
    from simorc.config.settings import Settings


@dataclass(frozen=True)
class Tools:
    """The versions of what made the results; `simulator` is "not found" where there was none."""

    simorc: str = ""
    simulator: str = ""
    simulator_path: str = ""
    python: str = ""


@dataclass(frozen=True)
class Host:
    """The machine a run was built on, and by whom."""

    name: str = ""
    system: str = ""
    user: str = ""


@dataclass(frozen=True)
class GitState:
    """The commit of the project, and whether files of it differed from that."""

    commit: str = ""
    dirty: bool = False


@dataclass(frozen=True)
class Hooks:
    """The run's copies of measurements in Python: their directory in the run, the digests by file name."""

    directory: str = ""
    inputs: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Origin:
    """Which sweep of which project a run was built from, by whom and with what."""

    run: str
    sweep: str
    testbench: str
    project: str
    project_root: Path
    created: str
    created_utc: str
    command_line: Sequence[str]
    git: GitState | None
    tools: Tools
    host: Host


@dataclass(frozen=True)
class Declared:
    """What a run simulates and measures, as the project declares it.

    `template_directory` and `dut_netlist` are relative to the project if they are inside; `settings` are the
    resolved ones; `definition` is that of the sweep; `save` is what a case stores; `statistical_corners` are
    the values of random variables by the name of each, `statistical_seeds` the seeds of those that are
    samples of runs.
    """

    template: str
    template_directory: str
    dut_netlist: str
    settings: Settings
    measurements: MeasurementDefinitions
    specs: Specs
    plot_specs: Sequence[PlotSource]
    definition: SweepDefinition
    save: Sequence[str] = ()
    statistical_corners: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    statistical_seeds: Mapping[str, int] = field(default_factory=dict)
