"""The settings of a run: those it was built with, and those its runner uses.

A manifest contains resolved values. A setting that an older simorc did not have gets its default from
`simorc.config.models.defaults`, as in a new run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from simorc.config.models import defaults
from simorc.executors.batch_scheduler import Site


@dataclass(frozen=True)
class SimulatorRecord:
    """Which simulator a run uses and how it is started; `spiceinit` is the configured file."""

    name: str = defaults.SIMULATOR
    executable: str = defaults.EXECUTABLE
    args: tuple[str, ...] = ()
    spiceinit: str | None = None
    library: str | None = None
    min_version: str | None = None


@dataclass(frozen=True)
class ExecutionRecord:
    """Where and how the cases of a run are executed.

    Times are in seconds, sizes in bytes; None means no limit, and for `jobs` the CPUs this process may use.
    `retry` and `convergence` are as the configuration writes them; `execution` is the whole section, with
    the settings of executors that other packages bring.
    """

    executor: str = defaults.EXECUTOR
    jobs: int | None = None
    max_load: float | None = None
    shared_jobs: int | None = None
    priority: int = defaults.PRIORITY
    threads: int = defaults.THREADS
    timeout: float | None = None
    timeout_grace: float | None = None
    sweep_timeout: float | None = None
    stuck: float | None = None
    retries: int = defaults.RETRIES
    nice: int = defaults.NICE
    warm: str = defaults.WARM
    warm_check: int = defaults.WARM_CHECK
    warm_cases: int = defaults.WARM_CASES
    warm_memory: int | None = defaults.WARM_MEMORY
    cut_kit: bool = True
    log_limit: int = defaults.LOG_LIMIT
    memory_limit: int | None = None
    raw_limit: int | None = None
    disk_floor: int = defaults.DISK_FLOOR
    keep: int | None = None
    compress: bool = False
    retry: Mapping[str, Any] = field(default_factory=dict)
    convergence: Mapping[str, Any] = field(default_factory=dict)
    cluster: Site = field(default_factory=Site)
    execution: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class RunSettings(ExecutionRecord):
    """The settings a runner uses, from the manifest and the options of `simorc run`.

    `spiceinit` is the run's own copy; `cases` are those requested, None for all.
    """

    simulator: str = defaults.SIMULATOR
    executable: str = defaults.EXECUTABLE
    args: tuple[str, ...] = ()
    spiceinit: Path | None = None
    library: str | None = None
    min_version: str | None = None
    cases: tuple[int, ...] | None = None


_NUMBERS = frozenset(
    {"jobs", "max_load", "shared_jobs", "priority", "threads", "timeout", "timeout_grace", "sweep_timeout"}
    | {"stuck", "retries", "nice", "warm_check", "warm_cases", "warm_memory", "log_limit", "memory_limit"}
    | {"raw_limit", "disk_floor", "keep"}
)
_SECTIONS = frozenset({"retry", "convergence", "cluster"})
_TEXTS = frozenset({"name", "executable", "spiceinit", "library", "min_version", "executor"})


def invalid_settings(section: Mapping[str, Any]) -> list[str]:
    """The settings of a section, of the simulator or the execution, whose values cannot be right."""
    return sorted(name for name, value in section.items() if not _is_valid(name, value))


def _is_valid(name: str, value: Any) -> bool:
    if name in _NUMBERS:
        return value is None or _is_amount(value)
    if name in _SECTIONS:
        return value is None or isinstance(value, dict)
    if name in _TEXTS:
        return value is None or isinstance(value, str)
    if name == "cut_kit":
        return value is None or isinstance(value, bool)
    if name == "warm":
        return value in ("auto", "off", "verify")
    if name == "args":
        return value is None or (isinstance(value, list) and all(isinstance(each, str) for each in value))
    return True


def _is_amount(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0


def simulator_from(section: Mapping[str, Any]) -> SimulatorRecord:
    """The simulator as a manifest describes it; what is empty or missing has its default."""
    return SimulatorRecord(**_given(SimulatorRecord, section))


def execution_from(section: Mapping[str, Any]) -> ExecutionRecord:
    """The execution as a manifest describes it; what is missing has its default."""
    return ExecutionRecord(**execution_fields(section))


def execution_fields(section: Mapping[str, Any]) -> dict[str, Any]:
    """The values of `section`, by the names of `ExecutionRecord`."""
    given = _given(ExecutionRecord, section)
    if "cluster" in given:
        given["cluster"] = Site.of(given["cluster"])
    return {**given, "execution": dict(section)}


def _given(record: type, section: Mapping[str, Any]) -> dict[str, Any]:
    """The non-empty values; an empty one has its default."""
    names = {each.name for each in fields(record)} & section.keys()
    given = {name: section[name] for name in names if section[name] not in (None, "")}
    return {name: tuple(value) if isinstance(value, list) else value for name, value in given.items()}
