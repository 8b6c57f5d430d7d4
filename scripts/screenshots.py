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
LOCAL = Profile(ssh=False, unicode=True, colours=True)
PLAIN = Profile(ssh=False, unicode=False, colours=True)
_FONT_FACE = re.compile(r"\s*@font-face\s*\{.*?\}", re.S)
_UNIQUE = re.compile(r"terminal-\d+")
PATIENCE = 60
"""Seconds that words may take to come."""


@dataclass(frozen=True)
class Step:
    """Keys, and words that have to stand on the screen before the next ones."""

    keys: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class Picture:
    """The sweep whose run is shown, the way to the screen, and the terminal."""

    title: str
    sweep: str
    steps: tuple[Step, ...]
    size: tuple[int, int] = (120, 40)
    theme: str = "simorc-dark"
    profile: Profile = LOCAL


LIGHT = "simorc-light"
SMALL, WIDE = (80, 24), (200, 55)
STEPPED = (
    *(f"xdut.xm{number}.{size}" for number in range(1, 6) for size in "wl"),
    *("w_in", "l_in", "w_load", "l_load", "ibias", "vdda", "vcm", "temp"),
)
COMMANDS: tuple[tuple[str, ...], ...] = (
    ("pipeline", "run", "counter"),
    ("run", "pvt_tran"),
    ("run", "mc_offset"),
    ("mismatch", "offset"),
    ("sensitivity", "dc", *(word for name in STEPPED for word in ("--parameter", name))),
    ("wcd", "offset"),
    ("yield", "offset", "--spec", "offset", "--samples", "200"),
    ("run", "pvt_dc"),
    ("run", "pvt_ac"),
)
"""What is run first, as arguments of simorc."""
PICTURES: dict[str, Picture] = {
    "main": Picture(
        "45 PVT cases of the sample OTA", "pvt_ac", (Step("j j j j", ("case 5", "dB")),), (140, 40)
    ),
    "wide": Picture(
        "three temperatures over each other",
        "pvt_ac",
        (Step("space j j j j space j j j j space O", ("[1/2]  3 cases",)),),
        WIDE,
    ),
    "light": Picture("the light theme", "pvt_dc", (Step("j j j j", ("case 5", "V")),), theme=LIGHT),
    "specs": Picture("specs, yield, worst cases", "pvt_ac", (Step("S", ("worst", "pm")),)),
    "histogram": Picture(
        "input offset under mismatch, 100 samples", "mc_offset", (Step("H", ("offset: n=100",)),)
    ),
    "family": Picture(
        "gain bandwidth over temperature, a curve for each corner",
        "pvt_ac",
        (Step("P", ("over",)), Step("3 tab 2", ("gbw over temp, by corner",))),
    ),
    "map": Picture(
        "where the specs are met",
        "pvt_ac",
        (Step("m", ("across",)), Step("tab 2", ("across ‹ temp ›",))),
        theme=LIGHT,
    ),
    "cursors": Picture("two cursors on a step", "pvt_tran", (Step("w z m m left left left", ("Δ",)),)),
    "operating_point": Picture("the operating point of a case", "pvt_dc", (Step("i", ("devices",)),)),
    "small": Picture("80 columns", "pvt_ac", (Step("j j", ("0003",)),), SMALL),
    "small_wave": Picture("waveforms on 80 columns", "pvt_ac", (Step("w", ("dB",)),), SMALL, LIGHT),
    "ascii": Picture(
        "a terminal without UTF-8", "pvt_ac", (Step("S", ("worst",)),), SMALL, "ansi-dark", PLAIN
    ),
    "tuner": Picture(
        "two corners of the sample OTA while the input pair is tuned",
        "pvt_ac",
        (
            Step("down space down down space up T", ("Open-loop gain", "gain_db")),
            Step("down down down down down down greater_than_sign greater_than_sign", ("w_in=50u", "ms")),
        ),
    ),
    "form": Picture(
        "a limit is typed in the form, and the run judged by it",
        "pvt_ac",
        (
            Step("S down I", ("set-up of ac", "42/45")),
            Step("2 2 m e g", ("cases meet it",)),
        ),
    ),
    "causes": Picture(
        "what is behind the offset of the sample OTA",
        "pvt_dc",
        (Step("A", ("xdut.xm1", "yield", "distance", "corners decide every limit")),),
        (140, 40),
    ),
    "pipeline": Picture(
        "a design pipeline, from spec to verified RTL",
        "pvt_ac",
        (
            Step("D", ("counter_",)),
            Step("down down down enter", ("counter_", "1 stages", "2 files", "testbench")),
            Step("w", ("clk", "count", "next change")),
        ),
    ),
    "mutants": Picture(
        "the wrong designs that a testbench noticed, beside the source",
        "pvt_ac",
        (
            Step("D", ("counter_",)),
            Step("down down down enter", ("counter_", "1 stages", "2 files", "testbench")),
            Step("m", ("wrong designs noticed", "module counter")),
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
    with tempfile.TemporaryDirectory(prefix="screenshot-") as directory:
        project = prepared_project(Path(directory))
        for name in names or PICTURES:
            path = OUT / f"{name}.svg"
            svg = asyncio.run(_taken(project, PICTURES[name]))
            path.write_text(self_contained(svg.replace(directory, "~")), encoding="utf-8")
            print(path.relative_to(ROOT))
    return 0


def prepared_project(directory: Path) -> Path:
    """A copy of the sample project with its runs; nothing of the user's own state is read or written."""
    for name in ("XDG_STATE_HOME", "XDG_CONFIG_HOME"):
        os.environ[name] = str(directory / name)
    project = directory / "ota_5t"
    shutil.copytree(ROOT / "sample_project", project, ignore=shutil.ignore_patterns("simulations"))
    for command in COMMANDS:
        _simorc(project, command)
    return project


def forget_what_was_shown() -> None:
    """Each picture begins as the first start does."""
    shutil.rmtree(os.environ["XDG_STATE_HOME"], ignore_errors=True)


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
    from simorc_tui.settings.preferences import Preferences

    forget_what_was_shown()
    run = max(path.name for path in (project / "simulations").glob(f"{picture.sweep}_2*"))
    app = SimorcApp(project, picture.profile, run=run, preferences=Preferences(theme=picture.theme))
    async with app.run_test(size=picture.size) as pilot:
        await _until(pilot, ("finished",))
        for step in picture.steps:
            await pilot.press(*step.keys.split())
            await _until(pilot, step.words)
        app.clear_notifications()
        await _until(pilot, picture.steps[-1].words)
        return app.export_screenshot(title=f"simorc: {picture.title}")


async def _until(pilot: Pilot[int], words: tuple[str, ...]) -> None:
    """The words stand on the screen, and it has come to rest."""
    until, before = time.monotonic() + PATIENCE, ""
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
