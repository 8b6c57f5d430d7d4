"""Bursts of keys and clicks, posted in one go, at random over every screen and dialog.

After a burst no exception may have been raised, and escape (or q) must lead back to the main screen, which
must then answer its keys. Pilot is of no use here: its pause waits for widgets that a burst has removed.
"""

from __future__ import annotations

import asyncio
import json
import random
import string
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from textual._wait import wait_for_idle
from textual.events import Event, Key, MouseDown, MouseScrollDown, MouseUp
from textual.keys import REPLACED_KEYS, _character_to_key, _get_unicode_name_from_key
from textual.widgets import Input

import simorc_tui
from simorc.analysis.tuning.client import Answer
from simorc.errors import SimorcError
from simorc.rundir.layout import RunLayout
from simorc_tui.app import SimorcApp
from simorc_tui.data.launcher import Launcher
from simorc_tui.screens.dialogs.dialog import DismissedOnce
from simorc_tui.screens.main.main_screen import MainScreen
from tests.tui.fake_run import FakeRun, ordinary_row
from tests.tui.fake_tuner import FakeTunerClient
from tests.tui.flows import LOCAL
from tests.tui.operating_points import write_operating_point
from tests.tui.screens.test_pipeline_screen import FakePipeline
from tests.tui.widgets.test_wave_view import TRAN, ramp, raw_text
from tests.waiting import PATIENCE, screen_text

PLACES: tuple[Sequence[str], ...] = (
    *((key,) for key in "1234wLnMSsyCdvBHPmoDE?tWbx:"),
    *(("1", *("down",) * rows, key) for rows in range(1, 12) for key in (".", "enter")),
    *(("2", *("down",) * rows, "enter") for rows in (0, 2, 3, 4, 7)),
    ("2", "a"),
    ("/",),
    ("enter",),
    ("f2",),
    ("space", "O"),
    ("w", "="),
    ("w", "c"),
    ("w", "f6"),
    ("w", "f6", "s"),
    ("H", "f6"),
    ("P", "enter", "enter", "m"),
    ("m", "enter", "enter", "enter"),
    ("d", "c"),
    ("d", "r"),
    ("o", "1"),
    ("L", "/"),
    ("ctrl+s",),
    *(("1", *("down",) * rows, "T") for rows in (2, 3, 4, 5)),
    *(("i", *keys) for keys in ((), ("A",), ("s",), ("/",), ("/", "x", "enter"), ("?",))),
    ("j", "space", "k", "i"),
    ("I",),
    *(
        ("I", *("tab",) * sections, key)
        for sections in range(4)
        for key in ("enter", "a", "5", "D", "delete", "?")
    ),
    ("I", "5", "enter", "ctrl+s"),
    *(
        ("A", *keys)
        for keys in ((), ("1", "enter"), ("4", "enter"), ("a",), ("a", "enter"), ("s",), ("?",), (":",))
    ),
    *(("1", "down", "down", "down", "T", key) for key in ("right", "5", "p", "c", "V", "w", "s", "?")),
    ("D", "down", "enter"),
    ("D", "down", "enter", "D"),
    ("D", "down", "enter", "w", "c"),
    ("D", "down", "enter", "r"),
    ("D", "down", "enter", "?"),
)
"""Keys that lead from the cases to each screen, dialog and field."""
SPECIAL = (
    *("enter", "escape", "tab", "shift+tab", "space", "backspace", "delete", "up", "down", "left", "right"),
    *("home", "end", "pageup", "pagedown", "ctrl+r", "ctrl+s", "ctrl+u", "ctrl+e", "ctrl+d", "ctrl+z"),
    *("ctrl+p", "ctrl+c", "ctrl+q", "f1", "f2", "f6", "shift+down", "shift+up"),
)
KEYS = (*string.ascii_letters, *string.digits, *"/.,:;?=+-<>()[]{}*'\"", *SPECIAL * 3)
LIKELY = ("enter", "enter", "escape", "q", "y", "n", "s", "m", "?", ":", "down")
"""Keys that open, answer and close are drawn more often."""
MOST_ESCAPES = 12
PAINTED = 0.2
"""Share of bursts that are painted key by key."""


class BurstFailed(AssertionError):
    """A burst that the program did not take."""


class RefusingLauncher(Launcher):
    """No process is started, and no run changes."""

    async def build(self, *_: Any, **__: Any) -> RunLayout:
        raise SimorcError("not here")

    async def start(self, *_: Any, **__: Any) -> None:
        raise SimorcError("not here")

    async def request(self, *_: Any, **__: Any) -> None:
        """The runner is said to have it."""

    async def command(self, *arguments: str) -> str:
        raise SimorcError(f"{arguments[0]}: not here")

    async def output(self, *arguments: str) -> str:
        raise SimorcError(f"{arguments[0]}: not here")

    def tuner(self, name: str, take: Callable[[Answer], object]) -> Any:
        return FakeTunerClient(self.root / "simulations" / ".waves", take)


class StayingApp(SimorcApp):
    """Counts how often it was asked to end, and goes on."""

    CSS_PATH = Path(simorc_tui.__file__).parent / "theme" / "styles.tcss"
    left = 0

    def exit(self, *_: Any, **__: Any) -> None:
        self.left += 1


