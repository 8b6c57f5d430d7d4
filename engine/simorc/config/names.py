"""Rules for names that users give: they become file names, columns and Jinja variables."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}", re.ASCII)
STAGE_WORDS = {"a1": "generate", "a5": "format", "a4": "lint", "a7": "testbench"}
"""Stages of a pipeline that have a number: the name in files, and the word that is shown and may be written.
"""
# Columns every metadata.csv has; a parameter of that name would make two of them.
RESERVED = frozenset({"case_id", "status", "result_path", "error_message"})

STATISTICAL_CORNER, NO_CORNER = "statistical_corner", "none"
"""The parameter that chooses a saved point of the random variables, and its value without one."""


def bad_name(name: str) -> str:
    """Why a name cannot be used; empty when it can."""
    if _NAME.fullmatch(name) and not name.endswith("."):
        return ""
    return (
        "a name starts with a letter, digit or _, followed by letters, digits, _ - or "
        ". (at most 100 characters)"
    )


def stage_name(written: str) -> str:
    """The name of a stage in files: ``a1`` for ``generate``, any other name as it is."""
    return next((name for name, word in STAGE_WORDS.items() if word == written), written)


def stage_word(name: str) -> str:
    """The word that is shown for a stage: ``generate`` for ``a1``, any other name as it is."""
    return STAGE_WORDS.get(name, name)


def did_you_mean(name: str, known: Iterable[str], *, cutoff: float = 0.6) -> str:
    """`` (did you mean 'vdda'?)`` with a leading space; empty when nothing is near. Never `name` itself.

    `cutoff` is the least similarity, 0 to 1; a high one fits names that have nothing to do with the project.
    """
    by_lower = {each.lower(): each for each in sorted(known) if each != name}
    nearest = difflib.get_close_matches(name.lower(), list(by_lower), n=1, cutoff=cutoff)
    return f" (did you mean '{by_lower[nearest[0]]}'?)" if nearest else ""


def listed(names: Iterable[str], most: int = 8) -> str:
    """``a, b, c`` in order, cut after `most`; ``none`` when there are none."""
    every = sorted(names)
    rest = f" and {len(every) - most} more" if len(every) > most else ""
    return (", ".join(every[:most]) or "none") + rest
