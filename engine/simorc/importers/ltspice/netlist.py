"""An LTspice netlist -> a project: ``.param`` become parameters, ``.step`` a sweep, ``.meas``
measurements."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from simorc.errors import UsageError
from simorc.importers.ltspice.cards import (
    Untranslated,
    ammeter,
    computed,
    derivative,
    in_degrees,
    meas_card,
    metered,
    passive_card,
    source_card,
    tran_card,
    with_currents,
    without_ratings,
)
from simorc.importers.ltspice.steps import is_number, step_values, values_file, with_listed_values
from simorc.importers.result import Carried, named, read_text, without_marks

_PARAM = re.compile(r"([A-Za-z_]\w*)\s*=\s*(\{[^}]*\}|'[^']*'|\S+)")
_ANALYSES = ("tran", "ac", "dc", "op", "noise", "tf")
_DROPPED = (".backanno", ".probe", ".wave", ".savebias", ".loadbias", ".machine", ".ferret")
_THEIR_OPTIONS = re.compile(
    r"\b(?:plotwinsize|numdgt|measdgt|meascplxfmt|logopinfo|fastaccess)(?:\s*=\s*\S+)?", re.IGNORECASE
)
_MODEL_STEP = re.compile(
    r"^\.step\s+(?:(lin|oct|dec)\s+)?(\w+)\s+([\w.-]+)\(\s*(\w+)\s*\)\s+(.*)$", re.IGNORECASE
)
_SPICEINIT = "* LTspice syntax, as far as ngspice supports it\nset ngbehavior=ltpsa\n"


@dataclass
class _Netlist:
    """What was read so far."""

    lines: list[str] = field(default_factory=list)
    parameters: dict[str, str] = field(default_factory=dict)
    swept: dict[str, Any] = field(default_factory=dict)
    measured: dict[str, dict[str, str]] = field(default_factory=dict)
    metered: set[str] = field(default_factory=set)
    analysis: str = "tran"


def from_ltspice(path: Path, directory: Path | None = None) -> Carried:
    """The project of one netlist, or of a schematic with its netlist beside it. Raises UsageError."""
    source = _netlist_of(path)
    name = named(source.stem)
    carried = Carried(directory or source.resolve().parent / "simorc")
    numbered = list(_cards(without_marks(read_text(source))))
    cards = [card for _, card in numbered]
    found = _Netlist()
    found.analysis = next(
        (word for card in cards for word in _ANALYSES if card.lower().startswith(f".{word}")), "tran"
    )
    found.metered = metered("\n".join(cards[1:]))
    for line, card in numbered[1:]:
        carried.place = f"{source.name}:{line}"
        _read(card, found, carried, source)
    for line, card in numbered[1:]:
        carried.place = f"{source.name}:{line}"
        if card.lower().startswith(".step"):
            _step_with_its_file(card, found, carried, source)
    carried.place = ""
    _add_testbench(carried, name, cards[0] if cards else "", found)
    sweep = {"testbench": name, "parameters": found.swept}
    carried.yaml(f"sweeps/{name}.yaml", sweep, f"The .step cards of {source.name}.")
    setup = {
        "name": name,
        "simulator": {"spiceinit": "spiceinit"},
        "testbenches": {name: f"testbenches/{name}"},
        "sweeps": {name: f"sweeps/{name}.yaml"},
    }
    carried.files[Path("spiceinit")] = _SPICEINIT
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
            f"{path}: netlist {path.with_suffix('.net').name} not found beside it",
            remedy="in LTspice: View > SPICE Netlist, or: LTspice.exe -netlist",
        )
    return made


def _netlisted(path: Path) -> Path | None:
    """The netlist LTspice itself makes of a schematic, where spicelib finds one; else None."""
    from spicelib.simulators.ltspice_simulator import LTspice

    if not LTspice.is_available():
        return None
    return Path(LTspice.create_netlist(path))


def _cards(text: str) -> Iterator[tuple[int, str]]:
    """Cards with the number of their first line, their continuation lines joined, without comments and
    without text after ``.end``.
    """
    held, begin = "", 1
    for number, line in enumerate(text.replace("µ", "u").replace("μ", "u").splitlines()):
        stripped = (line if number == 0 else line.partition(";")[0]).rstrip()
        if stripped.startswith("+"):
            held += f" {stripped[1:].strip()}"
            continue
        if held:
            yield begin, held
        begin = number + 1
        held = stripped if number == 0 or not stripped.startswith((";", "*")) else ""
        if stripped.lower() == ".end":
            held = ""
            break
    if held:
        yield begin, held


def _read(card: str, found: _Netlist, carried: Carried, source: Path) -> None:
    """One card: into the template, the parameters, the sweep, or onto the list of what is left."""
    word = card.split()[0].lower() if card.split() else ""
    if word.startswith(".step"):
        return  # when all parameters are known
    if word.startswith(".meas"):
        _meas(card, found, carried)
    elif word in (".param", ".params"):
        _param(card, found)
    elif word == ".tran":
        found.lines.append(tran_card(card, carried))
    elif word in (".lib", ".include", ".inc"):
        _library(card, found, carried, source)
    elif word == ".temp" and len(card.split()) > 2:
        _step(f".step temp list {card.partition(' ')[2]}", found, carried)
    elif word.startswith((".option", ".save", *_DROPPED)) or word in (".end", ""):
        found.lines += _kept_options(card) if word.startswith(".option") else []
    elif word[0] in "rcldv":
        _two_terminals(card, found, carried)
    elif word.startswith(("a", "§")):
        carried.leave(f"device not supported by ngspice: {card}")
        found.lines.append(f"* {card}")
    else:
        found.lines.append(with_currents(card))


def _source(card: str, found: _Netlist, carried: Carried) -> None:
    """A voltage source, with what is attached to it as elements of their own."""
    try:
        found.lines += source_card(with_currents(card))
    except Untranslated as error:
        carried.leave(f"device parasitics not supported: {error}")
        found.lines.append(with_currents(card))


def _kept_options(card: str) -> list[str]:
    """Options without those that only concern LTspice's own output."""
    kept = _THEIR_OPTIONS.sub("", card).split()
    return [" ".join(kept)] if len(kept) > 1 else []


