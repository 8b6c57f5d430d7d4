"""Puts the seed of a case into its deck."""

from __future__ import annotations

import re

from simorc.netlist.convergence_options import with_cards

_SEEDED = re.compile(
    r"^\s*(\.options?\b.*\bseed\s*=|setseed\b|set\s+rndseed\b)", re.IGNORECASE | re.MULTILINE
)


def with_seed(text: str, seed: int | None) -> str:
    """A deck with a card that sets the seed, unless it sets one itself; None adds nothing."""
    if seed is None or _SEEDED.search(text) is not None:
        return text
    return with_cards(text, [f".option seed={seed}"])
