"""Which packages of constraints.txt have newer versions, and which of those pyproject.toml allows.

Exit code 1 if there are any; scripts/constraints takes those that are allowed.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent


class Newer(NamedTuple):
    """A package, its version in constraints.txt, the newest, and the bound that keeps that out (or '')."""

    name: str
    held: str
    newest: str
    bound: str


def constraints() -> dict[str, str]:
    """Package -> version."""
    text = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    return {
        canonicalize_name(name): version
        for name, version in re.findall(r"^([\w.-]+)==(\S+)", text, re.MULTILINE)
    }


def bounds() -> dict[str, Requirement]:
    """Package -> what pyproject.toml asks of it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lists = [project["dependencies"], *project["optional-dependencies"].values()]
    asked = [Requirement(each) for listed in lists for each in listed]
    return {canonicalize_name(each.name): each for each in asked}


def newer(newest: Mapping[str, str]) -> list[Newer]:
    """Of the newest versions by package, those that constraints.txt does not have yet."""
    asked = bounds()
    found = []
    for name, held in constraints().items():
        version = newest.get(name)
        if version is None or version == held:
            continue
        requirement = asked.get(name)
        kept = requirement is not None and not requirement.specifier.contains(version, prereleases=True)
        found.append(Newer(name, held, version, str(requirement.specifier) if requirement and kept else ""))
    return found


def newest_versions() -> dict[str, str]:
    """Of the packages installed here that have newer ones: the newest, as pip says."""
    command = [
        sys.executable,
        "-m",
        "pip",
        "list",
        "--outdated",
        "--disable-pip-version-check",
        "--format=json",
    ]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return {canonicalize_name(each["name"]): each["latest_version"] for each in json.loads(said)}


def main() -> int:
    found = newer(newest_versions())
    for each in found:
        held_back = f"   kept back by pyproject.toml: {each.bound}" if each.bound else ""
        print(f"{each.name:28} {each.held:>14} -> {each.newest}{held_back}")
    print(f"{len(found)} of {len(constraints())} packages have newer versions", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
