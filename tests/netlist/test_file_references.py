"""The files a deck names, and how names that count from the template's directory are written for a case."""

from __future__ import annotations

from pathlib import Path

import pytest

from simorc.netlist.deck.file_references import closure, references, with_names
from simorc.netlist.deck.template_paths import FROM_CASE, TemplatePaths
from simorc.simulators.ngspice.deck_split import mark, unmarked

DECK = """* t
.include models/a.inc
 .INC "models/With Space.inc"
.lib 'models/Rc.LIB' TT $ comment
.lib tt
* .include models/no.inc
.model fs filesource (file="Wave.txt" amplscale=[1])
.model ds d_source (input_file = "in.txt")
.model t table2d (offset=0 file="tab.dat")
.control
pre_osdi Dev.osdi
source run.cmd
load old.raw
write out.raw
.endc
source a 0 1 2
Sswitch a 0 b 0 sw
"""


def test_every_kind_is_found_with_its_line() -> None:
    assert [(each.kind, each.written, each.section, each.line) for each in references(DECK)] == [
        ("include", "models/a.inc", None, 2),
        ("include", "models/With Space.inc", None, 3),
        ("library", "models/Rc.LIB", "TT", 4),
        ("data", "Wave.txt", None, 7),
        ("data", "in.txt", None, 8),
        ("data", "tab.dat", None, 9),
        ("compiled", "Dev.osdi", None, 11),
        ("script", "run.cmd", None, 12),
        ("script", "old.raw", None, 13),
    ]
    assert all(DECK[each.start : each.end] == each.written for each in references(DECK))


def test_names_are_replaced_in_place() -> None:
    assert with_names(DECK, lambda each: None) == DECK
    text = with_names(DECK, lambda each: "new name" if each.kind in {"include", "data"} else None)
    assert '.include "new name"\n .INC "new name"\n' in text and 'file="new name" amplscale' in text
    assert ".lib 'models/Rc.LIB' TT" in text


@pytest.fixture
def bench(tmp_path: Path) -> Path:
    """A project with a testbench; the files lie beside its template and one level up."""
    for name in ("tb/sub/top.inc", "tb/Data.TXT", "models/Rc.LIB", "netlists/dut.spice", "tb/a b.inc"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("* x\n", encoding="utf-8")
    (tmp_path / "simulations/run/results/1").mkdir(parents=True)
    return tmp_path


@pytest.mark.parametrize(
    ("card", "seen"),
    [
        (".include sub/top.inc", ".include ../../../../tb/sub/top.inc"),
        (".include ./sub/../sub/top.inc", ".include ../../../../tb/sub/top.inc"),
        (".LIB ../models/Rc.LIB TT", ".LIB ../../../../models/Rc.LIB TT"),
        ('.inc "a b.inc"', '.inc "../../../../tb/a b.inc"'),
        ('.model m filesource (file="Data.TXT")', '.model m filesource (file="../../../../tb/Data.TXT")'),
        (".include ../../../netlists/other.spice", ".include ../../../netlists/other.spice"),
        (".include lost.inc", ".include lost.inc"),
        (".include $MODELS/top.inc", ".include $MODELS/top.inc"),
        (f".include {FROM_CASE}../../../../netlists/dut.spice", ".include ../../../../netlists/dut.spice"),
        (f".include {FROM_CASE}sub/top.inc", ".include sub/top.inc"),
        (f"* {FROM_CASE}x", "* x"),
    ],
)
def test_names_count_from_the_template(bench: Path, card: str, seen: str) -> None:
    paths = TemplatePaths(bench / "tb", bench / "simulations/run/results/1")
    assert paths.applied(f"* t\n{card}\n") == f"* t\n{seen}\n"
    assert TemplatePaths(None, None).applied(f"* t\n{card}\n") == f"* t\n{card.replace(FROM_CASE, '')}\n"


def test_whole_names_where_the_run_is_elsewhere(bench: Path) -> None:
    text = TemplatePaths(bench / "tb", None).applied(".include sub/top.inc\n")
    assert text == f".include {bench.resolve()}/tb/sub/top.inc\n"


def test_a_link_is_left_upwards_from_its_target(bench: Path) -> None:
    """As the system does it: ``link/..`` is the target's parent."""
    (bench / "tb/link").symlink_to(bench / "models")
    paths = TemplatePaths(bench / "tb", bench / "simulations/run/results/1")
    assert (
        paths.applied(".include link/../netlists/dut.spice\n") == ".include ../../../../netlists/dut.spice\n"
    )


def test_a_swept_value_in_a_name_is_read_without_its_marks(bench: Path) -> None:
    (bench / "tb/m3.inc").write_text("* x\n", encoding="utf-8")
    paths = TemplatePaths(bench / "tb", bench / "simulations/run/results/1", unmarked)
    marked = paths.applied(f".include m{mark('n', '3')}.inc\nR1 a 0 {mark('n', '3')}\n")
    assert unmarked(marked) == paths.applied(".include m3.inc\nR1 a 0 3\n")


def test_the_closure_looks_where_ngspice_runs_and_then_beside_each_file(tmp_path: Path) -> None:
    for name, text in {
        "sub/top.inc": ".include deep/one.inc\n.include sub/deep/two.inc\n.lib both.lib tt\n",
        "sub/deep/one.inc": '.model f filesource (file="w.txt")\n',
        "sub/deep/two.inc": "* two\n.include top.inc\n",
        "sub/both.lib": ".lib tt\n.include here.inc\n.endl\n",
        "both.lib": "* the one\n",
        "w.txt": "0 0\n",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    found = {
        str(path.relative_to(tmp_path.resolve())) for path in closure("* t\n.include sub/top.inc\n", tmp_path)
    }
    assert found == {"sub/top.inc", "sub/deep/one.inc", "sub/deep/two.inc", "both.lib", "w.txt"}


@pytest.mark.parametrize(
    "card", [".include p.inc;c", ".inc p.inc ;c", ".INCLUDE p.inc $ c", '.include "p.inc";c']
)
def test_a_comment_is_no_part_of_a_name(card: str) -> None:
    assert [each.written for each in references(f"* t\n{card}\n")] == ["p.inc"]
