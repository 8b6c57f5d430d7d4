"""Running the netlister: real xschem, stand-ins for its failures, and command lines of the project's own."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from simorc.config.project import Project
from simorc.errors import NetlistError, ToolMissing
from simorc.schematics.netlist_check import check_netlist, kept_form
from simorc.schematics.pairs import Pair, pairs_of
from simorc.schematics.staleness import State, conditions
from simorc.schematics.update import propose, update
from simorc.schematics.xschem import run_netlister, xschem_version
from tests.waiting import PATIENCE

Fake = Callable[[str], Path]


def pair(root: Path, name: str, program: Path | str = "xschem", timeout: float = PATIENCE) -> Pair:
    (found,) = pairs_of(Project.load(root), (name,))
    return replace(found, setup=replace(found.setup, executable=str(program), timeout=timeout))


def states(root: Path) -> dict[str, State]:
    return {one.pair.name: one.state for one in conditions(Project.load(root))}


@pytest.mark.xschem
def test_a_hierarchy_of_two_levels_is_netlisted_and_recorded(hierarchy: Path) -> None:
    for one in pairs_of(Project.load(hierarchy)):
        update(one)
    dut = (hierarchy / "netlists/top.spice").read_text()
    assert [line.split()[1] for line in dut.splitlines() if line.startswith(".subckt")] == [
        "top",
        "mid",
        "leaf",
    ]
    assert ".end\n" not in dut
    assert "{{ parameters.r }}" in (hierarchy / "testbenches/leafy/tb_leafy.spice.j2").read_text()
    assert set(states(hierarchy).values()) == {State.UP_TO_DATE}


@pytest.mark.xschem
def test_netlisting_twice_gives_the_same_netlist(hierarchy: Path) -> None:
    update(pair(hierarchy, "leafy"))
    assert not propose(pair(hierarchy, "leafy")).differs


@pytest.mark.xschem
def test_directories_with_blanks_and_quotes_work(tmp_path: Path, hierarchy: Path) -> None:
    awkward = tmp_path / "it's [a] $dir {x}"
    hierarchy.rename(awkward)
    update(pair(awkward, "dut"))
    assert states(awkward)["dut"] is State.UP_TO_DATE


@pytest.mark.xschem
def test_without_an_rcfile_the_symbols_of_xschem_itself_are_found(
    hierarchy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))  # no rcfile of the user either
    (hierarchy / "xschemrc").unlink()
    setup = hierarchy / "sim_setup.yaml"
    setup.write_text(setup.read_text().replace("netlister: {rcfile: xschemrc}\n", ""))
    update(pair(hierarchy, "other"))
    assert states(hierarchy)["other"] is State.UP_TO_DATE


@pytest.mark.xschem
def test_a_missing_symbol_is_named_and_the_netlist_kept(netlisted: Path) -> None:
    kept = (netlisted / "netlists/top.spice").read_text()
    mid = netlisted / "schematics/mid.sch"
    mid.write_text(mid.read_text() + "C {nosuch.sym} 300 0 0 0 {name=X9}\n")
    with pytest.raises(NetlistError, match=r"mid\.sch:\d+: symbol nosuch\.sym of X9 is missing") as raised:
        update(pair(netlisted, "dut"))
    assert "XSCHEM_LIBRARY_PATH" in (raised.value.remedy or "")
    assert (netlisted / "netlists/top.spice").read_text() == kept


@pytest.mark.xschem
def test_an_empty_subcircuit_is_refused(netlisted: Path) -> None:
    (netlisted / "schematics/leaf.sch").write_text("v {xschem version=2.8.1 file_version=1.0}\n")
    with pytest.raises(NetlistError, match="subcircuit leaf is empty"):
        update(pair(netlisted, "dut"))


@pytest.mark.xschem
def test_an_empty_schematic_is_refused(netlisted: Path) -> None:
    (netlisted / "testbenches/other/tb_other.sch").write_text("v {xschem version=2.8.1 file_version=1.0}\n")
    with pytest.raises(NetlistError, match="the netlist is empty"):
        update(pair(netlisted, "other"))


@pytest.mark.xschem
@pytest.mark.parametrize("value", [r"\{\{ parameters.r \}\}", "{{ parameters.r }}"])
def test_a_cut_placeholder_is_refused(netlisted: Path, value: str) -> None:
    schematic = netlisted / "testbenches/other/tb_other.sch"
    schematic.write_text(schematic.read_text().replace("value=1k", f"value={value}"))
    with pytest.raises(NetlistError, match="placeholder is cut off"):
        update(pair(netlisted, "other"))


@pytest.mark.xschem
def test_an_open_pin_is_refused_with_its_line(netlisted: Path) -> None:
    schematic = netlisted / "testbenches/other/tb_other.sch"
    schematic.write_text(schematic.read_text() + "C {devices/res.sym} 900 900 0 0 {name=R9 value=1}\n")
    line = len(schematic.read_text().splitlines())
    made = "R9 <UNCONNECTED PIN> <UNCONNECTED PIN> 1\nR1 a b 1\n"
    with pytest.raises(NetlistError, match=rf"tb_other\.sch:{line}: a pin of R9 is not connected"):
        check_netlist(made, pair(netlisted, "other"))


@pytest.mark.xschem
def test_an_rcfile_in_error_is_told(hierarchy: Path) -> None:
    (hierarchy / "xschemrc").write_text("nonsense here\n")
    with pytest.raises(NetlistError, match="cannot read its rcfile"):
        update(pair(hierarchy, "dut"))


def test_no_schematic_is_an_error_of_its_own(hierarchy: Path) -> None:
    dut = pair(hierarchy, "dut")
    dut.schematic.unlink()
    with pytest.raises(NetlistError, match="no such schematic"):
        run_netlister(dut)


def test_no_xschem_is_a_missing_tool(hierarchy: Path) -> None:
    with pytest.raises(ToolMissing, match="nosuch_xschem is not installed"):
        run_netlister(pair(hierarchy, "dut", "nosuch_xschem"))


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("print('segmentation'); sys.exit(3)", r"failed \(exit code 3\): segmentation"),
        ("import os; os.kill(os.getpid(), 11)", r"failed \(signal 11\)"),
        ("print('bad day')", "wrote no netlist: bad day"),
        ("netlist.write_text('')", "the netlist is empty"),
        ("netlist.write_text('* X1 - nosuch IS MISSING !!!!\\n')", "symbol nosuch of X1 is missing"),
    ],
)
def test_each_failure_has_its_error(netlisted: Path, fake_xschem: Fake, body: str, message: str) -> None:
    kept = (netlisted / "netlists/top.spice").read_bytes()
    with pytest.raises(NetlistError, match=message):
        update(pair(netlisted, "dut", fake_xschem(body)))
    assert (netlisted / "netlists/top.spice").read_bytes() == kept


def test_a_netlister_that_never_ends_is_stopped(netlisted: Path, fake_xschem: Fake) -> None:
    with pytest.raises(NetlistError, match=r"did not finish within 0\.5 s"):
        update(pair(netlisted, "dut", fake_xschem("while True: time.sleep(60)"), timeout=0.5))


def test_version_3_is_told_where_to_write(hierarchy: Path, fake_xschem: Callable[..., Path]) -> None:
    program = fake_xschem("netlist.write_text('R1 a b 1\\n* ' + ' '.join(sys.argv))", version="3.4.5")
    assert xschem_version(str(program)) == (3, 4)
    printed = run_netlister(pair(hierarchy, "dut", program)).text
    assert " -o " in printed and " -N top.spice " in printed


def test_a_command_line_of_ones_own(hierarchy: Path) -> None:
    script = "import sys; open(sys.argv[2], 'w').write('R1 a b 1\\n* from ' + sys.argv[1] + '\\n')"
    setup = replace(
        pair(hierarchy, "dut").setup, command=(sys.executable, "-c", script, "{schematic}", "{output}")
    )
    own = replace(pair(hierarchy, "dut"), setup=setup)
    update(own)
    assert "top.sch" in own.netlist.read_text()
    assert states(hierarchy)["dut"] is State.UP_TO_DATE


def test_a_save_while_netlisting_is_netlisted_again(hierarchy: Path, fake_xschem: Fake) -> None:
    drawn = pair(hierarchy, "dut").schematic
    body = (
        f"schematic = pathlib.Path({str(drawn)!r})\n"
        "count = pathlib.Path(str(schematic) + '.count')\n"
        "n = int(count.read_text()) if count.exists() else 0\n"
        "count.write_text(str(n + 1))\n"
        "netlist.write_text(f'R1 a b {n}\\n')\n"
        "if n == 0: schematic.write_text(schematic.read_text() + 'T {new} 0 0\\n')\n"
    )
    proposal = propose(pair(hierarchy, "dut", fake_xschem(body)))
    assert proposal.new != "R1 a b 0\n"


@pytest.mark.xschem
def test_netlisting_leaves_the_schematics_as_they_are(hierarchy: Path) -> None:
    """xschem 2.8.1 saves what it netlists: the header line and the last newline go, the time changes."""
    drawn = pair(hierarchy, "dut").schematic
    drawn.write_text(drawn.read_text().rstrip("\n"))
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in hierarchy.rglob("*.sch")}
    for one in pairs_of(Project.load(hierarchy)):
        update(one)
    assert {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in before} == before


def test_the_kept_form_has_nothing_of_this_machine(hierarchy: Path) -> None:
    frame = "** sch_path: /home/me/top.sch\n**.subckt top p m\n"
    text = f"{frame}R1 p m 1 \n**** begin user architecture code\n**.ends\n.end\n"
    assert kept_form(text, pair(hierarchy, "dut")) == ".subckt top p m\nR1 p m 1\n.ends\n"
    template = kept_form("R1 p m 1\n\n\n\n.end\n", pair(hierarchy, "leafy"))
    assert template == "* leafy\nR1 p m 1\n\n.end\n"


@pytest.mark.xschem
def test_the_diff_shows_what_changes(hierarchy: Path) -> None:
    update(pair(hierarchy, "dut"))
    leaf = hierarchy / "schematics/leaf.sch"
    leaf.write_text(leaf.read_text().replace("10k", "22k"))
    diff = propose(pair(hierarchy, "dut")).diff().splitlines()
    assert "-R1 p m 10k m=1" in diff and "+R1 p m 22k m=1" in diff


@pytest.mark.parametrize(("version", "warned"), [("2.8.1", True), ("3.4.5", False)])
def test_a_schematic_newer_than_xschem_is_a_warning(
    hierarchy: Path, fake_xschem: Callable[..., Path], version: str, warned: bool
) -> None:
    leaf = hierarchy / "schematics/leaf.sch"
    leaf.write_text(leaf.read_text().replace("version=2.8.1", "version=3.4.4"))
    program = fake_xschem("netlist.write_text('R1 a b 1\\n')", version=version)
    setup = replace(pair(hierarchy, "dut", program).setup, library_paths=(hierarchy / "schematics",))
    warnings = propose(replace(pair(hierarchy, "dut"), setup=setup)).warnings
    assert any("leaf.sch was drawn with xschem 3.4" in warning for warning in warnings) is warned


def test_a_long_netlist_is_checked_in_one_pass(hierarchy: Path) -> None:
    """At this size anything but one pass over the text would never end."""
    dut = pair(hierarchy, "dut")
    blank = ".subckt a b\n" + "\n \n* {{ x }}\n+ c\n" * 200_000 + "R1 a b 1\n.ends\n"
    check_netlist(blank, dut)
    assert kept_form(blank, dut).endswith("R1 a b 1\n.ends\n")


@pytest.mark.parametrize(
    ("line", "whole"),
    [
        ("R1 a b {{ parameters.r }}", True),
        ("R1 a b {{parameters.r}} m={{ parameters.m }}", True),
        ("B1 a b V={v(a)*{gain}}", True),
        (".param r={{ parameters.r\n}}", True),
        ("R1 a b {{ m=1", False),
        ("R1 a b {{ m=1\nR2 a b {{ parameters.r }}", False),
    ],
)
def test_whole_and_cut_placeholders_are_told_apart(hierarchy: Path, line: str, whole: bool) -> None:
    if whole:
        check_netlist(f"{line}\n", pair(hierarchy, "leafy"))
        return
    with pytest.raises(NetlistError, match="placeholder is cut off in the netlist: R1 a b"):
        check_netlist(f"{line}\n", pair(hierarchy, "leafy"))
