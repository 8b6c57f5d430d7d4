"""A run with specs at nine corners, and stored analyses of its testbench, for the screen of causes."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from simorc.analysis.costs import Cost
from simorc.rundir.layout import RunLayout
from simorc.sweeps.plan import Plan
from simorc.units import Number
from simorc_tui.data.launcher import Launcher
from tests.made_runs import write_run

SWEEP: dict[str, Any] = {
    "parameters": {"vdd": [Number("1.62"), Number("1.8"), Number("1.98")], "corner": ["tt", "ss", "ff"]}
}
INPUTS = {"testbenches/dc/tb.spice.j2": "one", "models.lib": "two"}
SHARES = {
    "xo.xm4 vth": (0.42, 1.3e-3), "xo.xm3 vth": (0.40, -1.27e-3), "xo.xm4 beta": (0.12, 0.7e-3),
    "xo.xp.xm1 vth": (0.06, 0.5e-3), "process sw_poly": (0.0, 0.0),
}  # fmt: skip
MISMATCH = {
    "contributions": [
        {
            "measurement": "offset", "condition": condition, "sigma": sigma, "r_squared": r_squared,
            "variables": [
                {"variable": name, "share": share, "slope": slope} for name, (share, slope) in SHARES.items()
            ],
        }
        for condition, sigma, r_squared in (("typical", 2.0e-3, 1.0), ("slow_hot", 2.5e-3, 0.82))
    ]
}  # fmt: skip
SENSITIVITY = {
    "sensitivities": [
        {
            "measurement": name, "condition": "nominal",
            "parameters": [
                {"parameter": "xo.xm4.w", "kind": "dimension", "value": 1, "step": 0.01, "change": -scale,
                 "percent_per_percent": -1.2, "linear": True},
                {"parameter": "ibias", "kind": "parameter", "value": 0, "step": 0.01, "change": scale / 4,
                 "percent_per_percent": None, "linear": False},
                {"parameter": "cl", "kind": "parameter", "value": 1, "step": 0.01, "change": 0,
                 "percent_per_percent": 0, "linear": True},
            ],
        }
        for name, scale in (("offset", 1e-4), ("gain", 0.2))
    ]
}  # fmt: skip
POINT = {"xo.xm4 vth": 3.1, "xo.xm3 vth": -2.9, "process sw_poly": 0.1}


def _limit(condition: str, limit: str, **other: Any) -> dict[str, Any]:
    usual = {
        "condition": condition, "measurement": "offset", "limit": limit, "distance": 4.3, "settled": True,
        "reason": "", "normal_distance": 4.3, "normal": True, "point": POINT, "estimate": None,
    }  # fmt: skip
    return {**usual, **other}


_ESTIMATE = {"sigma": 6.2, "sigma_low": 6.17, "sigma_high": 6.23}
_FAR = {"distance": None, "settled": False, "reason": "the limit is more than 12 sigma away", "normal": None}
LIMITS = [
    _limit("typical", "offset < 0.005", estimate=_ESTIMATE, normal_distance=10.89, normal=False),
    _limit("slow_hot", "offset < 0.005", distance=-0.4),
    _limit("slow_hot", "offset > -0.02", **_FAR),
]
YIELD = {
    "rows": [
        {"measurement": "offset", "condition": "typical", "passed": 184, "samples": 200, "yield": 0.92,
         "yield_low": 0.8744, "yield_high": 0.95}
    ],
    "limits": [_limit("typical", "offset < 0.005", distance=5.9)],
}  # fmt: skip
FOUND: dict[str, dict[str, Any]] = {
    "mismatch": MISMATCH, "sensitivity": SENSITIVITY, "wcd": {"limits": LIMITS}, "yield": YIELD,
}  # fmt: skip


def write_causes_run(root: Path) -> RunLayout:
    """A run of the sweep ``pvt`` of the small project at `root`, which gets an analysis ``offset``."""
    plan = Plan.expand(SWEEP, defaults={"vdd": Number("1.8"), "corner": "tt", "temp": Number("27")})
    rows = [
        ("completed", case.parameters, {"offset": 1e-3 * place, "gain": 70.0 - place})
        for place, case in enumerate(plan)
    ]
    specs = {"gain": {"min": 60}, "offset": {"min": -5e-3, "max": 5e-3}}
    layout = write_run(
        *(root, rows), name="pvt_20261121120000", units={"offset": "V", "gain": "dB"}, plan=plan.to_json(),
        specs=specs, inputs=INPUTS, measurements={"offset": {"unit": "V"}, "gain": {"unit": "dB"}},
    )  # fmt: skip
    with sqlite3.connect(layout.database) as db:
        db.execute("INSERT OR REPLACE INTO counts VALUES ('completed', ?)", (len(rows),))
        db.execute("INSERT OR REPLACE INTO meta VALUES ('testbench', 'dc')")
    (root / "analyses").mkdir(exist_ok=True)
    (root / "analyses" / "offset.yaml").write_text("testbench: dc\ncorners: {typical: {}}\n")
    setup = root / "sim_setup.yaml"
    setup.write_text(f"{setup.read_text()}analyses: {{offset: analyses/offset.yaml}}\n")
    return layout


def store(root: Path, kind: str, **other: Any) -> None:
    """Store an analysis as its command does."""
    body = {
        "analysis": "offset", "kind": kind, "testbench": "dc", "environment": None, "simorc": "1",
        "inputs": INPUTS, "created_utc": "2026-11-21T11:00:00", "found": FOUND[kind],
    }  # fmt: skip
    path = root / "simulations" / "analyses" / f"offset.{kind}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({**body, **other}))


COSTS = [
    Cost("offset", "mismatch", 14, 14, "3 random variables at 2 conditions"),
    Cost("offset", "wcd", 20, 41, "3 random variables at 2 conditions"),
    Cost("pvt", "yield", problem="no random variables at tt", remedy="choose another section"),
]


class HeldProcess:
    """An analysis that simulates when the test says so, and stores its result at its end."""

    def __init__(self, root: Path, cost: Cost, heard: Callable[[int], object]) -> None:
        import asyncio

        self.cost, self.heard = cost, heard
        self.cancelled = False
        self.problem: Exception | None = None
        self._root = root
        self._over = asyncio.Event()

    async def run(self) -> None:
        await self._over.wait()
        if self.problem is not None:
            raise self.problem
        if not self.cancelled:
            store(self._root, self.cost.kind)

    def finish(self, problem: Exception | None = None) -> None:
        self.problem = problem
        self._over.set()

    def cancel(self) -> None:
        self.cancelled = True
        self._over.set()

    async def close(self) -> None:
        self.cancel()


class AnalysingLauncher(Launcher):
    """Analyses are held by the test; what they cost is known."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.processes: list[HeldProcess] = []

    def analysis(self, cost: Cost, heard: Callable[[int], object]) -> Any:
        self.processes.append(HeldProcess(self.root, cost, heard))
        return self.processes[-1]

    async def output(self, *arguments: str) -> str:
        assert arguments == ("analyses", "offset", "pvt", "--json")
        return json.dumps([{**each.to_json(), "stored_utc": None} for each in COSTS])
