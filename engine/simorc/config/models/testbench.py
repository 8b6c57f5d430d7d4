"""The model of testbenches/<name>/config.yaml."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from simorc.config.models.execution import ExecutionSettings, SimulatorSettings
from simorc.config.models.fields import Name, Scalar, Section, Text, Texts, kind_of
from simorc.config.models.measurement import Measurements, Spec
from simorc.config.names import RESERVED


def distinct(names: dict[str, Any]) -> dict[str, Any]:
    """Names that differ only in case would be one column of a results table and one name to ngspice."""
    seen: dict[str, str] = {}
    for name in names:
        if name.lower() in seen:
            raise ValueError(f"{seen[name.lower()]} and {name} differ only in case")
        seen[name.lower()] = name
    return names


def _not_reserved(parameters: dict[str, Any]) -> dict[str, Any]:
    for name in parameters:
        if name.lower() in RESERVED:
            raise ValueError(f"{name} is a column of every results table; rename the parameter")
    return parameters


def _plot_specs(value: Any) -> Any:
    if isinstance(value, dict) and value and "y" not in value and "Y" not in value:
        value = list(value.values())  # name -> file, of older projects
    specs = [value] if isinstance(value, str | dict) else value
    for spec in specs if isinstance(specs, list) else [specs]:
        if not isinstance(spec, str | dict):
            raise ValueError(f"expected file names or plot specs, not {kind_of(spec)}")
    return specs


Parameters = Annotated[dict[Name, Scalar], AfterValidator(distinct), AfterValidator(_not_reserved)]
PlotSpecs = Annotated[tuple[Any, ...], BeforeValidator(_plot_specs)]


class TestbenchConfig(Section):
    """config.yaml of a testbench. Relative paths are relative to its directory."""

    __test__ = False  # not a test, whatever pytest thinks of the name

    description: Text = ""
    """Description of the testbench."""
    schematic: Text | None = None
    """Its xschem schematic. A path."""
    template: Text | None = None
    """Its template; default: the only *.spice.j2 or *.spice next to this file. A path."""
    parameters: Parameters = Field(default_factory=dict)
    """Parameter -> default. Only these can be swept; templates see them as {{ parameters.NAME }}."""
    measurements: Annotated[Measurements, AfterValidator(distinct)] = Field(default_factory=dict)
    """Measurements: a list of .meas names, or name -> definition."""
    specs: dict[Name, Spec] = Field(default_factory=dict)
    """Measurement -> its spec."""
    plot_specs: PlotSpecs = ()
    """Plots: file names relative to this file or to the project, or inline plot specs."""
    save: Texts = ()
    """Signals stored in the raw file (default: those of the template), and `operating_point`: the operating
    point of every device.
    """
    simulator: SimulatorSettings | None = None
    """Settings of the simulator for this testbench."""
    execution: ExecutionSettings | None = None
    """Settings of the execution for this testbench."""
    on_change: Text | None = None
    """Action after the schematic is saved: `netlist`, or `rerun SWEEP`."""
    filename_raw: Text | None = None
    """The raw file that an older template writes."""
    filename_log: Text | None = None
    """For older projects; no effect: the log is simulator.log."""
    postprocess: Any = None
    """For older projects; no effect."""
