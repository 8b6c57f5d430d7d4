"""Variables of a Makefile, as far as the command line of a run needs them: assignments and ``$(subst
...)``."""

from __future__ import annotations

import re
from collections.abc import Mapping

_ASSIGNED = re.compile(r"^([A-Za-z_]\w*)[ \t]*(?:[:?]?=)[ \t]*(.*?)[ \t]*$", re.MULTILINE)
_USED = re.compile(r"\$(?:\{(\w+)\}|\((\w+)\))")
_SUBST = re.compile(r"\$\(subst ([^,$]*),([^,$]*),([^$()]*)\)")
_DEPTH = 20


def variables_of(makefile: str) -> dict[str, str]:
    """Variable -> its last value as written."""
    return dict(_ASSIGNED.findall(makefile))


def expanded(text: str, variables: Mapping[str, str]) -> str:
    """`text` with the variables that are known; what is not stays, with its ``$``."""
    for _ in range(_DEPTH):
        known = _USED.sub(lambda match: variables.get(match[1] or match[2], match[0]), text)
        known = _SUBST.sub(
            lambda match: match[3].replace(match[1], match[2]) if match[1] else match[3], known
        )
        if known == text:
            break
        text = known
    return text
