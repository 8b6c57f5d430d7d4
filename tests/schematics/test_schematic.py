"""Reading xschem's files: objects, lines, attributes; and the closure of a hierarchy."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from simorc.schematics.dependencies import SymbolLibrary, schematic_closure
from simorc.schematics.schematic import Schematic

SAMPLE = Path(__file__).parents[2] / "sample_project"


def names(root: Path, files: tuple[Path, ...]) -> set[str]:
    return {path.relative_to(root).as_posix() for path in files}


def test_instances_have_reference_line_and_attributes() -> None:
    placed = 'C {res.sym} 1 2 0 0 {name=R1\nvalue="10 k"\ntext="say \\\\"hi\\\\""}\n'
    text = f"v {{x}}\nG {{}}\nT {{two\nlines}} 0 0\n{placed}"
    (resistor,) = Schematic.parse(text, Path("a.sch")).instances
    assert (resistor.reference, resistor.line, resistor.name) == ("res.sym", 5, "R1")
    assert resistor.properties.attributes() == {"name": "R1", "value": "10 k", "text": 'say "hi"'}


def test_places_count_lines_and_columns_from_one() -> None:
    properties = Schematic.parse("v {x}\n\nC {a} 0 {n=1\nvalue=2}\n", Path("a.sch")).instances[0].properties
    assert properties.place(0) == (3, 10)
    assert properties.place(properties.raw.index("value")) == (4, 1)
    assert properties.place(properties.raw.index("2")) == (4, 7)


def test_escaped_braces_stay_within_their_text() -> None:
    read = Schematic.parse(r'C {v.sym} 0 0 0 0 {name=V1 value="\{\{ parameters.v \}\}"}', Path("a.sch"))
    assert read.instances[0].properties.attributes()["value"] == "{{ parameters.v }}"


@given(st.text(alphabet='{}\\"= \nabCGKTv[]', max_size=80))
def test_any_text_can_be_read(text: str) -> None:
    read = Schematic.parse(text, Path("a.sch"))
    for found in read.texts():
        line, column = found.place(0)
        assert text.split("\n")[line - 1][column - 1 :].startswith(found.raw.split("\n")[0])


def test_closure_descends_through_symbols_and_schematics(hierarchy: Path) -> None:
    library = SymbolLibrary((hierarchy / "schematics",), share=Path("/usr/share/xschem"))
    closure = schematic_closure(hierarchy / "schematics/top.sch", library)
    expected = {f"schematics/{cell}.{kind}" for cell in ("mid", "leaf") for kind in ("sch", "sym")}
    assert names(hierarchy, closure.files) == {*expected, "schematics/top.sch"}


def test_a_primitive_is_not_descended() -> None:
    library = SymbolLibrary((SAMPLE / "schematics",), share=Path("/usr/share/xschem"))
    closure = schematic_closure(SAMPLE / "testbenches/dc/tb_dc.sch", library)
    assert names(SAMPLE, closure.files) == {"testbenches/dc/tb_dc.sch", "schematics/ota_5t.sym"}


def test_unresolved_symbols_are_named_with_their_line(tmp_path: Path) -> None:
    schematic = tmp_path / "a.sch"
    schematic.write_text("v {x}\nC {nosuch.sym} 0 0 0 0 {name=X7}\n")
    closure = schematic_closure(schematic, SymbolLibrary((tmp_path,)))
    assert [str(one) for one in closure.unresolved] == [f"{schematic}:2: symbol nosuch.sym of X7 not found"]


def test_a_hierarchy_that_contains_itself_ends(tmp_path: Path) -> None:
    (tmp_path / "a.sym").write_text("v {x}\nG {type=subcircuit}\n")
    (tmp_path / "a.sch").write_text("v {x}\nC {a.sym} 0 0 0 0 {name=X1}\n")
    closure = schematic_closure(tmp_path / "a.sch", SymbolLibrary((tmp_path,)))
    assert names(tmp_path, closure.files) == {"a.sch", "a.sym"}


def test_an_instance_may_name_another_schematic(tmp_path: Path) -> None:
    (tmp_path / "a.sym").write_text("v {x}\nK {type=subcircuit}\n")
    (tmp_path / "a.sch").write_text("v {x}\n")
    (tmp_path / "a_fast.sch").write_text("v {x}\n")
    (tmp_path / "top.sch").write_text("v {x}\nC {a.sym} 0 0 0 0 {name=X1 schematic=a_fast.sch}\n")
    closure = schematic_closure(tmp_path / "top.sch", SymbolLibrary((tmp_path,)))
    assert "a_fast.sch" in names(tmp_path, closure.files)
