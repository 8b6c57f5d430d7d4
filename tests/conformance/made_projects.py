"""Small projects that tests write, and what simorc gives on them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tests.conformance.engine import CaseResult, Refusal, run_deck

DIVIDER = """* divider
.param r={{ parameters.r }}
V1 a 0 1
R1 a b {r}
R2 b 0 1k
.tran 1u 5u
.meas tran y find v(b) at=2u
.end
"""


def write_made(
    root: Path,
    template: str = DIVIDER,
    *,
    config: str = "parameters: {r: 1k}",
    sweep: str = "parameters: {r: [1k, 2k, 3k]}",
    files: Mapping[str, str] | None = None,
) -> Path:
    """A project with one testbench and the sweep ``s``; `files` stand beside the template."""
    bench = root / "tb"
    bench.mkdir(parents=True)
    (root / "sim_setup.yaml").write_text("testbenches: {tb: tb}\nsweeps: {s: s.yaml}\nexecution: {jobs: 1}\n")
    (bench / "deck.spice.j2").write_text(template, encoding="utf-8")
    (bench / "config.yaml").write_text(f"template: deck.spice.j2\n{config}\n", encoding="utf-8")
    (root / "s.yaml").write_text(f"testbench: tb\n{sweep}\n", encoding="utf-8")
    for name, text in (files or {}).items():
        (bench / name).parent.mkdir(parents=True, exist_ok=True)
        (bench / name).write_text(text, encoding="utf-8")
    return root


def results(root: Path, warm: str = "auto") -> list[CaseResult]:
    """Every case of the sweep of `root`, in order; fails if simorc refuses to build it."""
    got = run_deck(root, warm)
    assert not isinstance(got, Refusal), got.message
    return [got[0][case] for case in sorted(got[0])]


def refusal(root: Path) -> str:
    """Why simorc refuses the sweep of `root`; fails if it does not."""
    got = run_deck(root, "auto")
    assert isinstance(got, Refusal), "not refused"
    return got.message


def measured(root: Path, name: str, warm: str = "auto") -> list[float | None]:
    """The values of one measurement, None where it is missing."""
    return [result.measurements.get(name) for result in results(root, warm)]
