"""Checks the output of a netlister and converts it to the stored form.

xschem reports success for symbols it does not find and for schematics that do not exist, so the netlist
itself is read.
"""

from __future__ import annotations

import re

from simorc.errors import NetlistError
from simorc.schematics.dependencies import SymbolLibrary
from simorc.schematics.pairs import Pair
from simorc.schematics.schematic import Instance, Schematic

_MISSING = re.compile(r"^\*+\s*(\S+)\s+-\s+(\S+)\s+IS MISSING", re.MULTILINE)
_UNCONNECTED = re.compile(r"^(\S+)[^\n]*<UNCONNECTED PIN>", re.MULTILINE)
_EMPTY_SUBCIRCUIT = re.compile(
    r"^\.subckt[ \t]+(\S+)[^\n]*\n(?:[ \t]*(?:[*+][^\n]*)?\n)*\.ends\b", re.MULTILINE | re.IGNORECASE
)
_FRAME = re.compile(r"\.(subckt|ends|end|global)\b", re.IGNORECASE)
_NOISE = re.compile(
    r"^\*\*\*\* (?:begin|end) user architecture code|^\*\* (?:sch_path|sym_path)|^\* expanding ", re.I
)
_TOP_FRAME = re.compile(r"^\*\*(\.subckt|\.ends)\b", re.IGNORECASE)
_CUT = re.compile(r"\{\{|\}\}")


def kept_form(text: str, pair: Pair) -> str:
    """The netlist as it is committed: no paths of this machine; the DUT as a subcircuit."""
    lines = [line.rstrip() for line in text.replace("\r\n", "\n").split("\n")]
    lines = [line for line in lines if not _NOISE.match(line)]
    if pair.is_dut:
        lines = [_TOP_FRAME.sub(r"\1", line) for line in lines if line.lower() != ".end"]
    kept = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n") + "\n"
    # ngspice reads the first line of a deck as its title, whatever it contains.
    return kept if pair.is_dut or kept.startswith("*") else f"* {pair.name}\n{kept}"


def check_netlist(text: str, pair: Pair) -> None:
    """Raises NetlistError, naming symbol, file and remedy, when the netlist is not whole."""
    missing = _MISSING.search(text)
    if missing:
        raise _missing_symbol(missing[1], missing[2], pair)
    if not any(_is_content(line) for line in text.splitlines()):
        raise NetlistError(f"{pair.schematic}: the netlist is empty", remedy="check the schematic in xschem")
    empty = _EMPTY_SUBCIRCUIT.search(text)
    if empty:
        raise NetlistError(
            f"{pair.schematic}: subcircuit {empty[1]} is empty",
            remedy=f"draw {empty[1]}.sch, or give its symbol type=primitive",
        )
    _check_pins(text, pair)
    _check_placeholders(text, pair)


def defect_of(text: str) -> str | None:
    """Why a netlist that is already there cannot be used, None when it shows no defect."""
    missing = _MISSING.search(text)
    if missing:
        return f"symbol {missing[2]} of {missing[1]} is missing"
    return None if any(_is_content(line) for line in text.splitlines()) else "it is empty"


def _is_content(line: str) -> bool:
    stripped = line.strip()
    return bool(stripped) and not stripped.startswith("*") and not _FRAME.match(stripped)


def _missing_symbol(instance: str, symbol: str, pair: Pair) -> NetlistError:
    reference, file, line = _find_instance(pair, instance, symbol)
    return NetlistError(
        f"{file}{f':{line}' if line else ''}: symbol {reference} of {instance} is missing",
        remedy="add its directory to XSCHEM_LIBRARY_PATH in xschemrc, or to netlister.library_paths",
    )


def _find_instance(pair: Pair, name: str, symbol: str) -> tuple[str, str, int]:
    """The reference, file and line of the instance that has no symbol, which may be deep in the hierarchy."""
    from simorc.schematics.dependencies import schematic_closure

    library: SymbolLibrary = pair.setup.library(pair.schematic)
    for file in schematic_closure(pair.schematic, library).files:
        for instance in Schematic.load(file).instances if file.suffix == ".sch" else ():
            if instance.name == name and symbol in instance.reference:
                return instance.reference, str(file), instance.line
    return symbol, str(pair.schematic), 0


def _check_pins(text: str, pair: Pair) -> None:
    open_pin = _UNCONNECTED.search(text)
    if open_pin is None:
        return
    line = _line_of(pair, open_pin[1])
    raise NetlistError(
        f"{pair.schematic}{f':{line}' if line else ''}: a pin of {open_pin[1]} is not connected",
        remedy="wire it, or put a noconn or a label on it",
    )


def _line_of(pair: Pair, name: str) -> int:
    instances: tuple[Instance, ...] = Schematic.load(pair.schematic).instances
    return next((placed.line for placed in instances if name.endswith(placed.name) and placed.name), 0)


def _check_placeholders(text: str, pair: Pair) -> None:
    # The DUT's netlist is no template: to ngspice nested braces are an expression.
    cut = 0 if pair.is_dut else _cut_placeholder(text)
    if cut:
        shown = text.splitlines()[cut - 1].strip()
        raise NetlistError(
            f"{pair.schematic}: a placeholder is cut off in the netlist: {shown}",
            remedy='quote it and escape its braces: value="\\{\\{ parameters.r \\}\\}"',
        )


def _cut_placeholder(text: str) -> int:
    """The line of the first ``{{`` that another one, or the end, follows before its ``}}``; 0 without one."""
    opened = -1
    for brace in _CUT.finditer(text):
        if brace[0] == "{{" and opened >= 0:
            break
        opened = brace.start() if brace[0] == "{{" else -1
    return text.count("\n", 0, opened) + 1 if opened >= 0 else 0
