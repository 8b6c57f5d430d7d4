"""Values that look like numbers and are texts."""

from __future__ import annotations

from pathlib import Path

import pytest

from simorc.config.project import Project
from simorc.netlist.deck.lint_values import lint_values
from simorc.number_grammar import near_number

SAMPLE = Path(__file__).parents[2] / "sample_project"


def told(root: Path, default: str, swept: str) -> list[str]:
    (root / "tb").mkdir()
    (root / "sim_setup.yaml").write_text("testbenches: {tb: tb}\nsweeps: {s: s.yaml}\n")
    (root / "s.yaml").write_text(f"testbench: tb\nparameters:\n  x: [{swept}]\n")
    (root / "tb/config.yaml").write_text(f"parameters:\n  x: {default}\n")
    (root / "tb/tb.spice.j2").write_text("* t\nv1 a 0 {{ parameters.x }}\n.op\n.end\n")
    found = lint_values(Project.load(root))
    assert all(finding.warning for finding in found)
    return [str(finding).replace(f"{root}/", "") for finding in found]


@pytest.mark.parametrize(
    ("default", "swept", "finding"),
    [
        ("10kk", "nominal", "tb/config.yaml:2:6: warning: x: 10kk is text, not a number (did you mean 10k?)"),
        ("1..5", "nominal", "tb/config.yaml:2:6: warning: x: 1..5 is text, not a number (did you mean 1.5?)"),
        ("3", "1, 10kk", "s.yaml:3:10: warning: x: 10kk is text, not a number (did you mean 10k?)"),
        ("3", "1, 2x", "s.yaml:3:10: warning: x: 2x is text, not a number (did you mean 2?)"),
    ],
)
def test_mistyped_numbers(tmp_path: Path, default: str, swept: str, finding: str) -> None:
    assert told(tmp_path, default, swept) == [finding]


@pytest.mark.parametrize("names", ["2n3904, 2n2222", "5t, 6t", "1v8, 3v3", "tt, ss", "28nmhp, 22fdx"])
def test_names_are_no_mistakes(tmp_path: Path, names: str) -> None:
    assert told(tmp_path, names.split(",")[0], names) == []


def test_the_sample_project_has_none() -> None:
    assert lint_values(Project.load(SAMPLE)) == ()


@pytest.mark.parametrize(
    ("text", "number"), [("10 k", "10k"), ("1,5", "1.5"), ("-2uu", "-2u"), ("1k5", "1.5k"), ("x", "")]
)
def test_what_was_meant(text: str, number: str) -> None:
    assert near_number(text) == number
