"""A tuner whose process is a formula, for the terminal interface's tests."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from simorc.analysis.tuning.client import Answer, CaseMeasured, ParametersUnused, RequestOver
from simorc.analysis.tuning.tuner import TunedCase
from simorc.errors import SimorcError
from simorc.rundir.layout import RunLayout
from simorc.units import Value
from simorc_tui.data.launcher import Launcher
from tests.tui.widgets.test_wave_view import TRAN, ramp, raw_text

CONFIG = """# the filter
parameters:
  vdd: 1.8      # the supply, V
  corner: tt
  temp: 27
  spare: 4u
measurements:
  vout: {expr: v(out), unit: V}
  icc: {expr: 2*v(in), unit: mA}
specs:
  vout: {min: 1.5, max: 2.5}
"""


class FakeTunerClient:
    """Answers as the process of a tuner does: vout is vdd, 0.1 V less in ss; more than 3 V does not work."""

    def __init__(self, waves: Path, take: Callable[[Answer], object]) -> None:
        self._waves, self._take = waves, take
        self.asked: list[Mapping[str, Value]] = []
        self.closed = False
        self.is_held = False
        """Answers wait until `release`."""
        self._waiting: list[tuple[int, Mapping[str, Value], Sequence[TunedCase]]] = []

    async def start(self) -> None:
        """Nothing is started."""
        self._waves.mkdir(parents=True, exist_ok=True)

    async def close(self) -> None:
        """No answer comes any more."""
        self.closed = True

    def ask(self, values: Mapping[str, Value], cases: Sequence[TunedCase], keep: Collection[int] = ()) -> int:
        """The number of the request; its answers come soon."""
        self.asked.append(dict(values))
        self._waiting.append((len(self.asked), values, list(cases)))
        if not self.is_held:
            asyncio.get_running_loop().call_soon(self.release)
        return len(self.asked)

    def release(self) -> None:
        """Answer everything asked so far."""
        waiting, self._waiting = self._waiting, []
        for number, values, cases in waiting:
            if number == 1:
                self._take(ParametersUnused({"spare": "the template does not use it"}))
            for place, case in enumerate(cases):
                self._take(self._measured(number, place, case, values))
            self._take(RequestOver(number, True))

    def _measured(
        self, number: int, place: int, case: TunedCase, values: Mapping[str, Value]
    ) -> CaseMeasured:
        scope: dict[str, Any] = {"vdd": 1.8, "corner": "tt", **case.parameters, **values}
        vdd = float(scope["vdd"]) - (0.1 if scope["corner"] == "ss" else 0.0)
        if vdd > 3:
            return CaseMeasured(number, place, {}, "no convergence", None)
        raw = self._waves / f"{number}-{place}.raw"
        raw.write_bytes(raw_text("Transient Analysis", TRAN, None, ramp(50, vdd)))
        return CaseMeasured(number, place, {"vout": vdd, "icc": 0.2}, "", raw)


class FakeTunerLauncher(Launcher):
    """Starts no process: tuners are fake, and so are their files."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.clients: list[FakeTunerClient] = []

    def tuner(self, name: str, take: Callable[[Answer], object]) -> Any:
        """A fake client."""
        self.clients.append(FakeTunerClient(self.root / "simulations" / ".waves", take))
        return self.clients[-1]

    async def build(self, *_: Any, **__: Any) -> RunLayout:
        """No run is built."""
        raise SimorcError("not here")
