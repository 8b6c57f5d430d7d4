"""Testbenches of cicsim -> a project: corners become parameters, runs in the Makefile become sweeps.

cicsim writes the text of each corner named on its command line into the testbench. Here one parameter per
group of corners (``Tt Th Tl``) selects the text in the template.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from simorc.errors import UsageError
from simorc.importers.cicsim.make_variables import expanded, variables_of
from simorc.importers.cicsim.template import cicsim_template, measured_names, with_replacements
from simorc.importers.result import Carried, named, read_mapping, read_text, without_marks
from simorc.units import Number

_NOT_SET = "none"


@dataclass(frozen=True)
class Call:
    """One ``cicsim run`` of the Makefile: its name, its corners (each argument a list), its samples."""

    testbench: str
    name: str
    corners: tuple[tuple[str, ...], ...]
    count: int = 1
    replace: str = ""
    by_variable: bool = False
    """Whether a variable of the Makefile names the testbench."""


def from_cicsim(testbenches: Sequence[Path], directory: Path | None = None) -> Carried:
    """The project of some testbenches of one directory. Raises UsageError."""
    folder = testbenches[0].resolve().parent
    if any(path.resolve().parent != folder for path in testbenches):
        raise UsageError("the testbenches are in several directories; import one directory at a time")
    carried = Carried(directory or folder / "simorc")
    corners = _corner_texts(folder, carried)
    calls = list(_calls(folder, carried))
    setup: dict[str, Any] = {"name": named(folder.name), "testbenches": {}, "sweeps": {}}
    for path in _not_included(testbenches, carried):
        name = named(path.stem)
        setup["testbenches"][name] = f"testbenches/{name}"
        mine = _calls_of(path.stem, calls, corners, carried)
        groups = _groups([corner for call in mine for each in call.corners for corner in each], corners)
        replaced = _replaced(folder, next((call.replace for call in mine if call.replace), ""), carried)
        _add_testbench(carried, path, name, corners, groups, _defaults(groups, mine), replaced)
        for call in mine:
            sweep = named(call.name or path.stem)
            setup["sweeps"][sweep] = f"sweeps/{sweep}.yaml"
            _add_sweep(carried, sweep, name, call, groups)
    carried.yaml("sim_setup.yaml", setup, f"From the cicsim directory {folder.name}.")
    return carried


def _not_included(testbenches: Sequence[Path], carried: Carried) -> list[Path]:
    """The files that no other of them includes: ``xdut.spi`` is a part of testbenches."""
    texts = {path: read_text(path) for path in testbenches}
    kept = []
    for path in testbenches:
        included = re.compile(rf"^\s*\.inc\w*\s+.*{re.escape(path.name)}", re.IGNORECASE | re.MULTILINE)
        users = [other.name for other, text in texts.items() if other != path and included.search(text)]
        if users:
            carried.change(f"{path.name}: no testbench: {users[0]} includes it")
        else:
            kept.append(path)
    return kept


def _calls_of(
    testbench: str, calls: Sequence[Call], corners: Mapping[str, str], carried: Carried
) -> list[Call]:
    """The runs of a testbench in the Makefile. One that it does not run as it is written (``TB=tran``; people
    call ``make TB=ac``) has the runs that take their testbench from a variable; without those, one run of
    every combination of corners.
    """
    if mine := [call for call in calls if call.testbench == testbench]:
        return mine
    variable = [call for call in calls if call.by_variable]
    if variable:
        others = ", ".join(dict.fromkeys(call.testbench for call in variable))
        carried.change(f"{testbench}: the Makefile runs {others}; its runs are those of {testbench}, too")
        return [
            replace(call, testbench=testbench, name=f"{testbench}_{call.name or call.testbench}")
            for call in variable
        ]
    carried.change(f"{testbench}: the Makefile does not run it: its sweep has every combination of corners")
    return [_every_corner(testbench, corners)]


def _corner_texts(folder: Path, carried: Carried) -> dict[str, str]:
    """Corner -> its text, of the cicsim.yaml here and in the two directories above; the texts add up. A file
    that several links lead to counts once.
    """
    texts: dict[str, str] = {}
    files = [folder.parent.parent / "cicsim.yaml", folder.parent / "cicsim.yaml", folder / "cicsim.yaml"]
    if not any(file.is_file() for file in files):
        raise UsageError(f"no cicsim.yaml in {folder} or above it")
    for file in files:
        if file.is_symlink() and not file.exists():
            carried.leave(f"{file}: a link to {file.readlink()}, which does not exist: no corners of it")
    for file in dict.fromkeys(file.resolve() for file in files if file.is_file()):
        for name, text in (read_mapping(file, carried.change).get("corner") or {}).items():
            lines = [texts.get(str(name), ""), without_marks(str(text or "")).rstrip("\n")]
            texts[str(name)] = "\n".join(line for line in lines if line)
    return texts


def _calls(folder: Path, carried: Carried) -> Iterator[Call]:
    makefile = folder / "Makefile"
    if not makefile.is_file():
        return
    text = read_text(makefile).replace("\\\n", " ")
    variables = variables_of(text)
    for written in text.splitlines():
        if "cicsim" in written and " run " in f"{written} ":
            line = expanded(written, variables)
            if "$" in line:
                carried.leave(f"Makefile: unresolved variables: {written.strip()}")
            else:
                yield from (replace(call, by_variable=call.testbench not in written.split())
                            for call in _call(line))  # fmt: skip


def _call(line: str) -> Iterator[Call]:
    words = shlex.split(line.strip())
    words = words[words.index("run") + 1 :]
    options: dict[str, str] = {}
    plain: list[str] = []
    while words:
        word = words.pop(0)
        if word in ("--name", "--count", "--replace", "--threads") and words:
            options[word] = words.pop(0)
        elif not word.startswith("--"):
            plain.append(word)
    if plain:
        corners = tuple(tuple(each.split(",")) for each in plain[1:])
        count, words_file = int(options.get("--count", "1")), options.get("--replace", "")
        yield Call(plain[0], options.get("--name", ""), corners, count, words_file)


def _replaced(folder: Path, file: str, carried: Carried) -> dict[str, Any]:
    """Word -> its replacement, from the file named by --replace."""
    if not file:
        return {}
    if not (folder / file).is_file():
        carried.leave(f"Makefile: no file {file} for --replace")
        return {}
    return read_mapping(folder / file, carried.change)


def _every_corner(testbench: str, corners: Mapping[str, str]) -> Call:
    return Call(testbench, testbench, tuple(_groups(list(corners), corners).values()))


def _groups(names: Sequence[str], texts: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Corners that exclude one another, by their first letter: ``Tt Th Tl`` are the values of ``corner_t``.

    A name without a text, such as ``Debug``, is a switch of its own.
    """
    groups: dict[str, tuple[str, ...]] = {}
    for name in dict.fromkeys(names):
        group = f"corner_{name[0].lower()}" if name in texts else named(name.lower())
        if name in ("Sch", "Lay"):
            group = "view"
        groups[group] = (*groups.get(group, ()), name)
    return groups


