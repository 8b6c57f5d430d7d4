"""A CACE datasheet (format 5) -> a project: each ngspice parameter becomes a testbench and a sweep.

What CACE does with a layout (DRC, LVS, area) is not imported, with a note; nor are plots over collated
samples.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from simorc.errors import UsageError
from simorc.importers.cace.conditions import default_of, limits_of, plain_unit, values_of
from simorc.importers.cace.forms import by_condition, in_one_form, left_of, ngspice_settings
from simorc.importers.cace.kit import rcfile, spiceinit
from simorc.importers.cace.results import add_results
from simorc.importers.cace.sheet import Datasheet
from simorc.importers.cace.template import Converted, convert, with_prefix
from simorc.importers.result import Carried, named, read_mapping, read_text

_FORMAT = re.compile(r"^\s*cace_format(?:\s+|\s*:\s*)([\d.]+)", re.MULTILINE)
_TEXT_FORM = re.compile(r"^\s*cace_format\s+[\d.]+\s*;|^[ \t]*\w+[ \t]*\{[ \t]*$", re.MULTILINE)


def from_cace(path: Path, directory: Path | None = None) -> Carried:
    """The project of a datasheet; in `simorc` below the datasheet's root unless a directory is given.

    Raises UsageError if the file is no CACE datasheet.
    """
    _refuse_text_form(path)
    repeated: list[str] = []
    data = read_mapping(path, repeated.append)
    if "cace_format" not in data or not isinstance(data.get("parameters", {}), Mapping):
        raise UsageError(f"{path}: not a CACE datasheet: no cace_format")
    sheet = Datasheet(path.resolve(), data)
    carried = Carried(directory or sheet.root / "simorc", changed=repeated)
    if not str(data["cace_format"]).startswith("5"):
        carried.leave(f"cace_format {data['cace_format']}: read as 5.2; check the result")
    if "electrical_parameters" in data and not data.get("parameters"):
        remedy = f"let CACE write it in the newer form: cace {path.name} new.yaml"
        raise UsageError(f"{path}: its electrical_parameters are of a format older than 5.1", remedy=remedy)
    names = [
        named(name)
        for name, parameter in data.get("parameters", {}).items()
        if _ngspice_parameter(sheet, carried, str(name), parameter)
    ]
    _add_setup(sheet, carried, names)
    return carried


def _refuse_text_form(path: Path) -> None:
    """Raise UsageError for the form with braces and semicolons that CACE had up to 4.0."""
    text = read_text(path)
    found = _FORMAT.search(text)
    if found and _TEXT_FORM.search(text):
        raise UsageError(
            f"{path}: cace_format {found[1]} is a text of its own form, not YAML",
            remedy=f"let CACE write it in the newer form: cace {path.name} new.yaml",
        )


def _add_setup(sheet: Datasheet, carried: Carried, names: list[str]) -> None:
    setup: dict[str, Any] = {
        "name": named(sheet.name),
        "description": str(sheet.data.get("description") or ""),
        "dut": _dut(sheet, carried),
        "testbenches": {name: f"testbenches/{name}" for name in names},
        "sweeps": {name: f"sweeps/{name}.yaml" for name in names},
        "netlister": _netlister(sheet, carried),
    }
    carried.yaml("sim_setup.yaml", setup, f"From the CACE datasheet {sheet.path.name}.")


def _dut(sheet: Datasheet, carried: Carried) -> dict[str, str]:
    dut: dict[str, str] = {}
    schematic = sheet.schematics / f"{sheet.name}.sch"
    if schematic.is_file():
        dut["schematic"] = carried.towards(schematic)
    if sheet.netlist.is_file():
        carried.files[Path("netlists") / sheet.netlist.name] = read_text(sheet.netlist)
    elif not dut:
        carried.leave(f"no schematic {schematic} and no netlist {sheet.netlist}: set dut in sim_setup.yaml")
        return dut
    return {**dut, "netlist": f"netlists/{sheet.name}.spice"}


def _netlister(sheet: Datasheet, carried: Carried) -> dict[str, Any]:
    """xschem as CACE calls it: the templates' xschemrc, and a symbol of the design that is not netlisted."""
    symbol = sheet.schematics / f"{sheet.name}.sym"
    paths = []
    if symbol.is_file():
        text = read_text(symbol).replace("type=subcircuit", "type=primitive")
        carried.files[Path("symbols") / symbol.name] = text
        paths.append("symbols")
    paths += [carried.towards(folder) for folder in (sheet.templates, sheet.schematics) if folder.is_dir()]
    if not paths:
        return {}
    return {"library_paths": paths, **rcfile(sheet, carried)}


def _ngspice_parameter(sheet: Datasheet, carried: Carried, name: str, parameter: Any) -> bool:
    """Add the testbench and the sweep of one parameter, if it is one that is simulated."""
    settings = ngspice_settings(parameter)
    if settings is None:
        tool = parameter.get("tool") if isinstance(parameter, Mapping) else None
        which = tool if isinstance(tool, str) else ", ".join(tool or ("no tool",))
        carried.leave(f"parameter {name}: {which} is not a simulation")
        return False
    if str(parameter.get("status") or "").lower() == "skip":
        carried.leave(f"parameter {name}: status: skip: CACE does not simulate it, either")
        return False
    template = sheet.templates / str(settings.get("template"))
    if not template.is_file():
        carried.leave(f"parameter {name}: no template {template}")
        return False
    for remark in left_of(parameter, settings):
        carried.leave(f"parameter {name}: {remark}")
    _add_testbench(sheet, carried, name, in_one_form(parameter, settings), settings, template)
    return True


