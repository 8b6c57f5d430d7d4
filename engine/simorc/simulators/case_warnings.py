"""Warnings of one case: the kind, the first message of each kind, and the number of lines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

LONGEST = 240
"""Characters of a warning that are kept."""


class WarningKind(StrEnum):
    """What the simulator warned of. Stored, counted by and shown as is."""

    IGNORED_PARAMETER = "ignored_parameter"
    """A parameter of a model or an instance that the simulator does not know or does not use."""
    IGNORED_OPTION = "ignored_option"
    IGNORED_CARD = "ignored_card"
    """A card, or a token on one, that has no effect."""
    IGNORED_DEVICE = "ignored_device"
    """A line that should be a device and is not in the circuit."""
    REDEFINITION = "redefinition"
    """A subcircuit defined twice, of which the first counts; several ``.meas`` cards of one name."""
    UNKNOWN_COMMAND = "unknown_command"
    FAILED_COMMAND = "failed_command"
    """A command that changed nothing, for instance ``alter`` of a device that does not exist."""
    INITIAL_CONDITION = "initial_condition"
    """``.ic`` or ``.nodeset`` of a node that does not exist."""
    TEMPERATURE = "temperature"
    RANDOM_SEED = "random_seed"
    MISSING_MODEL = "missing_model"
    MISSING_VECTOR = "missing_vector"
    MISSING_FILE = "missing_file"
    REPLACED_VALUE = "replaced_value"
    """A value out of range that the simulator replaced by another."""
    SINGULAR_MATRIX = "singular_matrix"
    OUT_OF_RANGE = "out_of_range"
    """A function evaluated outside its domain."""
    OPERATING_AREA = "operating_area"
    """A device beyond its safe operating area."""
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class CaseWarning:
    """Warnings of one kind in one case: the first line in the simulator's own words, and how many lines."""

    kind: str
    message: str
    count: int = 1

    def plain(self) -> dict[str, object]:
        """As JSON has it; `warnings_from` reads it back."""
        return {"kind": str(self.kind), "message": self.message, "count": self.count}


def warnings_from(plain: object) -> tuple[CaseWarning, ...]:
    """Parse warnings from JSON. Raises ValueError, KeyError or TypeError if the JSON has another shape."""
    if plain is None:
        return ()
    if not isinstance(plain, list):
        raise TypeError("warnings are not a list")
    return tuple(_warning_from(each) for each in plain)


def _warning_from(plain: Mapping[str, Any]) -> CaseWarning:
    return CaseWarning(str(plain["kind"]), str(plain["message"])[:LONGEST], int(plain["count"]))


def plain_warnings(warnings: Sequence[CaseWarning]) -> list[dict[str, object]]:
    """Warnings as JSON has them."""
    return [warning.plain() for warning in warnings]


def merged(*groups: Iterable[CaseWarning]) -> tuple[CaseWarning, ...]:
    """One warning of each kind: the first line met, the counts added."""
    kinds: dict[str, CaseWarning] = {}
    for warning in (each for group in groups for each in group):
        before = kinds.get(warning.kind)
        count = warning.count + (before.count if before else 0)
        kinds[warning.kind] = CaseWarning(warning.kind, (before or warning).message, count)
    return tuple(kinds.values())
