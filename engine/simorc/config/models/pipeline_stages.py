"""The stages of a design pipeline: what makes, formats, checks and simulates a design, and the gates."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from simorc.config.models.fields import Bytes, Name, Seconds, Section, Text, Texts, Whole
from simorc.units import Number

ADAPTER_AND_ENDPOINT = (
    "an adapter is for a model on this machine, and an endpoint would ignore it: remove one of the two "
    "(a server with adapters offers each as a model)"
)
"""Why a language model cannot have both."""


def _ordinary(value: Any) -> Any:
    """Numbers of the configuration as Verilog and JSON know them: 4 is an int, 0.5 a float."""
    if isinstance(value, Number):
        return int(value) if value.is_integer() else float(value)
    if isinstance(value, Mapping):
        return {str(key): _ordinary(each) for key, each in value.items()}
    return [_ordinary(each) for each in value] if isinstance(value, list | tuple) else value


def _module(name: str) -> str:
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,99}", name):
        raise ValueError(f"invalid module name '{name}': use letters, digits and _")
    return name


def _warning_code(code: str) -> str:
    if not re.fullmatch(r"[A-Z][A-Z0-9_]*", code):
        raise ValueError(f"invalid warning code '{code}': expected a code such as WIDTH")
    return code


Values = Annotated[dict[Name, Any], AfterValidator(_ordinary)]
Chance = Annotated[float, Field(ge=0, le=1)]
Program = Annotated[Texts, Field(max_length=200)]
Module = Annotated[Text, AfterValidator(_module)]


class Llm(Section):
    """A language model: an OpenAI-compatible endpoint, or a model that transformers loads on this machine."""

    endpoint: Text | None = None
    """Base URL such as http://localhost:8000/v1; default: the model is loaded on this machine."""
    model: Text = "Qwen/Qwen2.5-Coder-7B-Instruct"
    """Name or directory of the model."""
    adapter: Text | None = None
    """A PEFT adapter for a local model. A name or a path."""
    max_tokens: Annotated[Whole, Field(ge=1, le=1_000_000)] = 2048
    """The longest answer, in tokens."""
    temperature: Annotated[float, Field(ge=0, le=2)] = 0.2
    """Sampling temperature, from 0 to 2; 0 always selects the most likely token."""
    top_p: Chance = 0.95
    """Nucleus sampling: probability mass of the considered tokens, from 0 to 1."""
    timeout: Seconds = 300.0
    """Time limit of an answer, in seconds."""
    busy_wait: Seconds = 300.0
    """How long a busy server (429 or 503) is asked again, in seconds; no attempt of the stage is used up."""
    answer_limit: Annotated[Bytes, Field(ge=1)] = 1024**2
    """Size limit of an answer, in bytes."""
    api_key_env: Text | None = None
    """Environment variable with the key of the endpoint. The key is never stored."""


class Maker(Section):
    """What makes a file of a stage: a template, a program or a language model."""

    enable: bool = True
    """Whether the stage is enabled."""
    backend: Literal["template", "command", "llm"] = "template"
    """What writes the file: a template, a program or a language model."""
    template: Text | None = None
    """A Jinja2 template of the file. A path."""
    command: Program = ()
    """A program and its arguments, with {spec} {rtl} {testbench} {failure} {output} {top} {project}."""
    parameters: Values = Field(default_factory=dict)
    """Parameters: parameters.NAME in the template; in request.json for a program."""
    llm: Llm = Llm()
    """The language model."""
    timeout: Seconds = 120.0
    """Time limit of the program, in seconds."""


class Generate(Maker):
    """Stage generate (a1): RTL from the spec and the contract."""

    kind: Literal["generate"] = "generate"
    """Always generate."""
    backend: Literal["template", "command", "llm", "rules"] = "template"  # type: ignore[assignment]
    """What writes the file: a template, a program, a language model, or the rules of the contract."""


class Style(Section):
    """Stage format (a5): style of the RTL, checked and repaired with verible."""

    kind: Literal["style"] = "style"
    """Always style."""
    enable: bool = True
    """Whether the stage is enabled."""
    format: bool = True
    """Whether the RTL is formatted."""
    autofix: bool = True
    """Whether findings that verible can repair are repaired."""
    strict: bool = False
    """Whether a remaining finding fails the stage; default: findings are only counted."""
    rules: Texts = ()
    """Rules of verible-verilog-lint: NAME or -NAME or NAME=setting."""
    timeout: Seconds = 60.0
    """Time limit of verible, in seconds."""


