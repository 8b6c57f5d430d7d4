"""The settings of a run as frozen records: which simulator it uses, where and how its cases run.

`models.execution` checks what the user writes; a manifest, the runner and executors use these records. They
need no library, so that a worker starts fast. Times are in seconds, sizes in bytes. A setting that the
manifest of an older run does not have gets its default from `defaults`, as in a new run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, TypeVar

from simorc.config.fallback_steps import ConvergenceRecord
from simorc.config.models import defaults


@dataclass(frozen=True)
class SimulatorRecord:
    """Which simulator a run uses and how it is started; `spiceinit` is the configured file."""

    name: str = defaults.SIMULATOR
    executable: str = defaults.EXECUTABLE
    args: tuple[str, ...] = ()
    spiceinit: str | None = None
    library: str | None = None
    min_version: str | None = None

    @classmethod
    def of_json(cls, section: Mapping[str, Any]) -> SimulatorRecord:
        """From JSON; what is empty or missing has its default. Raises ValueError naming invalid settings."""
        return cls(**_given(cls, section))


@dataclass(frozen=True)
class RetryRecord:
    """How often and when a failed case is repeated unchanged; `kinds` has the number of retries by kind of
    failure.
    """

    kinds: Mapping[str, int] = field(default_factory=dict)
    delay: float = defaults.RETRY_DELAY
    longest_delay: float = defaults.LONGEST_RETRY_DELAY

    @classmethod
    def of_json(cls, section: Mapping[str, Any]) -> RetryRecord:
        """From JSON. Raises ValueError for what is not a number of at least zero."""
        kinds, delays = section.get("kinds") or {}, ("delay", "longest_delay")
        seconds = {name: section[name] for name in delays if section.get(name) is not None}
        for name, number in (*kinds.items(), *seconds.items()):
            if not _is_amount(number):
                raise ValueError(f"{name}: {number!r} is not a number of at least zero")
        return cls({str(kind): int(count) for kind, count in kinds.items()}, **seconds)


@dataclass(frozen=True)
class Site:
    """How jobs are submitted here: ``execution.cluster`` of the settings. Seconds and bytes."""

    partition: str | None = None
    account: str | None = None
    qos: str | None = None
    walltime: float = defaults.WALLTIME
    memory: int | None = None
    cpus: int = defaults.JOB_CPUS
    chunk: int | None = None
    chunk_time: float = defaults.CHUNK_TIME
    max_jobs: int | None = None
    args: tuple[str, ...] = ()
    setup: tuple[str, ...] = ()
    scratch: str | None = None
    bring_home: str = defaults.BRING_HOME
    python: str | None = None
    poll: float = defaults.POLL

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> Site:
        """From the settings' plain form."""
        known = {field.name for field in fields(cls)} & settings.keys()
        given: dict[str, Any] = {name: settings[name] for name in known}
        given.update({name: tuple(value) for name, value in given.items() if isinstance(value, list)})
        return cls(**given)


@dataclass(frozen=True)
class ExecutionRecord:
    """Where and how the cases of a run are executed, and their limits.

    None means no limit, and for `jobs` the CPUs this process may use.
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
    durable: bool = True
    keep: int | None = None
    compress: bool = False
    retry: RetryRecord = field(default_factory=RetryRecord)
    convergence: ConvergenceRecord = field(default_factory=ConvergenceRecord)
    cluster: Site = field(default_factory=Site)

    @classmethod
    def of_json(cls, section: Mapping[str, Any]) -> ExecutionRecord:
        """From JSON; what is missing has its default. Raises ValueError naming invalid settings."""
        return cls(**_given(cls, section))

    def with_options(self, options: Mapping[str, Any]) -> ExecutionRecord:
        """This record with other values, given as JSON; keys of no setting are ignored.

        Raises ValueError naming invalid settings.
        """
        return replace(self, **_given(ExecutionRecord, options))


_NUMBERS = frozenset(
    {"jobs", "max_load", "shared_jobs", "priority", "threads", "timeout", "timeout_grace", "sweep_timeout"}
    | {"stuck", "retries", "nice", "warm_check", "warm_cases", "warm_memory", "log_limit", "memory_limit"}
    | {"raw_limit", "disk_floor", "keep"}
)
_SECTIONS: Mapping[str, Callable[[Mapping[str, Any]], object]] = {
    "retry": RetryRecord.of_json,
    "convergence": ConvergenceRecord.of_json,
    "cluster": Site.of,
}
_TEXTS = frozenset({"name", "executable", "spiceinit", "library", "min_version", "executor"})
_Record = TypeVar("_Record", SimulatorRecord, ExecutionRecord)


def _given(record: type[_Record], section: Mapping[str, Any]) -> dict[str, Any]:
    """The values of `section` for the attributes of `record`; an empty one is left to its default."""
    given = {each.name: section[each.name] for each in fields(record) if section.get(each.name) is not None}
    wrong = sorted(name for name, value in given.items() if not _is_valid(name, value))
    if wrong:
        raise ValueError(f"invalid value for {', '.join(wrong)}")
    return {name: _typed(name, value) for name, value in given.items() if value != ""}


def _is_valid(name: str, value: Any) -> bool:
    if name in _NUMBERS:
        return _is_amount(value)
    if name in _SECTIONS:
        return isinstance(value, Mapping)
    if name in _TEXTS:
        return isinstance(value, str)
    if name in ("cut_kit", "compress", "durable"):
        return isinstance(value, bool)
    if name == "warm":
        return value in ("auto", "off", "verify")
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def _is_amount(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0


def _typed(name: str, value: Any) -> Any:
    if name not in _SECTIONS:
        return tuple(value) if isinstance(value, list) else value
    try:
        return _SECTIONS[name](value)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"invalid value for {name}: {error}") from error
