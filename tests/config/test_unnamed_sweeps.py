"""Sweep files that lie in ``sweeps/`` and that sim_setup.yaml does not name."""

from __future__ import annotations

from pathlib import Path

from simorc.config.validate.unnamed_sweeps import how_to_name, unnamed_sweeps


def test_files_nobody_names_are_found_beside_those_that_are_named(tmp_path: Path) -> None:
    for name in ("sweeps/a.yaml", "sweeps/b.yml", "other/c.yaml", "other/d.yaml", "sweeps/readme.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("testbench: dc\n")
    found = unnamed_sweeps(tmp_path, {"a": "sweeps/a.yaml", "d": "./other/d.yaml"})
    assert found == {"b": tmp_path / "sweeps" / "b.yml", "c": tmp_path / "other" / "c.yaml"}


def test_a_name_that_is_taken_by_another_file_is_not_proposed(tmp_path: Path) -> None:
    (tmp_path / "sweeps").mkdir()
    (tmp_path / "sweeps" / "a.yaml").write_text("")
    assert unnamed_sweeps(tmp_path, {"a": "old/a.yaml"}) == {}


def test_the_line_to_add_is_told(tmp_path: Path) -> None:
    printed = how_to_name(tmp_path, "b", tmp_path / "sweeps" / "b.yaml")
    assert "sim_setup.yaml does not list sweeps/b.yaml: add 'b: sweeps/b.yaml' below sweeps:" in printed
