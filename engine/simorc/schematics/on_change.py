"""``on_change`` of a testbench: the actions after saving a schematic."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from simorc.errors import UsageError
from simorc.schematics.pairs import Pair
from simorc.schematics.staleness import Condition, State

_RERUN = "rerun"


@dataclass(frozen=True)
class Reaction:
    """Pairs to netlist again, then sweeps to run."""

    netlist: tuple[Pair, ...]
    rerun: tuple[str, ...]


def sweep_to_rerun(on_change: str) -> str | None:
    """The sweep of ``rerun SWEEP``, None for ``netlist``. Raises UsageError for anything else."""
    word, _, sweep = on_change.strip().partition(" ")
    if word == _RERUN and sweep.strip():
        return sweep.strip()
    if word == "netlist" and not sweep:
        return None
    raise UsageError(f"on_change: must be 'netlist' or 'rerun SWEEP', not {on_change!r}")


def reaction_to(news: Iterable[Condition], pairs: Iterable[Pair]) -> Reaction:
    """The actions that the project's ``on_change`` requests for these new states.

    The design under test is part of every testbench: when it is stale, all testbenches with an action react.
    """
    stale = [condition.pair for condition in news if condition.state in (State.STALE, State.MISSING)]
    dut = any(pair.is_dut for pair in stale)
    reacting = [pair for pair in pairs if pair.on_change and (dut or pair in stale)]
    netlist = [pair for pair in stale if (pair.is_dut and reacting) or pair in reacting]
    sweeps = [sweep_to_rerun(pair.on_change or "") for pair in reacting]
    return Reaction(tuple(netlist), tuple(dict.fromkeys(sweep for sweep in sweeps if sweep)))
