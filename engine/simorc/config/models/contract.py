"""The contract of a digital design, in a YAML file of its own beside the written spec.

It states what the spec says in prose: the module, its ports, its reset, and an oracle that gives the expected
outputs. Widths and values are whole numbers or expressions of the parameters, such as ``WIDTH`` or
``clog2(DEPTH) + 1``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from simorc.config.models.fields import Section, Text, Whole, kind_of
from simorc.units import Number

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")
_SCALAR = {"type": ["integer", "string"]}


def _identifier(name: str) -> str:
    if not _IDENTIFIER.fullmatch(name):
        raise ValueError(f"invalid Verilog name '{name}': use letters, digits and _")
    return name


def formula(value: Any) -> str:
    """A whole number or an expression, as text."""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, str):
        return str(value)
    if isinstance(value, Number) and value.text.isdigit():
        return value.text  # exact, however many bits it has
    if isinstance(value, int | float) and float(value).is_integer():
        return str(int(value))
    raise ValueError(f"expected a whole number or an expression, not {kind_of(value)}")


def _short_port(value: Any) -> Any:
    return {"direction": value} if isinstance(value, str) else value


def _short_clock(value: Any) -> Any:
    return {"port": value} if isinstance(value, str) else value


def _short_state(value: Any) -> Any:
    return value if isinstance(value, Mapping) or value is None else {"reset": value}


Identifier = Annotated[Text, AfterValidator(_identifier)]
Formula = Annotated[str, BeforeValidator(formula), WithJsonSchema(_SCALAR)]
"""A whole number, or an expression of the names known at its place."""
Chance = Annotated[float, Field(ge=0, le=1)]


class ContractClock(Section):
    """The clock of the design; without one, the design is combinational."""

    port: Identifier
    """The clock's port."""
    edge: Literal["posedge", "negedge"] = "posedge"
    """The active edge."""


class ContractReset(Section):
    """The reset of the design."""

    port: Identifier
    """The reset's port."""
    active: Literal["low", "high"] = "low"
    """The level that resets."""
    kind: Literal["async", "sync"] = "async"
    """Whether the reset acts at once or at the clock's next active edge."""


class ContractPort(Section):
    """A port of the design, other than clock and reset."""

    direction: Literal["input", "output", "inout"]
    """The direction, from the design's point of view."""
    width: Formula = "1"
    """Number of bits."""
    valid_when: Text | None = None
    """A condition of ports: an output is compared only while it holds."""


class ContractState(Section):
    """A register of the rules."""

    width: Formula | None = None
    """Number of bits; default: the width of the output of the same name."""
    reset: Formula = "0"
    """Value after a reset."""


class ContractRules(Section):
    """The design as rules: registers, their next values, and the outputs."""

    state: dict[Identifier, Annotated[ContractState, BeforeValidator(_short_state)]] = Field(
        default_factory=dict
    )
    """Register -> its width and reset value."""
    let: dict[Identifier, Formula] = Field(default_factory=dict)
    """Name -> expression that other rules use."""
    next: dict[Identifier, Formula] = Field(default_factory=dict)
    """Register -> its value after the clock's active edge; a register left out keeps its value."""
    out: dict[Identifier, Formula] = Field(default_factory=dict)
    """Output -> its value; an output left out is the register of its name."""


class ContractStep(Section):
    """A directed step: inputs that are set, clock cycles, and expected outputs."""

    set: dict[Identifier, Formula] = Field(default_factory=dict)
    """Input or reset -> value; an input keeps its value until it is set again."""
    cycles: Annotated[Whole, Field(ge=0, le=100_000)] = 1
    """Number of clock cycles; 0 compares without a clock edge."""
    expect: dict[Identifier, Formula] = Field(default_factory=dict)
    """Output -> expected value after these cycles."""
    note: Text = ""
    """What the step shows."""


class StimulusPhase(Section):
    """Clock cycles with random inputs."""

    cycles: Annotated[Whole, Field(ge=1, le=100_000)] = 100
    """Number of clock cycles."""
    inputs: dict[Identifier, Any] = Field(default_factory=dict)
    """Input -> how it is drawn: probability of 1 (0 to 1), list of values, or value -> weight (`random`: any
    value); an input left out has any value.
    """
    hold: dict[Identifier, Any] = Field(default_factory=dict)
    """Input -> number of cycles for which it keeps a value, or [least, most]."""
    reset: Chance | None = None
    """Probability of a reset in a cycle, from 0 to 1; default: that of the stimulus."""


class Stimulus(Section):
    """The inputs for a model or for rules: directed steps, then phases of random inputs."""

    seed: Annotated[Whole, Field(ge=0)] = 1
    """Seed of the random inputs."""
    cycles: Annotated[Whole, Field(ge=1, le=100_000)] = 300
    """Number of clock cycles of the default phases."""
    reset: Chance = 0.02
    """Probability of a reset in a cycle, from 0 to 1."""
    steps: tuple[ContractStep, ...] = ()
    """Directed steps before the phases, without `expect`."""
    phases: tuple[StimulusPhase, ...] = ()
    """Phases of random inputs; default: fast, mostly 1, mostly 0, and slow inputs."""


class Required(Section):
    """What a verified design needs."""

    mutation: Chance = 0.9
    """Share of the mutants that the testbench must notice, from 0 to 1."""


class Contract(Section):
    """The contract of one module. Name one of `model`, `rules` and `steps` as the oracle; without an oracle,
    the testbench is a file, a program or a language model's.
    """

    module: Identifier
    """Name of the module."""
    parameters: dict[Identifier, Whole] = Field(default_factory=dict)
    """Parameter -> the value that is verified."""
    clock: Annotated[ContractClock, BeforeValidator(_short_clock)] | None = None
    """The clock's port, or a mapping of port and edge."""
    reset: ContractReset | None = None
    """The reset."""
    ports: dict[Identifier, Annotated[ContractPort, BeforeValidator(_short_port)]]
    """Port -> its direction, or a mapping of direction, width and valid_when."""
    model: Text | None = None
    """Python file beside the contract with one class: reset(), outputs(inputs), clock(inputs). A path."""
    rules: ContractRules | None = None
    """The design as rules."""
    steps: tuple[ContractStep, ...] = ()
    """Directed steps with expected outputs."""
    stimulus: Stimulus = Stimulus()
    """Inputs for a model or for rules."""
    require: Required = Required()
    """What a verified design needs."""
