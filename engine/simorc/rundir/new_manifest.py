"""Creates the manifest of a new run."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from simorc.config.definitions import to_json
from simorc.rundir.instants import CREATED_UTC
from simorc.rundir.manifest import FORMAT, Manifest
from simorc.rundir.manifest_records import Declared, Origin
from simorc.sweeps.plan import Plan


def new_manifest(file: Path, origin: Origin, plan: Plan, declared: Declared) -> Manifest:
    """The manifest of a run that is being built, without its circuit; nothing is written."""
    measurements = declared.measurements
    body = {
        "format": FORMAT,
        "run": origin.run,
        "sweep": origin.sweep,
        "testbench": origin.testbench,
        "created": origin.created,
        CREATED_UTC: origin.created_utc,
        "total": len(plan),
        "plan": plan.to_json(),
        "template": declared.template,
        "template_directory": declared.template_directory,
        "project": origin.project,
        "project_root": str(origin.project_root),
        "dut_netlist": declared.dut_netlist,
        "settings": declared.settings,
        "requested": [name for name, each in measurements.items() if each.meas],
        "optional": [name for name, each in measurements.items() if each.optional],
        "measurements": to_json(measurements),
        "specs": to_json(declared.specs),
        "plot_specs": list(declared.plot_specs),
        "definition": declared.definition,
        "command_line": list(origin.command_line),
        "git": None if origin.git is None else asdict(origin.git),
        "tools": asdict(origin.tools),
        "host": asdict(origin.host),
    }
    return Manifest(file, body)
