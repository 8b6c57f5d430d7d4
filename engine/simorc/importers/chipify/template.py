"""A deck of Chipify as a template of simorc: its names, its measurements, the files it includes."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from simorc.errors import UsageError
from simorc.importers.result import Carried

_BLOCK = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_TEXT = re.compile(r"\"[^\"]*\"|'[^']*'")
_CONTROL = re.compile(r"^[ \t]*\.control\b.*$", re.IGNORECASE | re.MULTILINE)
_END_OF_CONTROL = re.compile(r"^[ \t]*(?:quit|exit)\b.*$|^[ \t]*\.endc\b.*$", re.IGNORECASE | re.MULTILINE)
_END = re.compile(r"^[ \t]*\.end[ \t]*$", re.IGNORECASE | re.MULTILINE)
_INCLUDE = re.compile(r"^[ \t]*\.(?:inc\w*|lib)[ \t]+[\"']?([^\s\"'{]+)", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True)
class Deck:
    """The text of a template, and the files of ``work/`` that it includes, by name."""

    text: str
    models: tuple[str, ...] = ()


def deck_of(
    source: str, measured: Sequence[str], parameters: Collection[str], work: Path, carried: Carried
) -> Deck:
    """The template. A measurement is the vector of its name in the plot that is current at the end: it is
    printed there, so that each is read by its name and not by its place. Raises UsageError.
    """
    lines = [line for line in source.splitlines() if "MY_DATA" not in line]
    if len(lines) < len(source.splitlines()):
        carried.change("lines with MY_DATA are removed, as Chipify removes them")
    text = _BLOCK.sub(lambda match: _renamed(match[0], parameters), "\n".join(lines) + "\n")
    return Deck(_printing(text, measured), tuple(_models(text, work)))


def _renamed(block: str, parameters: Collection[str]) -> str:
    """``{{ x }}`` as ``{{ parameters.x }}``, outside of quoted texts."""
    if not parameters:
        return block
    names = re.compile(rf"(?<![\w.])({'|'.join(map(re.escape, parameters))})(?!\w)")
    pieces, place = [], 0
    for quoted in _TEXT.finditer(block):
        pieces += [names.sub(r"parameters.\1", block[place : quoted.start()]), quoted[0]]
        place = quoted.end()
    return "".join([*pieces, names.sub(r"parameters.\1", block[place:])])


def _printing(text: str, measured: Sequence[str]) -> str:
    if not measured:
        return text
    printed = "".join(f"print {name}\n" for name in measured)
    begin = _CONTROL.search(text)
    if begin is None:
        block = f".control\n{printed}.endc\n"
        end = _END.search(text)
        return text[: end.start()] + block + text[end.start() :] if end else text + block
    end = _END_OF_CONTROL.search(text, begin.end())
    if end is None:
        raise UsageError("the control block of the testbench has no .endc")
    return text[: end.start()] + printed + text[end.start() :]


def _models(text: str, work: Path) -> list[str]:
    """The files of ``work/`` that the deck names; they are copied beside the template."""
    names = dict.fromkeys(match[1].removeprefix("./") for match in _INCLUDE.finditer(text))
    return [name for name in names if "/" not in name and (work / name).is_file()]
