"""The licence of every package in constraints.txt that is installed here, and whether it goes with GPL 3.

Exit code 1 where a package does not say its licence, or says one that is not known to be compatible.
"""

from __future__ import annotations

import re
import sys
from importlib import metadata
from pathlib import Path

CONSTRAINTS = Path(__file__).resolve().parent.parent / "constraints.txt"
COMPATIBLE = re.compile(
    r"MIT(-0|-CMU)?|HPND|ISC|Zlib|0BSD|BSD-[1-3]-Clause|CC0-1\.0|Unlicense|PSF-2\.0|Python-2\.0\S*|Apache-2\.0"
    r"|MPL-2\.0|LGPL-[23]\S*|GPL-3\.0\S*|GPL-2\.0-or-later|BSL-1\.0|Unicode-\S+"
)
"""SPDX names of licences under which a part of a GPL 3 program may stand."""
SPDX = {
    "MIT License": "MIT",
    "BSD License": "BSD-3-Clause",
    "Apache Software License": "Apache-2.0",
    "ISC License (ISCL)": "ISC",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
    "The Unlicense (Unlicense)": "Unlicense",
    "Historical Permission Notice and Disclaimer (HPND)": "HPND",
    "GNU General Public License v3 (GPLv3)": "GPL-3.0-only",
    "GNU General Public License v3 or later (GPLv3+)": "GPL-3.0-or-later",
    "GNU General Public License v2 or later (GPLv2+)": "GPL-2.0-or-later",
    "GNU Lesser General Public License v3 (LGPLv3)": "LGPL-3.0-only",
    "GNU Lesser General Public License v3 or later (LGPLv3+)": "LGPL-3.0-or-later",
    "GNU Lesser General Public License v2 or later (LGPLv2+)": "LGPL-2.0-or-later",
}
"""Classifier -> SPDX name."""
_NOT_LICENCES = {"DFSG approved", "OSI Approved"}


def packages() -> list[str]:
    """Names of the packages in constraints.txt."""
    return re.findall(r"^([\w.-]+)==", CONSTRAINTS.read_text(encoding="utf-8"), re.MULTILINE)


def licence_of(package: str) -> str:
    """What a package's metadata says of its licence, as an SPDX expression where it can be made one."""
    said = metadata.metadata(package)
    if expression := said.get("License-Expression"):
        return str(expression)
    classifiers = [each for each in said.get_all("Classifier") or [] if each.startswith("License ::")]
    names = [each.rpartition(" :: ")[2] for each in classifiers]
    listed = [SPDX.get(name, name) for name in names if name not in _NOT_LICENCES]
    if listed:
        return " AND ".join(listed)
    first = (said.get("License") or "").strip().partition("\n")[0][:60]
    return SPDX.get(first, first)


def compatible(expression: str) -> bool:
    """Whether an SPDX expression leaves a way that goes with GPL 3: one of its OR, all of its AND."""
    tokens = re.findall(r"[()]|\bAND\b|\bOR\b|(?:(?!\bAND\b|\bOR\b)[^()\s])+", expression)
    return bool(tokens) and _either(tokens) and not tokens


def _either(tokens: list[str]) -> bool:
    found = _both(tokens)
    while tokens[:1] == ["OR"]:
        tokens.pop(0)
        found = _both(tokens) or found
    return found


def _both(tokens: list[str]) -> bool:
    found = _one(tokens)
    while tokens[:1] == ["AND"]:
        tokens.pop(0)
        found = _one(tokens) and found
    return found


def _one(tokens: list[str]) -> bool:
    token = tokens.pop(0) if tokens else ""
    if token == "(":
        found = _either(tokens)
        return bool(tokens) and tokens.pop(0) == ")" and found
    if tokens[:1] == ["WITH"]:  # an exception only adds permissions
        del tokens[:2]
    return COMPATIBLE.fullmatch(token) is not None


def main() -> int:
    """Print a table; packages that are not installed are left out."""
    doubtful = []
    for package in packages():
        try:
            licence = licence_of(package)
        except metadata.PackageNotFoundError:
            continue
        mark = "" if compatible(licence) else "   <- not known to go with GPL 3"
        if mark:
            doubtful.append(package)
        print(f"{package:28} {licence or '?'}{mark}")
    if doubtful:
        told = f"look at {', '.join(doubtful)}: do without, or add the licence to {Path(__file__).name}"
        print(told, file=sys.stderr)
    return 1 if doubtful else 0


if __name__ == "__main__":
    sys.exit(main())
