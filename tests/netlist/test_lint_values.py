"""Values that look like numbers and are texts."""

from __future__ import annotations

from pathlib import Path

import pytest

from simorc.config.project import Project
from simorc.netlist.checks import lint_values as lint_values_module
from simorc.netlist.checks.lint_values import lint_values, place_of_value
from simorc.number_grammar import near_number
from tests.counted_work import lines_run

SAMPLE = Path(__file__).parents[2] / "sample_project"


def reported(root: Path, default: str, swept: str) -> list[str]:
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
    assert reported(tmp_path, default, swept) == [finding]


@pytest.mark.parametrize("names", ["2n3904, 2n2222", "5t, 6t", "1v8, 3v3", "tt, ss", "28nmhp, 22fdx"])
def test_names_are_no_mistakes(tmp_path: Path, names: str) -> None:
    assert reported(tmp_path, names.split(",")[0], names) == []


def test_the_sample_project_has_none() -> None:
    assert lint_values(Project.load(SAMPLE)) == ()


@pytest.mark.parametrize(
    ("text", "number"), [("10 k", "10k"), ("1,5", "1.5"), ("-2uu", "-2u"), ("1k5", "1.5k"), ("x", "")]
)
def test_what_was_meant(text: str, number: str) -> None:
    assert near_number(text) == number


@pytest.mark.parametrize(
    ("value", "place"),
    [("1k5", (2, 11)), ("-1k5", (2, 16)), ("2 k", (3, 14)), ("1.5.2", (4, 4)), ("k5", (1, 1)), ("x", (1, 1))],
)
def test_the_place_of_a_value(tmp_path: Path, value: str, place: tuple[int, int]) -> None:
    path = tmp_path / "s.yaml"
    path.write_text("parameters:\n     r: [ 1k5, -1k5, 1k5]\n       q: [ '2 k']\n   1.5.2 # x\n")
    assert place_of_value(path, value) == place


def test_a_thousand_wrong_values_cost_one_look_at_the_file(tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    path.write_text("\n".join(f"- {number}k{number}" for number in range(1000)))
    few, many = (counted_lines(path, range(count)) for count in (10, 1000))
    assert many - few < 990 * 100, "a look at the file for each value costs thousands of lines"


def counted_lines(path: Path, numbers: range) -> int:
    lint_values_module._first_places.cache_clear()
    return lines_run(lambda: [place_of_value(path, f"{number}k{number}") for number in numbers])
