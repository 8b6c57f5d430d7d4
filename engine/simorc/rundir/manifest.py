"""`manifest.json`: what a run is, in plain JSON, enough to run and to understand it far from its project."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from simorc.errors import StoreError
from simorc.files import read_json
from simorc.rundir.circuit import circuit_in_force
from simorc.rundir.layout import RunLayout
from simorc.rundir.store.definitions import stored_definitions
from simorc.simulators.job import LOG_LIMIT

FORMAT = 1


def load_manifest(layout: RunLayout, *, stored: bool = True) -> dict[str, Any]:
    """The manifest as written by `simorc build`, with the definitions that were changed since (`simorc
    measure`) as the store has them; raises `StoreError` naming file and reason.

    `stored=False` reads the file alone: nodes of a cluster never open the store.
    """
    built = _as_built(layout)
    return with_definitions(layout, built, stored_definitions(layout.database)) if stored else built


def with_definitions(
    layout: RunLayout, manifest: dict[str, Any], definitions: Mapping[str, Any]
) -> dict[str, Any]:
    """A manifest with other definitions. Raises `StoreError` for some that cannot be right."""
    wrong = [key for key, kind in _KINDS.items() if key in definitions and not _is(definitions[key], kind)]
    if wrong:
        raise StoreError(f"{layout.database}: definitions of {', '.join(wrong)} are invalid")
    manifest.update(definitions)
    return manifest


def _as_built(layout: RunLayout) -> dict[str, Any]:
    try:
        said = read_json(layout.manifest)
    except (OSError, ValueError) as error:
        raise _not_one(layout, str(error)) from error
    form = said.get("format")
    if isinstance(form, int) and form > FORMAT:
        raise StoreError(f"{layout.manifest}: written by a newer simorc", remedy="update simorc")
    wrong = [key for key, kind in _KINDS.items() if key in said and not _is(said[key], kind)]
    if form != FORMAT or wrong:
        raise _not_one(layout, f"what stands under {', '.join(wrong or ['format'])} makes no sense")
    return Manifest(layout, said)


class Manifest(dict[str, Any]):
    """A manifest; a key that ought to be there and is not is a `StoreError`."""

    def __init__(self, layout: RunLayout, said: Mapping[str, Any]) -> None:
        super().__init__(said)
        self._layout = layout

    def __missing__(self, key: str) -> Any:
        raise _not_one(self._layout, f"it has no {key!r}")


def _not_one(layout: RunLayout, reason: str) -> StoreError:
    return StoreError(
        f"{layout.manifest}: not a run's manifest: {reason}", remedy="restore it from an archive or a copy"
    )


def wanted_cards(manifest: Mapping[str, Any]) -> tuple[tuple[str, ...], frozenset[str]]:
    """The ``.meas`` cards a case must have a value of, and the cards it may lack, both in lower case.

    A measurement may have another name than its card (``vout: {meas: y}``): what counts is the card. A card
    that several measurements read may be lacking only if all of them are optional.
    """
    declared: Mapping[str, Mapping[str, Any]] = manifest["measurements"]
    read = [
        (str(what["meas"]).lower(), bool(what.get("optional")))
        for what in declared.values()
        if what.get("meas")
    ]
    needed = tuple(dict.fromkeys(card for card, optional in read if not optional))
    spared = {card for card, _ in read} | {
        name.lower() for name, what in declared.items() if what.get("optional")
    }
    return needed, frozenset(spared - set(needed))


_TEXTS, _SECTIONS, _INSIDE = "texts", "sections", "inside"
_KINDS: Mapping[str, Any] = {
    **dict.fromkeys(("run", "sweep", "testbench", "project", "project_root", "dut_netlist"), str),
    **dict.fromkeys(("plan", "settings", "inputs", "definition"), dict),
    **dict.fromkeys(("requested", "optional", "command_line", "reuse"), _TEXTS),
    **dict.fromkeys(("measurements", "specs"), _SECTIONS),
    "total": int,
    "plot_specs": list,
    "template": _INSIDE,
}
"""What has to stand under each key: a type, texts, mappings of mappings, a path inside ``inputs/``."""


def _is(value: Any, kind: Any) -> bool:
    if kind == _TEXTS:
        return isinstance(value, list) and all(isinstance(each, str) for each in value)
    if kind == _SECTIONS:
        return isinstance(value, dict) and all(isinstance(each, dict) for each in value.values())
    if kind == _INSIDE:
        return isinstance(value, str) and not value.startswith("/") and ".." not in Path(value).parts
    return isinstance(value, kind) and not isinstance(value, bool)


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
    library: str | None = None
    min_version: str | None = None
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


_NUMBERS = frozenset(
    {"jobs", "max_load", "shared_jobs", "priority", "threads", "timeout", "timeout_grace", "sweep_timeout"}
    | {"stuck", "retries", "nice", "warm_check", "warm_cases", "warm_memory", "log_limit", "memory_limit"}
    | {"raw_limit", "disk_floor"}
)


def _sections(layout: RunLayout, manifest: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The settings of simulator and execution as the manifest holds them, as far as a runner uses them
    itself.
    """
    simulator, execution = (manifest["settings"].get(name) for name in ("simulator", "execution"))
    if not isinstance(simulator, dict) or not isinstance(execution, dict):
        raise _not_one(layout, "settings have no sections simulator and execution")
    wrong = [name for name in _NUMBERS & execution.keys() if not _is_limit(execution[name])]
    wrong += [] if execution.get("warm", "auto") in ("auto", "off", "verify") else ["warm"]
    wrong += [] if _is(simulator.get("args") or [], _TEXTS) else ["args"]
    if wrong:
        raise _not_one(layout, f"settings {', '.join(sorted(wrong))} make no sense")
    return simulator, dict(execution)


def _is_limit(value: Any) -> bool:
    """A number that is not negative, or none at all."""
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool) and value >= 0)


def settings_of(layout: RunLayout, manifest: Mapping[str, Any], options: Mapping[str, Any]) -> RunSettings:
    """The manifest's settings with `options` laid over them."""
    simulator, execution = _sections(layout, manifest)
    execution.update(
        {key: value for key, value in options.items() if key not in ("cases", "inputs", "definitions")}
    )
    frozen_init = circuit_in_force(layout, manifest).place(layout) / "spiceinit"
    cases = options.get("cases")
    known = {field.name for field in fields(RunSettings)} & execution.keys()
    return RunSettings(
        simulator=str(simulator.get("name") or "ngspice"),
        executable=str(simulator.get("executable") or "ngspice"),
        args=tuple(simulator.get("args") or ()),
        spiceinit=frozen_init if frozen_init.exists() else None,
        library=simulator.get("library") or None,
        min_version=simulator.get("min_version") or None,
        cases=None if cases is None else tuple(cases),
        execution=execution,
        **{name: execution[name] for name in known},
    )
