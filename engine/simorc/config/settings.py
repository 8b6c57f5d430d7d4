"""Effective settings and the source of each.

Precedence: command line, SIMORC_* variable, chosen environment, sweep, testbench, sim_setup.yaml, default.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from simorc.config.expansion import against, is_file, is_folder
from simorc.config.models.execution import ExecutionSettings, NetlisterSettings, SimulatorSettings
from simorc.config.models.fields import Section
from simorc.config.yaml.source import KeyPath, Source
from simorc.cpus import usable_cpus
from simorc.errors import Problem

SECTIONS: Mapping[str, type[Section]] = {
    "simulator": SimulatorSettings,
    "netlister": NetlisterSettings,
    "execution": ExecutionSettings,
}
_PATHS = {"simulator": ("spiceinit",), "netlister": ("rcfile",), "execution": ()}
_Section = TypeVar("_Section", bound=Section)


@dataclass(frozen=True)
class Settings:
    """Everything that decides how cases are netlisted, simulated and executed. Paths are absolute."""

    simulator: SimulatorSettings = field(default_factory=SimulatorSettings)
    netlister: NetlisterSettings = field(default_factory=NetlisterSettings)
    execution: ExecutionSettings = field(default_factory=ExecutionSettings)

    @property
    def jobs(self) -> int:
        """Cases at once: as set, else the CPUs this process may use."""
        return self.execution.jobs or usable_cpus()


@dataclass(frozen=True)
class Setting:
    """One effective setting: ``execution.jobs``, its value, and where it was set."""

    key: str
    value: Any
    origin: str


@dataclass(frozen=True)
class Layer:
    """Some settings from one place; ``origin`` gives where a key path, ("execution", "jobs"), was written."""

    sections: Mapping[str, Section]
    origin: Callable[[KeyPath], str]


def settings_of(layers: Sequence[Layer]) -> Settings:
    """Layers laid over the defaults, the weakest first."""
    sections: dict[str, Any] = {name: model() for name, model in SECTIONS.items()}
    for layer in layers:
        for name, section in layer.sections.items():
            sections[name] = overlaid(sections[name], section)
    return Settings(**sections)


def overlaid(base: _Section, layer: _Section) -> _Section:
    """`base` with what `layer` sets; sections inside are laid over each other, too."""
    update = {}
    for name in layer.model_fields_set:
        below, above = getattr(base, name), getattr(layer, name)
        update[name] = overlaid(below, above) if isinstance(below, Section) else above
    return base.model_copy(update=update)


def origins_of(layers: Sequence[Layer]) -> list[Setting]:
    """Every setting with its origin, in the order of the reference."""
    settings = settings_of(layers)
    return [
        _setting(key, value, layers)
        for section in SECTIONS
        for key, value in leaves((section,), getattr(settings, section))
    ]


def leaves(path: KeyPath, section: Section) -> Iterator[tuple[KeyPath, Any]]:
    """Every single setting of a section with its key path."""
    for name in type(section).model_fields:
        value = getattr(section, name)
        if isinstance(value, Section):
            yield from leaves((*path, name), value)
        else:
            yield (*path, name), _plain_value(value)


def _plain_value(value: Any) -> Any:
    """Sections in a list as they would be written."""
    if isinstance(value, tuple):
        return tuple(
            each.model_dump(mode="json", exclude_defaults=True) if isinstance(each, Section) else each
            for each in value
        )
    return value


def _setting(path: KeyPath, value: Any, layers: Sequence[Layer]) -> Setting:
    key = ".".join(str(part) for part in path)
    for layer in reversed(layers):
        if _is_set(layer, path):
            return Setting(key, value, layer.origin(path))
    if key == "execution.jobs":
        return Setting(key, usable_cpus(), "default: the CPUs this process may use")
    return Setting(key, value, "default")


def _is_set(layer: Layer, path: KeyPath) -> bool:
    section: Any = layer.sections.get(str(path[0]))
    for part in path[1:]:
        if not isinstance(section, Section) or part not in section.model_fields_set:
            return False
        section = getattr(section, str(part))
    return True


def file_layer(
    source: Source, owner: Any, prefix: KeyPath = (), label: str = ""
) -> tuple[Layer, list[Problem]]:
    """What a file's model sets, its paths made absolute; missing files are Problems."""
    problems: list[Problem] = []
    sections = {}
    for name in SECTIONS:
        section = getattr(owner, name, None)
        if section is not None:
            sections[name], missing = _located(name, section, source, (*prefix, name))
            problems += missing
    return Layer(sections, lambda path: label + _where(source, (*prefix, *path))), problems


def _where(source: Source, path: KeyPath) -> str:
    problem = source.problem(path, "")
    return f"{problem.file}:{problem.line}:{problem.column}"


def _located(name: str, section: Section, source: Source, at: KeyPath) -> tuple[Section, list[Problem]]:
    """A section with paths made absolute, relative to the file that contains them."""
    base, update, problems = source.path.parent, {}, []
    executable = getattr(section, "executable", "")
    if "executable" in section.model_fields_set and "/" in executable:
        update["executable"] = str(against(executable, base))
    if "/" in (library := getattr(section, "library", None) or ""):
        update["library"] = str(against(library, base))
        if not is_file(Path(update["library"])):
            problems.append(source.problem((*at, "library"), f"no such file: {library}"))
    for key in _PATHS[name]:
        if (written := getattr(section, key)) is not None:
            update[key] = str(against(written, base))
            if not is_file(Path(update[key])):
                problems.append(source.problem((*at, key), f"no such file: {written}"))
    folders = tuple(str(against(folder, base)) for folder in getattr(section, "library_paths", ()))
    for index, folder in enumerate(folders):
        if not is_folder(Path(folder)):
            problems.append(source.problem((*at, "library_paths", index), f"no such directory: {folder}"))
    return section.model_copy(update={**update, "library_paths": folders} if folders else update), problems
