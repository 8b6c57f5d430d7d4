"""The number of cases that meet the specs, as numbers and in words; `case_verdicts` counts them.

Every case that ran is one of four: it *meets* every spec, it *violates* one (a measured value is outside of
its limits), a value that a spec is about is *missing* and none is outside, or its simulation *failed*. Failed
and missing ones are not counted as violations; they keep a spec from being met all the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class CaseCounts:
    """Cases of a run, or of one spec: the first four are those that ran."""

    meeting: int = 0
    violating: int = 0
    missing: int = 0
    failed: int = 0
    pending: int = 0

    @property
    def ran(self) -> int:
        """The cases that ran."""
        return self.meeting + self.violating + self.missing + self.failed

    @property
    def against(self) -> str:
        """``8 of 60 violate, 3 without value, 40 failed``: what keeps a spec from being met, or ''."""
        parts = [
            f"{count} {word}"
            for count, word in (
                (self.violating, "violate"),
                (self.missing, "without a value"),
                (self.failed, "failed"),
            )
            if count
        ]
        if not parts:
            return ""
        first, _, rest = parts[0].partition(" ")
        return ", ".join([f"{first} of {self.ran} {rest}", *parts[1:]])

    @property
    def summary(self) -> str:
        """The same of a run, whose cases are under several specs: ``8 of 60 violate a spec, 40 failed``."""
        return self.against.replace(" violate", " violate a spec")


def counts_of(counts: Mapping[str, int]) -> CaseCounts:
    """The counts of one spec, from the number of cases in each status."""
    return CaseCounts(
        meeting=counts.get("pass", 0) + counts.get("near", 0),
        violating=counts.get("fail", 0),
        missing=counts.get("missing", 0),
        failed=counts.get("error", 0),
        pending=counts.get("pending", 0),
    )
