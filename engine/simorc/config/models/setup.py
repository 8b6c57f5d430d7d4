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
    """Its netlist, made from the schematic. A path; templates see it as {{ dut.netlist }}."""


class Setup(Section):
    """sim_setup.yaml. Relative paths stand against its directory; ``~`` and ``${VAR}`` expand."""

    name: Text | None = None
    """The project's name; default: its directory's."""
    description: Text = ""
    """What is designed here."""
    dut: Dut = Dut()
    """The circuit under test."""
    testbenches: dict[Name, Text] = Field(default_factory=dict)
    """Testbench name -> its directory, which holds config.yaml."""
    sweeps: dict[Name, Text] = Field(default_factory=dict)
    """Sweep name -> its file."""
    simulator: SimulatorSettings | None = None
    """Which simulator, and how it is started."""
    netlister: NetlisterSettings | None = None
    """Which program turns schematics into netlists."""
    execution: ExecutionSettings | None = None
    """Where and how cases are executed."""
    environments: dict[Name, Environment] = Field(default_factory=dict)
    """Named overrides, chosen by --env or SIMORC_ENV."""
    plans: dict[Name, tuple[PlanStep, ...]] = Field(default_factory=dict)
    """Run plans: sweeps that `simorc run PLAN` runs in this order, with one spec sheet."""
    pipelines: dict[Name, PipelineDefinition] = Field(default_factory=dict)
    """Design feedback loops, by name."""