def _two_terminals(card: str, found: _Netlist, carried: Carried) -> None:
    """A resistor, capacitor, coil or diode, in series with an ammeter if its current is used; a
    voltage source.
    """
    name = card.split()[0]
    if name[0] in "vV":
        _source(card, found, carried)
        return
    card, ratings = without_ratings(card)
    if ratings:
        carried.change(f"{name}: {', '.join(ratings)}: no simulation uses it")
    if name.lower() in found.metered:
        meter, card = ammeter(card)
        found.lines.append(meter)
    if name[0] in "dD":
        found.lines.append(card)
        return
    found.lines += passive_card(card)


def _param(card: str, found: _Netlist) -> None:
    """Plain numbers become parameters of the testbench; expressions stay as they are."""
    for name, value in _PARAM.findall(card.partition(" ")[2]):
        if is_number(value):
            found.parameters[name] = value
            found.lines.append(f".param {name}={{{{ parameters.{name} }}}}")
        else:
            found.lines.append(f".param {name}={value}")


def _step_with_its_file(card: str, found: _Netlist, carried: Carried, source: Path) -> None:
    """A .step whose values may be in a file beside the netlist."""
    written = values_file(card)
    if written is None:
        _step(card, found, carried)
        return
    path = _any_case(source.parent / written.replace("\\", "/"))
    if not path.is_file():
        carried.leave(f".step file {written} not found: {card}")
    elif (listed := with_listed_values(card, read_text(path))) is None:
        carried.leave(f".step file {written} contains something other than numbers: {card}")
    else:
        _step(listed, found, carried)


def _step(card: str, found: _Netlist, carried: Carried) -> None:
    """What a .step varies: a parameter, the temperature, a source's value, a parameter of a model."""
    if match := _MODEL_STEP.match(card):
        scale, name, words = match[1] or "lin", _placed_in_model(match, found), match[5].split()
    else:
        words = card.split()[1:]
        scale = words.pop(0).lower() if words and words[0].lower() in ("lin", "oct", "dec") else "lin"
        is_param = bool(words) and words[0].lower() == "param"
        words = words[1:] if is_param else words
        name = words.pop(0) if words else ""
        if not is_param and name.lower() != "temp":
            name = _placed_in_source(name, found)
    values = step_values(scale.lower(), words) if name else None
    if not name or values is None:
        carried.leave(f".step form not supported: {card}")
        return
    found.swept[name] = values
    first = values["start"] if isinstance(values, dict) else values[0]
    if name not in found.parameters:
        found.parameters[name] = first
        _declare(name, found)


