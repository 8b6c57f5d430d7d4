"""The circuits of a run, and the settings of the current one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from simorc.errors import StoreError
from simorc.files import read_json
from simorc.rundir.circuit.record import NUMBERED, Circuit, circuit_from
from simorc.rundir.layout import RunLayout
from simorc.rundir.manifest import Manifest
from simorc.rundir.run_settings import RunSettings

DESCRIPTION = "circuit.json"
"""Describes a circuit that is not the run's first, in its directory."""


def circuits_of(layout: RunLayout, manifest: Manifest) -> list[Circuit]:
    """Every circuit of a run, the one in force last. Raises StoreError for one that cannot be read."""
    found = [manifest.circuit]
    numbers = sorted(int(match[1]) for match in map(NUMBERED.fullmatch, _names(layout.inputs)) if match)
    for number in numbers:
        description = layout.inputs / f"circuit-{number}" / DESCRIPTION
        try:
            found.append(circuit_from(read_json(description)))
        except FileNotFoundError:
            continue  # its writing was broken off before any case had it
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise StoreError(f"{description}: {error}", remedy="restore it from a copy of the run") from error
    return found


def circuit_in_force(layout: RunLayout, manifest: Manifest) -> Circuit:
    """The circuit that the next case of a run is simulated from."""
    return circuits_of(layout, manifest)[-1]


def _names(directory: Path) -> list[str]:
    try:
        return [entry.name for entry in directory.iterdir()]
    except OSError:
        return []


def settings_of(layout: RunLayout, manifest: Manifest, options: Mapping[str, Any]) -> RunSettings:
    """The manifest's settings with `options` laid over them, and the spiceinit of the circuit in force.

    Raises `StoreError` for a manifest without settings, or with invalid ones.
    """
    manifest.refuse_without_settings()
    try:
        execution = manifest.execution.with_options(options)
    except ValueError as error:
        raise StoreError(f"{layout.path}: options of the runner: {error}") from error
    spiceinit = circuit_in_force(layout, manifest).place(layout) / "spiceinit"
    cases = options.get("cases")
    return RunSettings.made_of(
        manifest.simulator,
        execution,
        spiceinit if spiceinit.exists() else None,
        None if cases is None else tuple(cases),
    )
