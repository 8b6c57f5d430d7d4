"""The sweep builder and a run read one sweep by the same code."""

from __future__ import annotations

from pathlib import Path

import pytest

from simorc.config.project import Project
from simorc.config.yaml.edit import SweepText
from simorc.errors import UsageError
from simorc.sweeps.plan import Plan
from simorc_tui.data.sweep_draft import plan_of_draft, preview_of

SWEEPS = {
    "an empty corner": "corners:\n  nominal:\n  high: {r: 2k}\n",
    "one zip group without a list": "zip: {r: [1k, 2k], c: [1p, 2p]}\n",
    "sensitivity under parameters": "sensitivity: {parameters: {r: [2k, 3k]}}\n",
    "one value alone": "parameters: {r: 2k}\n",
    "a logarithmic range": "parameters: {c: {start: 1p, stop: 1n, num: 4, scale: log}}\n",
    "a quoted number": 'parameters: {r: ["1k", "2k"]}\n',
    "samples as an engineering number": "monte_carlo: {samples: 1k}\n",
    "a condition alone": "parameters: {r: [1k, 2k]}\nexclude: r > 1.5k\n",
    "empty sections": "parameters:\nzip:\ncorners:\nexclude:\nmonte_carlo:\n",
    "aliases": "parameters: {r: &r [1k, 2k]}\nzip: {c: *r}\n",
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    bench = tmp_path / "testbenches" / "t"
    bench.mkdir(parents=True)
    (tmp_path / "sweeps").mkdir()
    (bench / "t.spice").write_text("* t\n.end\n")
    (bench / "config.yaml").write_text("parameters: {r: 1k, c: 1p}\n")
    (tmp_path / "sim_setup.yaml").write_text("testbenches: {t: testbenches/t}\nsweeps: {s: sweeps/s.yaml}\n")
    return tmp_path


@pytest.mark.parametrize("name", SWEEPS)
def test_a_draft_is_the_sweep_that_runs(project: Path, name: str) -> None:
    path = project / "sweeps" / "s.yaml"
    path.write_text(f"testbench: t\n{SWEEPS[name]}")
    loaded = Project.load(project)
    defaults = loaded.testbenches["t"].parameters
    engine = Plan.expand(loaded.sweep("s").definition, defaults=defaults)
    draft = SweepText.load(path)
    assert plan_of_draft(draft, loaded).to_json() == engine.to_json()
    assert preview_of(draft, loaded).count == len(engine)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("parameters: {r: {start: 1k, stop: 5k, step: 3k}}\n", "misses stop 5k"),
        ("corners: [1, 2]\n", "expected a mapping"),
        ("corners: {hot: 5}\n", "expected parameters with their values"),
        ("parameters: {r: [1k, 1к]}\n", "CYRILLIC"),
        ("monte_carlo: {samples: 1M}\n", "ambiguous"),
        ("parameters: {r: []}\n", "the list of values is empty"),
    ],
)
def test_what_a_run_refuses_the_builder_refuses(project: Path, text: str, message: str) -> None:
    path = project / "sweeps" / "s.yaml"
    path.write_text("testbench: t\n")
    draft = SweepText(f"testbench: t\n{text}", path)
    with pytest.raises(UsageError, match=message):
        plan_of_draft(draft, Project.load(project))
