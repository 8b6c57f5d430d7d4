"""Relative names in nested includes: one name, one file."""

from __future__ import annotations

from pathlib import Path

import pytest

from simorc.config.project import Project
from simorc.errors import ConfigError
from simorc.launch.build import build_run
from simorc.netlist.deck.shadowed_names import shadowed_names


def place(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def shadowed(tmp_path: Path, card: str, files: dict[str, str]) -> list[tuple[str, int, str]]:
    place(tmp_path / "tb", files)
    found = shadowed_names(f"* t\n{card}\n.end\n", tmp_path / "runs/1", tmp_path / "tb")
    return [(str(each.file.relative_to(tmp_path / "tb")), each.at, each.written) for each in found]


@pytest.mark.parametrize(
    ("card", "line", "at"),
    [
        (".include sub/top.inc", ".include two.inc", 2),
        (".include 'sub/top.inc'", "* c\n.INC 'two.inc' ; c", 3),
        (".lib sub/top.inc TT", ".lib TT\n.include two.inc\n.endl", 3),
        (".include sub/top.inc", '.lib "two.inc" ss', 2),
        (".include sub/top.inc", 'a1 x fs\n.model fs filesource (file="two.inc")', 3),
    ],
)
def test_a_name_beside_its_file_and_beside_the_template(
    card: str, line: str, at: int, tmp_path: Path
) -> None:
    files = {"sub/top.inc": f"* top\n{line}\n", "sub/two.inc": "* one\n", "two.inc": "* other\n"}
    assert shadowed(tmp_path, card, files) == [
        ("sub/top.inc", at, line.split('"')[1] if '"' in line else "two.inc")
    ]


def test_a_name_two_levels_down(tmp_path: Path) -> None:
    files = {
        "a/one.inc": ".include b/two.inc\n",
        "a/b/two.inc": ".include ../p.inc\n",
        "a/p.inc": ".param q=1\n",
        "p.inc": ".param q=2\n",
    }
    assert shadowed(tmp_path, ".include a/one.inc", files) == []
    place(tmp_path / "tb", {"b/two.inc": ".param q=3\n"})
    assert shadowed(tmp_path, ".include a/one.inc", {}) == [("a/one.inc", 1, "b/two.inc")]


@pytest.mark.parametrize("line", [".include two.inc", "* .include other.inc", ".include $HOME/other.inc"])
def test_a_name_with_one_meaning(line: str, tmp_path: Path) -> None:
    same = {"sub/two.inc": "* same\n", "two.inc": "* same\n"}
    other = {"sub/other.inc": "* one\n", "other.inc": "* other\n"}
    files = {"sub/top.inc": f"{line}\n", **same, **other}
    assert shadowed(tmp_path, ".include sub/top.inc", files) == []


def test_a_file_beside_the_template_shadows_nothing(tmp_path: Path) -> None:
    files = {"top.inc": ".include two.inc\n", "two.inc": "* one\n"}
    assert shadowed(tmp_path, ".include top.inc", files) == []


def test_a_run_is_refused_with_both_files(tmp_path: Path) -> None:
    place(
        tmp_path,
        {
            "sim_setup.yaml": "testbenches: {tb: tb}\nsweeps: {s: s.yaml}\n",
            "s.yaml": "testbench: tb\nparameters: {r: [1k]}\n",
            "tb/config.yaml": "parameters: {r: 1k}\n",
            "tb/tb.spice.j2": "* t\n.include sub/one.inc\nr1 a 0 {{ parameters.r }}\n.op\n.end\n",
            "tb/sub/one.inc": ".include two.inc\n",
            "tb/sub/two.inc": "v1 a 0 1\n",
            "tb/two.inc": "v1 a 0 2\n",
        },
    )
    with pytest.raises(ConfigError) as refused:
        build_run(Project.load(tmp_path), "s")
    (problem,) = refused.value.problems
    assert "tb.spice.j2:2:1" in str(problem)
    assert "tb/sub/two.inc beside this file" in str(problem)
    assert "tb/two.inc beside the template, which differ" in str(problem)
