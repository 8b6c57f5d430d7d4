"""A Chipify datasheet -> a project: each testbench with a sweep over the one grid, and a plan of all.

The file is YAML 1.1 as Chipify reads it: ``1e-9`` is text and ``1.0e-9`` a number.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from simorc.errors import UsageError
from simorc.importers.chipify.parameters import grid
from simorc.importers.chipify.template import Deck, deck_of
from simorc.importers.result import Carried, named, read_text, repeated_key

_RESERVED = {"engine", "source", "measure", "transient_signals", "dc_signals", "ac_signals"}
_KINDS = {"transient_signals": "tran", "dc_signals": "dc", "ac_signals": "ac"}
_LIMITS = {"min": ("min", "vmin"), "max": ("max", "vmax"), "typ": ("typ", "vtyp"), "unit": ("unit", "units")}


@dataclass(frozen=True)
class _Project:
    """Where Chipify looks, from ``settings.json`` of the project's directory."""

    root: Path
    settings: Mapping[str, Any] = field(default_factory=dict)

    def folder(self, key: str, default: str) -> Path:
        """The directory that a key of the settings moves."""
        return self.root / str(self.settings.get(key) or default)


def from_chipify(path: Path, directory: Path | None = None) -> Carried:
    """The project of one datasheet. Raises UsageError."""
    project = _project_of(path)
    carried = Carried(directory or project.root / "simorc")
    data = _read(path, carried)
    parameters = grid(_first(data, "parameters", "params", "sweep"), carried)
    tests = _first(data, "tests", "testbenches", "measurements")
    names: dict[str, str] = {}
    measured: dict[str, str] = {}
    for key, block in tests.items():
        name = named(str(key))
        if not isinstance(block, Mapping):
            carried.leave(f"testbench {key}: it is no mapping; Chipify skips it, too")
        elif _add_testbench(carried, project, str(key), name, block, parameters, measured):
            names[name] = f"testbenches/{name}"
    if not names:
        raise UsageError(
            f"{path}: no testbench that simorc can run: {'; '.join(carried.left) or 'none given'}"
        )
    _leave_the_rest(data, project, carried)
    timeout = project.settings.get("sim_timeout_sec", 10)
    setup = {
        "name": named(path.stem),
        "testbenches": names,
        "sweeps": {name: f"sweeps/{name}.yaml" for name in names},
        "execution": {"timeout": timeout},
        "plans": {"all": list(names)} if len(names) > 1 and "all" not in names else {},
    }
    carried.yaml("sim_setup.yaml", setup, f"From the Chipify datasheet {path.name}.")
    return carried


def _project_of(path: Path) -> _Project:
    """The project is the directory in which Chipify is started: the one whose ``in_dir`` contains the
    file.
    """
    for root in (path.resolve().parent.parent, path.resolve().parent):
        try:
            settings = json.loads((root / "settings.json").read_text(encoding="utf-8"))
        except FileNotFoundError:
            continue
        except (OSError, ValueError) as error:
            raise UsageError(f"{root / 'settings.json'}: cannot be read: {error}") from None
        return _Project(root, settings if isinstance(settings, Mapping) else {})
    return _Project(path.resolve().parent.parent)


def _read(path: Path, carried: Carried) -> dict[str, Any]:
    from ruamel.yaml import YAML
    from ruamel.yaml.constructor import SafeConstructor
    from ruamel.yaml.error import YAMLError

    class Constructor(SafeConstructor):
        """Chipify's reader takes a lone ``y`` or ``n`` for text."""

        def boolean(self, node: Any) -> bool | str:
            if node.value in ("y", "Y", "n", "N"):
                return str(node.value)
            return bool(self.construct_yaml_bool(node))

        def check_mapping_key(self, node: Any, key_node: Any, mapping: Any, key: Any, value: Any) -> bool:
            """Chipify's reader uses the last value of a key that is written twice."""
            if key in mapping:
                carried.change(repeated_key(path, key_node.start_mark.line + 1, str(key)))
            return True

    Constructor.add_constructor("tag:yaml.org,2002:bool", Constructor.boolean)
    reader = YAML(typ="safe", pure=True)
    reader.version = (1, 1)
    reader.Constructor = Constructor
    try:
        data = reader.load(read_text(path))
    except (YAMLError, ValueError) as error:
        raise UsageError(f"{path}: not valid YAML: {' '.join(str(error).split())}") from None
    if not isinstance(data, dict):
        raise UsageError(f"{path}: expected a mapping with `parameters` and `tests`")
    return data


def _first(data: Mapping[str, Any], *keys: str) -> Mapping[str, Any]:
    """The first of the keys whose value is a mapping."""
    return next((data[key] for key in keys if isinstance(data.get(key), Mapping)), {})


# One testbench ------------------------------------------------------------------------------------


