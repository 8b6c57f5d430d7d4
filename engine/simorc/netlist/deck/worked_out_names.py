"""Whether a template works out the names of the files that its decks read, so that cases may read others."""

from __future__ import annotations

import re
from collections.abc import Collection

import jinja2

from simorc.deck_text import read_leniently
from simorc.netlist.template import Template

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
"""Values of an axis that are looked at, if the files that a deck reads depend on it."""
_FEW_PLACES = 64
"""Values of any other axis: a value may contain a whole card."""
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
    lines = (line for text in texts for line in text.splitlines())
    return frozenset(
        word for line in lines if _NAMING.search(line) or _TAG.search(line) for word in _WORD.findall(line)
    )


def places_to_read(words: frozenset[str], names: Collection[str], size: int) -> int:
    """How many of the `size` places of an axis of the parameters `names` may lead to other files."""
    return min(size, MOST_PLACES if names_files(words, names) else _FEW_PLACES)


def names_files(words: frozenset[str], names: Collection[str]) -> bool:
    """Whether the files that decks read depend on one of the parameters `names`."""
    return not words.isdisjoint(names)
