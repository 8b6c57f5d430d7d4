"""The installer inside a bundle: makes a private environment from the wheels beside it. Plain Python 3."""

import subprocess
import sys
import tempfile
import venv
import zipfile
from pathlib import Path

LEAST = (3, 11)


def main() -> None:
    if sys.version_info < LEAST:
        sys.exit(
            "simorc needs Python 3.11 or newer; this is "
            + sys.version.split()[0]
            + ". Try: python3.11 "
            + sys.argv[0]
        )
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        sys.exit("usage: python3 " + Path(sys.argv[0]).name + " DIR")
    target = Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as scratch:
        wheels = unpacked(Path(scratch))
        venv.EnvBuilder(with_pip=False, symlinks=True).create(target)
        install(target, wheels)
    print("installed: " + str(target / "bin" / "simorc"))


def unpacked(scratch: Path) -> Path:
    """The bundle's wheels as files."""
    with zipfile.ZipFile(Path(sys.argv[0]).resolve()) as bundle:
        bundle.extractall(scratch, [name for name in bundle.namelist() if name.startswith("wheels/")])
    return scratch / "wheels"


def install(target: Path, wheels: Path) -> None:
    """Install every wheel with the pip among them, asking nothing of the network."""
    pip = next(wheels.glob("pip-*.whl"))
    packages = [str(wheel) for wheel in sorted(wheels.glob("*.whl")) if wheel != pip]
    words = [
        "install",
        "--quiet",
        "--no-index",
        "--no-deps",
        "--upgrade",
        "--force-reinstall",
        "--disable-pip-version-check",
    ]
    done = subprocess.run([str(target / "bin" / "python"), str(pip / "pip"), *words, *packages], check=False)
    if done.returncode != 0:
        sys.exit(
            "the packages do not fit this Python or this machine: the lines above say which; "
            "see scripts/bundle --python-version, --machine and --glibc"
        )


if __name__ == "__main__":
    main()
