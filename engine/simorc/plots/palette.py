"""The colours of curves: distinguishable by colour-blind people, none of them the red of a failure.

A curve beyond the last colour begins again with the first one and is dashed.
"""

from __future__ import annotations

from dataclasses import dataclass

ON_LIGHT = ("#0b5fb3", "#a85b00", "#00734f", "#9a3d7a", "#7a6a00", "#4a52c4", "#3c4650", "#7a4a1e")
ON_DARK = ("#56b4e9", "#e6a23c", "#3ecf9b", "#d98cc0", "#e8df5a", "#8aa4ff", "#c7d0dc", "#c99a6b")
_OF_256 = (75, 179, 79, 176, 185, 111, 252, 173)
"""The nearest of the 256 colours of a terminal to `ON_DARK`."""


GHOST = -1
"""The index of a curve that is drawn behind the others, in grey."""


@dataclass(frozen=True)
class Palette:
    """Colours of a terminal: numbers of its 256 colours, or ``#rrggbb``."""

    colours: tuple[int | str, ...]
    ghost: int | str

    def pixel(self, index: int) -> int | tuple[int, int, int]:
        """The colour of curve `index` as plotext takes it."""
        colour = self.ghost if index == GHOST else self.colours[index % len(self.colours)]
        return colour if isinstance(colour, int) else _rgb(colour)

    def code(self, index: int) -> str:
        """The ANSI sequence of the same colour."""
        pixel = self.pixel(index)
        numbers = f"5;{pixel}" if isinstance(pixel, int) else "2;" + ";".join(map(str, pixel))
        return f"\x1b[38;{numbers}m"


DARK, LIGHT, FEW = Palette(ON_DARK, "#5c6773"), Palette(ON_LIGHT, "#a9b0b8"), Palette(_OF_256, 243)
COUNT = len(ON_DARK)


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
