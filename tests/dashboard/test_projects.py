"""Which projects a dashboard shows, and their names."""

from __future__ import annotations

from pathlib import Path

import pytest

from simorc.dashboard.projects import find_projects
from simorc.errors import UsageError


def project(root: Path) -> Path:
    root.mkdir(parents=True)
    (root / "sim_setup.yaml").write_text("")
    return root


def test_projects_are_found_below_a_directory_and_not_inside_of_each_other(tmp_path: Path) -> None:
    ota = project(tmp_path / "chips" / "ota")
    project(ota / "simulations" / "old_copy")
    project(tmp_path / ".hidden" / "x")
    project(tmp_path / "a" / "b" / "c" / "d" / "too_deep")
    assert [(each.name, each.root) for each in find_projects([tmp_path])] == [("ota", ota)]


def test_a_name_that_two_projects_have_says_more_of_its_path(tmp_path: Path) -> None:
    for chip in ("first", "second"):
        project(tmp_path / chip / "ota")
    assert [each.name for each in find_projects([tmp_path, tmp_path])] == ["first/ota", "second/ota"]


def test_a_directory_without_projects_is_refused_with_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no project \(no sim_setup\.yaml\)") as refused:
        find_projects([tmp_path])
    assert "simorc init" in (refused.value.remedy or "")