def _declare(name: str, found: _Netlist) -> None:
    """A swept parameter gets its value from the sweep, whatever the value of its .param."""
    if any(f"{{{{ parameters.{name} }}}}" in line for line in found.lines):
        return
    if name.lower() == "temp":
        found.lines.append(".temp {{ parameters.temp }}")
        return
    expression = re.compile(rf"\.param\s+{re.escape(name)}=", re.IGNORECASE)
    found.lines = [line for line in found.lines if not expression.match(line)]
    found.lines.append(f".param {name}={{{{ parameters.{name} }}}}")


def _placed_in_source(name: str, found: _Netlist) -> str:
    """The name of a source whose plain value becomes a placeholder; empty if it has none."""
    value = re.compile(rf"({re.escape(name)}\s+\S+\s+\S+\s+(?:dc\s+)?)([^\s()=]+)(\s.*)?", re.IGNORECASE)
    for place, line in enumerate(found.lines):
        match = value.fullmatch(line)
        if match and name[:1].lower() in "vi" and is_number(match[2]):
            found.parameters[name] = match[2]
            found.lines[place] = f"{match[1]}{{{{ parameters.{name} }}}}{match[3] or ''}"
            return name
    return ""


def _placed_in_model(step: re.Match[str], found: _Netlist) -> str:
    """The name of a new parameter for the model's card; empty if there is no such card."""
    card = re.compile(rf"\.model\s+{re.escape(step[3])}\s+{step[2]}\b", re.IGNORECASE)
    entry = re.compile(rf"\b({step[4]}\s*=\s*)([^\s()]+)", re.IGNORECASE)
    name = re.sub(r"\W", "_", f"{step[2]}_{step[3]}_{step[4]}")
    for place, line in enumerate(found.lines):
        match = entry.search(line) if card.match(line) else None
        if match and is_number(match[2]):
            found.parameters[name] = match[2]
            found.lines[place] = f"{line[: match.end(1)]}{{{{ parameters.{name} }}}}{line[match.end() :]}"
            return name
    return ""


def _meas(card: str, found: _Netlist, carried: Carried) -> None:
    expressed = [name for name, each in found.measured.items() if "expr" in each]
    try:
        derived = derivative(card) or in_degrees(card) or computed(card, list(found.measured), expressed)
        if derived is not None:
            found.measured[derived[0]] = {"expr": derived[1]}
            return
        name, ours = meas_card(card, found.analysis)
    except Untranslated:
        carried.leave(f".meas form not supported: {card}")
        return
    found.measured[name] = {"meas": name}
    found.lines.append(ours)


def _library(card: str, found: _Netlist, carried: Carried, source: Path) -> None:
    written = card.partition(" ")[2].strip().strip('"')
    path = _any_case(source.parent / written.replace("\\", "/"))
    if path.is_file():
        found.lines.append(f'.include "{{{{ project.root }}}}/{carried.towards(path)}"')
    else:
        carried.leave(f"library of the LTspice installation: {written}")


def _pi(found: _Netlist) -> list[str]:
    """LTspice supports ``pi`` in every expression, ngspice in some."""
    used = any(re.search(r"(?<![\w.(])pi\b(?!\s*=)|\(pi\b", line, re.IGNORECASE) for line in found.lines)
    own = any(re.match(r"\.param\b.*\bpi\s*=", line, re.IGNORECASE) for line in found.lines)
    return [".param pi=3.141592653589793"] if used and not own else []


def _any_case(path: Path) -> Path:
    """The file of that name, or else one beside it whose name differs in upper and lower case only."""
    if path.is_file() or not path.parent.is_dir():
        return path
    return next(
        (each for each in sorted(path.parent.iterdir()) if each.name.lower() == path.name.lower()), path
    )


def _add_testbench(carried: Carried, name: str, title: str, found: _Netlist) -> None:
    folder = Path("testbenches") / name
    first = title if title.startswith("*") else f"* {title}"
    text = "\n".join([first, *_pi(found), *found.lines, ".end", ""])
    carried.files[folder / f"tb_{name}.spice.j2"] = text
    config = {
        "template": f"tb_{name}.spice.j2",
        "parameters": dict(found.parameters),
        "measurements": found.measured,
    }
    carried.yaml(str(folder / "config.yaml"), config, "Values of .param; a sweep may change any of them.")
