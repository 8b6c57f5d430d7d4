"""Makes docs/screenshots/*.svg: the real program, headless, on real runs of a copy of the sample project.

    scripts/screenshots [NAME ...]

Needs ngspice; the picture of a design pipeline needs iverilog, verilator and verible as well.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from simorc_tui.theme.profile import Profile, prepare

if TYPE_CHECKING:
    from textual.app import App
    from textual.pilot import Pilot

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "docs" / "screenshots"
SIZE = (140, 40)
LOCAL = Profile(ssh=False, unicode=True, colours=True)
_FONT_FACE = re.compile(r"\s*@font-face\s*\{.*?\}", re.S)
_UNIQUE = re.compile(r"terminal-\d+")


@dataclass(frozen=True)
class Step:
    """Keys, and words that have to stand on the screen before the next ones."""

    keys: tuple[str, ...]
    words: tuple[str, ...]


@dataclass(frozen=True)
class Picture:
    """What is run first (arguments of simorc), and the way to the screen."""

    title: str
    command: tuple[str, ...]
    steps: tuple[Step, ...]
    before: tuple[tuple[str, ...], ...] = ()
    """Commands whose results the picture needs as well."""


STEPPED = (
    *(f"xdut.xm{number}.{size}" for number in range(1, 6) for size in "wl"),
    *("w_in", "l_in", "w_load", "l_load", "ibias", "vdda", "vcm", "temp"),
)


PICTURES: dict[str, Picture] = {
    "main": Picture(
        "simorc: 45 PVT cases of the sample OTA",
        ("run", "pvt_dc"),
        (
            Step((), ("45 / 45", "finished", "= 45 cases", "0001")),
            Step(("j",) * 4, ("case 5", "V")),
        ),
    ),
    "specs": Picture(
        "simorc: specs, yield, worst cases",
        ("run", "pvt_ac"),
        (Step((), ("45 / 45", "finished", "= 45 cases")), Step(("S",), ("worst", "pm"))),
    ),
    "causes": Picture(
        "simorc: what is behind the offset of the sample OTA",
        ("run", "pvt_dc"),
        (
            Step((), ("45 / 45", "finished", "= 45 cases", "0001")),
            Step(("A",), ("xdut.xm1", "yield", "distance", "corners decide every limit")),
        ),
        before=(
            ("mismatch", "offset"),
            ("sensitivity", "dc", *(word for name in STEPPED for word in ("--parameter", name))),
            ("wcd", "offset"),
            ("yield", "offset", "--spec", "offset", "--samples", "200"),
        ),
    ),
    "histogram": Picture(
        "simorc: input offset under mismatch, 100 samples",
        ("run", "mc_offset"),
        (
            Step((), ("100 / 100", "finished")),
            Step(("H",), ("Histogram of",)),
            Step(("1",), ("offset: n=100",)),
        ),
    ),
    "tuner": Picture(
        "simorc: two corners of the sample OTA while the input pair is tuned",
        ("run", "pvt_ac"),
        (
            Step((), ("45 / 45", "finished", "= 45 cases")),
            Step(("down", "space", "down", "down", "space", "up", "T"), ("Open-loop gain", "gain_db")),
            Step(("down",) * 6 + ("greater_than_sign",) * 2, ("w_in=50u", "ms")),
        ),
    ),
    "form": Picture(
        "simorc: a limit is typed in the form, and the run judged by it",
        ("run", "pvt_ac"),
        (
            Step((), ("45 / 45", "finished", "= 45 cases")),
            Step(("S", "down", "I"), ("set-up of ac", "42/45")),
            Step(("2", "2", "m", "e", "g"), ("cases meet it",)),
        ),
    ),
    "pipeline": Picture(
        "simorc: a design pipeline, from spec to verified RTL",
        ("pipeline", "run", "counter"),
        (
            Step((), ("= 45 cases",)),
            Step(("D",), ("counter_",)),
            Step(("down", "enter"), ("1 stages", "2 files", "a7")),
            Step(("w",), ("clk", "count")),
        ),
    ),
}


def main(names: Sequence[str]) -> int:
    """Makes the pictures named, or all."""
    unknown = [name for name in names if name not in PICTURES]
    if unknown:
        print(f"no picture {', '.join(unknown)}; there are {', '.join(PICTURES)}", file=sys.stderr)
        return 2
    OUT.mkdir(parents=True, exist_ok=True)
    prepare(os.environ)
    for name in names or PICTURES:
        path = OUT / f"{name}.svg"
        path.write_text(picture_of(PICTURES[name]), encoding="utf-8")
        print(path.relative_to(ROOT))
    return 0


def picture_of(picture: Picture) -> str:
    """The SVG text, with nothing in it of the place where it was made."""
    with tempfile.TemporaryDirectory(prefix="screenshot-") as directory:
        project = Path(directory) / "ota_5t"
        shutil.copytree(ROOT / "sample_project", project, ignore=shutil.ignore_patterns("simulations"))
        for command in (*picture.before, picture.command):
            _simorc(project, command)
        svg = asyncio.run(_taken(project, picture))
        return self_contained(svg.replace(directory, "~"))


def self_contained(svg: str) -> str:
    """Without the addresses of fonts elsewhere, and with the same ids each time."""
    svg = _FONT_FACE.sub("", svg).replace("Fira Code, monospace", "monospace")
    svg = svg.replace("Fira Code", "DejaVu Sans Mono, Menlo, Consolas, monospace")
    return _UNIQUE.sub("terminal-1", svg)


def _simorc(project: Path, arguments: Sequence[str]) -> None:
    """Exit code 3, a violated spec, is a result worth a picture."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    command = [sys.executable, "-m", "simorc", *arguments, "--project", str(project)]
    environment = {**os.environ, "PATH": path, "PYTHONPATH": f"{ROOT / 'engine'}:{ROOT}"}
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False, timeout=300, cwd=project
    )
    if done.returncode not in (0, 3):
        raise SystemExit(f"simorc {' '.join(arguments)}: {done.stdout}{done.stderr}")


async def _taken(project: Path, picture: Picture) -> str:
    from simorc_tui.app import SimorcApp

    app = SimorcApp(project, LOCAL)
    async with app.run_test(size=SIZE) as pilot:
        for step in picture.steps:
            await pilot.press(*step.keys)
            await _until(pilot, step.words)
        app.clear_notifications()
        await _until(pilot, picture.steps[-1].words)
        return app.export_screenshot(title=picture.title)


async def _until(pilot: Pilot[int], words: tuple[str, ...]) -> None:
    """The words stand on the screen, and it has come to rest."""
    until, before = time.monotonic() + 60, ""
    while time.monotonic() < until:
        await pilot.pause(0.4)
        shown = _text(pilot.app)
        if shown == before and all(word in shown for word in words):
            return
        before = shown
    raise SystemExit(f"{words} did not come:\n{before}")


def _text(app: App[int]) -> str:
    """The screen as plain text."""
    return "\n".join(strip.text for strip in app.screen._compositor.render_strips())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