def _add_testbench(
    sheet: Datasheet,
    carried: Carried,
    name: str,
    parameter: Mapping[str, Any],
    settings: Mapping[str, Any],
    template: Path,
) -> None:
    drawn = template.suffix == ".sch"
    fixed = {"filename": template.stem, "DUT_name": sheet.name, "templates": str(sheet.templates)}
    fixed |= dict(_spans(sheet, parameter))
    text = _in_current_spelling(sheet, carried, name, parameter, read_text(template))
    found = convert(text, fixed, settings["variables"], escaped=drawn)
    if "pdk" in found.used:
        found.used["pdk"] = str(sheet.data.get("PDK") or "${PDK}")
    folder = Path("testbenches") / named(name)
    file = f"tb_{named(name)}{'.sch' if drawn else '.spice.j2'}"
    carried.files[folder / file] = found.text
    conditions = _conditions(sheet, parameter, found)
    for remark in found.left:
        carried.leave(f"parameter {name}: {remark}")
    results = add_results(sheet.scripts, carried, name, parameter, settings, found)
    config = {
        "description": str(parameter.get("description") or parameter.get("display") or ""),
        **({"schematic": file, "template": f"tb_{named(name)}.spice.j2"} if drawn else {"template": file}),
        "parameters": {key: default_of(each) for key, each in conditions.items()},
        **results,
        "specs": dict(_specs(carried, name, parameter, results["measurements"])),
        "simulator": spiceinit(sheet, settings, found),
    }
    carried.yaml(str(folder / "config.yaml"), config, f"From parameter {name} of the CACE datasheet.")
    _add_sweep(carried, name, parameter, settings, conditions)


def _in_current_spelling(
    sheet: Datasheet, carried: Carried, name: str, parameter: Mapping[str, Any], text: str
) -> str:
    """A template with ``CACE{x}`` where CACE up to 5.0 has ``{x}``; in a newer one that is a fault, which is
    named.
    """
    conditions = {*by_condition(sheet.data.get("default_conditions")), *parameter["conditions"]}
    current, old = with_prefix(text, conditions)
    if not old:
        return text
    listed = ", ".join(old)
    if float(sheet.data["cace_format"]) > 5.0:
        carried.leave(f"parameter {name}: {listed}: not replaced; the current spelling is CACE{{x}}")
        return text
    carried.change(f"parameter {name}: {listed} in the spelling of CACE 5.0: CACE{{x}}")
    return current


def _spans(sheet: Datasheet, parameter: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The values of ``CACE{cond|maximum}`` and similar placeholders, as written in the datasheet."""
    for key, condition in {**by_condition(sheet.data.get("default_conditions")),
                           **parameter["conditions"]}.items():  # fmt: skip
        for kind in ("minimum", "typical", "maximum", "stepsize"):
            if condition.get(kind) is not None:
                yield f"{key}|{kind}", str(condition[kind])


def _conditions(
    sheet: Datasheet, parameter: Mapping[str, Any], found: Converted
) -> dict[str, Mapping[str, Any]]:
    """The conditions the template uses: the parameter's override the defaults, which override the template's
    own.
    """
    defaults, own = by_condition(sheet.data.get("default_conditions")), parameter["conditions"]
    conditions: dict[str, Mapping[str, Any]] = {}
    for key, written in found.used.items():
        mine, theirs = own.get(key, {}), defaults.get(key, {})
        values = mine if _has_values(mine) else theirs if _has_values(theirs) else {}
        fallback = {} if values else {"typical": 0 if written is None else written}
        if fallback and written is None:
            found.left.append(f"condition {key} has no value in the datasheet: 0 is used")
        unit = mine.get("unit") or theirs.get("unit") if values else None
        conditions[key] = {**values, **fallback, **({"unit": unit} if unit else {})}
    return conditions


def _has_values(condition: Mapping[str, Any]) -> bool:
    return any(key in condition for key in ("minimum", "typical", "maximum", "enumerate"))


def _add_sweep(
    carried: Carried,
    name: str,
    parameter: Mapping[str, Any],
    settings: Mapping[str, Any],
    conditions: Mapping[str, Mapping[str, Any]],
) -> None:
    swept = {}
    for key, condition in conditions.items():
        values = values_of(condition)
        if isinstance(values, dict) or len(values) > 1:
            swept[key] = values
    if collated := settings.get("collate"):
        seen = "; its script sees one of them at a time" if settings.get("script") else ""
        carried.leave(f"parameter {name}: collate {collated}: its samples are cases of the sweep{seen}")
    sweep = {
        "testbench": named(name),
        "description": str(parameter.get("description") or ""),
        "parameters": swept,
    }
    carried.yaml(f"sweeps/{named(name)}.yaml", sweep, f"Conditions of parameter {name}.")


def _specs(
    carried: Carried, name: str, parameter: Mapping[str, Any], measured: Mapping[str, Any]
) -> Iterator[tuple[str, dict[str, Any]]]:
    for result, spec in parameter["spec"].items():
        if not isinstance(spec, Mapping) or parameter.get("measure"):
            continue
        unit = str(spec.get("unit") or parameter.get("unit") or "")
        limits, left = limits_of(spec, unit)
        for remark in left:
            carried.leave(f"parameter {name}: spec {result}: {remark}")
        about = {"unit": plain_unit(unit)} if unit else {}
        ours = named(str(result))
        if limits and ours in measured:
            yield ours, {**limits, **about}
        for end in ("min", "max"):
            if end in limits and f"{ours}_{end}" in measured:
                yield f"{ours}_{end}", {end: limits[end], **about}