def _add_testbench(
    carried: Carried,
    project: _Project,
    key: str,
    name: str,
    block: Mapping[str, Any],
    parameters: Mapping[str, Any],
    measured: dict[str, str],
) -> bool:
    """Add the files of a testbench; False, with a note, for one that cannot be run."""
    engine = str(block.get("engine") or project.settings.get("simulator_engine") or "ngspice").lower()
    if engine != "ngspice":
        carried.leave(f"testbench {key}: engine {engine} is not supported")
        return False
    source = project.folder("tb_dir", "tb") / f"{key}.spice"
    if str(block.get("source") or "xschem") == "xschem":
        carried.leave(
            f"testbench {key}: source xschem: netlist {source.with_suffix('.sch').name} with xschem to "
            f"{source.name}, write `source: netlist` and import again"
        )
        return False
    if not source.is_file():
        carried.leave(f"testbench {key}: no file {source}")
        return False
    wanted = [str(each) for each in block if each not in _RESERVED]
    deck = deck_of(read_text(source), wanted, set(parameters), project.folder("work_dir", "work"), carried)
    _copy_models(carried, project, name, deck)
    folder = f"testbenches/{name}"
    carried.files[Path(f"{folder}/{name}.spice.j2")] = deck.text
    config = {
        "template": f"{name}.spice.j2",
        "parameters": {each: _default(values) for each, values in parameters.items()},
        "measurements": {**_measurements(block, wanted, carried, key), **_expressions(block, carried, key)},
        "specs": dict(_specs(block, wanted)),
        "plot_specs": list(_plots(block)),
    }
    for each in wanted:
        if each in measured:
            carried.change(
                f"measurement {each}: testbenches {measured[each]} and {key} each keep a value of their own; "
                "Chipify overwrites the first"
            )
        measured.setdefault(each, key)
    carried.yaml(f"{folder}/config.yaml", config, f"Testbench {key} of the Chipify datasheet.")
    sweep = {"testbench": name, "parameters": dict(parameters)}
    carried.yaml(
        f"sweeps/{name}.yaml", sweep, "The parameters of the datasheet: the last one varies fastest."
    )
    return True


def _default(values: Any) -> Any:
    return (
        values[0]
        if isinstance(values, list)
        else values.get("start")
        if isinstance(values, Mapping)
        else values
    )


def _measurements(
    block: Mapping[str, Any], wanted: list[str], carried: Carried, key: str
) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for name in wanted:
        entry = block[name] if isinstance(block[name], Mapping) else {}
        unit, typical = _entry(entry, "unit"), _entry(entry, "typ")
        found[name] = {"meas": name.lower(), **({"unit": str(unit)} if unit else {})}
        if typical is not None:
            found[name]["description"] = f"typical {typical}"
        unknown = set(entry) - {each for names in _LIMITS.values() for each in names}
        if unknown:
            carried.leave(f"testbench {key}: measurement {name}: {', '.join(map(str, sorted(unknown)))}")
    return found


def _entry(entry: Mapping[str, Any], key: str) -> Any:
    return next((entry[each] for each in _LIMITS[key] if entry.get(each) is not None), None)


def _specs(block: Mapping[str, Any], wanted: list[str]) -> Iterator[tuple[str, dict[str, float]]]:
    for name in wanted:
        entry = block[name] if isinstance(block[name], Mapping) else {}
        limits = {key: _entry(entry, key) for key in ("min", "max")}
        try:
            numbers = {key: float(value) for key, value in limits.items() if value is not None}
        except (TypeError, ValueError):
            raise UsageError(f"measurement {name}: a limit is no number: {limits}") from None
        if numbers:
            yield name, numbers


def _expressions(block: Mapping[str, Any], carried: Carried, key: str) -> dict[str, dict[str, Any]]:
    """``measure`` as expressions over measurements, where simorc has their functions."""
    from simorc.errors import ExpressionError
    from simorc.measurements.expressions import compile_wave_expression

    found: dict[str, dict[str, Any]] = {}
    measure = block.get("measure")
    for name, text in measure.items() if isinstance(measure, Mapping) else ():
        try:
            compile_wave_expression(str(text))
            found[str(name)] = {"expr": str(text)}
        except ExpressionError as error:
            carried.leave(f"testbench {key}: measure {name}: {text}: {error.message}")
    return found


def _plots(block: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for key, kind in _KINDS.items():
        signals = block.get(key)
        if isinstance(signals, list) and signals:
            texts = {str(each): f"{kind}.{each}" for each in signals}
            yield {"title": f"{kind} signals", "analysis": kind, "y": [{"signals": texts}]}


def _copy_models(carried: Carried, project: _Project, name: str, deck: Deck) -> None:
    work = project.folder("work_dir", "work")
    for file in deck.models:
        carried.files[Path(f"testbenches/{name}/{file}")] = read_text(work / file)


def _leave_the_rest(data: Mapping[str, Any], project: _Project, carried: Carried) -> None:
    for key in ("equations", "transient_equations"):
        names = data.get(key) or project.settings.get("custom_equations" if key == "equations" else key)
        if names:
            listed = [str(each["name"]) for each in names] if isinstance(names, list) else list(names)
            carried.leave(f"{key} (Chipify's command line leaves them out, too): {', '.join(listed)}")
    if data.get("num_cores") or project.settings.get("num_cores"):
        carried.leave(f"num_cores {project.settings.get('num_cores')}: set execution.jobs, or --jobs")
