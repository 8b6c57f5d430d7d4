"""Creates the manifest of a new run."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from simorc.config.definitions import to_json
from simorc.config.settings import Settings
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
        "settings": _sections(declared.settings),
        "requested": [name for name, each in measurements.items() if each.meas],
        "optional": [name for name, each in measurements.items() if each.optional],
        "measurements": to_json(measurements),
        "specs": to_json(declared.specs),
        "plot_specs": [each.to_json() for each in declared.plot_specs],
        "definition": declared.definition.model_dump(mode="json", exclude_defaults=True),
        "save": list(declared.save),
        "statistical_corners": {name: dict(each) for name, each in declared.statistical_corners.items()},
        "statistical_seeds": dict(declared.statistical_seeds),
        "command_line": list(origin.command_line),
        "git": None if origin.git is None else asdict(origin.git),
        "tools": asdict(origin.tools),
        "host": asdict(origin.host),
    }
    return Manifest(file, body)


def _sections(settings: Settings) -> dict[str, Any]:
    sections = {
        "simulator": settings.simulator,
        "netlister": settings.netlister,
        "execution": settings.execution,
    }
    return {name: section.model_dump(mode="json") for name, section in sections.items()}