def _defaults(groups: Mapping[str, tuple[str, ...]], calls: Sequence[Call]) -> dict[str, str]:
    """The first of each group that is in every call; one that some call omits is not set."""

    def everywhere(names: tuple[str, ...]) -> bool:
        return all(any(set(corners) & set(names) for corners in call.corners) for call in calls)

    return {group: names[0] if everywhere(names) else _NOT_SET for group, names in groups.items()}


def _add_testbench(
    carried: Carried,
    path: Path,
    name: str,
    corners: Mapping[str, str],
    groups: Mapping[str, tuple[str, ...]],
    defaults: Mapping[str, str],
    replaced: Mapping[str, Any],
) -> None:
    folder = Path("testbenches") / name
    measurements = path.with_suffix(".meas")
    measured = without_marks(read_text(measurements)) if measurements.is_file() else ""
    texts = {each: corners.get(each, "") for group in groups.values() for each in group}
    ran_in = path.resolve().parent / f"output_{path.stem}"
    text, values = with_replacements(without_marks(read_text(path)), replaced)
    template = cicsim_template(text, measured, texts, list(groups), ran_in, carried)
    carried.files[folder / f"{name}.spice.j2"] = template
    parameters: dict[str, Any] = {**defaults, **values}
    if "parameters.pdk_root" in template:
        parameters["pdk_root"] = "${PDK_ROOT}"
    names, computed = measured_names(template)
    for each in computed:
        carried.leave(
            f"{measurements.name}: {each} is measured in a loop under names that it works out; declare each"
            " of them in config.yaml, for example t1_25: {meas: t1_25}"
        )
    described, specs = _specs(path.with_suffix(".yaml"), names, carried)
    config = {
        "template": f"{name}.spice.j2",
        "parameters": parameters,
        "measurements": {each: described.get(each, {"meas": each}) for each in names},
        "specs": specs,
    }
    carried.yaml(str(folder / "config.yaml"), config, f"From the cicsim testbench {path.name}.")
    if path.with_suffix(".py").is_file():
        carried.leave(
            f"{path.with_suffix('.py').name}: convert it to a Python measurement (python: file.py:function)"
        )


