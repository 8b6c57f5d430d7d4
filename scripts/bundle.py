"""Make a bundle: a file that Python runs, with the wheels of simorc and all it needs, and an installer."""

from __future__ import annotations

import argparse
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
    parser.add_argument("--platform", help="such as manylinux_2_28_x86_64; default: this machine's")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        wheels = Path(scratch)
        collect_wheels(wheels, asked.python_version, asked.platform)
        write_bundle(wheels, asked.out)
    print(f"{asked.out}: {asked.out.stat().st_size / 1e6:.0f} MB")
    return 0


def collect_wheels(wheels: Path, python_version: str | None, platform: str | None) -> None:
    """simorc's own wheel, those it needs at the versions of constraints.txt, and pip's."""
    pip("wheel", "--no-deps", "-w", str(wheels), str(ROOT))
    own = next(wheels.glob("simorc_tui-*.whl"))
    constraints = ["-c", str(ROOT / "constraints.txt")]
    if python_version or platform:
        wanted = ["--only-binary=:all:"]
        wanted += ["--python-version", python_version] if python_version else []
        wanted += ["--platform", platform] if platform else []
        pip("download", "-d", str(wheels), *wanted, *constraints, f"{own}[stats,report]", "pip")
    else:
        pip("wheel", "-w", str(wheels), *constraints, f"{own}[stats,report]", "pip")


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
