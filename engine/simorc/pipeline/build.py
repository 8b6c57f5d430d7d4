"""Builds a pipeline run: resolves and stores everything, executes nothing."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from simorc.config.expansion import against
from simorc.config.models.pipeline import PipelineDefinition
from simorc.config.project import Project, known
from simorc.config.validate.contract_checks import load_contract
from simorc.durability import sync_directory, sync_file_system
from simorc.errors import RunError, UsageError
from simorc.files import write_json
from simorc.pipeline.generation.llm_environment import with_environment
from simorc.pipeline.rundir.layout import PIPELINE_RUNS, PipelineLayout, find_pipeline_runs
from simorc.pipeline.rundir.manifest import FORMAT
from simorc.pipeline.tools import find_tool
from simorc.pipeline.verilog.slang import require_pyslang
from simorc.regular_files import sha256_of
from simorc.rundir.instants import CREATED_UTC, next_instant, written
from simorc.rundir.provenance import describe_host, git_state

_TOOLS = {
    "a5": ("verible-verilog-format", "verible-verilog-lint"),
    "a4": ("verilator",),
    "simulation": ("iverilog", "vvp"),
    "qualify": ("iverilog", "vvp"),
}


def build_pipeline_run(
    project: Project, name: str, *, spec: Path | None = None, command_line: Sequence[str] = ()
) -> PipelineLayout:
    """Make a run of the pipeline called `name`, with `spec` instead of its own.

    Raises UsageError (no such pipeline or spec), ToolMissing for a program one of its stages needs.
    """
    definition = with_environment(known(project.setup.pipelines, name, "pipeline"), os.environ)
    if spec is not None:
        definition = definition.model_copy(update={"spec": str(_existing(spec))})
    tools = {tool: find_tool(tool) for stage in definition.order() for tool in _TOOLS.get(stage, ())}
    if definition.contract is not None or "qualify" in definition.order():
        require_pyslang()
    final = _free_name(project.root / PIPELINE_RUNS, name)
    making = PipelineLayout(final.with_name(f".{final.name}.building"))
    making.inputs.mkdir(parents=True)
    try:
        _freeze(project, name, definition, making, tools, final.name, command_line)
        sync_file_system(making.path)
        making.path.rename(final)
        sync_directory(final.parent)
    except BaseException:
        shutil.rmtree(making.path, ignore_errors=True)
        raise
    return PipelineLayout(final)


def _existing(spec: Path) -> Path:
    if not spec.is_file():
        raise UsageError(f"{spec}: no such file", remedy="--spec needs a specification file")
    return spec.resolve()


def _free_name(runs: Path, pipeline: str) -> Path:
    runs.mkdir(exist_ok=True)
    wanted = f"{pipeline}_{time.strftime('%Y%m%d%H%M%S')}"
    for number in range(1, 10_000):
        name = wanted if number == 1 else f"{wanted}_{number}"
        if not (runs / name).exists() and not (runs / f".{name}.building").exists():
            return runs / name
    raise RunError(f"{runs}: more than ten thousand runs named {wanted}")


def _freeze(
    project: Project,
    name: str,
    definition: PipelineDefinition,
    making: PipelineLayout,
    tools: Mapping[str, str],
    run: str,
    command_line: Sequence[str],
) -> None:
    frozen = _Freezer(project.root, making)
    resolved = frozen.definition(definition)
    files = {"spec": resolved.spec, "rtl": resolved.rtl, "testbench": resolved.simulation.testbench}
    git = git_state(project.root)
    manifest = {
        "format": FORMAT,
        "kind": "pipeline",
        "run": run,
        "pipeline": name,
        "created": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
        CREATED_UTC: written(next_instant(each.path for each in find_pipeline_runs(project.root))),
        "project": project.name,
        "definition": resolved.model_dump(mode="json"),
        "files": {key: path for key, path in files.items() if path},
        "inputs": frozen.hashes,
        "command_line": list(command_line) or sys.argv,
        "git": None if git is None else asdict(git),
        "tools": dict(tools),
        "host": asdict(describe_host()),
    }
    write_json(making.manifest, manifest)


class _Freezer:
    """Copies every file a pipeline names into the run and names the copies instead."""

    def __init__(self, root: Path, making: PipelineLayout) -> None:
        self._root = root
        self._making = making
        self.hashes: dict[str, str] = {}

    def definition(self, definition: PipelineDefinition) -> PipelineDefinition:
        stages: dict[str, Any] = dict(definition.stages)
        for name, stage in (("a1", definition.a1), ("a7", definition.a7)):
            stages[name] = stage.model_copy(update={"template": self._file(stage.template)})
        simulation = definition.simulation
        copies = {
            "testbench": self._file(simulation.testbench),
            "sources": tuple(self.file(path) for path in simulation.sources),
        }
        stages["simulation"] = simulation.model_copy(update=copies)
        update = {
            "spec": self._file(definition.spec),
            "contract": self._contract(definition.contract),
            "rtl": self._file(definition.rtl),
            "context": tuple(self.file(path) for path in definition.context),
            "stages": stages,
        }
        return definition.model_copy(update=update)

    def _contract(self, written: str | None) -> str | None:
        """The copy of the contract, with its model beside it."""
        if written is None:
            return None
        path, copy = against(written, self._root), self.file(written)
        model = load_contract(path).model
        if model is not None:
            self._copy(against(model, path.parent), Path(copy).parent / model)
        return copy

    def _copy(self, source: Path, relative: Path) -> None:
        target = self._making.path / relative
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
        self.hashes[relative.as_posix()] = sha256_of(target, follow=True)

    def _file(self, written: str | None) -> str | None:
        return None if written is None else self.file(written)

    def file(self, written: str) -> str:
        """The copy's path relative to the run."""
        source = against(written, self._root)
        if source.is_relative_to(self._root):
            relative = Path("inputs") / source.relative_to(self._root)
        else:
            digest = hashlib.sha256(str(source.parent).encode()).hexdigest()[:8]
            relative = Path("inputs") / "outside" / digest / source.name
        self._copy(source, relative)
        return relative.as_posix()
