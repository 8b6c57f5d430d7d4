"""Whether a template works out the names of the files that its decks read, so that cases may read others."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterator
from itertools import islice, product
from typing import TYPE_CHECKING

import jinja2

from simorc.deck_text import read_leniently
from simorc.netlist.template import Template

if TYPE_CHECKING:
    from simorc.sweeps.cases import Case
    from simorc.sweeps.plan import Plan

_NAMING = re.compile(
    r"\.inc|\.lib|file\w*\s*=|osdi|codemodel|\bsource\b|\bload\b|\{%-?\s*include", re.IGNORECASE
)
_SAME_FOR_ALL = re.compile(
    r"\{\{-?\s*(?:dut\.netlist|project\.root|filename_raw|(?:config|parameters)\.(?:root|filename_raw))\s*-?\}\}"
)
_OPENS = re.compile(r"\{%-?\s*(?:if|for|macro|call)\b")
_TAG = re.compile(r"\{%|^\s*\+")
"""Lines of template statements, and lines that continue a card."""
_WORD = re.compile(r"[A-Za-z_]\w*")
MOST_PLACES = 4096
"""Combinations of values that are looked at, if the files that a deck reads depend on them."""
_FEW_PLACES = 64
"""Values of any other axis: a value may contain a whole card."""
_OF_ONE_CASE = frozenset({"case_id", "seed"})
"""What a template knows of a case that no other case shares."""
_CLOSES = re.compile(r"\{%-?\s*end(?:if|for|macro|call)\b")


def works_out_names(template: Template) -> bool:
    """Whether a line that names a file contains a value of the case, or is in a condition or loop."""
    try:
        return any(_in_text(read_leniently(path)) for path in template.files())
    except (jinja2.TemplateError, OSError):
        return True  # rendering reports the error


def _in_text(text: str) -> bool:
    depth = 0
    for line in text.splitlines():
        depth += len(_OPENS.findall(line))
        if _NAMING.search(line) and (depth or "{{" in _SAME_FOR_ALL.sub("", line)):
            return True
        depth -= len(_CLOSES.findall(line))
    return False


def naming_words(template: Template) -> frozenset[str]:
    """Every word of the lines that decide which files a deck reads: names of parameters are among them. Empty
    if all decks read the same files.
    """
    if not works_out_names(template):
        return frozenset()
    try:
        texts = [read_leniently(path) for path in template.files()]
    except (jinja2.TemplateError, OSError):
        return frozenset()
    lines = [line for text in texts for line in text.splitlines()]
    naming = {word for line in lines if _NAMING.search(line) for word in _WORD.findall(line)}
    tags = {word for line in lines if _TAG.search(line) for word in _WORD.findall(line)}
    return frozenset(naming | (tags - _OF_ONE_CASE))  # `{% if seed %}` is in many templates


def names_files(words: frozenset[str], names: Collection[str]) -> bool:
    """Whether the files that decks read depend on one of the parameters `names`."""
    return not words.isdisjoint(names)


def combinations_of_names(plan: Plan, words: frozenset[str]) -> tuple[list[str], int]:
    """The parameters on which the files that decks read depend, and how many combinations their axes have;
    the number of cases if each may read other files.
    """
    axes, own = _naming_axes(plan, words), sorted(_OF_ONE_CASE & words)
    names = [name for axis in axes for name in plan.axes[axis].names]
    number = math.prod(plan.axis_sizes[axis] for axis in axes)
    return [*names, *own], max(number, len(plan)) if own else number


def cases_of_other_files(plan: Plan, words: frozenset[str]) -> Iterator[Case]:
    """Cases whose decks may read other files than that of the first case, which is not among them.

    Every combination of values that name files is one, up to `MOST_PLACES`: a name may be made of two
    parameters. Of any other axis, a few values are looked at. A case need not be one of the sweep. Where the
    number of the case or its seed makes names, the first `MOST_PLACES` cases are looked at.
    """
    if _OF_ONE_CASE & words:
        yield from plan.cases(2, min(len(plan), MOST_PLACES) + 1)
    naming = _naming_axes(plan, words)
    ranges = (range(plan.axis_sizes[axis]) for axis in naming)
    for places in islice(product(*ranges), 1, MOST_PLACES):
        yield plan.combination(dict(zip(naming, places, strict=True)))
    for axis, size in enumerate(plan.axis_sizes):
        if axis not in naming and axis != plan.sample_axis:
            yield from (plan.variation(axis, place) for place in range(1, min(size, _FEW_PLACES)))


def _naming_axes(plan: Plan, words: frozenset[str]) -> list[int]:
    return [
        axis
        for axis, size in enumerate(plan.axis_sizes)
        if size > 1 and names_files(words, [*plan.axes[axis].names, *_own_name(plan, axis)])
    ]


def _own_name(plan: Plan, axis: int) -> tuple[str, ...]:
    """What a template calls the place of an axis, besides its parameters."""
    return ("corner",) if axis == plan.corner_axis else ()
