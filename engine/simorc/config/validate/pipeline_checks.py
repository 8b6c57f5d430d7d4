"""Checks the files, sweeps and stages that a pipeline names."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from simorc.config.contracts.resolved import ResolvedContract
from simorc.config.expansion import against, is_file
from simorc.config.models.fields import kind_of
from simorc.config.models.pipeline import PipelineDefinition
from simorc.config.models.pipeline_stages import ADAPTER_AND_ENDPOINT, Llm, Maker, Sweep
from simorc.config.models.setup import Setup
from simorc.config.names import did_you_mean, listed, stage_word
from simorc.config.validate.contract_checks import agreement, read_contract
from simorc.config.yaml.document import Document
from simorc.config.yaml.source import KeyPath, Source
from simorc.errors import Problem

Complaint = tuple[KeyPath, str]
OWN_TESTBENCH = ("steps", "clock", "reset", "reset_level", "module_parameters")
"""Parameters of simorc's own testbench template."""
STEP = ("set", "cycles", "expect", "note")
"""Keys of one of its steps."""


def pipeline_problems(setup: Document[Setup], root: Path, sweeps: Collection[str]) -> Iterator[Problem]:
    """Everything wrong with the pipelines of a project."""
    reported = tuple(problem.key for problem in setup.problems)
    for name, pipeline in (setup.model.pipelines if setup.model else {}).items():
        contract, wrong = _contract(pipeline, root)
        yield from wrong
        found = (*_files(pipeline, root), *_stages(pipeline), *_sweeps(pipeline, sweeps))
        for key, message in (*found, *(agreement(pipeline, contract) if contract else ())):
            problem = setup.source.problem(_written(setup.source, ("pipelines", name, *key)), message)
            if not any(each.startswith(f"{problem.key}.") for each in reported):
                yield problem  # what is wrong inside was cut out and would be missed here a second time


def _contract(
    pipeline: PipelineDefinition, root: Path
) -> tuple[ResolvedContract | None, tuple[Problem, ...]]:
    """The pipeline's contract, and what is wrong in its file."""
    path = against(pipeline.contract, root) if pipeline.contract is not None else None
    if path is None or not is_file(path):
        return None, ()
    read = read_contract(path)
    return read.contract, read.problems


def _written(source: Source, key: KeyPath) -> KeyPath:
    """The key with the stage's name as the file has it, a number or a word."""
    stages: Any = source.data
    for part in key[:3]:
        stages = stages.get(part) if isinstance(stages, dict) else None
    if len(key) < 4 or not isinstance(stages, dict) or key[3] in stages:
        return key
    word = stage_word(str(key[3]))
    return (*key[:3], word, *key[4:]) if word in stages else key


def files_of(pipeline: PipelineDefinition) -> Iterator[tuple[KeyPath, str]]:
    """Every file a pipeline names, with its key."""
    named: list[tuple[KeyPath, str | None]] = [
        (("spec",), pipeline.spec),
        (("contract",), pipeline.contract),
        (("rtl",), pipeline.rtl),
        *((("context", index), path) for index, path in enumerate(pipeline.context)),
        (("stages", "a1", "template"), pipeline.a1.template),
        (("stages", "a7", "template"), pipeline.a7.template),
        (("stages", "simulation", "testbench"), pipeline.simulation.testbench),
        *(
            (("stages", "simulation", "sources", n), path)
            for n, path in enumerate(pipeline.simulation.sources)
        ),
    ]
    yield from ((key, path) for key, path in named if path is not None)


def _files(pipeline: PipelineDefinition, root: Path) -> Iterator[Complaint]:
    for key, path in files_of(pipeline):
        if not is_file(against(path, root)):
            yield key, f"no such file: {path}"


def _stages(
    pipeline: PipelineDefinition,
) -> Iterator[Complaint]:
    a1, a7 = pipeline.a1, pipeline.a7
    if not pipeline.order():
        yield ("stages",), "every stage is disabled"
    if a1.enable:
        yield from _maker(a1, "a1")
        if a1.backend == "template" and a1.template is None:
            yield (
                ("stages", "a1"),
                "generate (a1) needs a template, a command, backend: llm, or enable: false and rtl",
            )
        if a1.backend == "rules" and pipeline.contract is None:
            yield ("stages", "a1", "backend"), "backend: rules needs a contract with rules"
    elif pipeline.rtl is None:
        yield ("stages", "a1"), "generate (a1) is disabled: set the design with rtl: FILE"
    yield from _maker(a7, "a7") if a7.enable else ()
    if a7.enable and a7.backend == "template" and a7.template is None and pipeline.contract is None:
        yield from _own_testbench(a7)
    if pipeline.simulation.enable and not a7.enable and pipeline.simulation.testbench is None:
        yield ("stages", "simulation"), "testbench (a7) is disabled: set a testbench with testbench: FILE"
    yield from _sources(pipeline)
    fix = pipeline.a4.fix
    if fix.backend == "command" and not fix.command:
        yield ("stages", "a4", "fix"), "backend: command needs a command"
    yield from _model(fix.llm, ("stages", "a4", "fix", "llm"))


def _sources(pipeline: PipelineDefinition) -> Iterator[Complaint]:
    """Sources are compiled side by side, so their names must differ."""
    taken = {f"{pipeline.top}.sv": "the RTL", "testbench.sv": "the testbench"}
    for index, path in enumerate(pipeline.simulation.sources):
        name = Path(path).name
        if name in taken:
            yield ("stages", "simulation", "sources", index), f"{name} is also the name of {taken[name]}"
        taken.setdefault(name, f"another source, {path}")


def _own_testbench(a7: Maker) -> Iterator[Complaint]:
    """A slip in a step's key would be a check that is never made."""
    here: KeyPath = ("stages", "a7", "parameters")
    for name in a7.parameters:
        if name not in OWN_TESTBENCH:
            known = f"{did_you_mean(name, OWN_TESTBENCH)}; known: {listed(OWN_TESTBENCH)}"
            yield (*here, name), f"not a parameter of the built-in testbench{known}"
    steps = a7.parameters.get("steps", [])
    for index, step in enumerate(steps if isinstance(steps, list) else [steps]):
        place = (*here, "steps", index) if isinstance(steps, list) else (*here, "steps")
        if not isinstance(step, dict):
            yield place, f"expected a mapping of {', '.join(STEP)}, not {kind_of(step)}"
            continue
        for key in step:
            if key not in STEP:
                yield (*place, key), f"not a key of a step{did_you_mean(key, STEP)}; known: {', '.join(STEP)}"
        for key in ("set", "expect"):
            if not isinstance(step.get(key, {}), dict):
                yield (*place, key), f"expected port: value, not {kind_of(step[key])}"


def _maker(stage: Maker, name: str) -> Iterator[Complaint]:
    if stage.backend == "command" and not stage.command:
        yield ("stages", name), "backend: command needs a command"
    yield from _model(stage.llm, ("stages", name, "llm"))


def _model(llm: Llm, here: KeyPath) -> Iterator[Complaint]:
    if llm.adapter is not None and llm.endpoint is not None:
        yield (*here, "adapter"), ADAPTER_AND_ENDPOINT


def _sweeps(pipeline: PipelineDefinition, sweeps: Collection[str]) -> Iterator[Complaint]:
    for name, gate in pipeline.gates.items():
        if isinstance(gate, Sweep) and gate.sweep not in sweeps:
            known = f"{did_you_mean(gate.sweep, sweeps)}; known: {listed(sweeps)}"
            yield ("stages", name, "sweep"), f"no sweep '{gate.sweep}'{known}"
