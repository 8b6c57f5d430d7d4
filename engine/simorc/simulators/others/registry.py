"""Simulators other than ngspice by name: those of simorc and those of installed packages."""

from __future__ import annotations

from simorc.errors import UsageError
from simorc.plugin_loading import plugin_called, plugin_names
from simorc.simulators.others.adapter import Adapter
from simorc.simulators.others.hspice import Hspice
from simorc.simulators.others.ltspice import LTspice
from simorc.simulators.others.spectre import Spectre
from simorc.simulators.others.xyce import Xyce

GROUP = "simorc.simulators"


def adapter_called(name: str) -> Adapter:
    """The adapter of a simulator by its name. Raises UsageError naming the known ones."""

    own: dict[str, type[Adapter]] = {each.name: each for each in (Hspice, LTspice, Spectre, Xyce)}
    if name in own:
        return own[name]()
    kind = plugin_called(GROUP, name)
    if kind is not None:
        made: Adapter = kind()
        return made
    known = ", ".join(["ngspice", *own, *plugin_names(GROUP)])
    raise UsageError(f"unknown simulator {name!r}", remedy=f"simulator.name is one of: {known}")
