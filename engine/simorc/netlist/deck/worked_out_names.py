"""Whether a template works out the names of the files that its decks read, so that cases may read others."""

from __future__ import annotations

import re

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
