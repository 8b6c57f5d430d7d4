"""Whether two contestants got the same waveforms, byte for byte."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from simorc.waveforms.sections import same_data


@dataclass(frozen=True)
class Identity:
    """How many cases were compared, and those whose data sections differ."""

    compared: int = 0
    different: tuple[int, ...] = ()

    def __str__(self) -> str:
        if self.different:
            return f"{len(self.different)} of {self.compared} DIFFER"
        return f"{self.compared} of {self.compared} equal"


def compare(run: Path, flat: Path, case_ids: Sequence[int]) -> Identity:
    """The waveforms of `run` against ``<case>.raw`` in `flat`."""
    different = [
        case_id
        for case_id in case_ids
        if not same_data(run / "results" / str(case_id) / "results.raw", flat / f"{case_id}.raw")
    ]
    return Identity(len(case_ids), tuple(different))
