"""Make a bundle: a file that Python runs, with the wheels of simorc and all it needs, and an installer.

Wheels are chosen for glibc 2.28, RHEL 8's, so that the bundle also runs where the C library is old;
`--glibc` says otherwise. No wheel that asks for a newer one gets in.
"""

from __future__ import annotations

import argparse
import platform
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
INSTALLER = Path(__file__).with_name("bundle_installer.py")


def main() -> int:
    """The command line of scripts/bundle."""
    parser = argparse.ArgumentParser(prog="scripts/bundle", description=__doc__)
    parser.add_argument("out", type=Path, nargs="?", default=Path("simorc-bundle.pyz"))
    parser.add_argument("--python-version", help="such as 3.12; default: this Python's")
    parser.add_argument("--machine", default=platform.machine(), help="such as aarch64; default: this one's")
    parser.add_argument("--glibc", default="2.28", help="the oldest C library it is to run on; default: 2.28")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        wheels = Path(scratch)
        collect_wheels(wheels, asked.python_version, platforms(asked.machine, asked.glibc))
        too_new = [wheel.name for wheel in wheels.glob("*.whl") if not fits(wheel.name, asked.glibc)]
        if too_new:
            print(f"these need a C library newer than {asked.glibc}: {', '.join(too_new)}", file=sys.stderr)
            return 1
        write_bundle(wheels, asked.out)
    print(f"{asked.out}: {asked.out.stat().st_size / 1e6:.0f} MB")
    return 0


def platforms(machine: str, glibc: str) -> list[str]:
    """The platforms of wheels that run on `machine` with that C library or a newer one, the newest first."""
    newest = int(glibc.partition(".")[2])
    numbered = [f"manylinux_2_{minor}" for minor in range(newest, 4, -1)]
    return [f"{tag}_{machine}" for tag in (*numbered, "manylinux2014", "manylinux2010", "manylinux1")]


def fits(wheel: str, glibc: str) -> bool:
    """Whether a wheel, by its name, runs with that C library."""
    asked = [int(minor) for minor in re.findall(r"manylinux_2_(\d+)_", wheel)]
    return "-linux_" not in wheel and (not asked or min(asked) <= int(glibc.partition(".")[2]))


def collect_wheels(wheels: Path, python_version: str | None, allowed: Sequence[str]) -> None:
    """simorc's own wheel, those it needs at the versions of constraints.txt, and pip's."""
    pip("wheel", "--no-deps", "-w", str(wheels), str(ROOT))
    own = next(wheels.glob("simorc_tui-*.whl"))
    wanted = ["--only-binary=:all:", *(word for tag in allowed for word in ("--platform", tag))]
    wanted += ["--python-version", python_version] if python_version else []
    wanted += ["-c", str(ROOT / "constraints.txt")]
    pip("download", "-d", str(wheels), *wanted, f"{own}[stats,report]", "pip")


def pip(*words: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "pip", words[0], "-q", "--disable-pip-version-check", *words[1:]], check=True
    )


def write_bundle(wheels: Path, out: Path) -> None:
    """Put the installer and every wheel of a directory into one file that Python runs."""
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as bundle:
        bundle.write(INSTALLER, "__main__.py")
        for wheel in sorted(wheels.glob("*.whl")):
            bundle.write(wheel, f"wheels/{wheel.name}")
    out.chmod(0o755)


def wheels_in(bundle: Path) -> Sequence[str]:
    """Names of the wheels a bundle holds."""
    with zipfile.ZipFile(bundle) as opened:
        return [Path(name).name for name in opened.namelist() if name.startswith("wheels/")]


if __name__ == "__main__":
    sys.exit(main())
