"""Reads the project for the tree in a thread; an invalid file does not hide the others."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simorc.config.root import SETUP_FILE, SWEEPS_FOLDER
from simorc.errors import ConfigError, Problem, SimorcError
from simorc.files import Stamp
from simorc_tui.data.project.outline import (
    BrokenOutline,
    PipelineOutline,
    ProjectOutline,
    SweepOutline,
    TestbenchOutline,
)
from simorc_tui.data.project.watch import stamps

if TYPE_CHECKING:
    from simorc.config.models.setup import Setup
    from simorc.config.project import Project
    from simorc.config.validate.project_files import ProjectFiles


def read_outline(root: Path) -> ProjectOutline:
    """Load the project at `root`; its errors are returned as `problems`."""
    from simorc.config.project import (
        Project,  # pydantic and ruamel.yaml: too slow to import before the first frame
    )

    first = stamps((root / SETUP_FILE, root / SWEEPS_FOLDER))
    outline, read = _read(root, Project)
    others = (*(path for path in outline.broken_files if path not in read),)
    return replace(outline, stamps={**first, **stamps(others), **read})


def _read(root: Path, reader: type[Project]) -> tuple[ProjectOutline, Mapping[Path, Stamp | None]]:
    """The outline, and the stamp of each file it comes from."""
    try:
        project = reader.load(root)
        return _of_project(project), project.stamps
    except ConfigError as error:
        return _of_files(root, error.problems)
    except SimorcError as error:
        return ProjectOutline(root.name, root, problems=(error.message,)), {}


def _of_project(project: Project) -> ProjectOutline:
    broken = tuple(_without_plan(project))
    return ProjectOutline(
        name=project.name,
        root=project.root,
        testbenches=tuple(
            TestbenchOutline(
                name,
                testbench.config_path,
                testbench.template,
                testbench.schematic,
                dict(testbench.parameters),
            )
            for name, testbench in project.testbenches.items()
        ),
        sweeps=tuple(
            SweepOutline(name, sweep.path, sweep.definition.testbench)
            for name, sweep in project.sweeps.items()
        ),
        dut_files=tuple(path for path in (project.dut_schematic, project.dut_netlist) if path is not None),
        pipelines=_pipelines(project.root, project.setup),
        problems=tuple(why for each in broken for why in each.why),
        broken_files=tuple(each.path for each in broken),
        broken=broken,
        unnamed=_unnamed(project.root, project.setup),
        project=project,
    )


def _without_plan(project: Project) -> Iterator[BrokenOutline]:
    """Sound sweeps that make no cases all the same: a condition about an unknown name, unequal zips."""
    from simorc.launch.case_plan import plan_of

    for name, sweep in project.sweeps.items():
        try:
            plan_of(project, sweep.definition, source=sweep.path)
        except ConfigError as error:
            yield BrokenOutline("sweep", name, sweep.path, tuple(map(str, error.problems)))
        except SimorcError as error:
            yield BrokenOutline("sweep", name, sweep.path, (f"{sweep.path.name}: {error.message}",))


def _of_files(root: Path, problems: Sequence[Problem]) -> tuple[ProjectOutline, Mapping[Path, Stamp | None]]:
    """The sound files of a project that has others as well."""
    from simorc.config.expansion import against
    from simorc.config.project import Project
    from simorc.config.validate.project_files import read_project

    files = read_project(root, os.environ.get("SIMORC_ENV") or None)
    setup = files.setup.model
    messages = tuple(dict.fromkeys(map(str, problems)))
    broken_files = tuple(dict.fromkeys(root / problem.file for problem in problems))
    if setup is None:
        return ProjectOutline(root.name, root, problems=messages, broken_files=broken_files), files.stamps
    broken = (
        *_broken("testbench", files.testbenches, problems),
        *_broken("sweep", files.sweeps, problems),
    )
    bad = {each.name for each in broken if each.kind == "testbench"}
    dut = [against(path, root) for path in (setup.dut.schematic, setup.dut.netlist) if path]
    outline = ProjectOutline(
        name=setup.name or root.name,
        root=root,
        testbenches=tuple(each for each in _benches(files) if each.name not in bad),
        sweeps=tuple(_sweeps(files)),
        dut_files=tuple(path for path in dut if path.is_file()),
        pipelines=_pipelines(root, setup),
        problems=messages,
        broken_files=broken_files,
        broken=broken,
        unnamed=_unnamed(root, setup),
        project=Project.sound_part(root),
    )
    return outline, files.stamps


def _broken(kind: str, documents: Any, problems: Sequence[Problem]) -> Iterator[BrokenOutline]:
    """The documents that have a problem."""
    from simorc.config.yaml.source import shown

    for name, document in documents.items():
        path = document.source.path
        why = tuple(dict.fromkeys(str(problem) for problem in problems if problem.file == shown(path)))
        if why or document.model is None:
            yield BrokenOutline(kind, name, path, why)


def _benches(files: ProjectFiles) -> Iterator[TestbenchOutline]:
    from simorc.config.expansion import against

    for name, document in files.testbenches.items():
        config, path = document.model, document.source.path
        if config is not None and name in files.templates:
            schematic = against(config.schematic, path.parent) if config.schematic else None
            yield TestbenchOutline(name, path, files.templates[name], schematic, dict(config.parameters))


def _sweeps(files: ProjectFiles) -> Iterator[SweepOutline]:
    for name, document in files.sweeps.items():
        if document.model is not None:
            yield SweepOutline(name, document.source.path, document.model.testbench)


def _pipelines(root: Path, setup: Setup) -> tuple[PipelineOutline, ...]:
    return tuple(
        PipelineOutline(name, root / (pipeline.spec or pipeline.rtl or SETUP_FILE), tuple(pipeline.order()))
        for name, pipeline in setup.pipelines.items()
    )


def _unnamed(root: Path, setup: Setup) -> tuple[BrokenOutline, ...]:
    from simorc.config.validate.unnamed_sweeps import how_to_name, unnamed_sweeps

    found = unnamed_sweeps(root, setup.sweeps)
    return tuple(
        BrokenOutline("sweep", name, path, (how_to_name(root, name, path),)) for name, path in found.items()
    )
