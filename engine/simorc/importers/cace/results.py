"""Results of a CACE parameter -> measurements; its script -> a Python measurement; plots -> plot specs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from simorc.importers.cace.conditions import plain_unit
from simorc.importers.cace.forms import condition_name
from simorc.importers.cace.template import Converted
from simorc.importers.result import Carried, named, read_text

_LOG = (("semilogx", "loglog"), ("semilogy", "loglog"))
"""Types of plots with a logarithmic axis across, and up."""
_HOOK = '''"""Results of the CACE script {script}, which stands beside this file as it was."""

from pathlib import Path

COLUMNS = {columns!r}  # name in the script -> trace of the raw file
COLLATED = {collated!r}  # the condition whose values the script gets as a list


def result(waves, parameters, name):
    """The value of one result of the script."""
    script = Path(__file__).with_name({script!r})
    module = {{"__name__": "cace_script", "__file__": str(script)}}
    exec(compile(script.read_bytes(), script, "exec"), module)
    columns = {{column: [float(abs(value)) if isinstance(value, complex) else float(value)
                         for value in waves[trace]] for column, trace in COLUMNS.items()}}
    conditions = {{key: [value] if key == COLLATED else value for key, value in parameters.items()}}
    values = module["postprocess"](columns, conditions)[name]
    if len(values) != 1:
        raise ValueError(f"{{name}} has {{len(values)}} values; a case has one")
    return float(values[0])
'''


def add_results(
    scripts: Path,
    carried: Carried,
    name: str,
    parameter: Mapping[str, Any],
    settings: Mapping[str, Any],
    found: Converted,
) -> dict[str, Any]:
    """The ``measurements`` and ``plot_specs`` of config.yaml; files they need are added."""
    columns = _columns(settings.get("variables") or [], found)
    measurements = {
        **dict(_measured(parameter, columns, found)),
        **_scripted(scripts, carried, name, parameter, settings, columns),
    }
    known = {*measurements, *(each.removesuffix(end) for each in measurements for end in ("_min", "_max"))}
    for result in sorted({str(key) for key in parameter["spec"]} - {*known, *columns}):
        carried.leave(f"parameter {name}: the source of result {result} is not defined")
    return {
        "measurements": measurements,
        "plot_specs": list(_plots(carried, name, parameter, columns, found)),
    }


def _columns(variables: list[Any], found: Converted) -> dict[str, str]:
    """Variable -> the vector it is."""
    pairs = zip(variables, found.columns, strict=False)
    return {str(variable): vector for variable, vector in pairs if variable is not None}


def _described(parameter: Mapping[str, Any], result: str) -> dict[str, str]:
    spec = (parameter.get("spec") or {}).get(result) or {}
    unit = plain_unit(str(spec.get("unit") or parameter.get("unit") or ""))
    text = str(spec.get("description") or spec.get("display") or "")
    return {**({"unit": unit} if unit else {}), **({"description": text} if text else {})}


def _measured(
    parameter: Mapping[str, Any], columns: Mapping[str, str], found: Converted
) -> Iterator[tuple[str, dict[str, str]]]:
    """Numbers the template prints; of a waveform, the extremes its spec limits."""
    for result, vector in columns.items():
        about, ours = _described(parameter, result), named(result)
        if found.scalars:
            yield ours, {"meas": result, **about}
        elif vector and result in parameter["spec"]:
            ends = [] if found.one_point else _limited(parameter["spec"][result])
            if len(ends) == 2:
                yield from ((f"{ours}_{end}", {"expr": f"{end}({vector})", **about}) for end in ends)
            else:
                yield ours, {"expr": f"{ends[0] if ends else 'last'}({vector})", **about}


def _limited(spec: Mapping[str, Any]) -> list[str]:
    """Which extremes of a waveform have a limit."""
    entries = {"min": spec.get("minimum"), "max": spec.get("maximum")}
    return [end for end, entry in entries.items() if entry and entry.get("value") not in (None, "any")]


def _scripted(
    scripts: Path,
    carried: Carried,
    name: str,
    parameter: Mapping[str, Any],
    settings: Mapping[str, Any],
    columns: Mapping[str, str],
) -> dict[str, dict[str, Any]]:
    """Results of the user's script, by a Python measurement that calls it."""
    script = settings.get("script")
    if not script:
        return {}
    source = scripts / str(script)
    if not source.is_file():
        carried.leave(f"parameter {name}: no script {source}")
        return {}
    folder = Path("testbenches") / named(name)
    hook = f"cace_{named(source.stem)}.py"
    traces = {column: vector or "time" for column, vector in columns.items()}
    collated = _collated(settings)
    carried.files[folder / source.name] = read_text(source)
    carried.files[folder / hook] = _HOOK.format(script=source.name, columns=traces, collated=collated)
    return {
        named(str(result)): {
            "python": f"{hook}:result",
            "args": {"name": str(result)},
            **_described(parameter, str(result)),
        }
        for result in settings.get("script_variables") or []
        if result is not None
    }


def _collated(settings: Mapping[str, Any]) -> str | None:
    written = settings.get("collate")
    return condition_name(str(written)) if written else None


def _plots(
    carried: Carried,
    name: str,
    parameter: Mapping[str, Any],
    columns: Mapping[str, str],
    found: Converted,
) -> Iterator[dict[str, Any]]:
    for title, plot in parameter["plot"].items():
        across = condition_name(str(plot.get("xaxis", "")))
        results = plot.get("yaxis", [])
        results = [results] if isinstance(results, str) else list(results)
        about: dict[str, Any] = {"title": str(plot.get("title") or title)}
        x, y = ({"scale": "log"} if plot.get("type") in types else {} for types in _LOG)
        if plot.get("type") == "histogram":
            yield from ({**about, "kind": "histogram", "y": [{"measurement": named(each)}]}
                        for each in results or [across])  # fmt: skip
        elif across in found.used and found.scalars:
            yield from ({**about, "kind": "measurement", "x": {"parameter": across, **x},
                         "y": [{"measurement": named(each), **y}]} for each in results)  # fmt: skip
        elif all(each in columns for each in results) and not found.scalars:
            signals = {_label(parameter, each): columns[each] for each in results}
            signal = columns.get(across) or "time"
            yield {**about, "x": {"signal": signal, **x}, "y": [{"signals": signals, **y}]}
        else:
            carried.leave(f"parameter {name}: plot {title} over {across}")


def _label(parameter: Mapping[str, Any], result: str) -> str:
    return str((parameter["variables"].get(result) or {}).get("display") or result)
