"""Results of a CACE parameter as measurements, its script as a Python measurement, plots as plot specs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from simorc.neighbours.cace_conditions import plain_unit
from simorc.neighbours.cace_template import Converted
from simorc.neighbours.carried import Carried, named, read_text

_HOOK = '''"""Results of the CACE script {script}, which stands beside this file as it was."""

import importlib.util
from pathlib import Path

COLUMNS = {columns!r}  # name in the script -> trace of the raw file


def result(waves, parameters, name):
    """The first value of one result of the script."""
    script = Path(__file__).with_name({script!r})
    spec = importlib.util.spec_from_file_location("cace_script", script)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    columns = {{column: [float(abs(value)) if isinstance(value, complex) else float(value)
                         for value in waves[trace]] for column, trace in COLUMNS.items()}}
    return float(module.postprocess(columns, dict(parameters))[name][0])
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
        **dict(_plain(parameter, columns, found)),
        **_scripted(scripts, carried, name, parameter, settings, columns),
    }
    wanted = {str(key) for key in parameter.get("spec") or {}}
    for result in sorted(wanted - set(measurements)):
        carried.leave(f"parameter {name}: nothing tells where result {result} comes from")
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


def _plain(
    parameter: Mapping[str, Any], columns: Mapping[str, str], found: Converted
) -> Iterator[tuple[str, dict[str, str]]]:
    """Numbers the template prints; of a waveform, what its spec limits."""
    for result, vector in columns.items():
        about = _described(parameter, result)
        if found.scalars:
            yield named(result), {"meas": result, **about}
        elif vector and result in (parameter.get("spec") or {}):
            limits = parameter["spec"][result]
            function = "min" if "minimum" in limits else "max" if "maximum" in limits else "avg"
            yield named(result), {"expr": f"{function}({vector})", **about}


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
    carried.files[folder / source.name] = read_text(source)
    carried.files[folder / hook] = _HOOK.format(script=source.name, columns=traces)
    return {
        named(str(result)): {
            "python": f"{hook}:result",
            "args": {"name": str(result)},
            **_described(parameter, str(result)),
        }
        for result in settings.get("script_variables") or []
        if result is not None
    }


def _plots(
    carried: Carried,
    name: str,
    parameter: Mapping[str, Any],
    columns: Mapping[str, str],
    found: Converted,
) -> Iterator[dict[str, Any]]:
    for title, plot in (parameter.get("plot") or {}).items():
        across = str(plot.get("xaxis", ""))
        results = plot.get("yaxis", [])
        results = [results] if isinstance(results, str) else list(results)
        about = {"title": str(plot.get("title") or title)}
        if plot.get("type") == "histogram":
            yield from ({**about, "kind": "histogram", "y": [{"measurement": named(each)}]}
                        for each in results or [across])  # fmt: skip
        elif across in found.used and found.scalars:
            yield from ({**about, "kind": "measurement", "x": {"parameter": across},
                         "y": [{"measurement": named(each)}]} for each in results)  # fmt: skip
        elif all(each in columns for each in results) and not found.scalars:
            scale = "log" if plot.get("type") in ("semilogx", "loglog") else "lin"
            signals = {each: columns[each] for each in results}
            yield {
                **about,
                "x": {"signal": columns.get(across) or "time", "scale": scale},
                "y": [{"signals": signals}],
            }
        else:
            carried.leave(f"parameter {name}: plot {title} over {across}")
