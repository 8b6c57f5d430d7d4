"""The analysis of a plot in a raw file, and the names of its plots.

A plot is identified by the ``Plotname`` its simulator wrote. Names are compared whole or from their
beginning, never searched for a word: ``DC transfer characteristic`` contains ``tran``, ``ac`` and ``sp``
occur everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

_BEGINNINGS = (
    ("transient analysis", "tran"),
    ("ac analysis", "ac"),
    ("dc analysis `dcop'", "op"),
    ("dc operating point", "op"),
    ("operating point", "op"),
    ("ac operating point", "ac_op"),
    ("noise operating point", "noise_op"),
    ("dc transfer", "dc"),
    ("dc analysis", "dc"),
    ("noise spectral density", "noise"),
    ("noise analysis", "noise"),
    ("integrated noise", "noise_total"),
    ("transfer function", "tf"),
    ("pole-zero", "pz"),
    ("sensitivity", "sens"),
    ("distortion", "disto"),
    ("sp analysis", "sp"),
    ("s-parameter", "sp"),
    ("time domain periodic steady state", "pss"),
    ("frequency domain periodic steady state", "pss_frequency"),
    ("periodic steady state", "pss"),
    ("spectrum", "spectrum"),
    ("psd", "spectrum"),
    ("constants", "constants"),
)
"""How the name of a plot begins, and its analysis; the first that fits counts."""

_TYPED = re.compile(r"(tran|ac|dc|op|noise|tf|pz|sens|disto|sp|pss)\d*")
"""A plot that is named as ngspice's session names it: ``tran2``."""

_SESSION_KINDS = {
    "noise_total": "noise",
    "ac_op": "op",
    "noise_op": "op",
    "spectrum": "sp",
    "pss_frequency": "pss",
}
"""What a session of ngspice calls a kind of plot, where it is another word."""

_STAND_INS = {"op": ("ac_op", "noise_op")}
"""Kinds that a name also means when there is no plot of the kind itself."""


@lru_cache(maxsize=256)
def analysis_of_name(plot_name: str) -> str:
    """``tran``, ``ac``, ``dc``, ... of a ``Plotname``; the name itself, in lower case, where it is none."""
    name = " ".join(plot_name.lower().split())
    if match := _TYPED.fullmatch(name):
        return match[1]
    return next((kind for beginning, kind in _BEGINNINGS if name.startswith(beginning)), name)


def places_by_name(plot_names: Sequence[str]) -> Mapping[str, tuple[int, ...]]:
    """Every name for the plots of one file, and the places (from 0) of those it fits.

    ``tran`` means every transient; a name with several places is ambiguous. Numbers are ngspice's, which
    counts up one number for all kinds whenever a name is taken (tran1, tran2, then ac2); where ngspice has no
    plot of a name, ``ac1`` is the first of its kind.
    """
    places: dict[str, tuple[int, ...]] = {}
    kinds = [analysis_of_name(name) for name in plot_names]
    for place, kind in enumerate(kinds):
        places[kind] = (*places.get(kind, ()), place)
    numbered = {
        f"{kind}{count}": (place,) for kind, own in places.items() for count, place in enumerate(own, 1)
    }
    in_session = {name: (place,) for place, name in enumerate(_session_names(kinds))}
    for kind, others in _STAND_INS.items():
        if kind not in places:
            places[kind] = tuple(place for other in others for place in places.get(other, ()))
    return {name: found for name, found in (places | numbered | in_session).items() if found}


def _session_names(kinds: Sequence[str]) -> list[str]:
    """What ngspice calls plots made in this order: the number goes up when a name is taken."""
    names: list[str] = []
    number = 1
    for kind in kinds:
        word = _SESSION_KINDS.get(kind, kind)
        while f"{word}{number}" in names:
            number += 1
        names.append(f"{word}{number}")
    return names
