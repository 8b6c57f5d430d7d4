"""The model of sim_setup.yaml."""

from __future__ import annotations

from pydantic import Field

from simorc.config.models.execution import (
    Environment,
    ExecutionSettings,
    NetlisterSettings,
    SimulatorSettings,
)
from simorc.config.models.fields import Name, Section, Text
from simorc.config.models.pipeline import PipelineDefinition
from simorc.config.models.plan import PlanStep


class Dut(Section):
    """The circuit under test."""

    schematic: Text | None = None
    """Its xschem schematic. A path."""
    netlist: Text | None = None
    """Its netlist, generated from the schematic. A path; templates see it as {{ dut.netlist }}."""


class Setup(Section):
    """sim_setup.yaml. Relative paths are relative to its directory; ``~`` and ``${VAR}`` expand."""

    name: Text | None = None
    """Name of the project; default: the name of its directory."""
    description: Text = ""
    """Description of the design."""
    dut: Dut = Dut()
    """The circuit under test."""
    testbenches: dict[Name, Text] = Field(default_factory=dict)
    """Testbench name -> its directory, which contains config.yaml."""
    sweeps: dict[Name, Text] = Field(default_factory=dict)
    """Sweep name -> its file."""
    analyses: dict[Name, Text] = Field(default_factory=dict)
    """Analysis name -> its file."""
    simulator: SimulatorSettings | None = None
    """The simulator and its options."""
    netlister: NetlisterSettings | None = None
    """The program that generates netlists from schematics."""
    execution: ExecutionSettings | None = None
    """Where and how cases run."""
    environments: dict[Name, Environment] = Field(default_factory=dict)
    """Named overrides, selected by --env or SIMORC_ENV."""
    plans: dict[Name, tuple[PlanStep, ...]] = Field(default_factory=dict)
    """Run plans: sweeps that `simorc run PLAN` runs in this order, with one spec sheet."""
    pipelines: dict[Name, PipelineDefinition] = Field(default_factory=dict)
    """Design pipelines, by name."""
