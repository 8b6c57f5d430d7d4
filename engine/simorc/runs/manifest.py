"""`manifest.json`: what a run is, in plain JSON, enough to run and to understand it far from its project."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from simorc.errors import StoreError
from simorc.runs.layout import RunLayout
from simorc.simulators.job import LOG_LIMIT

FORMAT = 1


def load_manifest(layout: RunLayout) -> dict[str, Any]:
    """The manifest as written by `simorc build`; raises `StoreError` naming file and reason."""
    try:
        manifest = json.loads(layout.manifest.read_text(encoding="utf-8"))
        newer = manifest["format"] > FORMAT
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreError(
            f"{layout.manifest}: not a run's manifest: {error}", remedy="simorc fsck RUN"
        ) from error
    if newer:
        raise StoreError(f"{layout.manifest}: written by a newer simorc", remedy="update simorc")
    return dict(manifest)


def compresses(manifest: Mapping[str, Any]) -> bool:
    """Whether a run compresses the waveforms of a case once it is measured."""
    return bool((manifest.get("settings") or {}).get("execution", {}).get("compress"))


@dataclass(frozen=True)
class RunSettings:
    """The settings a runner works by, from the manifest and the options of `simorc run`.

    Times are in seconds, sizes in bytes; None means no limit, and for `jobs` the CPUs this process may use.
    """

    simulator: str = "ngspice"
    executable: str = "ngspice"
    args: tuple[str, ...] = ()
    spiceinit: Path | None = None
    jobs: int | None = None
    max_load: float | None = None
    shared_jobs: int | None = None
    priority: int = 1
    threads: int = 1
    timeout: float | None = None
    timeout_grace: float | None = None
    sweep_timeout: float | None = None
    stuck: float | None = None
    retries: int = 2
    nice: int = 0
    warm: str = "auto"
    warm_check: int = 500
    warm_cases: int = 1000
    warm_memory: int | None = None
    log_limit: int = LOG_LIMIT
    memory_limit: int | None = None
    raw_limit: int | None = None
    disk_floor: int = 0
    cases: tuple[int, ...] | None = None
    execution: Mapping[str, Any] = field(default_factory=dict)


def settings_of(layout: RunLayout, manifest: Mapping[str, Any], options: Mapping[str, Any]) -> RunSettings:
    """The manifest's settings with `options` laid over them."""
    simulator, execution = manifest["settings"]["simulator"], dict(manifest["settings"]["execution"])
    execution.update({key: value for key, value in options.items() if key != "cases"})
    frozen_init = layout.inputs / "spiceinit"
    cases = options.get("cases")
    known = {field.name for field in fields(RunSettings)} & execution.keys()
    return RunSettings(
        simulator=str(simulator.get("name") or "ngspice"),
        executable=simulator["executable"],
        args=tuple(simulator["args"]),
        spiceinit=frozen_init if frozen_init.exists() else None,
        cases=None if cases is None else tuple(cases),
        execution=execution,
        **{name: execution[name] for name in known},
    )
