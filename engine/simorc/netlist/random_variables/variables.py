"""Named random variables, and a deck in which they are parameters."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from simorc.errors import UsageError
from simorc.netlist.random_variables.dimensions import Dimension

PREFIX = "simorc_r"
_PART = '.include "simorc part {}"'


@dataclass(frozen=True, slots=True)
class RandomVariable:
    """One random call of a deck, for one device (mismatch) or for the die (process).

    `parameter` is its name in the deck, `path` the instance it belongs to (``xo.xm3``, empty for the die),
    `label` what it varies there (``vth``), `function` the random function it replaces.
    """

    parameter: str
    path: str
    label: str
    function: str

    @property
    def scope(self) -> Literal["device", "process"]:
        """Whether it is drawn for one device or for the die."""
        return "device" if self.path else "process"

    @property
    def device(self) -> str:
        """The device it belongs to; ``process`` for the die."""
        return self.path or "process"

    @property
    def name(self) -> str:
        """Its name for a person, and its key: ``xo.xm3 vth``."""
        return f"{self.device} {self.label}"

    @property
    def is_discrete(self) -> bool:
        """Whether it has two values only (``limit``)."""
        return self.function == "limit"

    def in_deck(self, normal: float) -> float:
        """The parameter's value for a standard normal value of the variable: 0 is nominal, 1 one sigma."""
        if self.function in {"agauss", "gauss"}:
            return normal
        if self.function == "limit":
            return math.copysign(1.0, normal) if normal else 0.0
        return math.erf(normal / math.sqrt(2.0))


@dataclass(frozen=True)
class HoistedDeck:
    """A deck whose random calls are parameters.

    `variables` are in the order of the deck. `dead` are random calls that cannot change anything: a
    relative variation of zero, or a factor that is zero. `unused` are process parameters that no device of
    this deck depends on. `drawn_at_each_use` are parameters that ngspice itself draws anew wherever they are
    used: here they have one value for the device or the die. `left_random` are other random sources, which
    still differ from run to run. `dimensions` are those of its devices, where they were asked for.
    """

    title: str
    body: str
    parts: Sequence[str]
    variables: Sequence[RandomVariable]
    dead: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()
    drawn_at_each_use: tuple[str, ...] = ()
    left_random: tuple[str, ...] = ()
    dimensions: tuple[Dimension, ...] = ()

    def text(self, values: Mapping[str, float], place: Callable[[str], str]) -> str:
        """The deck with these standard normal `values` of its variables, by name, and these relative changes
        of its dimensions; others are 0.

        `place` gives the path of a file with the text of a part. Raises UsageError for a name that is no
        variable of this deck.
        """
        known = {each.name for each in self.variables} | {each.name for each in self.dimensions}
        if unknown := sorted(values.keys() - known):
            raise UsageError(f"no random variable '{unknown[0]}' in this deck")
        lines = [
            f".param {each.parameter}={each.in_deck(values.get(each.name, 0.0))!r}" for each in self.variables
        ]
        lines += [f".param {each.parameter}={values.get(each.name, 0.0)!r}" for each in self.dimensions]
        body = self.body
        for number, part in enumerate(self.parts):
            body = body.replace(part_line(number), f'.include "{place(part)}"')
        return "\n".join([self.title, *lines, body])


def part_line(number: int) -> str:
    """The line of a deck's body that stands for an included part."""
    return _PART.format(number)


_VTH = re.compile(r"vth|delvto|dvt")
_KIT_WORDS = re.compile(r"^(?:swx_|sw_|mm_|mc_|var_)+")


def label_of(written: str) -> str:
    """What a parameter of a kit's device is called for a designer: ``vth`` for ``swx_vth`` and ``delvto``."""
    if _VTH.search(written):
        return "vth"
    return _KIT_WORDS.sub("", written) or written
