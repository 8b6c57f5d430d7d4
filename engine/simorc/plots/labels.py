"""Labels of curves of several cases: the parameters that differ, and no others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from simorc.shown_values import parameter_text

WIDEST = 40


def differing_labels(parameters: Mapping[int, Mapping[str, Any]]) -> dict[int, str]:
    """A label for each case: ``temp=125 corner=ss``; its number where that does not tell it apart."""
    texts = {
        case: {name: parameter_text(value) for name, value in own.items()} for case, own in parameters.items()
    }
    names = dict.fromkeys(name for own in texts.values() for name in own)
    differing = [name for name in names if len({own.get(name) for own in texts.values()}) > 1]
    labels = {
        case: " ".join(f"{name}={own[name]}" for name in differing if name in own)
        for case, own in texts.items()
    }
    times = Counter(labels.values())
    return {
        case: label if label and times[label] == 1 and len(label) <= WIDEST else f"case {case}"
        for case, label in labels.items()
    }
