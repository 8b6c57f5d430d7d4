"""A Monte Carlo sweep of a deck in which nothing is random."""

from __future__ import annotations

from pathlib import Path

import pytest

from simorc.config.project import Project
from simorc.netlist.checks.lint_random import lint_random

DECK = "* t\n{}\nv1 in 0 1\nr1 in out 1k\nr2 out 0 {{{{ parameters.r }}}}\n.op\n.end\n"
SWEEP = "testbench: t\n# monte carlo\nmonte_carlo: {samples: 4}\n"
KIT = """* kit
.lib tt
.param vth=0.5
.endl tt
.lib mc
.include 'mismatch.inc'
.endl mc
.lib nested
.lib 'kit.lib' mc
.endl
"""


def project(root: Path, cards: str, sweep: str = SWEEP, **files: str) -> Project:
    bench = root / "testbenches" / "t"
    bench.mkdir(parents=True)
    (root / "sweeps").mkdir()
    (root / "sim_setup.yaml").write_text("testbenches: {t: testbenches/t}\nsweeps: {s: sweeps/s.yaml}\n")
    (root / "sweeps" / "s.yaml").write_text(sweep)
    (bench / "config.yaml").write_text("template: t.spice.j2\nparameters: {r: 1k}\n")
    (bench / "t.spice.j2").write_text(DECK.format(cards))
    (bench / "kit.lib").write_text(KIT)
    (bench / "mismatch.inc").write_text(".param dvt=agauss(0, 1m, 1)\n")
    for name, text in files.items():
        (bench / name.replace("_", ".")).write_text(text)
    return Project.load(root)


@pytest.mark.parametrize(
    "cards",
    [
        "",
        ".lib 'kit.lib' tt",
        "* agauss(0,1,1) would be random",
        ".param rlimit=3 gaussian=2",
        ".option seed={{ seed }}",
        ".include 'plain.inc'",
    ],
)
def test_nothing_is_random(tmp_path: Path, cards: str) -> None:
    (finding,) = lint_random(project(tmp_path, cards, plain_inc="* x\n.param q=1\n"))
    assert finding.warning
    assert (finding.file.name, finding.line) == ("s.yaml", 3)
    assert "does not depend on the sample" in finding.message and "'t'" in finding.message


@pytest.mark.parametrize(
    "cards",
    [
        ".param dr=agauss(0, 10, 1)",
        ".param dr=AUNIF (0, 10)",
        ".param dr='unif(1k, 0.1)'",
        "vn n 0 dc 0 trnoise(1m 1n 0 0)",
        ".lib 'kit.lib' mc",
        ".lib kit.lib nested",
        ".include mismatch.inc",
        ".include 'nosuch.inc'",
        ".lib 'kit.lib' nosuch",
        ".control\npre_osdi m.osdi\n.endc",
        ".param q={{ seed }}m",
        "{% if seed %}.param s={{ corner or 1 }}{% endif %}\n.param d=gauss(1, 2, 3)",
    ],
)
def test_something_is_or_may_be_random(tmp_path: Path, cards: str) -> None:
    assert lint_random(project(tmp_path, cards)) == ()


@pytest.mark.parametrize(
    "sweep",
    [
        "testbench: t\nparameters: {r: [1k, 2k]}\n",
        "testbench: t\nmonte_carlo: {samples: 4, distributions: {r: {normal: {mean: 1k, sigma: 10}}}}\n",
    ],
)
def test_other_sweeps_say_nothing(tmp_path: Path, sweep: str) -> None:
    assert lint_random(project(tmp_path, "", sweep)) == ()