def prepare_project(root: Path) -> None:
    """Runs, waveforms and a pipeline in the project at `root`, so that every screen has something to show."""
    run = FakeRun(root, "pvt_20261121120000", 45)
    run.fill(ordinary_row(case_id) for case_id in range(1, 46))
    run.set_meta(state="finished")
    specs = {"gain": {"min": 76, "unit": "dB"}}
    manifest = {"specs": specs, "measurements": {"gain": {"unit": "dB"}}, "inputs": {}, "format": 1}
    run.layout.manifest.write_text(json.dumps(manifest))
    for case_id in range(1, 6):
        run.layout.case_dir(case_id).mkdir(parents=True)
        run.layout.raw(case_id).write_bytes(raw_text("Transient Analysis", TRAN, None, ramp(200)))
        run.layout.log(case_id).write_text("Doing analysis at TEMP = 27\n" * 40)
        run.layout.deck(case_id).write_text("rc\nr1 in out 1k\n.end\n" * 20)
        write_operating_point(run.layout, case_id, vds=0.1 * case_id)
    other = FakeRun(root, "pvt_20261120120000", 20)
    other.fill(ordinary_row(case_id) for case_id in range(1, 15))
    (root / "spec.md").write_text("q toggles\n")
    (root / "t.j2").write_text("module toggle;\nendmodule\n")
    pipeline = {"toggle": {"top": "toggle", "spec": "spec.md", "stages": {"a1": {"template": "t.j2"}}}}
    setup = root / "sim_setup.yaml"
    setup.write_text(f"{setup.read_text()}pipelines: {json.dumps(pipeline)}\n")
    fake = FakePipeline(root)
    fake.failed_once()
    fake.passed()


class Bursts:
    """Bursts on one running application; `kinds` counts the screens they began on."""

    def __init__(self, app: StayingApp, choice: random.Random, say: Callable[[str], object]) -> None:
        self.app = app
        self.done = 0
        self.kinds: Counter[str] = Counter()
        self._choice = choice
        self._say = say
        self._last: list[str] = []

    async def ready(self) -> None:
        """Wait for the project and the panes."""
        main = self._main
        while not (main.main.outline.sweeps and main.main.case_view.ready and main.main.table.row_count):
            await asyncio.sleep(0.02)

    async def one(self) -> None:
        """Go somewhere, post a burst, find back; mostly painting only what is there at the end, for speed.

        Raises BurstFailed.
        """
        if self._choice.random() < PAINTED:
            await self._one()
        else:
            with self.app.batch_update():
                await self._one()
            await asyncio.sleep(0)
        self.done += 1

    async def _one(self) -> None:
        self._last = []
        place = self._choice.choice(PLACES)
        if self._choice.random() < 0.7:
            for key in place:
                await self._post([key])
            if self._choice.random() < 0.3:
                await wait_for_idle(0)  # what a thread brings is there
        else:
            await self._post(place)
        self.kinds[type(self.app.screen).__name__] += 1
        await self._post([self._draw() for _ in range(self._choice.randint(2, 20))])
        await self._back()

    def _draw(self) -> str:
        drawn = self._choice.random()
        if drawn < 0.1:
            width, height = self.app.size
            return f"click {self._choice.randrange(width)} {self._choice.randrange(height)}"
        return self._choice.choice(LIKELY if drawn < 0.4 else KEYS)

    async def _post(self, inputs: Sequence[str]) -> None:
        self._last += [*inputs, "|"]
        for each in inputs:
            for event in _events(each):
                self.app.post_message(event)
        try:
            async with asyncio.timeout(PATIENCE):
                await self.app.input_handled()
        except TimeoutError:
            self._fail("the keys were never handled")
        if self.app._exception is not None:
            self._fail("an exception was raised")

    async def _back(self) -> None:
        """Escape, or q, closes everything; the main screen then takes its keys."""
        for _ in range(MOST_ESCAPES):
            if isinstance(self.app.screen, MainScreen) and not isinstance(self.app.focused, Input):
                break
            await self._post(["escape"])
        await self._post(["1", "3"])
        if self.app.screen is self._main and self._main.main.pane == "cases":
            await self._post(["u"] if self._choice.random() < 0.5 else ["escape"])
            return
        if isinstance(self.app.screen, DismissedOnce):  # a thread brought one more just now
            await self._post(["escape", "3"])
        if self.app.screen is not self._main or self._main.main.pane != "cases":
            self._fail("no way back to the cases")

    @property
    def _main(self) -> MainScreen:
        return next(screen for screen in self.app.screen_stack if isinstance(screen, MainScreen))

    def _fail(self, what: str) -> None:
        self._say(f"burst {self.done + 1}: {' '.join(self._last)}\n{screen_text(self.app)}")
        raise BurstFailed(f"{what} after {' '.join(self._last)}") from self.app._exception


def _events(text: str) -> list[Event]:
    """The events of a key, or of a click or a turn of the wheel at a place."""
    if text.startswith("click "):
        x, y = map(int, text.split()[1:])
        where = (x, y, 0, 0, 1, False, False, False, x, y)
        if (x + y) % 5 == 0:
            return [MouseScrollDown(None, *where)]
        return [MouseDown(None, *where), MouseUp(None, *where)]
    key = _character_to_key(text) if len(text) == 1 and not text.isalnum() else text
    try:
        character: str | None = unicodedata.lookup(_get_unicode_name_from_key(REPLACED_KEYS.get(key, key)))
    except KeyError:
        character = text if len(text) == 1 else None
    return [Key(key, character)]


async def run_bursts(
    root: Path, bursts: int, seed: int, size: tuple[int, int] = (80, 24), say: Callable[[str], object] = print
) -> Counter[str]:
    """Do that many bursts on the project at `root`; returns where they began. Raises BurstFailed."""
    app = StayingApp(root, LOCAL, launcher=RefusingLauncher(root))
    async with app.run_test(size=size, notifications=True):
        burst = Bursts(app, random.Random(seed), say)
        await burst.ready()
        while burst.done < bursts:
            await burst.one()
        return burst.kinds
