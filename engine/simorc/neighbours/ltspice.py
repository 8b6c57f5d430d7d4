"""An LTspice netlist as a project: ``.param`` are parameters, ``.step`` a sweep, ``.meas`` measured."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from simorc.errors import UsageError
from simorc.neighbours.carried import Carried, named, read_text
from simorc.quantities import Number

_PARAM = re.compile(r"([A-Za-z_]\w*)\s*=\s*(\{[^}]*\}|'[^']*'|\S+)")
_MEAS = re.compile(r"^\.meas(?:ure)?\s+(?:(ac|dc|op|tran|noise)\s+)?(\S+)\s+(.*)$", re.IGNORECASE)
_ANALYSES = ("tran", "ac", "dc", "op", "noise", "tf")
_DROPPED = (".backanno", ".probe", ".wave", ".savebias", ".loadbias", ".machine", ".ferret")
_THEIRS = {
    "mag": "vm", "ph": "vp", "re": "vr", "im": "vi", "db": "vdb",
}  # fmt: skip


@dataclass
class _Netlist:
    """What was read so far."""

    lines: list[str] = field(default_factory=list)
    parameters: dict[str, str] = field(default_factory=dict)
    swept: dict[str, Any] = field(default_factory=dict)
    measured: list[str] = field(default_factory=list)
    analysis: str = "tran"


def from_ltspice(path: Path, directory: Path | None = None) -> Carried:
    """The project of one netlist, or of a schematic whose netlist stands beside it. Raises UsageError."""
    source = _netlist_of(path)
    name = named(source.stem)
    carried = Carried(directory or source.resolve().parent / "simorc")
    cards = list(_cards(read_text(source)))
    found = _Netlist()
    found.analysis = next(
        (word for card in cards for word in _ANALYSES if card.lower().startswith(f".{word}")), "tran"
    )
    for card in cards[1:]:
        _read(card, found, carried, source)
    _add_testbench(carried, name, cards[0] if cards else "", found)
    sweep = {"testbench": name, "parameters": found.swept}
    carried.yaml(f"sweeps/{name}.yaml", sweep, f"The .step cards of {source.name}.")
    setup = {
        "name": name,
        "testbenches": {name: f"testbenches/{name}"},
        "sweeps": {name: f"sweeps/{name}.yaml"},
    }
    carried.yaml("sim_setup.yaml", setup, f"From the LTspice circuit {path.name}.")
    return carried


def _netlist_of(path: Path) -> Path:
    if path.suffix.lower() != ".asc":
        return path
    for suffix in (".net", ".cir"):
        if path.with_suffix(suffix).is_file():
            return path.with_suffix(suffix)
    made = _netlisted(path)
    if made is None:
        raise UsageError(
            f"{path}: its netlist {path.with_suffix('.net').name} is not beside it",
            remedy="in LTspice: View > SPICE Netlist, or: LTspice.exe -netlist",
        )
    return made


def _netlisted(path: Path) -> Path | None:
    """The netlist LTspice itself makes of a schematic, where spicelib finds one; else None."""
    from spicelib.simulators.ltspice_simulator import LTspice

    if not LTspice.is_available():
        return None
    return Path(LTspice.create_netlist(path))


def _cards(text: str) -> Iterator[str]:
    """Cards with their continuation lines joined, without comments and what stands after ``.end``."""
    held = ""
    for number, line in enumerate(text.replace("µ", "u").replace("μ", "u").splitlines()):
        stripped = line.rstrip()
        if stripped.startswith("+"):
            held += f" {stripped[1:].strip()}"
            continue
        if held:
            yield held
        held = stripped if number == 0 or not stripped.startswith((";", "*")) else ""
        if stripped.lower() == ".end":
            held = ""
            break
    if held:
        yield held


def _read(card: str, found: _Netlist, carried: Carried, source: Path) -> None:
    """One card: into the template, the parameters, the sweep, or onto the list of what is left."""
    word = card.split()[0].lower() if card.split() else ""
    if word.startswith(".step"):
        _step(card, found, carried)
    elif word.startswith(".meas"):
        _meas(card, found, carried)
    elif word in (".param", ".params"):
        _param(card, found)
    elif word == ".tran":
        found.lines.append(_tran(card, carried))
    elif word in (".lib", ".include", ".inc"):
        _library(card, found, carried, source)
    elif word.startswith(_DROPPED) or word in (".end", ""):
        pass
    elif word.startswith(("a", "§")):
        carried.leave(f"a device only LTspice has: {card}")
        found.lines.append(f"* {card}")
    else:
        found.lines.append(card)


def _param(card: str, found: _Netlist) -> None:
    """Plain numbers become parameters of the testbench; expressions stay as they are."""
    for name, value in _PARAM.findall(card.partition(" ")[2]):
        if _is_number(value):
            found.parameters[name] = value
            found.lines.append(f".param {name}={{{{ parameters.{name} }}}}")
        else:
            found.lines.append(f".param {name}={value}")


def _is_number(text: str) -> bool:
    try:
        Number(text)
    except ValueError:
        return False
    return True


def _step(card: str, found: _Netlist, carried: Carried) -> None:
    words = card.split()[1:]
    scale = words.pop(0).lower() if words and words[0].lower() in ("lin", "oct", "dec") else "lin"
    if words and words[0].lower() == "param":
        words.pop(0)
    elif not words or words[0].lower() != "temp":
        carried.leave(f"only parameters and the temperature are swept: {card}")
        return
    name = words.pop(0)
    values = _step_values(scale, words)
    if values is None:
        carried.leave(f"a .step of this form: {card}")
        return
    found.swept[name] = values
    first = values["start"] if isinstance(values, dict) else values[0]
    if name not in found.parameters:
        found.parameters[name] = first
        new = f".param {name}={{{{ parameters.{name} }}}}"
        found.lines.append(".temp {{ parameters.temp }}" if name.lower() == "temp" else new)


def _step_values(scale: str, words: list[str]) -> Any:
    """The values of a .step: ``list 1 2 3``, ``start stop step``, or with points per octave or decade."""
    if words and words[0].lower() == "list":
        return words[1:] or None
    if len(words) != 3 or not all(_is_number(word) for word in words):
        return None
    start, stop, last = words
    if scale == "lin":
        return {"start": start, "stop": stop, "step": last}
    ratio = (2.0 if scale == "oct" else 10.0) ** (1 / float(Number(last)))
    value, values = float(Number(start)), []
    while 0 < value <= float(Number(stop)) * (1 + 1e-9):
        values.append(float(f"{value:.10g}"))
        value *= ratio
    return values or None


def _meas(card: str, found: _Netlist, carried: Carried) -> None:
    match = _MEAS.match(card)
    if match is None:
        carried.leave(f"a .meas of this form: {card}")
        return
    kind, name, rest = match[1] or found.analysis, match[2], match[3]
    for theirs, ours in _THEIRS.items():
        rest = re.sub(rf"\b{theirs}\(\s*V\(([^()]*)\)\s*\)", rf"{ours}(\1)", rest, flags=re.IGNORECASE)
    if re.search(r"\)\s*[/*]\s*[VI]\(", rest):
        carried.leave(f"a .meas of an expression, check it: {card}")
    found.measured.append(name)
    found.lines.append(f".meas {kind} {name} {rest}")


def _tran(card: str, carried: Carried) -> str:
    """``.tran Tstop`` and a Tstep of zero, which LTspice reads as "as it comes"."""
    words = card.split()[1:]
    numbers = [word for word in words if _is_number(word)]
    for modifier in words[len(numbers) :]:
        if modifier.lower() != "uic":
            carried.leave(f".tran {modifier}")
    uic = " uic" if any(word.lower() == "uic" for word in words) else ""
    if len(numbers) == 1:
        numbers = ["0", *numbers]
    if numbers and float(Number(numbers[0])) == 0 and len(numbers) > 1:
        numbers[0] = f"{float(Number(numbers[1])) / 1000:g}"
    return f".tran {' '.join(numbers)}{uic}" if numbers else card


def _library(card: str, found: _Netlist, carried: Carried, source: Path) -> None:
    written = card.partition(" ")[2].strip().strip('"')
    path = source.parent / written.replace("\\", "/")
    if path.is_file():
        found.lines.append(f'.include "{{{{ project.root }}}}/{carried.towards(path)}"')
    else:
        carried.leave(f"a library of LTspice's own installation: {written}")


def _add_testbench(carried: Carried, name: str, title: str, found: _Netlist) -> None:
    folder = Path("testbenches") / name
    first = title if title.startswith("*") else f"* {title}"
    text = "\n".join([first, *found.lines, ".end", ""])
    carried.files[folder / f"tb_{name}.spice.j2"] = text
    config = {
        "template": f"tb_{name}.spice.j2",
        "parameters": dict(found.parameters),
        "measurements": {each: {"meas": each} for each in found.measured},
    }
    carried.yaml(str(folder / "config.yaml"), config, "Values of .param; a sweep may change any of them.")
