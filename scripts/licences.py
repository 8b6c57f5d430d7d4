"""The licence of every package in constraints.txt that is installed here, as its metadata says."""

from __future__ import annotations

import re
import sys
from importlib import metadata
from pathlib import Path

CONSTRAINTS = Path(__file__).resolve().parent.parent / "constraints.txt"


def packages() -> list[str]:
    """Names of the packages in constraints.txt."""
    return re.findall(r"^([\w.-]+)==", CONSTRAINTS.read_text(encoding="utf-8"), re.MULTILINE)


def licence_of(package: str) -> str:
    """What a package's metadata says of its licence: an SPDX expression, a classifier, or its first words."""
    said = metadata.metadata(package)
    if expression := said.get("License-Expression"):
        return str(expression)
    classifiers = [each for each in said.get_all("Classifier") or [] if each.startswith("License ::")]
    if classifiers:
        return ", ".join(each.rpartition(" :: ")[2] for each in classifiers)
    return (said.get("License") or "").strip().partition("\n")[0][:60]


def main() -> int:
    """Print a table; packages that are not installed are left out."""
    unknown = 0
    for package in packages():
        try:
            licence = licence_of(package)
        except metadata.PackageNotFoundError:
            continue
        unknown += not licence
        print(f"{package:28} {licence or '?'}")
    return 1 if unknown else 0


if __name__ == "__main__":
    sys.exit(main())