def _specs(path: Path, names: Sequence[str], carried: Carried) -> tuple[dict[str, Any], dict[str, Any]]:
    """Measurements and specs of a cicsim result file. Its limits hold after scaling; ours before."""
    described: dict[str, Any] = {}
    specs: dict[str, Any] = {}
    for name, entry in read_mapping(path, carried.change).items() if path.is_file() else ():
        if not isinstance(entry, Mapping):
            carried.leave(f"{path.name}: {name} is no mapping")
            continue
        sources = entry.get("src") or []
        for source in [sources] if isinstance(sources, str) else sources:
            if source not in names:
                carried.leave(f"{path.name}: no measurement of {source}")
                continue
            scale = float(Number(entry.get("scale", 1)))
            about = {"description": str(entry.get("name") or ""), "unit": str(entry.get("unit") or "")}
            described[source] = {"meas": source, "description": about["description"], "scale": scale}
            limits = _limits(entry, scale)
            if scale == 1:
                described[source].update(unit=about["unit"])
                del described[source]["scale"]
            if limits:
                specs[source] = limits
    return described, specs


def _limits(entry: Mapping[str, Any], scale: float) -> dict[str, float]:
    typical = float(Number(entry["typ"])) if entry.get("typ") is not None else None
    limits = {}
    for key in ("min", "typ", "max"):
        written = entry.get(key)
        if written is None:
            continue
        text = str(written)
        if text.endswith("%") and typical is not None:
            value = typical * (1 + float(text[:-1]) / 100)
        else:
            value = float(Number(written))
        limits[key] = float(f"{value / scale:.12g}")
    if scale < 0:
        # The larger value is the smaller one before scaling.
        swap = {"min": "max", "max": "min"}
        limits = {swap.get(key, key): value for key, value in limits.items()}
    return limits


def _add_sweep(
    carried: Carried, sweep: str, testbench: str, call: Call, groups: Mapping[str, tuple[str, ...]]
) -> None:
    group_of = {corner: group for group, names in groups.items() for corner in names}
    data: dict[str, Any] = {
        "testbench": testbench,
        "parameters": {group_of[corners[0]]: list(corners) for corners in call.corners},
    }
    if call.count > 1:
        data["monte_carlo"] = {"samples": call.count, "seed": 1}
    carried.yaml(f"sweeps/{sweep}.yaml", data, "From the Makefile of the cicsim directory.")