class Fix(Section):
    """What repairs lint findings."""

    backend: Literal["builtin", "command", "llm"] = "builtin"
    """The built-in fixes, a program, or a language model."""
    command: Program = ()
    """A program and its arguments, with {rtl} {findings} {failure} {output} {top} {project}."""
    llm: Llm = Llm()
    """The language model."""
    timeout: Seconds = 120.0
    """Time limit of the program, in seconds."""


class Lint(Section):
    """Stage lint (a4): checks the RTL with verilator, with all warnings enabled."""

    kind: Literal["lint"] = "lint"
    """Always lint."""
    enable: bool = True
    """Whether the stage is enabled."""
    warnings: Literal["fail", "note"] = "fail"
    """Whether a warning fails the stage, as an error does."""
    waive: tuple[Annotated[Text, AfterValidator(_warning_code)], ...] = ()
    """Codes of disabled warnings."""
    fix: Fix = Fix()
    """What repairs findings if the pipeline returns to this stage."""
    timeout: Seconds = 60.0
    """Time limit of verilator, in seconds."""


class Testbench(Maker):
    """Stage testbench (a7): the testbench; default: the template of simorc."""

    __test__ = False  # not a test, whatever pytest thinks of the name

    kind: Literal["testbench"] = "testbench"
    """Always testbench."""


class Simulate(Section):
    """Simulation with Icarus Verilog, and the messages that decide its verdict."""

    kind: Literal["simulate"] = "simulate"
    """Always simulate."""
    enable: bool = True
    """Whether the stage is enabled."""
    testbench: Text | None = None
    """A testbench written by hand, if a7 is disabled. A path."""
    sources: Texts = ()
    """Additional Verilog files to compile. Paths."""
    standard: Literal["2001", "2005", "2009", "2012"] = "2012"
    """The Verilog standard."""
    pass_marker: Text = "TEST PASSED"
    """The line that the testbench prints if, and only if, all checks passed."""
    fail_markers: Texts = ("TEST FAILED",)
    """Words in the output that mean failure."""
    plusargs: Texts = ()
    """Arguments for $test$plusargs and $value$plusargs, without the +."""
    timeout: Seconds = 60.0
    """Time limit of compiling and of simulating, in seconds."""
    memory_limit: Bytes = 2 * 1024**3
    """Memory limit of the simulator, in bytes."""
    output_limit: Bytes = 256 * 1024**2
    """Size limit of the log and of the waveforms, in bytes."""


class Qualify(Section):
    """Stage qualify: whether the testbench notices wrong designs. It simulates designs with outputs that are
    stuck, and designs with one changed line (mutants).
    """

    kind: Literal["qualify"] = "qualify"
    """Always qualify."""
    enable: bool = True
    """Whether the stage is enabled; a design is never verified without it."""
    mutants: Annotated[Whole, Field(ge=1, le=80)] = 80
    """The most mutants of the RTL."""
    seed: Annotated[Whole, Field(ge=0)] = 1
    """Seed of the choice of mutants."""
    equivalence: bool = True
    """Whether yosys proves which of the other mutants do the same as the RTL, if it is installed."""
    proof_time: Seconds = 10.0
    """Time limit of the proof for one mutant, in seconds."""
    timeout: Seconds = 300.0
    """Time limit of the stage, in seconds."""


class Sweep(Section):
    """A gate: passes if all cases of a sweep completed and meet all specs."""

    kind: Literal["sweep"] = "sweep"
    """Always sweep."""
    enable: bool = True
    """Whether the gate is enabled."""
    sweep: Name
    """Name of the sweep."""
    timeout: Seconds | None = None
    """Time limit, in seconds; default: no limit."""


class Command(Section):
    """A gate: a program such as a synthesiser; passes with exit code 0."""

    kind: Literal["command"] = "command"
    """Always command."""
    enable: bool = True
    """Whether the gate is enabled."""
    command: Annotated[Program, Field(min_length=1)]
    """A program and its arguments, with {rtl} {testbench} {spec} {output} {top} {project}."""
    outputs: Texts = ()
    """Files that it must write to the directory {output}."""
    timeout: Seconds = 600.0
    """Time limit, in seconds."""
    memory_limit: Bytes | None = None
    """Memory limit, in bytes; default: no limit."""


class PluginStage(Section):
    """A gate of an installed package."""

    kind: Literal["plugin"] = "plugin"
    """Always plugin."""
    enable: bool = True
    """Whether the gate is enabled."""
    stage: Name
    """Name of the stage in the package."""
    options: dict[Name, Any] = Field(default_factory=dict)
    """Options of the stage, as the package documents them."""


Gate = Sweep | Command | PluginStage
Stage = Annotated[
    Generate | Style | Lint | Testbench | Simulate | Qualify | Sweep | Command | PluginStage,
    Field(discriminator="kind"),
]
