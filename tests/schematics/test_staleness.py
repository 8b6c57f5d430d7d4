"""Is a netlist its schematic's: by content, whatever time stamps say."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest

from simorc.config.project import Project
from simorc.errors import NetlistError, UsageError
from simorc.schematics.digests import Digests
from simorc.schematics.lock_file import lock_path, name_of, path_of, read_record
from simorc.schematics.moved_inputs import moved_inputs
from simorc.schematics.pairs import pairs_of
from simorc.schematics.staleness import (
    Condition,
    State,
    conditions,
    refuse_stale,
    schematic_inputs,
)
from tests.waiting import PATIENCE


def states(root: Path) -> dict[str, Condition]:
    return {one.pair.name: one for one in conditions(Project.load(root))}


def stale(root: Path) -> set[str]:
    return {name for name, one in states(root).items() if one.state is State.STALE}


def git(root: Path, *arguments: str) -> None:
    settings = ("-c", "user.name=n", "-c", "user.email=e@x", "-c", "core.autocrlf=false")
    subprocess.run(
        ["git", *settings, *arguments], cwd=root, check=True, capture_output=True, timeout=PATIENCE
    )


def edit(path: Path, more: str = "T {edited} 0 0 0 0 0.2 0.2 {}\n") -> None:
    path.write_text(path.read_text() + more)


def test_recorded_netlists_are_up_to_date(netlisted: Path) -> None:
    assert {one.state for one in states(netlisted).values()} == {State.UP_TO_DATE}


@pytest.mark.parametrize(
    ("file", "users"),
    [
        ("schematics/leaf.sym", {"dut", "leafy"}),
        ("schematics/leaf.sch", {"dut", "leafy"}),
        ("schematics/mid.sch", {"dut"}),
        ("schematics/top.sch", {"dut"}),
        ("testbenches/other/tb_other.sch", {"other"}),
        ("testbenches/leafy/config.yaml", set()),
    ],
)
def test_an_edit_makes_exactly_its_users_stale(netlisted: Path, file: str, users: set[str]) -> None:
    edit(netlisted / file, "# edited\n" if file.endswith(".yaml") else "T {edited} 0 0 0 0 0.2 0.2 {}\n")
    found = states(netlisted)
    assert {name for name, one in found.items() if one.state is State.STALE} == users
    assert all(found[name].changed == (file,) and file in found[name].reason for name in users)


def test_time_stamps_alone_say_nothing(netlisted: Path) -> None:
    for path in netlisted.rglob("*.sch"):
        os.utime(path, (time.time() + 1000, time.time() + 1000))
    assert stale(netlisted) == set()


def test_an_edit_that_keeps_size_and_time_is_seen(netlisted: Path) -> None:
    top = netlisted / "schematics/top.sch"
    old = time.time() - 100
    os.utime(top, (old, old))
    assert stale(netlisted) == set()
    replacement = top.with_suffix(".new")
    replacement.write_text(top.read_text().replace("X2", "X3"))
    os.utime(replacement, (old, old))
    replacement.replace(top)
    assert stale(netlisted) == {"dut"}


def test_a_clone_and_a_checkout_back_and_forth_leave_nothing_stale(netlisted: Path, tmp_path: Path) -> None:
    git(netlisted, "init", "-q")
    git(netlisted, "add", ".")
    git(netlisted, "commit", "-qm", "one")
    edit(netlisted / "schematics/leaf.sch")
    assert stale(netlisted) == {"dut", "leafy"}
    git(netlisted, "commit", "-qam", "two")
    git(netlisted, "checkout", "-q", "HEAD~1")
    assert stale(netlisted) == set()
    git(netlisted, "checkout", "-q", "-")
    assert stale(netlisted) == {"dut", "leafy"}
    git(netlisted, "checkout", "-q", "HEAD~1")
    git(netlisted, "clone", "-q", str(netlisted), str(tmp_path / "clone"))
    assert {one.state for one in states(tmp_path / "clone").values()} == {State.UP_TO_DATE}


def test_a_netlist_edited_by_hand_is_told_apart(netlisted: Path) -> None:
    edit(netlisted / "netlists/top.spice", "C1 p m 1p\n")
    found = states(netlisted)["dut"]
    assert (found.state, found.reason) == (
        State.STALE,
        ("netlists/top.spice was edited after it was generated"),
    )


def test_missing_and_broken(netlisted: Path) -> None:
    (netlisted / "netlists/top.spice").unlink()
    (netlisted / "testbenches/leafy/tb_leafy.spice.j2").write_text("* X1 - leaf IS MISSING !!!!\nV1 a 0 1\n")
    (netlisted / "testbenches/other/tb_other.spice.j2").write_text("* nothing\n.end\n")
    found = states(netlisted)
    assert found["dut"].state is State.MISSING
    assert found["leafy"].state is found["other"].state is State.BROKEN
    assert "symbol leaf of X1" in found["leafy"].reason
    assert "empty" in found["other"].reason


def test_without_a_record_only_a_clearly_newer_schematic_is_stale(netlisted: Path) -> None:
    for pair in pairs_of(Project.load(netlisted)):
        lock_path(pair.netlist).unlink()
    assert {one.state for one in states(netlisted).values()} == {State.UNRECORDED}
    os.utime(netlisted / "schematics/leaf.sch", (time.time() + 60, time.time() + 60))
    assert stale(netlisted) == {"dut", "leafy"}


@pytest.mark.parametrize("text", ["", "<<<<<<< HEAD\n", "nonsense\n"])
def test_a_damaged_record_makes_stale(netlisted: Path, text: str) -> None:
    lock_path(netlisted / "netlists/top.spice").write_text(text)
    assert "damaged" in states(netlisted)["dut"].reason
    with pytest.raises(NetlistError, match="not a record"):
        read_record(netlisted / "netlists/top.spice")


def test_another_schematic_makes_stale(netlisted: Path) -> None:
    setup = netlisted / "sim_setup.yaml"
    setup.write_text(setup.read_text().replace("top.sch", "mid.sch"))
    lock = lock_path(netlisted / "netlists/top.spice")
    lock.write_text("".join(line for line in lock.read_text().splitlines(True) if "mid.sch" not in line))
    assert "generated from a schematic other than mid.sch" in states(netlisted)["dut"].reason


def test_building_on_stale_netlists_is_refused_with_the_reason(netlisted: Path) -> None:
    project = Project.load(netlisted)
    refuse_stale(project, "other")
    edit(netlisted / "testbenches/leafy/tb_leafy.sch")
    refuse_stale(project, "other")
    with pytest.raises(
        NetlistError, match=r"leafy: stale: testbenches/leafy/tb_leafy\.sch changed"
    ) as raised:
        refuse_stale(project, "leafy")
    assert "--allow-stale" in (raised.value.remedy or "")


def test_results_know_which_inputs_moved(netlisted: Path) -> None:
    files = schematic_inputs(Project.load(netlisted), "other")
    assert {path.name for path in files} == {
        "top.sch",
        "mid.sym",
        "mid.sch",
        "leaf.sym",
        "leaf.sch",
        "tb_other.sch",
    }
    digests = Digests()
    recorded = {name_of(path, netlisted): digests.of(path) or "" for path in files}
    assert moved_inputs(netlisted, recorded) == ()
    edit(netlisted / "schematics/leaf.sch")
    (netlisted / "schematics/mid.sym").unlink()
    assert set(moved_inputs(netlisted, recorded)) == {"schematics/leaf.sch", "schematics/mid.sym"}


def test_files_outside_the_project_are_named_by_their_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PDK_ROOT", "/opt/pdk")
    name = name_of(Path("/opt/pdk/sky/nfet.sym"), tmp_path)
    assert name == "${PDK_ROOT}/sky/nfet.sym"
    assert path_of(name, tmp_path) == Path("/opt/pdk/sky/nfet.sym")
    monkeypatch.delenv("PDK_ROOT")
    assert path_of(name, tmp_path) is None


def test_a_kit_that_is_not_on_this_machine_is_a_remark(netlisted: Path) -> None:
    lock = lock_path(netlisted / "netlists/top.spice")
    lock.write_text(lock.read_text() + f"{'0' * 64}  ${{NO_SUCH_KIT}}/nfet.sym\n")
    found = states(netlisted)["dut"]
    assert found.state is State.UP_TO_DATE
    assert "not on this machine" in found.notes[0]


def test_hashes_are_kept_between_commands_and_a_damaged_cache_is_no_harm(netlisted: Path) -> None:
    top = netlisted / "schematics/top.sch"
    os.utime(top, (1, 1))
    digests = Digests.load(netlisted)
    expected = digests.of(top)
    digests.save(netlisted)
    assert Digests.load(netlisted).of(top) == expected
    (netlisted / ".simorc/digests.json").write_text('{"broken')
    assert Digests.load(netlisted).of(top) == expected


def test_an_unknown_name_is_an_error_with_a_hint(netlisted: Path) -> None:
    with pytest.raises(UsageError, match="did you mean 'leafy'"):
        conditions(Project.load(netlisted), ("leafi",))
