"""``pipelines:`` in sim_setup.yaml: design pipelines, from a written spec to verified RTL.

The stages of the loop are named generate, format, lint, testbench, simulation and qualify and run in that
order; a stage left out has its defaults. The first four are stored under their numbers a1, a5, a4 and a7,
which may be written as well. Stages of other names are gates (``kind: sweep`` or ``kind: command``) that
follow a qualified simulation in the order written.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, GetJsonSchemaHandler

from simorc.config.models.fields import Name, Section, Text, Texts, Whole, kind_of
from simorc.config.models.pipeline_stages import (
    Gate,
    Generate,
    Lint,
    Module,
    Qualify,
    Simulate,
    Stage,
    Style,
    Testbench,
)
from simorc.config.names import stage_name, stage_word

LOOP = {
    "a1": "generate",
    "a5": "style",
    "a4": "lint",
    "a7": "testbench",
    "simulation": "simulate",
    "qualify": "qualify",
}
"""The loop's stages in their order, and the kind of each."""
GATES = ("sweep", "command", "plugin")


def _with_numbers(value: Any) -> Any:
    """Stages under the names of files: ``generate`` becomes ``a1``."""
    if not isinstance(value, Mapping):
        return value
    numbered: dict[Any, Any] = {}
    for written, entry in value.items():
        name = stage_name(written) if isinstance(written, str) else written
        if name in numbered:
            raise ValueError(f"{stage_word(name)} and {name} are the same stage; write one")
        numbered[name] = entry
    return numbered


def _with_kinds(value: Any) -> Any:
    """A stage of the loop gets its kind from its name; any other must declare it."""
    if not isinstance(value, Mapping):
        return value
    completed: dict[Any, Any] = {}
    for name, entry in _with_numbers(value).items():
        given = {} if entry is None else entry
        if not isinstance(given, Mapping):
            raise ValueError(f"{name}: expected a mapping, not {kind_of(given)}")
        kind = given.get("kind", LOOP.get(name))
        allowed = (LOOP[name],) if name in LOOP else GATES
        if kind not in allowed:
            raise ValueError(
                f"{name} needs kind: {' or '.join(allowed)} "
                f"(built-in stages: {', '.join(stage_word(each) for each in LOOP)})"
            )
        completed[name] = {**given, "kind": kind}
    return completed


class _StagesSchema:
    """JSON Schema of `stages`: the loop's names each have their kind, which then need not be written."""

    def __get_pydantic_json_schema__(self, core: Any, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        kinds = handler(core)["additionalProperties"]["discriminator"]["mapping"]
        return {
            "type": "object",
            "properties": {
                name: {"$ref": kinds[kind]}
                for stage, kind in LOOP.items()
                for name in dict.fromkeys((stage_word(stage), stage))
            },
            "additionalProperties": {"oneOf": [{"$ref": kinds[kind]} for kind in GATES]},
        }


_Tries = Annotated[Whole, Field(ge=0, le=100)]


class Budgets(Section):
    """How often a run may return to a stage after a failure."""

    a4: _Tries = 1
    """Lint fixes."""
    a1: _Tries = 1
    """Generations of the RTL with the failure in their context."""
    a7: _Tries = 1
    """Generations of the testbench, if the testbench is wrong."""
    strengthen: _Tries = 1
    """Generations of the testbench, if it does not notice wrong designs."""


Budgeted = Annotated[Budgets, BeforeValidator(_with_numbers)]


class PipelineDefinition(Section):
    """One pipeline. Paths are relative to sim_setup.yaml; ``~`` and ``${VAR}`` are expanded."""

    description: Text = ""
    """Description of the design."""
    spec: Text | None = None
    """The written spec; `--spec FILE` selects another. A path."""
    contract: Text | None = None
    """The contract of the module: ports, reset, oracle, stimulus. A path."""
    top: Module
    """Name of the module and of its file."""
    rtl: Text | None = None
    """RTL to start with, if a1 is disabled. A path."""
    context: Texts = ()
    """Files added to every prompt (retrieval context) and copied to the run. Paths."""
    stages: Annotated[dict[Name, Stage], BeforeValidator(_with_kinds), _StagesSchema()] = Field(
        default_factory=dict
    )
    """Stage -> its settings: generate, format, lint, testbench, simulation, qualify, and gates of any other
    name. The first four are also called a1, a5, a4 and a7.
    """
    budgets: Budgeted = Budgets()
    """How often a run may return to a stage."""

    @property
    def a1(self) -> Generate:
        stage = self.stages.get("a1", Generate())
        assert isinstance(stage, Generate)
        return stage

    @property
    def a5(self) -> Style:
        stage = self.stages.get("a5", Style())
        assert isinstance(stage, Style)
        return stage

    @property
    def a4(self) -> Lint:
        stage = self.stages.get("a4", Lint())
        assert isinstance(stage, Lint)
        return stage

    @property
    def a7(self) -> Testbench:
        stage = self.stages.get("a7", Testbench())
        assert isinstance(stage, Testbench)
        return stage

    @property
    def simulation(self) -> Simulate:
        stage = self.stages.get("simulation", Simulate())
        assert isinstance(stage, Simulate)
        return stage

    @property
    def qualify(self) -> Qualify:
        stage = self.stages.get("qualify", Qualify())
        assert isinstance(stage, Qualify)
        return stage

    @property
    def gates(self) -> dict[str, Gate]:
        """Stages after the loop, in the order written."""
        return {name: stage for name, stage in self.stages.items() if isinstance(stage, Gate)}

    def order(self) -> tuple[str, ...]:
        """The names of all stages that take part, in the order they run."""
        loop: tuple[tuple[str, Stage], ...] = (
            ("a1", self.a1),
            ("a5", self.a5),
            ("a4", self.a4),
            ("a7", self.a7),
            ("simulation", self.simulation),
            *([("qualify", self.qualify)] if self.simulation.enable else []),
        )
        return tuple(name for name, stage in (*loop, *self.gates.items()) if stage.enable)
