"""Decks that ngspice would misread without a message, or read without end: they are refused before it starts.

The checks of a project look at its templates and at files that cases include as far as values of axes name
them. Here each case is looked at as it is simulated: a template may work out a card or the name of a file.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from simorc.deck_text import read_leniently
from simorc.netlist.checks.dropped_digits import dropped_digits
from simorc.netlist.checks.lost_assignments import ENDLESS_IN, LostAssignment, in_use, lost_assignments
from simorc.netlist.deck.file_references import included_beneath
from simorc.simulators.ngspice.hoisted_decks import PARTS

_MOST_BYTES = 16 << 20


@dataclass(frozen=True)
class _Text:
    """What is wrong in one text; `place` names it in messages."""

    place: str
    text: str
    lost: tuple[LostAssignment, ...]
    digits: str


def refusal(
    deck: str,
    directory: Path,
    own: Path | None,
    version: Callable[[], Sequence[int]],
    *,
    resistor_codes: bool = False,
) -> str:
    """Why ngspice must not simulate a deck in `directory`; empty if it may.

    `own` is the directory of the included files that are looked at, too; None: none of them. `version` gives
    that of ngspice, and is called where it matters. `resistor_codes`: as in `dropped_digits`.
    """
    texts = [_checked("deck line ", deck, resistor_codes, title=True)]
    place = None if own is None else Path(os.path.realpath(own))
    # Parts of a kit that was taken apart are no files of the project.
    included = () if place is None else included_beneath(deck, (directory,), place, apart=PARTS)
    for path in included:
        texts.append(_of_file(path, str(path.relative_to(place or path)), *_stamp(path), resistor_codes))
    for each in texts:
        if each.digits:
            return each.digits
        for lost in in_use(each.lost, (one.text for one in texts)) if each.lost else ():
            if not lost.endless or version()[:1] in ENDLESS_IN:
                return f"{each.place}{lost.line}:{lost.column}: {lost.message}"
    return ""


def _checked(place: str, text: str, resistor_codes: bool, *, title: bool) -> _Text:
    digits = next(dropped_digits(text, resistor_codes=resistor_codes, title=title), None)
    return _Text(
        place,
        text,
        tuple(lost_assignments(text, title=title)),
        f"{place}{digits.line}:{digits.column}: {digits.message}" if digits else "",
    )


@lru_cache(maxsize=256)
def _of_file(path: Path, name: str, _changed: int, size: int, resistor_codes: bool) -> _Text:
    """A file called `name`; `_changed` and `size` identify its version. A very large one is not looked at."""
    text = read_leniently(path) if size <= _MOST_BYTES else ""
    return _checked(f"{name}:", text, resistor_codes, title=False)


def _stamp(path: Path) -> tuple[int, int]:
    stat = path.stat()
    return stat.st_mtime_ns, stat.st_size
