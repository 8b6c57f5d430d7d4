"""A CACE template testbench -> a template of simorc: placeholders, and the output of results.

In a schematic braces are escaped (``CACE\\{vdd\\}``); so are those of the placeholders that replace them,
which are written without spaces because xschem cuts unquoted values at one.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from simorc.importers.cace.forms import condition_name

_PLACEHOLDER = re.compile(r"CACE\\*\{([^{}\\]*)\\*\}")
_EXPRESSION = re.compile(r"CACE\\*\[((?:[^\[\]]|CACE\\*\{[^{}]*\})*)\\*\]")
_ARITHMETIC = re.compile(r"[\w.+\-*/%(), ]*")
_ECHO = re.compile(
    r"^(?P<gap>[ \t]*)echo[ \t]+(?P<said>[^>\n]*?)[ \t]*>+[ \t]*[^\n]*$", re.MULTILINE | re.IGNORECASE
)
_WRDATA = re.compile(
    r"^(?P<gap>[ \t]*)wrdata[ \t]+(?P<file>\S+)[ \t]+(?P<said>[^\n]*)$", re.MULTILINE | re.IGNORECASE
)
_SWEEPS = re.compile(r"^[ \t]*\.?(?:ac|dc|tran|noise|sp|disto)[ \t]", re.MULTILINE | re.IGNORECASE)
_CALL = re.compile(r"[A-Za-z_]\w*[ \t]*\(")
_BIT = re.compile(r"([^\[]+)\[(\d+)\]")
RESERVED = {
    "DUT_path": "dut.netlist",
    "include_DUT": "dut.netlist",
    "root": "project.root",
    "N": "case_id",
    "random": "seed or 1",
    "PDK_ROOT": "parameters.pdk_root",
    "PDK": "parameters.pdk",
}
"""CACE's own names that have a counterpart."""
_OLD_PLACEHOLDER = re.compile(r"(?<![\w$])\\\{([^{}\\\s]+)\\\}|(?<![\w$\\])\{([^{}\\\s]+)\}")
_OLD_EXPRESSION = re.compile(r"(?<!CACE)(?<![\w}])\[[^\[\]]*CACE\\*\{[^\[\]]*\]")
_FILE_NAMES = ("filename", "DUT_name", "templates")
FIXED = {"jobs": "1", "simpath": ".", "netlist_source": "schematic"}


@dataclass
class Converted:
    """A template with simorc's placeholders. ``used`` are its conditions with the default written in it (or
    None), ``columns`` where each column of the result file comes from, ``scalars`` whether they are numbers,
    ``one_point`` whether the waveforms are an operating point.
    """

    text: str
    used: dict[str, Any] = field(default_factory=dict)
    columns: list[str] = field(default_factory=list)
    scalars: bool = False
    one_point: bool = False
    left: list[str] = field(default_factory=list)


def convert(text: str, fixed: Mapping[str, str], variables: list[str | None], *, escaped: bool) -> Converted:
    """Convert a template. `fixed`: more reserved names with their text; `variables`: the result's columns."""
    found = Converted(text)
    _take_results(found, variables)
    found.one_point = not _SWEEPS.search(text)
    texts = {**FIXED, **fixed}
    found.text = _EXPRESSION.sub(lambda match: _expression(match, found, texts, escaped), found.text)
    found.text = _PLACEHOLDER.sub(lambda match: _placeholder(match[1], found, texts, escaped), found.text)
    return found


def with_prefix(text: str, conditions: Collection[str]) -> tuple[str, list[str]]:
    """The template with ``CACE`` before the placeholders of CACE up to 5.0, ``{x}`` and ``[{x} / 2]``, and
    those placeholders as written. Only names of `conditions` and reserved names are placeholders.
    """
    old: list[str] = []

    def prefixed(match: re.Match[str]) -> str:
        name = condition_name(re.split(r"[=|]", match[1] or match[2])[0])
        if name not in conditions and name not in RESERVED and name not in FIXED and name not in _FILE_NAMES:
            return match[0]
        if match[0] not in old:
            old.append(match[0])
        return f"CACE{match[0]}"

    text = _OLD_PLACEHOLDER.sub(prefixed, text)
    return _OLD_EXPRESSION.sub(r"CACE\g<0>", text) if old else text, old


def _take_results(found: Converted, variables: list[str | None]) -> None:
    """Results leave through print and the raw file instead of a data file."""
    single = "wr_singlescale" in found.text

    def printed(match: re.Match[str]) -> str:
        tokens = match["said"].replace('"', "").split()
        if found.scalars:
            found.left.append(f"a second result file: echo {match['said']}")
        found.scalars = True
        found.columns = [token.removeprefix("$&") for token in tokens]
        if any(not token.startswith("$&") for token in tokens):
            found.left.append(f"the result is not a vector: echo {match['said']}")
        lines = []
        for name, vector in zip(variables, found.columns, strict=False):
            if name is not None:
                same = name.lower() == vector.lower()
                lines += [f"{match['gap']}print {name}"] if same else [
                    f"{match['gap']}let {name} = {vector}", f"{match['gap']}print {name}"
                ]  # fmt: skip
        return "\n".join(lines)

    def kept(match: re.Match[str]) -> str:
        for number, vector in enumerate(match["said"].split()):
            found.columns += [vector] if single and number else ["", vector]
        return f"{match['gap']}* the raw file contains {match['said']}"

    found.text = _WRDATA.sub(kept, _ECHO.sub(printed, found.text))


def _placeholder(inside: str, found: Converted, texts: Mapping[str, str], escaped: bool) -> str:
    reference = _reference(inside, found, texts)
    if reference in texts.values() and inside.strip() in texts:
        return reference
    return _braced(reference, escaped)


def _reference(inside: str, found: Converted, texts: Mapping[str, str]) -> str:
    """The replacement for the inside of CACE{...} in a placeholder, or its text if it is fixed."""
    name, has_default, default = inside.strip().partition("=")
    if name in texts:
        return texts[name]
    if name in RESERVED:
        if name in ("PDK", "PDK_ROOT"):
            found.used.setdefault(name.lower(), f"${{{name}}}")
        return RESERVED[name]
    if "|" in name:
        found.left.append(f"CACE{{{name}}}: not found in the datasheet; the condition is used")
        name = name.partition("|")[0]
    bit = _BIT.fullmatch(name)
    key = condition_name(name)
    if key != name and not bit:
        found.left.append(f"condition {name} is called {key}")
    found.used.setdefault(key, default if has_default else None)
    return f"(parameters.{key}//{2 ** int(bit[2])}%2)" if bit else f"parameters.{key}"


def _expression(match: re.Match[str], found: Converted, texts: Mapping[str, str], escaped: bool) -> str:
    inside = _PLACEHOLDER.sub(lambda each: _reference(each[1], found, texts), match[1])
    if not _ARITHMETIC.fullmatch(inside) or _CALL.search(inside):
        found.left.append(f"CACE[{inside}]: only arithmetic expressions are supported")
        return match[0]
    return _braced(inside.replace(" ", ""), escaped)


def _braced(inside: str, escaped: bool) -> str:
    # xschem cuts an unquoted value at a space
    tight = inside if " or " in inside else inside.replace(" ", "")
    return rf"\{{\{{{tight}\}}\}}" if escaped else f"{{{{ {tight} }}}}"
