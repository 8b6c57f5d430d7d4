"""One line of parts that each have shorter forms: what matters least is shortened first, nothing is cut."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.text import Text

GAP = "  "


@dataclass(frozen=True)
class Part:
    """A part of a line in its forms, the longest first; an empty form leaves it out.

    The part with the greatest `weight` is shortened first; one of weight 0 never is.
    """

    forms: tuple[Text, ...]
    weight: int = 0


def part(weight: int, *forms: Text | str, style: str = "") -> Part:
    """A part of texts or of strings in one style."""
    return Part(tuple(Text(each, style) if isinstance(each, str) else each for each in forms), weight)


def fitted_line(parts: Sequence[Part], width: int) -> Text:
    """The parts in one line of at most `width` cells, each as long as there is room."""
    chosen = [0] * len(parts)
    while _joined(parts, chosen).cell_len > width:
        shorter = [
            place for place, each in enumerate(parts) if each.weight and chosen[place] < len(each.forms) - 1
        ]
        if not shorter:
            break
        chosen[max(shorter, key=lambda place: (parts[place].weight, place))] += 1
    line = _joined(parts, chosen)
    line.no_wrap, line.overflow = True, "ellipsis"
    return line


def _joined(parts: Sequence[Part], chosen: Sequence[int]) -> Text:
    line = Text()
    for each, place in zip(parts, chosen, strict=True):
        form = each.forms[place]
        if form.plain:
            line.append(GAP if line.plain else "")
            line.append_text(form)
    return line
